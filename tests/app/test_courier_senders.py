"""Whom the courier sends through: each line's own provider, and everybody's where there is one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.channels.contract import SINCE, a_message
from tests.house import House
from workervoice.app.courier import _senders
from workervoice.channels.android_sending import AndroidSender
from workervoice.channels.setup import Setups
from workervoice.channels.simulator import SimulatorSender
from workervoice.errors import SettingsError
from workervoice.message import Halt, Rejected, Unknown
from workervoice.settings import load

PHONE = {"provider": "android", "url": "http://10.0.0.2", "user": "sms", "country": "880"}
NOT_SET = Rejected("no_provider", permanent=False, halt=Halt.BROKEN)
SIMULATED = {
    "WORKERVOICE_SIMULATOR_SECRET": "the secret",
    "WORKERVOICE_SIMULATOR_URL": "http://127.0.0.1:1",
}


def _setups(**given: str) -> Setups:
    settings = load({"WORKERVOICE_ENV_FILE": "", **given})
    return Setups(settings, {"bd-sim": PHONE}, {"bd-sim": {"password": "p"}})


def test_a_line_of_the_file_has_its_own_provider_and_others_everybodys(shared_house: House) -> None:
    line, senders = shared_house.line(), _senders(_setups(**SIMULATED))

    assert isinstance(senders(replace(line, slug="bd-sim")), AndroidSender)
    assert isinstance(senders(line), SimulatorSender)


def test_where_every_line_has_its_own_provider_nobodys_is_needed(shared_house: House) -> None:
    line, senders = shared_house.line(), _senders(_setups())

    assert isinstance(senders(replace(line, slug="bd-sim")), AndroidSender)
    assert senders(line).send(a_message()) == NOT_SET


@pytest.mark.parametrize(("slug", "channel"), [("bd-sim", "whatsapp"), ("other", "telegram")])
def test_a_text_never_leaves_by_a_provider_that_has_no_such_channel(
    shared_house: House, slug: str, channel: str
) -> None:
    line = replace(shared_house.line(), slug=slug, channel=channel)
    sender = _senders(_setups(**SIMULATED))(line)

    assert sender.send(a_message()) == NOT_SET
    assert sender.find(a_message(), SINCE) == Unknown("no_provider")


def test_a_courier_without_any_provider_says_what_is_missing() -> None:
    with pytest.raises(SettingsError, match="no simulated phone network"):
        _senders(replace(_setups(), said={}))
