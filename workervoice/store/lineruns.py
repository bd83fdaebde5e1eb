"""How the couriers go on with a line, all of them together: when the next text may leave, and up to
when the provider's own list was read."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workervoice.store.engine import Tx
from workervoice.store.tables import line_run

_C = line_run.c


def reserve(tx: Tx, line_id: UUID, now: datetime, step: timedelta, burst: timedelta) -> timedelta:
    """Take what one text needs of a line's bucket, or say how long it has to wait for that.

    The row holds when the bucket will be full again: each text puts that off by `step`, and it may
    lie `burst` ahead at most. Whoever asks waits for whoever asked before, until that one's
    transaction ends: so it is one bucket over all couriers.
    """
    _there(tx, line_id, now)
    query = select(_C.free_at).where(_C.programme_id == tx.programme, _C.id == line_id)
    free_at: datetime = tx.connection.execute(query.with_for_update()).scalar_one()
    begin = max(free_at, now)
    wait = begin + step - burst - now
    if wait > timedelta(0):
        return wait
    mine = line_run.update().where(_C.programme_id == tx.programme, _C.id == line_id)
    tx.connection.execute(mine.values(free_at=begin + step))
    return timedelta(0)


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


def _there(tx: Tx, line_id: UUID, now: datetime) -> None:
    row = insert(line_run).values(programme_id=tx.programme, id=line_id, free_at=now)
    tx.connection.execute(row.on_conflict_do_nothing())
