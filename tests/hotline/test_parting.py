"""Parting: what another person wrote on the same phone begins a case of its own."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.hotline.test_complaints import TOLD
from tests.house import House
from tests.looking import Worker, a_worker, cases_of, read_by_a_handler
from workervoice.errors import Declined, GuardFailed
from workervoice.hotline import parting
from workervoice.hotline.byhand import ByHand
from workervoice.hotline.thread import Said

MINE, HERS = "They took our passports", "the boss hits the women in the canteen"


def _two_in_one(house: House) -> Worker:
    worker = a_worker(house)
    worker.say(MINE)
    worker.say(HERS)
    return worker


def _texts(worker: Worker) -> dict[str, UUID]:
    return {_text(said): said.id for said in worker.case.thread if said.direction == "in"}


def _text(said: Said) -> str:
    return "".join(words for words, _, _ in said.passages)


def _part(house: House, worker: Worker, *texts: str, reason: str = "she said so") -> None:
    assert worker.case_id is not None
    marked = {_texts(worker)[text] for text in texts}
    once = uuid4()
    parting.part(house.console, house.actor("asha"), worker.case_id, (marked, reason), once)
    ByHand(house.reception).take_waiting()


def test_marked_texts_begin_a_case_that_no_phone_leads_to(house: House) -> None:
    worker = _two_in_one(house)
    before = cases_of(house)

    _part(house, worker, HERS)

    (new,) = cases_of(house) - before
    assert read_by_a_handler(house, new) == [HERS]
    with pytest.raises(GuardFailed, match="no phone leads"):
        house.desk.answer(house.actor("asha"), new, "Are you safe?")


def test_the_old_case_keeps_its_texts_and_says_what_was_done(house: House) -> None:
    worker = _two_in_one(house)

    _part(house, worker, HERS)

    assert worker.case_id is not None
    assert read_by_a_handler(house, worker.case_id) == [MINE, HERS]
    assert [_text(said) for said in worker.case.thread if said.kind == "parted"] == ["she said so"]
    assert len(house.leaves("case_parted")) == 1


@pytest.mark.parametrize("marked", [(), (MINE, HERS)])
def test_none_or_all_of_the_texts_are_not_parted(house: House, marked: tuple[str, ...]) -> None:
    worker = _two_in_one(house)
    before = cases_of(house)

    with pytest.raises(Declined, match="some, and not all"):
        _part(house, worker, *marked)

    assert cases_of(house) == before


def test_it_takes_a_reason(house: House) -> None:
    worker = _two_in_one(house)

    with pytest.raises(Declined, match="how you know"):
        _part(house, worker, HERS, reason=" ")


def test_a_case_of_named_people_is_not_parted_into_one_of_the_team(house: House) -> None:
    worker = a_worker(house)
    worker.say(TOLD)
    worker.say("she works for him")
    sam = house.actor("sam")
    (case_id,) = cases_of(house)

    with pytest.raises(Declined, match="can be parted"):
        parting.part(house.console, sam, case_id, ({uuid4()}, "x"), uuid4())
