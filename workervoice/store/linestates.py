"""Whether a line's automatic answers pause: a sealed row for each line of which this is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from workervoice.store import tables as t
from workervoice.store.engine import Tx, insert_new
from workervoice.store.states import change_row
from workervoice.store.vault import Vault

_KIND = "line-state"
_ONE = "SELECT version, record FROM line_state WHERE programme_id = $1 AND id = $2"
_HELD = f"{_ONE} FOR UPDATE"


def stored(tx: Tx, vault: Vault, line_id: UUID, *, lock: bool = False) -> tuple[int, Any]:
    """The row's version and what it says; 0 and None if there is none."""
    for version, record in tx.ask(_HELD if lock else _ONE, tx.programme, line_id):
        told = vault.open(_KIND, tx.programme, line_id, version, bytes(record))
        return version, told
    return 0, None


def put(tx: Tx, vault: Vault, line_id: UUID, was: int, record: object) -> bool:
    """Store the next version; False if somebody else did meanwhile."""
    version = was + 1
    sealed = vault.seal(_KIND, tx.programme, line_id, version, record)
    columns = {"version": version, "record": sealed}
    if was:
        return change_row(tx, t.line_state, line_id, columns, version=was)
    new = insert(t.line_state).values(programme_id=tx.programme, id=line_id, **columns)
    return insert_new(tx, new)
