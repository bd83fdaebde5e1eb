"""DELETE means what was written, however old its case is, and tells a stranger nothing."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, cases_of, phrase, read_by_a_handler

REPORT = "They took our passports"
AGAIN = "the new boss hits us"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def closed(house: House, days: int) -> Worker:
    """A worker whose case was closed so many days ago."""
    worker = a_worker(house)
    worker.say(REPORT)
    house.desk.move(house.actor("asha"), worker.case.id, "take_up", "")
    house.desk.move(house.actor("sam"), worker.case.id, "close_unconfirmed", "no answer")
    house.wait(days=days)
    return worker


def deletes(worker: Worker) -> str:
    """DELETE; returns the digit that confirms it."""
    (asks,) = worker.say("DELETE")
    digit = asks.partition("send ")[2][0]
    assert asks == phrase(worker.house, "delete_confirm_nothing_left", digit=digit)
    return digit


@pytest.mark.parametrize("days", [1, 89, 91, 400])
def test_a_case_that_was_closed_long_ago_can_still_be_deleted(house: House, days: int) -> None:
    worker = closed(house, days)

    said = worker.say(deletes(worker))

    assert said == [phrase(house, "delete_started")]
    assert cases_of(house) == {worker.case_id}
    assert (worker.case.state, worker.case.conversation) == ("withdrawn", "withdrawn")


@pytest.mark.parametrize("days", [1, 91])
def test_any_other_text_keeps_a_closed_case_and_is_a_report(house: House, days: int) -> None:
    worker = closed(house, days)
    deletes(worker)

    said = worker.say(AGAIN)

    old = worker.case
    reports = [read_by_a_handler(house, case_id)[-1] for case_id in cases_of(house)]
    assert said == [phrase(house, "delete_cancelled")]
    assert old.state == ("in_progress" if days < 90 else "closed")
    assert AGAIN in reports


@pytest.mark.parametrize("days", [1, 91])
def test_a_report_within_the_72_hours_keeps_a_closed_case_and_is_seen(
    house: House, days: int
) -> None:
    worker = closed(house, days)
    worker.say(deletes(worker))
    house.wait(hours=20)

    worker.say(AGAIN)

    new = cases_of(house) - {worker.case_id}
    assert worker.case.state == ("in_progress" if days < 90 else "closed")
    assert read_by_a_handler(house, worker.case.id)[-1] == AGAIN
    assert [read_by_a_handler(house, case_id) for case_id in new] == (
        [[AGAIN]] if days > 90 else []
    )


def test_a_new_case_after_a_kept_old_one_has_nothing_of_its_facts(house: House) -> None:
    worker = a_worker(house)
    for text in (f"{REPORT}. RIVER", "1", "never", "7"):
        worker.say(text)
    house.desk.move(house.actor("asha"), worker.case.id, "take_up", "")
    house.desk.move(house.actor("sam"), worker.case.id, "close_unconfirmed", "no answer")
    house.wait(days=91)
    worker.say(deletes(worker))

    worker.say("the food is bad")

    (new,) = cases_of(house) - {worker.case_id}
    facts = Worker(house, worker.number, case_id=new).case.record.facts
    assert (facts.consent, facts.site_id, facts.safe_to_talk) == (None, None, None)
    assert "P_documents" not in facts.items


def test_who_has_reported_nothing_has_nothing_to_delete(house: House) -> None:
    stranger = a_worker(house)

    said = [stranger.say(text) for text in ("STATUS", "DELETE", "STOP", "START", "DELETE")]

    nothing = [phrase(house, "nothing_waits")]
    assert (said[0], said[1], said[4]) == (nothing, nothing, nothing)
    assert cases_of(house) == set()
