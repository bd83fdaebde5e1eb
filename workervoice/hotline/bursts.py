"""Bursts: cases that nobody has touched, many at once on one line, are one row of the queue.

Nothing is hidden in it: whatever is urgent, tells of danger or a child, or is late stands in the
list by itself as well, and each case keeps its own promises. A restricted case or a complaint about
us is never in one. Grouped by line and hour, which sealed records tell; no case is opened for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from workervoice.errors import CryptoError
from workervoice.hotline.overview import QueueLine, Urgency, urgency
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, pen_of
from workervoice.hotline.records import ConversationRecord
from workervoice.hotline.registry import lines
from workervoice.message import Priority
from workervoice.store import cases, intake
from workervoice.store.engine import Tx
from workervoice.store.vault import Vault
from workervoice.workflow import bursting

UNTOUCHED = frozenset({"received", "clarifying", "awaiting_review"})
_URGENT = frozenset({Priority.P0, Priority.P1})
_HOUR, _WEEK_HOURS = 3600, 7 * 24


@dataclass(frozen=True, slots=True)
class Burst:
    """Cases of one line that came in hours side by side, with the most urgent on top."""

    line_id: UUID
    slug: str
    hours: range  # unix hours
    cases: tuple[QueueLine, ...]

    @property
    def since(self) -> datetime:
        return datetime.fromtimestamp(self.hours.start * _HOUR, tz=UTC)

    @property
    def top(self) -> QueueLine:
        """Whose urgency the whole has."""
        return min(self.cases, key=urgency)

    @property
    def danger(self) -> int:
        return sum(line.record.imminent_danger for line in self.cases)

    @property
    def children(self) -> int:
        return sum(line.record.child for line in self.cases)

    @property
    def late(self) -> int:
        return sum(line.late for line in self.cases)


@dataclass(frozen=True, slots=True)
class Grouped:
    """What the queue shows: bursts, and cases that stand in it by themselves."""

    bursts: tuple[Burst, ...]
    rows: tuple[Burst | QueueLine, ...]


def grouped(process: Process, actor: Actor, listed: Sequence[QueueLine]) -> Grouped:
    """The cases that wait, with those of a burst as one row, in the order of the queue."""
    waiting = [line for line in listed if line.record.waits]
    found = tuple(_bursts(process, actor, listed))
    inside = {line.id for burst in found for line in burst.cases if not stands_alone(line)}
    alone = [line for line in waiting if line.id not in inside]
    return Grouped(found, tuple(sorted([*found, *alone], key=_urgency)))


def burst_at(
    process: Process, actor: Actor, listed: Sequence[QueueLine], line_id: UUID, hour: int
) -> Burst | None:
    """The burst of this line that this hour is of; None if it is none, or none any more."""
    found = _bursts(process, actor, listed)
    return next((b for b in found if b.line_id == line_id and hour in b.hours), None)


def stands_alone(line: QueueLine) -> bool:
    """What a handler has to see without opening a burst."""
    case = line.record
    grave = case.priority in _URGENT or case.imminent_danger or case.child
    return grave or line.late or case.may_be_real


def _urgency(row: Burst | QueueLine) -> Urgency:
    return urgency(row.top if isinstance(row, Burst) else row)


def _bursts(process: Process, actor: Actor, listed: Sequence[QueueLine]) -> Iterator[Burst]:
    untouched = [line for line in listed if _is_untouched(line)]
    usual = _usual(listed, int(process.clock().timestamp()) // _HOUR)
    found = bursting.bursts(Counter(map(_hour, untouched)), usual)
    if not found:  # as nearly always: then nothing more is asked
        return
    full = {hour for hours in found for hour in hours}
    with process.database.begin(actor.scope()) as tx:
        pen = pen_of(tx, process, actor, process.clock())
        slugs = {line.id: line.slug for line in lines(tx, process.vault, pen.directory)}
        by_line = _by_line(tx, process.vault, [each for each in untouched if _hour(each) in full])
    for line_id, slug in slugs.items():
        mine = by_line.get(line_id, [])
        for hours in bursting.bursts(Counter(map(_hour, mine)), usual):
            inside = sorted((each for each in mine if _hour(each) in hours), key=_on_top)
            yield Burst(line_id, slug, hours, tuple(inside))


def _is_untouched(line: QueueLine) -> bool:
    case = line.record
    apart = case.restricted or case.complaint
    new = line.state in UNTOUCHED and case.answered_at is None
    return new and case.waits and not apart


def _usual(listed: Iterable[QueueLine], now: int) -> Mapping[int, int]:
    """How many cases were opened in each hour of the last week that had any."""
    return Counter(hour for hour in map(_hour, listed) if now - _WEEK_HOURS <= hour <= now)


def _hour(line: QueueLine) -> int:
    return int(line.record.opened_at.timestamp()) // _HOUR


def _on_top(line: QueueLine) -> tuple[bool, bool, Urgency]:
    """Danger first, then children, then as in the queue."""
    return not line.record.imminent_danger, not line.record.child, urgency(line)


def _by_line(tx: Tx, vault: Vault, few: Sequence[QueueLine]) -> dict[UUID, list[QueueLine]]:
    """By the line that their workers wrote on; a record that does not open is of none."""
    talks = cases.conversations_of(tx, [line.id for line in few])
    found: dict[UUID, list[QueueLine]] = {}
    on: dict[UUID, UUID] = {}
    for row_id, open_record in intake.sealed_records(tx, vault, set(talks.values())):
        with suppress(CryptoError, ValueError, KeyError):
            on[row_id] = ConversationRecord.from_json(open_record()).line_id
    for line in few:
        line_id = on.get(talks[line.id]) if line.id in talks else None
        if line_id is not None:
            found.setdefault(line_id, []).append(line)
    return found
