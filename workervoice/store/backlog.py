"""What waits, and what waits too long: counts out of the clear columns, for whoever watches over
the hotline.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from workervoice.store import tables as t
from workervoice.store.engine import Tx

PATIENCE = timedelta(minutes=15)
REFUSALS = 5  # by then a text has been tried for more than six minutes
_HOUR = timedelta(hours=1)  # a text that was never tried is due at the beginning of its hour
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many texts and clocks of a programme need somebody's eye."""

    late: int  # owed, or under a lease that ran out, for longer than they should be
    unopened: int  # owed, and the courier could not open them
    unsure: int  # nobody knows whether they were sent, and nobody has found out
    failed: int  # in the last day: never to be sent
    untrusted: int  # among these: nobody whom the root vouches for owed them
    unwatched: int  # clocks that should have been looked at


def backlog(tx: Tx, now: datetime) -> Backlog:
    """Counted by the owner or by the courier: no other role may see all of it."""
    c = t.outbox.c
    overdue = or_(c.run_at < now - _HOUR - PATIENCE, c.attempts >= REFUSALS)
    abandoned = (c.state == "claimed") & (c.lease_until < now - PATIENCE)
    failed = (c.state == "failed") & (c.run_at > now - _DAY)
    counts = (
        ((c.state == "owed") & overdue) | abandoned,
        (c.state == "owed") & (c.code == "unopened"),
        (c.state == "unknown") & (c.run_at < now - PATIENCE),
        failed,
        failed & (c.code == "untrusted"),
    )
    texts = tx.connection.execute(
        select(*(func.count().filter(which) for which in counts)).where(
            c.programme_id == tx.programme
        )
    ).one()
    unwatched = tx.connection.execute(
        select(func.count()).where(
            t.clock.c.programme_id == tx.programme, t.clock.c.next_look_at < now - PATIENCE
        )
    ).scalar_one()
    return Backlog(*map(int, (*texts, unwatched)))


WAITING = ("owed", "claimed", "unknown")  # what the courier still has to see to
AGES = ("fresh", "day", "older")  # less than PATIENCE and an hour, less than a day, more


@dataclass(frozen=True, slots=True)
class Queue:
    """How many texts of a programme are where, and for how long the oldest is due."""

    texts: Mapping[str, tuple[int, int, int]]  # by state, for each of `AGES`
    oldest_seconds: float  # owed and due; up to an hour too much, for texts fall due by the hour
    unsequenced: int  # leaves of the log without a position

    def count(self, state: str) -> int:
        return sum(self.texts.get(state, (0, 0, 0)))


def queue(tx: Tx, now: datetime, states: Iterable[str] = WAITING) -> Queue:
    """Counted by the owner or by the courier. `WAITING` is read from an index; other states make
    it read all texts."""
    c, edge = t.outbox.c, now - _HOUR - PATIENCE
    ages = (c.run_at >= edge, (c.run_at < edge) & (c.run_at >= now - _DAY), c.run_at < now - _DAY)
    texts = {
        state: _ages(tx, *(func.count().filter(age) for age in ages), state=state)
        for state in states
    }
    oldest = tx.connection.execute(
        select(func.min(c.run_at)).where(
            c.programme_id == tx.programme, c.state == "owed", c.run_at <= now
        )
    ).scalar_one()
    leaf = t.log_leaf.c
    unsequenced = tx.connection.execute(
        select(func.count()).where(leaf.programme_id == tx.programme, leaf.position.is_(None))
    ).scalar_one()
    seconds = 0.0 if oldest is None else (now - oldest).total_seconds()
    return Queue(texts, seconds, int(unsequenced))


def together(queues: Iterable[Queue]) -> Queue:
    """The queues of several programmes as one."""
    texts: dict[str, tuple[int, int, int]] = {}
    oldest, unsequenced = 0.0, 0
    for each in queues:
        for state, (fresh, day, older) in each.texts.items():
            known = texts.get(state, (0, 0, 0))
            texts[state] = (known[0] + fresh, known[1] + day, known[2] + older)
        oldest = max(oldest, each.oldest_seconds)
        unsequenced += each.unsequenced
    return Queue(texts, oldest, unsequenced)


def _ages(tx: Tx, *counts: ColumnElement[int], state: str) -> tuple[int, int, int]:
    c = t.outbox.c
    row = tx.connection.execute(
        select(*counts).where(c.programme_id == tx.programme, c.state == state)
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def cases_by_state(tx: Tx) -> dict[str, int]:
    """How many cases of a programme are in each state."""
    c = t.cases.c
    counted = tx.connection.execute(
        select(c.state, func.count()).where(c.programme_id == tx.programme).group_by(c.state)
    )
    return {state: int(count) for state, count in sorted(map(tuple, counted))}


def database_bytes(tx: Tx) -> int:
    """How much the database has on its disk."""
    size = func.pg_database_size(func.current_database())
    return int(tx.connection.execute(select(size)).scalar_one())
