"""How the couriers go on with a line, all of them together: when the next text may leave, and up to
when the provider's own list was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workervoice.store.engine import Tx
from workervoice.store.tables import line_run

BURST = timedelta(seconds=2)  # of texts that may leave at once
ROOM = timedelta(seconds=1)  # of it that is enough for a text of any length
LONGEST = timedelta(minutes=10)  # halt; what lies further ahead was written by a clock gone wrong
_C = line_run.c


def reserve(tx: Tx, line_id: UUID, now: datetime, step: timedelta) -> timedelta:
    """Take what one text needs of a line's bucket, or say how long it has to wait for that.

    The row holds when the bucket will be full again: each text puts that off by `step`. One may
    leave while there is room for it, or for `ROOM`: so a long text waits no longer than short
    ones, which would else always be before it, and those after it wait for all of it. Whoever asks
    waits for whoever asked before, until that one's transaction ends: so it is one bucket over all
    couriers. Without a `step` a line is as fast as it likes, unless it is halted.
    """
    query = select(_C.free_at).where(_C.programme_id == tx.programme, _C.id == line_id)
    if not step:
        halted = _believed(tx.connection.execute(query).scalar_one_or_none(), now)
        return max(halted - BURST - now, timedelta(0))
    _there(tx, line_id, now)
    begin = _believed(tx.connection.execute(query.with_for_update()).scalar_one(), now)
    wait = begin + min(step, ROOM) - BURST - now
    if wait > timedelta(0):
        return wait
    mine = line_run.update().where(_C.programme_id == tx.programme, _C.id == line_id)
    tx.connection.execute(mine.values(free_at=begin + step))
    return timedelta(0)


def _believed(free_at: datetime | None, now: datetime) -> datetime:
    """When the bucket is full, not before now; a clock that was set back does not halt a line."""
    if free_at is None or free_at > now + LONGEST + BURST:
        return now
    return max(free_at, now)


def halt(tx: Tx, line_id: UUID, now: datetime, pause: timedelta) -> None:
    """Nothing leaves on this line for so long, `LONGEST` at most, whichever courier asks."""
    until = now + min(pause, LONGEST) + BURST
    _there(tx, line_id, until)
    mine = line_run.update().where(_C.programme_id == tx.programme, _C.id == line_id)
    mine = mine.where((_C.free_at < until) | (_C.free_at > now + LONGEST + BURST))
    tx.connection.execute(mine.values(free_at=until))


def listed_until(tx: Tx, line_id: UUID) -> datetime | None:
    """Up to when everything that a provider had for a line was handed over; None: never."""
    query = select(_C.listed_until).where(_C.programme_id == tx.programme, _C.id == line_id)
    return tx.connection.execute(query).scalar_one_or_none()


def note_listed(tx: Tx, line_id: UUID, until: datetime) -> None:
    """It never goes back."""
    _there(tx, line_id, until)
    mine = line_run.update().where(_C.programme_id == tx.programme, _C.id == line_id)
    mine = mine.where((_C.listed_until.is_(None)) | (_C.listed_until < until))
    tx.connection.execute(mine.values(listed_until=until))


@dataclass(frozen=True, slots=True)
class Tried:
    """The last days on which a message came on a line, and one of ours arrived on a phone."""

    heard_on: date | None = None
    reached_on: date | None = None

    @property
    def ready(self) -> bool:
        """Whether a real message went both ways."""
        return self.heard_on is not None and self.reached_on is not None


def tried(tx: Tx) -> dict[UUID, Tried]:
    """By line; one of which nothing is known is not there."""
    query = select(_C.id, _C.heard_on, _C.reached_on).where(_C.programme_id == tx.programme)
    return {row.id: Tried(row.heard_on, row.reached_on) for row in tx.connection.execute(query)}


def note_heard(tx: Tx, line_id: UUID, now: datetime) -> None:
    """A message came on this line."""
    _there(tx, line_id, now)
    mine = line_run.update().where(_C.programme_id == tx.programme, _C.id == line_id)
    tx.connection.execute(mine.values(heard_on=now.date()))


def note_reached(tx: Tx, line_id: UUID, now: datetime) -> None:
    """One of ours arrived on a phone."""
    _there(tx, line_id, now)
    mine = line_run.update().where(_C.programme_id == tx.programme, _C.id == line_id)
    tx.connection.execute(mine.values(reached_on=now.date()))


def _there(tx: Tx, line_id: UUID, now: datetime) -> None:
    row = insert(line_run).values(programme_id=tx.programme, id=line_id, free_at=now)
    tx.connection.execute(row.on_conflict_do_nothing())
