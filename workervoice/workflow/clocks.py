"""Clocks: when each promise falls due, and who hears next when it is missed. Pure arithmetic.

Sources: acknowledgement within 7 days and feedback within 3 months of it, Directive (EU) 2019/1937
article 9; times by priority are this hotline's own promise to workers.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from workervoice.message import Priority, Role

Day = TypeVar("Day", date, datetime)


class ClockKind(StrEnum):
    """What somebody promised to do in time."""

    HANDLER_ACKNOWLEDGEMENT = "handler_acknowledgement"
    LEGAL_ACKNOWLEDGEMENT = "legal_acknowledgement"
    FEEDBACK = "feedback"
    DISCLOSURE_ACKNOWLEDGEMENT = "disclosure_acknowledgement"
    CORRECTIVE_ACTION = "corrective_action"
    WITHDRAWAL_CHECK = "withdrawal_check"
    RETENTION_CHECK = "retention_check"  # kept long enough: a person decides whether it is erased


HANDLER_BY_PRIORITY: Mapping[Priority, timedelta] = MappingProxyType(
    {
        Priority.P0: timedelta(minutes=30),
        Priority.P1: timedelta(hours=24),
        Priority.P1S: timedelta(hours=24),
        Priority.P2: timedelta(hours=72),
        Priority.P3: timedelta(days=7),
        Priority.P4: timedelta(days=7),
    }
)

# how long an action may take when the plan names no date of its own
ACTION_BY_PRIORITY: Mapping[Priority, timedelta] = MappingProxyType(
    {
        Priority.P0: timedelta(0),  # immediate
        Priority.P1: timedelta(days=30),
        Priority.P1S: timedelta(days=30),
        Priority.P2: timedelta(days=60),
        Priority.P3: timedelta(days=90),
        Priority.P4: timedelta(days=90),
    }
)

ACKNOWLEDGED_BY = timedelta(days=7)  # from then feedback counts if nobody acknowledged before
FEEDBACK_MONTHS = 3

_SAME_FOR_ALL: Mapping[ClockKind, timedelta] = MappingProxyType(
    {
        ClockKind.LEGAL_ACKNOWLEDGEMENT: ACKNOWLEDGED_BY,
        ClockKind.DISCLOSURE_ACKNOWLEDGEMENT: timedelta(hours=72),
        ClockKind.WITHDRAWAL_CHECK: timedelta(hours=72),
        ClockKind.RETENTION_CHECK: timedelta(days=30),
    }
)

_BY_PRIORITY: Mapping[ClockKind, Mapping[Priority, timedelta]] = MappingProxyType(
    {
        ClockKind.HANDLER_ACKNOWLEDGEMENT: HANDLER_BY_PRIORITY,
        ClockKind.CORRECTIVE_ACTION: ACTION_BY_PRIORITY,
    }
)

# who hears when the clock runs out, then who hears next; the last one keeps hearing
LADDERS: Mapping[ClockKind, tuple[Role, ...]] = MappingProxyType(
    {
        ClockKind.HANDLER_ACKNOWLEDGEMENT: (Role.HANDLER, Role.SUPERVISOR, Role.ADMINISTRATOR),
        ClockKind.LEGAL_ACKNOWLEDGEMENT: (Role.HANDLER, Role.SUPERVISOR, Role.ADMINISTRATOR),
        ClockKind.FEEDBACK: (Role.HANDLER, Role.SUPERVISOR, Role.ADMINISTRATOR),
        ClockKind.DISCLOSURE_ACKNOWLEDGEMENT: (Role.BUYER, Role.HANDLER, Role.SUPERVISOR),
        ClockKind.CORRECTIVE_ACTION: (Role.BUYER, Role.HANDLER, Role.SUPERVISOR),
        ClockKind.WITHDRAWAL_CHECK: (Role.HANDLER, Role.SUPERVISOR, Role.ADMINISTRATOR),
        ClockKind.RETENTION_CHECK: (Role.HANDLER, Role.SUPERVISOR, Role.ADMINISTRATOR),
    }
)

# of a complaint about the hotline itself, whatever was promised: nobody hears who may be the one
# complained of without another hearing next, and of the monitor that it is late, not of what
ABOUT_US: tuple[Role, ...] = (Role.SUPERVISOR, Role.MONITOR)


def due(kind: ClockKind, started: datetime, priority: Priority) -> datetime:
    """When this promise falls due. `started` is the moment of receipt, for feedback that of the
    acknowledgement (or the seventh day, if none was sent)."""
    if kind is ClockKind.FEEDBACK:
        return months_later(started, FEEDBACK_MONTHS)
    if kind in _BY_PRIORITY:
        return started + _BY_PRIORITY[kind][priority]
    return started + _SAME_FOR_ALL[kind]


def ladder(kind: ClockKind, *, about_us: bool = False) -> tuple[Role, ...]:
    """Who hears, rung by rung."""
    return ABOUT_US if about_us else LADDERS[kind]


def hears(kind: ClockKind, rung: int, *, about_us: bool = False) -> Role:
    """Who hears at this rung (0 first); past the top, whoever stands there hears again."""
    rungs = ladder(kind, about_us=about_us)
    return rungs[min(rung, len(rungs) - 1)]


def months_later(day: Day, months: int) -> Day:
    """The same day so many months on, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))
