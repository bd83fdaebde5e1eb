"""Whether a line's automatic answers pause: a sealed row for each line of which this is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workervoice.store import tables as t
from workervoice.store.engine import Tx, insert_new
from workervoice.store.states import change_row
from workervoice.store.vault import Vault

_KIND = "line-state"


def stored(tx: Tx, vault: Vault, line_id: UUID, *, lock: bool = False) -> tuple[int, Any]:
    """The row's version and what it says; 0 and None if there is none."""
    c = t.line_state.c
    query = select(c.version, c.record).where(c.programme_id == tx.programme, c.id == line_id)
    row = tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return 0, None
    return row.version, vault.open(_KIND, tx.programme, line_id, row.version, bytes(row.record))


def put(tx: Tx, vault: Vault, line_id: UUID, was: int, record: object) -> bool:
    """Store the next version; False if somebody else did meanwhile."""
    version = was + 1
    sealed = vault.seal(_KIND, tx.programme, line_id, version, record)
    columns = {"version": version, "record": sealed}
    if was:
        return change_row(tx, t.line_state, line_id, columns, version=was)
    new = insert(t.line_state).values(programme_id=tx.programme, id=line_id, **columns)
    return insert_new(tx, new)
