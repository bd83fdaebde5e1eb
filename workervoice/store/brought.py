"""What was brought to the gateway by another way than a webhook: sealed to it, in order, until it
is taken. One that it refuses stays, with a code that says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from workervoice.store.engine import Tx, insert_new
from workervoice.store.states import change_row
from workervoice.store.tables import brought

MOST_AT_ONCE = 50
_LOCK = 0x62726F75  # one gateway at a time, so that the order holds
_C = brought.c


@dataclass(frozen=True, slots=True)
class Brought:
    """One message on its way. `since` is the hour in which it was brought."""

    id: UUID
    envelope: bytes = field(repr=False)
    since: datetime
    code: str | None = None


def bring(tx: Tx, row: Brought) -> bool:
    """False if the same waits already."""
    values = {name: getattr(row, name) for name in Brought.__slots__}
    return insert_new(tx, insert(brought).values(programme_id=tx.programme, **values))


def alone(tx: Tx) -> bool:
    """Whether this transaction may take what waits, until its end; False if another one does."""
    key = int.from_bytes(tx.programme.bytes[:4], "big", signed=True)
    lock = select(func.pg_try_advisory_xact_lock(_LOCK, key))
    return bool(tx.connection.execute(lock).scalar_one())


def waiting(tx: Tx, *, refused_since: datetime | None = None) -> list[Brought]:
    """What nobody has taken, in the order in which it was brought; or some of what was brought
    since then and refused, in the same order: others each time, so that what is refused for ever
    keeps nothing from being tried again."""
    query = select(*(_C[name] for name in Brought.__slots__)).where(_C.programme_id == tx.programme)
    if refused_since is None:
        query = query.where(_C.code.is_(None)).limit(MOST_AT_ONCE)
    else:
        old = select(_C.id).where(_C.code.is_not(None), _C.since >= refused_since)
        old = old.where(_C.programme_id == tx.programme).order_by(func.random())
        query = query.where(_C.id.in_(old.limit(MOST_AT_ONCE)))
    return [Brought(*row) for row in tx.connection.execute(query.order_by(_C.place))]


def taken(tx: Tx, brought_id: UUID) -> None:
    """It is stored, or was before."""
    mine = brought.delete().where(_C.programme_id == tx.programme, _C.id == brought_id)
    tx.connection.execute(mine)


def refuse(tx: Tx, brought_id: UUID, code: str) -> None:
    """It cannot be taken as things are: whoever looks after the hotline hears of it."""
    change_row(tx, brought, brought_id, {"code": code})


def codes(tx: Tx, brought_ids: list[UUID]) -> dict[UUID, str | None]:
    """Those of these that still wait, and why, if they were refused."""
    query = select(_C.id, _C.code).where(_C.programme_id == tx.programme, _C.id.in_(brought_ids))
    return {row.id: row.code for row in tx.connection.execute(query)}


def refused_codes(tx: Tx) -> dict[str, int]:
    """How many were refused, and why."""
    query = select(_C.code, func.count()).where(_C.programme_id == tx.programme)
    query = query.where(_C.code.is_not(None)).group_by(_C.code)
    return {row[0]: row[1] for row in tx.connection.execute(query)}
