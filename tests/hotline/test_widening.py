"""Consent once given is widened by no text alone, whatever a dialogue makes of it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.builders import a_case
from tests.house import House
from workervoice.hotline import dossier
from workervoice.hotline.casepage import case_page
from workervoice.hotline.dossier import Arrival, Filing
from workervoice.hotline.process import Pen, Signer
from workervoice.message import Address, AddressKind, Facts, Inbound
from workervoice.store.engine import Scope
from workervoice.workflow.progress import Progress
from workervoice.workflow.turn import Turn


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def answer(house: House, case_id: UUID, consent: int) -> None:
    """A dialogue understood a text as this answer to the menu."""
    text = str(consent)
    sender = Address(AddressKind.PHONE, "+15550100777")
    arrival = Arrival(house.line(), Inbound(uuid4().hex, sender, text), house.engine.read(text))
    turn = Turn(Progress(state="resting"), answers=Facts(consent=consent))
    with house.gateway.database.begin(Scope(house.programme)) as tx:
        directory = house.gateway.directory(tx, house.now)
        signer = Signer(house.gateway.id, house.gateway.sign)
        pen = Pen(house.gateway.vault, signer, directory, house.now)
        found = dossier.find(tx, pen, case_id, [])
        assert found.row is not None
        filing = Filing(arrival, turn, replace(found.facts), found.row.conversation_id)
        dossier.take(tx, pen, found, filing)
        pen.log(tx, "message_received", case_id)


@pytest.mark.parametrize(
    ("first", "later", "stands"),
    [("0", 7, 0), ("1", 5, 1), ("1", 4, 1), ("5", 1, 1), ("7", 0, 0), ("1", 1, 1)],
)
def test_a_later_yes_to_somebody_new_waits_for_its_own_confirmation_and_a_no_does_not(
    house: House, first: str, later: int, stands: int
) -> None:
    case_id = a_case(house, consent=first)

    answer(house, case_id, later)

    record = case_page(house.console, house.actor("asha"), case_id).record
    assert record.facts.consent == stands
