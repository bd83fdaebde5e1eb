"""Settings: read once, checked together, and each process gets only its own secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from workervoice.errors import SettingsError
from workervoice.settings import HOLDERS, Settings, load

SECRETS = {
    "WORKERVOICE_DATABASE_URL": "postgresql://owner-secret",
    "WORKERVOICE_GATEWAY_DATABASE_URL": "postgresql://gateway-secret",
    "WORKERVOICE_COURIER_DATABASE_URL": "postgresql://courier-secret",
    "WORKERVOICE_CONSOLE_DATABASE_URL": "postgresql://console-secret",
    "WORKERVOICE_TWILIO_ACCOUNT_SID": "AC1",
    "WORKERVOICE_TWILIO_AUTH_TOKENS": "token-secret",
    "WORKERVOICE_TWILIO_API_KEY": "key-secret",
    "WORKERVOICE_TWILIO_API_SECRET": "api-secret",
    "WORKERVOICE_SIMULATOR_SECRET": "simulator-secret",
    "WORKERVOICE_BOOT_SECRET": "ab" * 32,
    "WORKERVOICE_ENV_FILE": "",
}


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

    assert secret == set(HOLDERS)


def test_no_secret_shows_in_a_repr() -> None:
    shown = repr(load(SECRETS))

    assert "secret" not in shown.replace("_secret", "").replace("Secret", "")
    assert "ab" * 32 not in shown


def test_a_malformed_value_is_named_and_not_quoted() -> None:
    with pytest.raises(SettingsError) as refused:
        load({"WORKERVOICE_BOOT_SECRET": "hunter2", "WORKERVOICE_ENV_FILE": ""})

    assert "WORKERVOICE_BOOT_SECRET" in str(refused.value)
    assert "hunter2" not in str(refused.value)


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
    assert found.twilio_api_key.get_secret_value() == "AC1"
