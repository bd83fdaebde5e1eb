"""The functions that change a state column, at once or with all that is written, and the one that
changes any columns but that.

Whether a move is allowed was decided by its machine; here the row moves only from the state that
the decision was made on. What is not moved goes through `change_row`, so that no dictionary of
columns brings a state along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam

from workervoice.errors import IllegalMove
from workervoice.store.engine import Tx
from workervoice.store.writing import updated


def move_state(
    tx: Tx,
    table: Table,
    row_id: UUID,
    *,
    source: str,
    dest: str,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Take the row from `source` to `dest`, with the columns of `also` in the same statement.

    Raises `IllegalMove`, with nothing changed, if the row is no longer in `source`.
    """
    row = table.update().where(
        table.c.programme_id == tx.programme, table.c.id == row_id, table.c.state == source
    )
    if tx.connection.execute(row.values({**(also or {}), "state": dest})).rowcount != 1:
        raise IllegalMove(f"{table.name} {row_id} is no longer {source}: look again")


def save_row(
    tx: Tx, table: Table, row_id: UUID, *, was: tuple[str, int], now: Mapping[str, Any]
) -> None:
    """The next version of a row, with the state that a machine decided; gathered with what else
    this transaction writes.

    `was` is its state and version; a state that stays is not written, which not every role may.
    Raises `IllegalMove` when it is sent, with nothing changed, if somebody else stored a version
    meanwhile.
    """
    if now["state"] == was[0]:
        now = {name: value for name, value in now.items() if name != "state"}
    place = {"programme_id": tx.programme, "id": row_id, "state": was[0], "version": was[1]}
    tx.write(updated(table, now, place, lambda: _changed_meanwhile(table, row_id)))


def _changed_meanwhile(table: Table, row_id: UUID) -> IllegalMove:
    return IllegalMove(f"{table.name} {row_id} was changed meanwhile: look again")


def change_row(
    tx: Tx,
    table: Table,
    row_id: UUID,
    columns: Mapping[str, Any],
    *,
    version: int | None = None,
) -> bool:
    """Change columns of a row that stays in its state; False if there is no such row.

    With `version`, only if the row still has it.
    """
    if "state" in columns:
        raise ValueError(f"a state of {table.name} is changed by a move only")
    row = table.update().where(table.c.programme_id == tx.programme, table.c.id == row_id)
    if version is not None:
        row = row.where(table.c.version == version)
    return tx.connection.execute(row.values(**columns)).rowcount == 1


def write_again(tx: Tx, table: Table, row_ids: Sequence[UUID]) -> None:
    """Write these rows anew as they are, one after the other: only where they lie changes."""
    c = table.c
    again = table.update().values(state=c.state)
    again = again.where(c.programme_id == tx.programme, c.id == bindparam("row_id"))
    if row_ids:
        tx.connection.execute(again, [{"row_id": each} for each in row_ids])
