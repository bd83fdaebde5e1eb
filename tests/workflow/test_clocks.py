"""Deadlines and ladders: what was promised to workers, and who hears when it is missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from workervoice.message import Priority, Role
from workervoice.workflow.clocks import LADDERS, ClockKind, due, hears, months_later

START = datetime(2030, 5, 6, 7, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("priority", "within"),
    [
        (Priority.P0, timedelta(minutes=30)),
        (Priority.P1, timedelta(hours=24)),
        (Priority.P1S, timedelta(hours=24)),
        (Priority.P2, timedelta(hours=72)),
        (Priority.P3, timedelta(days=7)),
        (Priority.P4, timedelta(days=7)),
    ],
)
def test_a_handler_has_to_answer_by_priority(priority: Priority, within: timedelta) -> None:
    assert due(ClockKind.HANDLER_ACKNOWLEDGEMENT, START, priority) == START + within


@pytest.mark.parametrize("priority", list(Priority))
def test_law_and_disclosure_clocks_are_the_same_for_every_priority(priority: Priority) -> None:
    assert due(ClockKind.LEGAL_ACKNOWLEDGEMENT, START, priority) == START + timedelta(days=7)
    assert due(ClockKind.DISCLOSURE_ACKNOWLEDGEMENT, START, priority) == START + timedelta(hours=72)
    assert due(ClockKind.WITHDRAWAL_CHECK, START, priority) == START + timedelta(hours=72)


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        (datetime(2030, 1, 15, tzinfo=UTC), datetime(2030, 4, 15, tzinfo=UTC)),
        (datetime(2030, 11, 30, 23, 59, tzinfo=UTC), datetime(2031, 2, 28, 23, 59, tzinfo=UTC)),
        (datetime(2031, 11, 30, tzinfo=UTC), datetime(2032, 2, 29, tzinfo=UTC)),
        (datetime(2030, 12, 1, tzinfo=UTC), datetime(2031, 3, 1, tzinfo=UTC)),
    ],
)
def test_feedback_is_due_after_three_calendar_months(started: datetime, expected: datetime) -> None:
    assert due(ClockKind.FEEDBACK, started, Priority.P3) == expected


def test_a_day_that_the_later_month_has_not_is_its_last() -> None:
    days = [months_later(date(2030, 11, 22), 24), months_later(date(2032, 2, 29), 24)]

    assert days == [date(2032, 11, 22), date(2034, 2, 28)]


def test_a_graver_matter_never_gets_more_time_for_its_action() -> None:
    order = (Priority.P0, Priority.P1, Priority.P1S, Priority.P2, Priority.P3, Priority.P4)

    times = [due(ClockKind.CORRECTIVE_ACTION, START, priority) for priority in order]

    assert times == sorted(times)
    assert times[0] == START


@pytest.mark.parametrize("kind", list(ClockKind))
def test_every_clock_has_a_ladder_whose_last_rung_keeps_hearing(kind: ClockKind) -> None:
    ladder = LADDERS[kind]

    assert [hears(kind, rung) for rung in range(len(ladder))] == list(ladder)
    assert hears(kind, len(ladder) + 5) == ladder[-1]
    assert due(kind, START, Priority.P2) >= START


@pytest.mark.parametrize("kind", list(ClockKind))
def test_of_a_complaint_about_us_no_handler_hears_and_the_monitor_is_the_last(
    kind: ClockKind,
) -> None:
    heard = [hears(kind, rung, about_us=True) for rung in range(4)]

    assert heard == [Role.SUPERVISOR, Role.MONITOR, Role.MONITOR, Role.MONITOR]


def test_a_buyers_silence_is_heard_by_the_hotline() -> None:
    assert LADDERS[ClockKind.DISCLOSURE_ACKNOWLEDGEMENT][0] is Role.BUYER
    assert hears(ClockKind.DISCLOSURE_ACKNOWLEDGEMENT, 1) is Role.HANDLER
