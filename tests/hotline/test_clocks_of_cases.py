"""Feedback counts from the acknowledgement, and what we reopen ourselves is promised something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.house import START, House
from tests.looking import Worker, a_worker
from workervoice.store.clocks import clocks_about
from workervoice.store.engine import Scope
from workervoice.workflow.clocks import months_later

REPORT = "They took our passports"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


@pytest.fixture
def worker(house: House) -> Worker:
    someone = a_worker(house)
    someone.say(REPORT)
    return someone


def due(house: House, case_id: UUID | None, kind: str = "feedback") -> list[datetime]:
    """When the clocks of one kind about this case run out."""
    assert case_id is not None
    with house.owner.begin(Scope(house.programme)) as tx:
        records = [record for _, record in clocks_about(tx, house.console.vault, [case_id])]
    moments = [datetime.fromtimestamp(r["due"], tz=UTC) for r in records if r["kind"] == kind]
    return sorted(moments)


def answer(worker: Worker) -> None:
    house = worker.house
    house.desk.answer(house.actor("asha"), worker.case.id, f"We look into it. {house.now}")


def closed(worker: Worker) -> None:
    """Answered, and closed by a supervisor; its clocks have stopped."""
    answer(worker)
    sam = worker.house.actor("sam")
    worker.house.desk.move(sam, worker.case.id, "close_unconfirmed", "the worker went home")
    worker.house.wait(hours=2)
    worker.house.deliver()


def test_without_an_acknowledgement_feedback_counts_from_the_seventh_day(
    house: House, worker: Worker
) -> None:
    seventh_day = START + timedelta(days=7)

    assert due(house, worker.case_id) == [months_later(seventh_day, 3)]


def test_an_acknowledgement_makes_feedback_count_from_it(house: House, worker: Worker) -> None:
    house.wait(days=3)

    answer(worker)

    assert due(house, worker.case_id) == [datetime(2027, 2, 25, 9, 0, tzinfo=UTC)]


def test_later_answers_and_late_ones_put_feedback_off_for_nobody(
    house: House, worker: Worker
) -> None:
    late = a_worker(house)
    late.say(REPORT)
    answer(worker)
    first = due(house, worker.case_id)

    house.wait(days=20)
    answer(worker)
    answer(late)

    assert due(house, worker.case_id) == first == [datetime(2027, 2, 22, 9, 0, tzinfo=UTC)]
    assert due(house, late.case_id) == [datetime(2027, 2, 28, 9, 0, tzinfo=UTC)]


def test_reporting_a_remedy_is_an_acknowledgement_too(house: House, worker: Worker) -> None:
    asha = house.actor("asha")
    house.desk.move(asha, worker.case.id, "take_up", "")

    house.desk.move(asha, worker.case.id, "report_remedy", "documents returned")

    assert due(house, worker.case_id) == [datetime(2027, 2, 22, 9, 0, tzinfo=UTC)]


def test_a_case_that_we_reopen_owes_feedback_again(house: House, worker: Worker) -> None:
    closed(worker)
    before = due(house, worker.case_id)
    house.wait(days=10)

    house.desk.move(house.actor("asha"), worker.case.id, "reopen", "it was not over")

    assert before == []
    assert due(house, worker.case_id) == [datetime(2027, 3, 2, 11, 0, tzinfo=UTC)]
    assert due(house, worker.case_id, "legal_acknowledgement") == []
    assert due(house, worker.case_id, "handler_acknowledgement") == []


def test_what_was_set_aside_and_is_reopened_waits_for_somebody_by_its_priority(
    house: House, worker: Worker
) -> None:
    asha = house.actor("asha")
    house.desk.move(asha, worker.case.id, "set_aside", "another matter")
    house.wait(hours=2)
    house.deliver()

    house.desk.move(asha, worker.case.id, "reopen", "it was not")

    (waits,) = due(house, worker.case_id, "handler_acknowledgement")
    assert worker.case.state == "awaiting_review"
    assert waits == house.now + timedelta(hours=72)


def test_reopened_within_the_hour_a_case_has_one_clock_of_a_kind(
    house: House, worker: Worker
) -> None:
    answer(worker)
    for move, login in (("close_unconfirmed", "sam"), ("reopen", "asha")):
        house.desk.move(house.actor(login), worker.case.id, move, "a slip")

    assert len(due(house, worker.case_id)) == 1


def test_a_worker_who_reopens_is_acknowledged_and_told_anew(house: House, worker: Worker) -> None:
    closed(worker)
    house.wait(days=10)
    worker.say("they took them again")
    unanswered = house.now + timedelta(days=7)
    first = due(house, worker.case_id), due(house, worker.case_id, "legal_acknowledgement")

    house.wait(hours=3)
    house.deliver()
    kept = due(house, worker.case_id, "legal_acknowledgement")
    answer(worker)
    house.wait(hours=2)
    house.deliver()

    assert first == ([datetime(2027, 3, 9, 11, 0, tzinfo=UTC)], [unanswered])
    assert kept == [unanswered]
    assert due(house, worker.case_id, "legal_acknowledgement") == []
    assert due(house, worker.case_id) == [datetime(2027, 3, 2, 14, 0, tzinfo=UTC)]


def test_an_answer_to_one_worker_changes_nothing_for_another(house: House, worker: Worker) -> None:
    other = a_worker(house)
    other.say(REPORT)

    answer(worker)

    assert due(house, other.case_id) == [datetime(2027, 2, 28, 9, 0, tzinfo=UTC)]
