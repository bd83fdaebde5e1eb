"""Settings: read once, checked together, and each process gets only its own secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from workervoice.app.ops_addresses import WATCHED
from workervoice.errors import SettingsError
from workervoice.settings import Settings, load
from workervoice.values import HOLDERS

ACCOUNT = "AC" + "1" * 32
SECRETS = {
    "WORKERVOICE_DATABASE_URL": "postgresql://owner:owner-secret@/workervoice",
    "WORKERVOICE_GATEWAY_DATABASE_URL": "postgresql://gateway:gateway-secret@/workervoice",
    "WORKERVOICE_COURIER_DATABASE_URL": "postgresql://courier:courier-secret@/workervoice",
    "WORKERVOICE_CONSOLE_DATABASE_URL": "postgresql://console:console-secret@/workervoice",
    "WORKERVOICE_TWILIO_ACCOUNT_SID": ACCOUNT,
    "WORKERVOICE_TWILIO_AUTH_TOKENS": "token-secret",
    "WORKERVOICE_TWILIO_API_KEY": "SK" + "5ec4e7" * 5 + "00",
    "WORKERVOICE_TWILIO_API_SECRET": "api-secret",
    "WORKERVOICE_WEBHOOK_SECRETS": '{"bd-sms": {"token": "webhook-secret"}}',
    "WORKERVOICE_SENDING_SECRETS": '{"bd-sms": {"token": "sending-secret"}}',
    "WORKERVOICE_DRAIN_SECRET": "drain-secret-of-thirty-two-letters",
    "WORKERVOICE_SIMULATOR_SECRET": "simulator-secret",
    "WORKERVOICE_BOOT_SECRET": "ab" * 32,
    "WORKERVOICE_VAULT_TOKEN_FILE": "/run/{process}/token",
    "WORKERVOICE_ENV_FILE": "",
}


DATABASES = (
    "workervoice",
    "mysql://owner:secret@127.0.0.1/workervoice",
    "postgres://owner:secret@127.0.0.1/workervoice",
    "postgresql://127.0.0.1/workervoice",  # whose?
    "postgresql://owner:secret@127.0.0.1",  # which?
    "postgresql://owner:secret@127.0.0.1:port/workervoice",
    "postgresql://owner:sec@ret@127.0.0.1/workervoice",
    "postgresql://owner:sec/ret@127.0.0.1/work voice\udcff",
    "postgresql://owner:secret@[::1/workervoice",
)
ADDRESSES = (
    *("hotline", "ftp://hotline.example.org", "https://", "https://hotline.example.org:99999"),
    *("https://[::1", "https://hotline example.org", "https://you:me@hotline.example.org"),
)
PORTS = ("high", "-1", "65536", "8400.5")
SECONDS = ("soon", "0", "-1", "61", "nan", "inf")
HEX = ("replace-me", "ab" * 31, "ab" * 33, "zz" * 32)
SPOILT = (" ", "new\nline", "se\udcffcret")
# for every setting, what it may not be
MALFORMED: dict[str, tuple[str, ...]] = {
    "data_dir": (__file__, f"{__file__}/below", "x" * 300),
    "public_url": (*ADDRESSES, "https://hotline.example.org/in", "https://hotline.example.org?a=b"),
    "fallback_url": (
        *(*ADDRESSES, "https://hotline.example.org/in"),
        "http://fallback.example.org",  # the drain secret would go there in clear
    ),
    "fallback_host": ("here and there", *SPOILT),
    "fallback_port": PORTS,
    "spool_dir": ("new\nline", "se\udcffcret"),
    "intake_key": (*HEX, "02" + "ab" * 32, "01" + "ab" * 1216, "02" + "AB" * 1216),
    "drain_secret": ("short", "x" * 31, *SPOILT),
    "gateway_host": ("here and there", "http://127.0.0.1", *SPOILT),
    **{f"{name}_ops_host": ("here and there", *SPOILT) for name in WATCHED},
    **{f"{name}_ops_port": ("65536", "-1", "a port") for name in WATCHED},
    "log_format": ("xml", "JSON"),
    "gateway_port": PORTS,
    "console_host": ("here and there", "127.0.0.1/8", *SPOILT),
    "console_port": PORTS,
    "console_url": (*ADDRESSES, "https://officers.example.org/login"),
    "demo": ("maybe", "2"),
    "phone_port": PORTS,
    "root_public": HEX,
    "database_url": DATABASES,
    "gateway_database_url": DATABASES,
    "courier_database_url": DATABASES,
    "console_database_url": DATABASES,
    "courier_poll_seconds": SECONDS,
    "twilio_sms_per_second": ("soon", "0", "-1", "1001", "nan", "inf"),
    "twilio_whatsapp_per_second": ("soon", "0", "-1", "1001", "nan", "inf"),
    "retention_days": ("ninety", "words: 90", "words=-1", *SPOILT),
    "log_level": ("debug", "loud"),
    "twilio_account_sid": ("replace-me", "AC1", "SK" + "1" * 32, ACCOUNT + "/.."),
    "twilio_auth_tokens": (",", " , ", *SPOILT),
    "twilio_api_key": ("replace-me", "SK1", ACCOUNT + "1"),
    "twilio_api_secret": SPOILT,
    "twilio_api_base": ADDRESSES,
    "twilio_timeout_seconds": SECONDS,
    "twilio_sms_from": ("hotline", "+1", "+1555 0100000", "whatsapp:+15550100000"),
    "twilio_whatsapp_from": ("hotline", "whatsapp:+15550100000"),
    "simulator_url": ADDRESSES,
    "recycle_requests": ("many", "-1", "1.5"),
    "gateway_processes": ("many", "0", "65"),
    "custody": ("cloud", "FILE"),
    "credentials_directory": ("new\nline", "se\udcffcret"),
    "vault_addr": (*ADDRESSES, "http://vault.example.org:8200"),
    "vault_token_file": ("new\nline", "se\udcffcret"),
    "vault_mount": ("../sys", "transit/", "a b", *SPOILT),
    "vault_namespace": ("/team", "a b", *SPOILT),
    "vault_ca_file": ("new\nline", "se\udcffcret"),
    "rule": ("ilo", "ILO-2012"),
    "translate_command": ("new\nline", "se\udcffcret"),
    "transcribe_command": ("new\nline", "se\udcffcret"),
    "second_opinion": ("new\nline", "se\udcffcret"),
    "providers_file": ("new\nline", "se\udcffcret"),
    "webhook_secrets": SPOILT,
    "twilio_content_sids": SPOILT,
    "sending_secrets": SPOILT,
    "recordings_dir": ("new\nline", "se\udcffcret"),
    "packs_dir": ("new\nline", "se\udcffcret"),
    "backup_dir": ("new\nline", "se\udcffcret"),
    "backup_keys_dir": ("new\nline", "se\udcffcret"),
    "keyed_list": ("new\nline", "se\udcffcret"),
    **dict.fromkeys(
        (
            *("texts_per_hour", "answers_per_hour", "answers_per_day"),
            *("flood_per_minute", "flood_per_hour"),
        ),
        ("0", "-1", "many", "1.5"),
    ),
    "simulator_secret": SPOILT,
    "boot_secret": HEX,
    "console_behind_proxy": ("perhaps", "2"),
    "login_delay_seconds": ("0", "-1", "3601", "a minute"),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in MALFORMED.items() for value in values]
)
def test_a_malformed_value_stops_the_start_in_one_sentence_that_names_it(
    name: str, value: str
) -> None:
    variable = f"WORKERVOICE_{name.upper()}"

    with pytest.raises(SettingsError) as refused:
        load({**SECRETS, variable: value})

    sentence = str(refused.value)
    assert sentence.startswith(f"{variable} is malformed: ")
    assert sentence.count("\n") == 0


@pytest.mark.parametrize("name", sorted(HOLDERS))
def test_a_malformed_secret_is_not_quoted(name: str) -> None:
    variable = f"WORKERVOICE_{name.upper()}"

    with pytest.raises(SettingsError, match=variable) as refused:
        load({**SECRETS, variable: "hunter2\n"})

    assert "hunter2" not in str(refused.value)


def test_of_every_setting_it_is_known_what_it_may_not_be() -> None:
    assert set(MALFORMED) == set(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql+psycopg://owner@/workervoice?host=%2Frun%2Fpg"),
        ("database_url", "postgresql://owner:p%40ss@[::1]:5433/workervoice?sslmode=require"),
        ("public_url", "https://hotline.example.org:8443/"),
        ("gateway_host", "::1"),
        ("gateway_host", "localhost"),
        ("twilio_api_base", "http://127.0.0.1:4000/twilio"),
        ("twilio_sms_from", "12345"),
        ("vault_addr", "http://127.0.0.1:8200"),
        ("vault_addr", "https://vault.example.org:8200/behind"),
        ("vault_namespace", "team/hotline"),
    ],
)
def test_a_value_that_is_well_formed_is_taken(name: str, value: str) -> None:
    found = getattr(load({**SECRETS, f"WORKERVOICE_{name.upper()}": value}), name)

    assert (found if isinstance(found, str) else found.get_secret_value()) == value


@pytest.mark.parametrize("content", [b"WORKERVOICE_GATEWAY_PORT=\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named_by_its_setting(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "env"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SettingsError, match="WORKERVOICE_ENV_FILE names a file"):
        load({"WORKERVOICE_ENV_FILE": str(file)})


def test_an_empty_value_counts_as_absent_in_the_file_too(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("WORKERVOICE_GATEWAY_PORT=\nWORKERVOICE_PUBLIC_URL=\n")

    found = load({"WORKERVOICE_ENV_FILE": str(file), "WORKERVOICE_CONSOLE_PORT": ""})

    assert (found.gateway_port, found.console_port, found.public_url) == (8400, 8401, None)


@pytest.mark.parametrize("process", ["gateway", "courier", "console"])
def test_a_process_gets_only_its_own_secrets(process: str) -> None:
    own = load(SECRETS).only_for(process).as_environment()

    given = {name for name in own if name.removeprefix("WORKERVOICE_").lower() in HOLDERS}
    allowed = {
        f"WORKERVOICE_{name.upper()}" for name, holders in HOLDERS.items() if process in holders
    }
    assert given == allowed
    assert "WORKERVOICE_DATABASE_URL" not in own


def test_every_secret_setting_has_declared_holders() -> None:
    secret = {name for name, f in Settings.model_fields.items() if "Secret" in str(f.annotation)}

    assert secret | {"vault_token_file"} == set(HOLDERS)


def test_no_secret_shows_in_a_repr() -> None:
    shown = repr(load(SECRETS))

    assert "secret" not in shown.replace("_secret", "").replace("Secret", "")
    assert "5ec4e7" not in shown
    assert "ab" * 32 not in shown


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("WORKERVOICE_GATEWAY_PORT=1111\nWORKERVOICE_CONSOLE_PORT=2222\n")

    found = load({"WORKERVOICE_ENV_FILE": str(file), "WORKERVOICE_GATEWAY_PORT": "3333"})

    assert (found.gateway_port, found.console_port) == (3333, 2222)


def test_several_tokens_are_told_apart() -> None:
    found = load({**SECRETS, "WORKERVOICE_TWILIO_AUTH_TOKENS": " old , new,"})

    assert found.tokens() == ("old", "new")


def test_without_an_api_key_the_accounts_own_token_is_the_login() -> None:
    given = {k: v for k, v in SECRETS.items() if "API" not in k}

    found = load(given).with_twilio_login()

    assert found.sends_by_twilio()
    assert found.twilio_api_key is not None
    assert found.twilio_api_key.get_secret_value() == ACCOUNT


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("rubbish line\n", 1),
        ("# a comment\n\nWORKERVOICE_DATABASE_URL postgresql://x:secret@/y\n", 3),
        ("WORKERVOICE_GATEWAY_PORT=1\nWORKERVOICE_DEMO\n", 2),
    ],
)
def test_a_line_of_the_file_that_means_nothing_is_named_by_its_number(
    written: str, line: int, tmp_path: Path
) -> None:
    file = tmp_path / "settings.env"
    file.write_text(written)

    with pytest.raises(SettingsError) as refused:
        load({"WORKERVOICE_ENV_FILE": str(file)})

    assert str(refused.value) == f"{file}, line {line}, is malformed: write NAME=value."


def test_a_file_of_settings_may_have_comments_blank_lines_and_other_programs_names(
    tmp_path: Path,
) -> None:
    file = tmp_path / "settings.env"
    file.write_text("# mine\n\nexport OTHER=1\nFLAG\nWORKERVOICE_GATEWAY_PORT=8555\n")

    assert load({"WORKERVOICE_ENV_FILE": str(file)}).gateway_port == 8555


def test_a_limit_is_told_in_plain_words() -> None:
    given = {"WORKERVOICE_ENV_FILE": "", "WORKERVOICE_TWILIO_TIMEOUT_SECONDS": "41"}

    with pytest.raises(SettingsError, match="is malformed: give at most 40"):
        load(given)


def test_systemds_own_name_tells_where_credentials_are() -> None:
    given = {"CREDENTIALS_DIRECTORY": "/run/credentials/x", "WORKERVOICE_ENV_FILE": ""}

    found = load(given)

    assert found.credentials_directory == Path("/run/credentials/x")
    assert "WORKERVOICE_CREDENTIALS_DIRECTORY" in found.only_for("gateway").as_environment()
