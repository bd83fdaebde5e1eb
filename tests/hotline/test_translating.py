"""What an entry means, written by somebody who reads it: where it stands, and what it changes."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, asked
from workervoice.errors import Declined, NotFound
from workervoice.hotline import redacting
from workervoice.hotline.redacting import Cut
from workervoice.hotline.thread import Said
from workervoice.hotline.translating import MOST, Meaning, translate

SPANISH = "Nos quitaron los pasaportes. Marta lo vio"
MEANS = "They took our passports. Marta saw it"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def a_case(house: House) -> tuple[Worker, UUID, UUID]:
    """A worker, their case, and the entry of their report, after which they wrote more."""
    worker = a_worker(house)
    worker.say(SPANISH)
    worker.say("Trabajamos doce horas cada día")
    assert worker.case_id is not None
    return worker, worker.case_id, worker.case.thread[0].id


def write(
    house: House,
    case_id: UUID,
    entry_id: UUID,
    text: str = MEANS,
    *,
    once: UUID | None = None,
    login: str = "ben",
) -> None:
    translate(house.console, house.actor(login), case_id, Meaning(entry_id, text), once)


def words(said: Said) -> str:
    return "".join(text for text, _, _ in said.passages)


def test_a_translation_stands_behind_its_original_under_its_writers_name(house: House) -> None:
    worker, case_id, entry_id = a_case(house)
    before = worker.case

    write(house, case_id, entry_id)
    page = worker.case

    told = [(said.kind, said.by, words(said)) for said in page.thread[:2]]
    assert told == [("report", "worker", SPANISH), ("translation", "Ben, handler", MEANS)]
    assert [s.id for s in page.thread if s.kind != "translation"] == [s.id for s in before.thread]
    assert page.translated == {entry_id}
    assert (page.record, page.state) == (before.record, before.state)
    (leaf,) = house.leaves("translated")
    assert leaf["object"] == str(case_id)
    assert "passports" not in str(leaf)


def test_it_lies_sealed_and_twice_sent_it_is_there_once(house: House) -> None:
    worker, case_id, entry_id = a_case(house)
    once = uuid4()

    for _ in range(2):
        write(house, case_id, entry_id, once=once)

    assert [said.kind for said in worker.case.thread].count("translation") == 1
    stored = [bytes(row.words) for row in asked(house, "SELECT words FROM message")]
    assert not any(b"passports" in value for value in stored)


def test_two_people_may_read_the_same_differently(house: House) -> None:
    worker, case_id, entry_id = a_case(house)

    write(house, case_id, entry_id, "They kept our passports", login="asha")
    write(house, case_id, entry_id)

    assert [said.by for said in worker.case.thread[1:3]] == ["Asha, handler", "Ben, handler"]


def test_a_passage_is_taken_out_of_a_translation_as_of_its_original(house: House) -> None:
    worker, case_id, entry_id = a_case(house)
    write(house, case_id, entry_id)
    translation = worker.case.thread[1]

    for cut in (Cut(entry_id, "Marta", None), Cut(translation.id, "Marta", None)):
        redacting.redact(house.console, house.actor("asha"), case_id, cut, "a name")

    first, second = worker.case.thread[:2]
    assert second.kind == "translation"
    assert not any("Marta" in words(said) for said in (first, second))
    assert words(second) == "They took our passports. [removed: a name] saw it"


@pytest.mark.parametrize("text", ["", " \n", "x" * (MOST + 1)])
def test_nothing_and_too_much_are_no_translation(house: House, text: str) -> None:
    worker, case_id, entry_id = a_case(house)

    with pytest.raises(Declined):
        write(house, case_id, entry_id, text)

    assert not worker.case.translated


def test_only_words_between_worker_and_hotline_are_translated_by_the_team(house: House) -> None:
    worker, case_id, entry_id = a_case(house)
    write(house, case_id, entry_id)
    note = worker.case.thread[1].id

    for wrong in (note, uuid4()):
        with pytest.raises(NotFound):
            write(house, case_id, wrong)
    with pytest.raises(NotFound):
        write(house, case_id, entry_id, login="nora")
    with pytest.raises(NotFound):
        write(house, a_case(house)[1], entry_id)

    assert worker.case.translated == {entry_id}
