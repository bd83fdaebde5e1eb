"""Watching how many cases people open: far more than the team usually does raises an alarm.

Distinct cases in a clock hour, per officer, against the most of: the floor, three times the median
of the colleagues' hours, three times the median of the own earlier hours. Nobody is stopped: the
supervisors and the monitor see it for a week, and the log has a leaf.

Counted in the database, for all consoles together, in sealed rows that are dropped after a week.
Whoever stays below the floor is not seen; nor is whoever reads from a copy of the database instead
of the pages. Whoever may write to the database can drop what is shown, never the leaf.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from math import ceil
from statistics import median
from uuid import UUID

from workervoice.crypto.seal import ctx
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.store.engine import Tx
from workervoice.store.log import Event, record_event
from workervoice.store.vault import Vault
from workervoice.store.watched import Hour, forget_hours, hold_hour, hours_since, put_hour

FLOOR = 20  # distinct cases in an hour
TIMES = 3
WEEK_HOURS = 7 * 24
_HOUR = 3600
_CASE_DIGITS = 16


def limit(others: Sequence[int], own: Sequence[int], floor: int = FLOOR) -> int:
    """How many distinct cases in an hour are still usual."""
    usual = max((median(counts) for counts in (others, own) if counts), default=0)
    return max(floor, ceil(TIMES * usual))


@dataclass(frozen=True, slots=True)
class Alarm:
    """Somebody opened unusually many cases in this hour (unix hours)."""

    officer_id: UUID
    name: str
    hour: int

    @property
    def at(self) -> int:
        """Unix seconds."""
        return self.hour * _HOUR


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at what was opened in the last week."""

    floor: int = FLOOR

    def opened(self, process: Process, actor: Actor, case_id: UUID) -> bool:
        """Count a case; True, and a leaf, if with it this hour has become unusual, once an hour."""
        now = process.clock()
        with process.database.begin(actor.scope()) as tx:
            hour = _counted(tx, process.vault, actor, case_id, now)
            if hour is None:
                return False
            raised = self._is_unusual(tx, process.vault, hour)
            put_hour(tx, process.vault, replace(hour, raised=hour.raised or raised))
            if raised:
                event = Event("many_cases_opened", actor.id, actor.id)
                record_event(tx, process.vault, event, now)
            return raised

    def alarms(self, process: Process, actor: Actor) -> list[Alarm]:
        """Those of the last week, the newest first."""
        since = _hour_of(process.clock()) - WEEK_HOURS
        with process.database.begin(actor.scope()) as tx:
            found = list(hours_since(tx, process.vault, _day(since), raised=True))
        shown = [Alarm(each.officer_id, each.name, each.hour) for each in found]
        return sorted((a for a in shown if a.hour >= since), key=lambda a: -a.hour)

    def _is_unusual(self, tx: Tx, vault: Vault, hour: Hour) -> bool:
        count = len(hour.cases)
        if hour.raised or count <= self.floor:
            return False
        week = list(hours_since(tx, vault, _day(hour.hour - WEEK_HOURS)))
        others = [len(each.cases) for each in week if each.officer_id != hour.officer_id]
        mine = [each for each in week if each.officer_id == hour.officer_id]
        own = [len(each.cases) for each in mine if each.hour != hour.hour]
        return count > limit(others, own, self.floor)


def _counted(tx: Tx, vault: Vault, actor: Actor, case_id: UUID, now: datetime) -> Hour | None:
    """The hour with this case in it, to be stored; None if it was in it already."""
    at = _hour_of(now)
    hour = hold_hour(tx, vault, Hour(actor.id, actor.officer.name, at), _day(at))
    case = vault.mac(ctx("watched-case", tx.programme, case_id)).hex()[:_CASE_DIGITS]
    if case in hour.cases:
        return None
    if not hour.cases:
        forget_hours(tx, _day(at - WEEK_HOURS))
    return replace(hour, cases=hour.cases | {case}, version=hour.version + 1)


def _hour_of(now: datetime) -> int:
    return int(now.timestamp()) // _HOUR


def _day(hour: int) -> date:
    return datetime.fromtimestamp(hour * _HOUR, tz=UTC).date()
