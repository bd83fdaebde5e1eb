"""What was opened by whom in an hour: sealed rows, one for each officer and hour, kept for a week.

In clear: the day, and whether the hour was found unusual.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from workervoice.crypto.seal import ctx
from workervoice.errors import SealBroken
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.states import change_row
from workervoice.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Hour:
    """One officer's hour. `cases` are keyed hashes of what was opened."""

    officer_id: UUID
    name: str
    hour: int  # unix hours
    cases: frozenset[str] = field(default=frozenset(), repr=False)
    raised: bool = False
    version: int = 0


def hold_hour(tx: Tx, vault: Vault, empty: Hour, day: date) -> Hour:
    """The stored hour of this officer, or `empty` as it was just stored; held until the end of the
    transaction."""
    columns = _columns(tx, vault, empty)
    new = insert(t.watched).values(programme_id=tx.programme, day=day, **columns)
    tx.connection.execute(new.on_conflict_do_nothing())
    query = _of_programme(tx).where(t.watched.c.id == columns["id"]).with_for_update()
    return next(_opened(tx, vault, query), empty)


def put_hour(tx: Tx, vault: Vault, hour: Hour) -> None:
    """Change an hour that is held; `hour` has its next version."""
    columns = _columns(tx, vault, hour)
    change_row(tx, t.watched, columns.pop("id"), columns)


def hours_since(tx: Tx, vault: Vault, day: date, *, raised: bool = False) -> Iterator[Hour]:
    """The stored hours since that day; with `raised` those that were found unusual."""
    query = _of_programme(tx).where(t.watched.c.day >= day)
    return _opened(tx, vault, query.where(t.watched.c.raised) if raised else query)


def forget_hours(tx: Tx, before: date) -> None:
    c = t.watched.c
    tx.connection.execute(t.watched.delete().where(c.programme_id == tx.programme, c.day < before))


def _of_programme(tx: Tx) -> Select[Any]:
    return select(t.watched).where(t.watched.c.programme_id == tx.programme)


def _columns(tx: Tx, vault: Vault, hour: Hour) -> dict[str, Any]:
    mac = vault.mac(ctx("watched", tx.programme, hour.officer_id, hour.hour))
    row_id = UUID(bytes=mac[:16])
    record = {
        "officer": str(hour.officer_id),
        "name": hour.name,
        "hour": hour.hour,
        "cases": sorted(hour.cases),
    }
    sealed = vault.seal("watched-hour", tx.programme, row_id, hour.version, record)
    return {"id": row_id, "version": hour.version, "raised": hour.raised, "record": sealed}


def _opened(tx: Tx, vault: Vault, query: Select[Any]) -> Iterator[Hour]:
    """A row that does not open says nothing about anybody: it is passed over."""
    for row in tx.connection.execute(query).all():
        try:
            said = vault.open("watched-hour", tx.programme, row.id, row.version, bytes(row.record))
        except SealBroken:
            continue
        cases = frozenset(said["cases"])
        yield Hour(
            UUID(said["officer"]), said["name"], said["hour"], cases, row.raised, row.version
        )
