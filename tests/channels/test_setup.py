"""What lines' providers are told: by a file, by secrets, and what is said of a mistake in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workervoice.channels.registry import (
    lines_by_sender,
    provider_of,
    receivers,
    sender_of,
)
from workervoice.channels.setup import MOST_BYTES, Setup, Setups
from workervoice.channels.simulator import SimulatorSender
from workervoice.channels.twilio_keeping import TwilioKeeper
from workervoice.channels.twilio_sending import TwilioSender
from workervoice.errors import SettingsError
from workervoice.settings import Settings, load

ACCOUNT = "AC" + "1" * 32
TWILIO = {
    "WORKERVOICE_TWILIO_ACCOUNT_SID": ACCOUNT,
    "WORKERVOICE_TWILIO_API_KEY": "SK" + "2" * 32,
    "WORKERVOICE_TWILIO_API_SECRET": "the secret",
}
SIMULATED = {
    "WORKERVOICE_SIMULATOR_SECRET": "the secret",
    "WORKERVOICE_SIMULATOR_URL": "http://127.0.0.1:1",
}


def settings(**others: str) -> Settings:
    return load({"WORKERVOICE_ENV_FILE": "", **others})


def told(path: Path, text: str, secrets: str | None = None) -> Setups:
    """The setups of a courier whose file says this."""
    path.write_text(text, encoding="utf-8")
    given = {"WORKERVOICE_PROVIDERS_FILE": str(path)}
    if secrets is not None:
        given["WORKERVOICE_SENDING_SECRETS"] = secrets
    return Setups.read(settings(**given), "sending_secrets")


def test_without_a_file_every_line_is_twilios_or_of_the_simulated_network() -> None:
    by_twilio = Setups.read(settings(**TWILIO), "sending_secrets")
    simulated = Setups.read(settings(**SIMULATED), "sending_secrets")

    assert isinstance(sender_of(by_twilio, "any"), TwilioSender)
    assert isinstance(sender_of(simulated, "any"), SimulatorSender)
    keep = provider_of(by_twilio, "any").keeper
    assert keep is not None
    assert isinstance(keep(by_twilio.of("any")), TwilioKeeper)
    assert lines_by_sender(by_twilio) == {}


def test_a_line_without_any_way_to_send_says_what_is_missing() -> None:
    with pytest.raises(SettingsError, match="no simulated phone network"):
        sender_of(Setups.read(settings(), "sending_secrets"), "any")


def test_a_gateway_hears_the_simulated_network_only_where_there_is_one() -> None:
    assert set(receivers(Setups.read(settings(), "webhook_secrets"))) == {"twilio"}
    simulated = Setups.read(settings(**SIMULATED), "webhook_secrets")
    assert set(receivers(simulated)) == {"twilio", "simulator"}


def test_a_provider_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    setups = told(tmp_path / "providers.yaml", "bd-sms: {provider: pigeons}")

    with pytest.raises(SettingsError, match=r"line bd-sms is of 'pigeons'.*twilio"):
        provider_of(setups, "bd-sms")


@pytest.mark.parametrize(
    "text",
    ["", "- a list", "a: b", "1: {a: b}", "a: {1: b}", "a: [", "\x00", "a: !!python/name:os"],
)
def test_a_file_of_another_shape_is_one_clear_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="WORKERVOICE_PROVIDERS_FILE"):
        told(tmp_path / "providers.yaml", text)


def test_a_file_that_is_missing_or_huge_is_one_clear_error(tmp_path: Path) -> None:
    given = {"WORKERVOICE_PROVIDERS_FILE": str(tmp_path / "nowhere.yaml")}
    with pytest.raises(SettingsError, match="cannot be read"):
        Setups.read(settings(**given), "sending_secrets")

    with pytest.raises(SettingsError, match="has to name lines"):
        told(tmp_path / "huge.yaml", "a: {b: " + "x" * MOST_BYTES + "}")


@pytest.mark.parametrize("text", ["secret-word", "[]", '{"a": "secret-word"}', '{"a": {"b": 1}}'])
def test_secrets_of_another_shape_are_one_error_that_quotes_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="WORKERVOICE_SENDING_SECRETS") as caught:
        told(tmp_path / "providers.yaml", "{}", text)

    assert "secret-word" not in str(caught.value)


def test_a_line_is_told_what_the_file_says_of_it_and_nothing_else(tmp_path: Path) -> None:
    secrets = json.dumps({"bd-sms": {"token": "hidden-word"}, "np-sms": {"token": "other"}})
    setups = told(
        tmp_path / "providers.yaml", "bd-sms: {provider: twilio, url: here}\nnp-sms: {}", secrets
    )

    setup = setups.of("bd-sms")

    assert (setup.text("url"), setup.text("name", "none")) == ("here", "none")
    assert setup.secret("token") == "hidden-word"
    assert "hidden-word" not in f"{setups!r} {setup!r}"
    setup.only("url")
    with pytest.raises(SettingsError, match="bd-sms has url, which means nothing"):
        setup.only("address")
    with pytest.raises(SettingsError, match="needs a text for name"):
        setup.text("name")
    with pytest.raises(SettingsError, match="its secret word is missing"):
        setup.secret("word")
    assert setups.of("np-sms").said == {}


def test_a_line_that_nobody_names_has_no_secrets() -> None:
    assert Setup(settings(), "any").secrets == {}
