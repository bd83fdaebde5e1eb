"""Promises: kept ones stop, late ones are recorded once a rung and shown to those who must hear."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from tests.builders import a_case, a_packet, a_released_issue
from tests.house import House
from tests.looking import Worker, a_worker, asked
from workervoice.errors import GuardFailed
from workervoice.hotline import buying, disclosing, releasing
from workervoice.hotline.overview import monitor_lines, queue

REPORT = "They took our passports"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def clocks(house: House) -> int:
    return len(asked(house, "SELECT id FROM clock"))


def ran_out(house: House) -> list[str]:
    """The rungs that the log tells of, with who has to hear, in order."""
    return sorted(leaf["detail"] for leaf in house.leaves("clock_ran_out"))


def late(house: House) -> tuple[list[bool], list[bool]]:
    """What the handlers' queue and the monitor's list say about each case."""
    lines = queue(house.console, house.actor("asha"))
    monitor = monitor_lines(house.console, house.actor("mina"))
    return [line.late for line in lines], [line.late for line in monitor]


def later(house: House, **duration: float) -> None:
    house.wait(**duration)
    house.deliver()
    house.courier.tick()


@pytest.mark.parametrize(
    ("texts", "minutes"),
    [((REPORT, "3"), 30), ((REPORT,), 72 * 60), (("hello",), 7 * 24 * 60)],
    ids=["danger", "one indicator", "a greeting"],
)
def test_a_case_that_nobody_takes_up_in_its_time_is_late(
    house: House, texts: tuple[str, ...], minutes: int
) -> None:
    worker = a_worker(house)
    for text in texts:
        worker.say(text)

    house.wait(minutes=minutes)
    in_time = late(house)
    house.wait(seconds=1)

    assert in_time == ([False], [False])
    assert late(house) == ([True], [True])


def test_a_late_promise_is_in_the_log_once_a_rung_and_then_no_more(house: House) -> None:
    a_worker(house).say(REPORT)
    later(house, hours=72)
    in_time = ran_out(house)

    rungs = []
    for _ in range(6):
        later(house, hours=1)
        rungs.append(len(ran_out(house)))

    assert in_time == []
    assert rungs == [1, 2, 3, 3, 3, 3]  # handler, supervisor, administrator
    assert ran_out(house) == ["rung 0: handler", "rung 1: supervisor", "rung 2: administrator"]


def test_a_round_within_the_same_hour_climbs_no_rung(house: House) -> None:
    a_worker(house).say(REPORT)
    later(house, hours=73)

    for _ in range(10):
        later(house, minutes=5)

    assert len(ran_out(house)) == 1


def test_nothing_of_a_late_case_is_closed_moved_or_told(house: House) -> None:
    worker = a_worker(house)
    worker.say(REPORT)
    before = (worker.case.state, list(worker.texts))

    for _ in range(12):
        later(house, days=10)

    assert (worker.case.state, list(worker.texts)) == before


def take_up(worker: Worker) -> None:
    house = worker.house
    house.desk.move(house.actor("asha"), worker.case.id, "take_up", "")


def answer(worker: Worker) -> None:
    house = worker.house
    house.desk.answer(house.actor("asha"), worker.case.id, "How can we help?")


@pytest.mark.parametrize(("act", "left"), [(take_up, 2), (answer, 1)])
def test_a_kept_promise_stops_its_clock(
    house: House, act: Callable[[Worker], None], left: int
) -> None:
    """Taking up is the first acknowledgement; an answer is the legal one too."""
    worker = a_worker(house)
    worker.say(REPORT)
    started = clocks(house)

    act(worker)
    later(house, hours=2)
    later(house, hours=80)

    assert (started, clocks(house)) == (3, left)
    assert ran_out(house) == []
    assert late(house) == ([False], [False])


def test_a_promise_kept_late_stops_too(house: House) -> None:
    worker = a_worker(house)
    worker.say(REPORT)
    later(house, hours=73)

    answer(worker)
    later(house, hours=2)

    assert late(house) == ([False], [False])
    assert len(ran_out(house)) == 1


def test_a_worse_report_starts_a_shorter_clock(house: House) -> None:
    worker = a_worker(house)
    worker.say("hello")
    worker.say("3")

    house.wait(minutes=31)

    assert late(house) == ([True], [True])


def test_a_withdrawal_is_checked_by_a_person_within_72_hours(house: House) -> None:
    worker = a_worker(house)
    worker.say(REPORT)
    answer(worker)
    digit = worker.say("DELETE")[-1].split("send ")[1][0]
    worker.say(digit)

    later(house, hours=72)
    in_time = late(house)
    later(house, hours=1)

    assert in_time == ([False], [False])
    assert late(house) == ([True], [True])
    assert worker.case.state == "withdrawn"  # and nothing erases itself


def two_disclosures(house: House) -> UUID:
    """An issue that was released to two buyers, and was seen on their lists."""
    return a_released_issue(house, a_case(house))


def states(house: House) -> list[str]:
    return [row.state for row in asked(house, "SELECT state FROM disclosure ORDER BY state")]


def nora(house: House, *moves: str) -> list[str]:
    """Nora of one buyer makes these moves on her disclosure."""
    actor = house.actor("nora")
    (line,) = buying.disclosure_lines(house.console, actor)
    return [buying.move(house.console, actor, line.id, move, "") for move in moves]


def test_a_disclosure_is_on_its_buyers_list_from_the_next_round(house: House) -> None:
    case_id = a_case(house)
    issue_id = disclosing.draft(house.console, house.actor("asha"), case_id, a_packet())
    disclosing.approve(house.console, house.actor("asha"), issue_id)
    releasing.release(house.console, house.actor("sam"), issue_id)
    before = states(house)

    house.courier.tick()

    assert before == ["sealed", "sealed"]
    assert states(house) == ["notified", "notified"]


@pytest.mark.parametrize("opened", [True, False])
def test_a_disclosure_lapses_after_72_hours_and_can_still_be_taken_up(
    house: House, opened: bool
) -> None:
    two_disclosures(house)
    if opened:
        nora(house, "open")
    later(house, hours=72)
    in_time = states(house)
    later(house, hours=1)
    lapsed = states(house)
    steps = nora(house, "open", "acknowledge")
    later(house, hours=5)

    assert "lapsed" not in in_time
    assert lapsed == ["lapsed", "lapsed"]
    assert steps == ["opened", "acknowledged"]
    assert states(house) == ["acknowledged", "lapsed"]


def test_who_opened_in_time_may_acknowledge_late_at_once(house: House) -> None:
    two_disclosures(house)
    nora(house, "open")
    later(house, hours=73)

    assert nora(house, "acknowledge") == ["acknowledged"]


def test_who_never_opened_cannot_acknowledge(house: House) -> None:
    two_disclosures(house)
    later(house, hours=73)

    with pytest.raises(GuardFailed):
        nora(house, "acknowledge")

    assert states(house) == ["lapsed", "lapsed"]


def test_an_acknowledgement_in_time_stops_the_clock_of_that_buyer_alone(house: House) -> None:
    two_disclosures(house)
    nora(house, "open", "acknowledge")

    later(house, hours=73)

    assert states(house) == ["acknowledged", "lapsed"]
    (line,) = monitor_lines(house.console, house.actor("mina"))
    assert dict(line.buyer_hours) == {"Northwind Apparel": 0, "Southgate Retail": None}


def test_the_ladder_of_a_disclosure_has_three_rungs(house: House) -> None:
    two_disclosures(house)
    nora(house, "open", "acknowledge")
    later(house, hours=72)
    before = len(ran_out(house))

    for _ in range(6):
        later(house, hours=1)

    assert len(ran_out(house)) - before == 3  # buyer, handler, supervisor
