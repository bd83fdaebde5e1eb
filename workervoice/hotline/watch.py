"""Watching how many cases people open: far more than the team usually does raises an alarm.

Distinct cases in a clock hour, per officer, against the most of: the floor, three times the median
of the colleagues' hours, three times the median of the own earlier hours. Nobody is stopped: the
supervisors and the monitor see it, and the log has a leaf.

Counted in the console's memory for a week: a restart forgets the counts and what is shown, never
the leaf, and several consoles count apart. Whoever stays below the floor is not seen; nor is
whoever reads from a copy of the database instead of the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median
from threading import Lock
from uuid import UUID

from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.store.log import Event, record_event

FLOOR = 20  # distinct cases in an hour
TIMES = 3
WEEK_HOURS = 7 * 24
_HOUR = 3600


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


@dataclass(slots=True)
class Watch:
    """What was opened in the last week, by programme, officer and hour."""

    floor: int = FLOOR
    _hours: dict[UUID, dict[UUID, dict[int, set[UUID]]]] = field(default_factory=dict, repr=False)
    _alarms: dict[UUID, list[Alarm]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def opened(self, actor: Actor, case_id: UUID, now: int) -> bool:
        """Count a case; True if with it this hour has become unusual, once an hour."""
        hour, programme = now // _HOUR, actor.officer.programme_id
        with self._lock:
            team = self._hours.setdefault(programme, {})
            _forget(team, hour - WEEK_HOURS)
            mine = team.setdefault(actor.id, {})
            mine.setdefault(hour, set()).add(case_id)
            raised = self._alarms.setdefault(programme, [])
            if any((a.officer_id, a.hour) == (actor.id, hour) for a in raised):
                return False
            others = [
                len(cases)
                for officer_id, hours in team.items()
                if officer_id != actor.id
                for cases in hours.values()
            ]
            own = [len(cases) for at, cases in mine.items() if at != hour]
            if len(mine[hour]) <= limit(others, own, self.floor):
                return False
            raised.append(Alarm(actor.id, actor.officer.name, hour))
            return True

    def alarms(self, programme: UUID, now: int) -> list[Alarm]:
        """Those of the last week, the newest first."""
        since = now // _HOUR - WEEK_HOURS
        with self._lock:
            kept = [alarm for alarm in self._alarms.get(programme, []) if alarm.hour >= since]
            self._alarms[programme] = kept
            return kept[::-1]


def _forget(team: dict[UUID, dict[int, set[UUID]]], before: int) -> None:
    for hours in team.values():
        for at in [at for at in hours if at < before]:
            del hours[at]


def look(process: Process, watch: Watch, actor: Actor, case_id: UUID) -> None:
    """Somebody opened a case: count it, and leave a leaf if that is an alarm."""
    now = process.clock()
    if watch.opened(actor, case_id, int(now.timestamp())):
        with process.database.begin(actor.scope()) as tx:
            record_event(tx, process.vault, Event("many_cases_opened", actor.id, actor.id), now)
