"""The demo: whose number it sends from, and what it says when it is started again."""

from __future__ import annotations

import pytest

from workervoice.app import demo
from workervoice.errors import SettingsError
from workervoice.settings import Settings, load

TWILIO = {
    "WORKERVOICE_ENV_FILE": "",
    "WORKERVOICE_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "WORKERVOICE_TWILIO_API_KEY": "SK" + "1" * 32,
    "WORKERVOICE_TWILIO_API_SECRET": "secret",
}


def settings(**more: str) -> Settings:
    return load({**TWILIO, **{f"WORKERVOICE_{name}": value for name, value in more.items()}})


def test_a_demo_that_sends_through_twilio_needs_a_number_there() -> None:
    with pytest.raises(SettingsError) as refused:
        demo.check_senders(settings())

    assert str(refused.value).startswith("WORKERVOICE_TWILIO_SMS_FROM is missing")
    demo.check_senders(settings(TWILIO_SMS_FROM="+15550100888"))
    demo.check_senders(settings(TWILIO_WHATSAPP_FROM="+15550100888"))


def test_a_demo_with_simulated_phones_needs_none() -> None:
    demo.check_senders(load({"WORKERVOICE_ENV_FILE": ""}))
