"""What is left at providers of messages that are taken or sent: one row each until it is gone.

Claimed under a lease, as the outbox is, and by the database's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select

from workervoice.crypto.seal import ctx, digest
from workervoice.store.engine import Tx
from workervoice.store.states import change_row
from workervoice.store.tables import leftover
from workervoice.store.writing import inserted

LEASE = timedelta(minutes=5)  # a medium is fetched and taken apart meanwhile
_C = leftover.c


@dataclass(frozen=True, slots=True)
class LeftoverRow:
    """One message that a provider may still have. `payload` is sealed to the courier; `since` is
    the hour in which it was taken."""

    id: UUID
    payload: bytes = field(repr=False)
    signer_id: UUID
    signature: bytes = field(repr=False)
    since: datetime
    run_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Leased:
    """A row in the courier's hand."""

    row: LeftoverRow
    token: UUID


@dataclass(frozen=True, slots=True)
class Left:
    """How much is left with providers: all of it, since when the oldest, and what was refused."""

    count: int
    oldest: datetime | None
    by_code: Mapping[str, int]


def leftover_place(programme: UUID, leftover_id: UUID, payload: bytes) -> bytes:
    """What whoever noted it signs."""
    return ctx("sign-leftover", programme, leftover_id, digest(payload))


def leave(tx: Tx, row: LeftoverRow) -> None:
    """Note it, with what else this transaction writes."""
    columns = {name: getattr(row, name) for name in LeftoverRow.__slots__}
    tx.write(inserted(leftover, {"programme_id": tx.programme, **columns}))


def leave_once(tx: Tx, row: LeftoverRow) -> None:
    """Note it, unless it is noted."""
    columns = {name: getattr(row, name) for name in LeftoverRow.__slots__}
    there = select(_C.id).where(_C.programme_id == tx.programme, _C.id == row.id)
    if tx.connection.execute(there).one_or_none() is None:
        tx.connection.execute(leftover.insert().values(programme_id=tx.programme, **columns))


def lease(tx: Tx, now: datetime, limit: int) -> list[Leased]:
    """What is due, oldest first; other couriers pass over what is in somebody's hand."""
    rows = tx.connection.execute(
        select(*(_C[name] for name in LeftoverRow.__slots__))
        .where(_C.programme_id == tx.programme, _C.run_at <= now)
        .where(or_(_C.lease_until.is_(None), _C.lease_until < now))
        .order_by(_C.run_at, _C.place)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    leased = [Leased(LeftoverRow(*row), uuid4()) for row in rows]
    for one in leased:
        held = {"lease_token": one.token, "lease_until": now + LEASE}
        change_row(tx, leftover, one.row.id, {**held, "attempts": one.row.attempts + 1})
    return leased


def after(tx: Tx, last: UUID, limit: int) -> list[LeftoverRow]:
    """The next rows by id, locked."""
    query = select(*(_C[name] for name in LeftoverRow.__slots__))
    query = query.where(_C.programme_id == tx.programme, _C.id > last).order_by(_C.id)
    rows = tx.connection.execute(query.limit(limit).with_for_update())
    return [LeftoverRow(*row) for row in rows]


def renew(tx: Tx, leased: Leased, now: datetime) -> bool:
    """Take the lease anew; False if somebody else has it, or the row is gone."""
    mine = leftover.update().where(*_mine(tx, leased))
    return tx.connection.execute(mine.values(lease_until=now + LEASE)).rowcount == 1


def put_back(tx: Tx, leased: Leased, run_at: datetime, code: str, *, counts: bool = True) -> bool:
    """To be tried again; with `counts` as one attempt more."""
    attempts = leased.row.attempts + (1 if counts else 0)
    free = leftover.update().where(*_mine(tx, leased))
    free = free.values(lease_token=None, lease_until=None)
    free = free.values(run_at=run_at, code=code or None, attempts=attempts)
    return tx.connection.execute(free).rowcount == 1


def seal_anew(tx: Tx, row_id: UUID, payload: bytes, signed: tuple[UUID, bytes]) -> bool:
    """Say something else of it, or the same to another key; `signed` is by whom, and how."""
    columns = {"payload": payload, "signer_id": signed[0], "signature": signed[1]}
    return change_row(tx, leftover, row_id, columns)


def gone(tx: Tx, leased: Leased) -> bool:
    """Nothing is left there."""
    return tx.connection.execute(leftover.delete().where(*_mine(tx, leased))).rowcount == 1


def left(tx: Tx) -> Left:
    """All of a programme."""
    by_code = tx.connection.execute(
        select(_C.code, func.count(), func.min(_C.since))
        .where(_C.programme_id == tx.programme)
        .group_by(_C.code)
    ).all()
    oldest = min((row[2] for row in by_code), default=None)
    codes = {str(row[0] or ""): int(row[1]) for row in by_code}
    return Left(sum(codes.values()), oldest, codes)


def _mine(tx: Tx, leased: Leased) -> tuple[Any, ...]:
    return (
        _C.programme_id == tx.programme,
        _C.id == leased.row.id,
        _C.lease_token == leased.token,
    )
