"""What waits too long: counts out of the clear columns, for whoever watches over the hotline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

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
