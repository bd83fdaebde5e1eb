"""Clocks: what, whose and until when is sealed; only the hour of the next look is in clear.

Every clock is looked at hourly, so the spacing of looks tells nothing about its kind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from workervoice.errors import SealBroken
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.vault import Vault
from workervoice.store.writing import inserted

SPACING = timedelta(hours=1)


def start_clock(
    tx: Tx, vault: Vault, clock_id: UUID, record: dict[str, Any], next_look_at: datetime
) -> None:
    """Store a clock: `record` has kind, about, owner, due (unix seconds) and step."""
    columns = {
        "programme_id": tx.programme,
        "id": clock_id,
        "record": vault.seal("clock", tx.programme, clock_id, 0, record),
        "next_look_at": next_look_at,
    }
    tx.write(inserted(t.clock, columns))


def clock_prints(tx: Tx) -> dict[UUID, bytes]:
    """The SHA-256 of every clock's record: tells which have changed, without fetching them."""
    c = t.clock.c
    query = select(c.id, func.sha256(c.record).label("print")).where(c.programme_id == tx.programme)
    return {row.id: bytes(row.print) for row in tx.connection.execute(query)}


def sealed_clocks(tx: Tx, ids: Iterable[UUID]) -> list[tuple[UUID, bytes]]:
    """Those of these clocks that are still there, sealed."""
    c, wanted = t.clock.c, list(ids)
    if not wanted:
        return []
    query = select(c.id, c.record).where(
        c.programme_id == tx.programme, c.id == any_(literal(wanted, ARRAY(Uuid)))
    )
    return [(row.id, bytes(row.record)) for row in tx.connection.execute(query)]


def clocks_about(
    tx: Tx, vault: Vault, things: Collection[UUID]
) -> list[tuple[UUID, dict[str, Any]]]:
    """Every clock about one of these, opened; one that does not open is about nobody knows what."""
    names, found = {str(thing) for thing in things}, []
    query = select(t.clock.c.id, t.clock.c.record).where(t.clock.c.programme_id == tx.programme)
    for row in tx.connection.execute(query).all() if names else ():
        try:
            record = open_clock(tx, vault, row.id, bytes(row.record))
        except SealBroken:
            continue
        if record["about"] in names:
            found.append((row.id, record))
    return found


def clocks_to_look_at(tx: Tx, now: datetime) -> list[tuple[UUID, bytes]]:
    """The clocks whose hour has come, still sealed, locked against other couriers."""
    c = t.clock.c
    rows = tx.connection.execute(
        select(c.id, c.record)
        .where(c.programme_id == tx.programme, c.next_look_at <= now)
        .order_by(c.next_look_at)
        .limit(200)
        .with_for_update(skip_locked=True)
    ).all()
    return [(r.id, bytes(r.record)) for r in rows]


def open_clock(tx: Tx, vault: Vault, clock_id: UUID, blob: bytes) -> dict[str, Any]:
    """Raises `SealBroken` for one that does not open."""
    record: dict[str, Any] = vault.open("clock", tx.programme, clock_id, 0, blob)
    return record


def put_off(tx: Tx, clock_id: UUID, next_look_at: datetime) -> None:
    """Look at a clock later, as it is."""
    row = t.clock.update().where(t.clock.c.programme_id == tx.programme, t.clock.c.id == clock_id)
    tx.connection.execute(row.values(next_look_at=next_look_at))


def set_clock(
    tx: Tx, vault: Vault, clock_id: UUID, record: dict[str, Any], next_look_at: datetime
) -> None:
    """Store what a clock says now."""
    row = t.clock.update().where(t.clock.c.programme_id == tx.programme, t.clock.c.id == clock_id)
    sealed = vault.seal("clock", tx.programme, clock_id, 0, record)
    tx.connection.execute(row.values(record=sealed, next_look_at=next_look_at))


def stop_clock(tx: Tx, clock_id: UUID) -> None:
    """The promise was kept, or nobody is left to keep it to: the clock is gone."""
    c = t.clock.c
    tx.connection.execute(t.clock.delete().where(c.programme_id == tx.programme, c.id == clock_id))
