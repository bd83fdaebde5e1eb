"""What is neither words nor a medium opens a case, is answered, and a handler sees what it was."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, cases_of, phrase, words_in
from workervoice.hotline import redacting, telling
from workervoice.hotline.casepage import case_page
from workervoice.hotline.dossier import Arrival
from workervoice.hotline.redacting import Cut
from workervoice.message import Address, AddressKind, Inbound, MediaHandle, Sent

HERE = "23.81033, 90.4125"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def sends(
    house: House, worker: Worker, sent: Sent | None, text: str = "", *media: MediaHandle
) -> list[str]:
    """What arrives on the phone after this was sent from it."""
    before = len(worker.texts)
    place = HERE if sent is Sent.PLACE else ""
    sender = Address(AddressKind.PHONE, worker.number)
    inbound = Inbound(f"SM{uuid4().hex}", sender, text, media, sent=sent, place=place)
    reading = house.reception.read(inbound)
    house.reception.receive(Arrival(house.line(), inbound, reading))
    house.deliver()
    return worker.texts[before:]


@pytest.mark.parametrize("sent", Sent)
def test_every_kind_opens_a_case_and_gets_the_same_first_answer(house: House, sent: Sent) -> None:
    worker = a_worker(house)

    said = sends(house, worker, sent)

    assert said == [phrase(house, "first_answer")]
    (case_id,) = cases_of(house)
    (entry,) = case_page(house.console, house.actor("asha"), case_id).thread
    assert entry.sent == sent


def test_a_handler_sees_what_was_sent_and_of_a_place_its_numbers(house: House) -> None:
    worker = a_worker(house)
    worker.say("they took our passports")

    sends(house, worker, Sent.PLACE, "we are here")
    sends(house, worker, Sent.PLACE)
    sends(house, worker, Sent.CONTACT)

    seen = [said.sent for said in worker.case.thread if said.direction == "in"]
    assert seen == ["", "place", "place", "contact"]
    assert words_in(worker.case)[1:] == [f"we are here\n{HERE}", HERE, ""]


def test_coordinates_answer_no_question_and_name_no_site(house: House) -> None:
    worker = a_worker(house)
    worker.say("they took our passports")

    sends(house, worker, Sent.PLACE)

    facts = worker.case.record.facts
    assert (facts.site_id, facts.safe_to_talk, facts.consent) == (None, None, None)
    assert not worker.case.thread[-1].may_be_translated


def test_coordinates_can_be_taken_out_and_are_told_to_the_worker_who_asks(house: House) -> None:
    worker = a_worker(house)
    worker.say("they took our passports")
    sends(house, worker, Sent.PLACE)
    assert worker.case_id is not None
    asha, entry = house.actor("asha"), worker.case.thread[-1].id

    told = telling.tell_worker(house.console, asha, worker.case_id, "she came to the office")
    redacting.redact(house.console, asha, worker.case_id, Cut(entry, HERE), "a home address")

    assert HERE in str(told)
    assert HERE not in "".join(words_in(worker.case))


def test_media_are_named_by_their_kinds(house: House) -> None:
    worker = a_worker(house)
    worker.say("they took our passports")
    types = ("image/jpeg", "audio/ogg", "video/mp4", "application/pdf", "")

    sends(house, worker, None, "", *(MediaHandle("https://api.example/m/1", t) for t in types))

    assert worker.case.thread[-1].kinds == ("image", "audio", "video", "file", "file")


def test_the_database_holds_no_coordinates_in_clear(house: House) -> None:
    worker = a_worker(house)
    worker.say("they took our passports")
    sends(house, worker, Sent.PLACE)

    with house.owner.begin() as tx:
        found = tx.connection.exec_driver_sql(
            "SELECT count(*) FROM message WHERE position('23.8103'::bytea in words) > 0"
        ).scalar_one()

    assert found == 0
