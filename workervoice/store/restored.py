"""Restores of this database, numbered: each is a row that waits, and a next one that does not.

The log knows every number, so that whoever deletes the row that waits is noticed. The place of the
restore that somebody is told of is in clear: there is nothing of anybody in it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from workervoice.store.engine import Tx
from workervoice.store.rows import Place, Row
from workervoice.store.tables import contact
from workervoice.store.tables import restored as table

KIND = "restored"


@dataclass(frozen=True, slots=True)
class Restored:
    """One restore: of which backup, how many entries the log had in order, and whether sending
    still waits for a supervisor. `at` is a full hour."""

    number: int
    id: UUID
    backup_id: UUID
    entries: int
    at: datetime
    waits: bool
    signature: bytes = b""  # by the log's key

    def logged(self, programme: UUID) -> Row:
        """What the log knows of it."""
        at = str(int(self.at.timestamp()))
        says = (self.id.bytes, self.backup_id.bytes, str(self.entries), at, str(int(self.waits)))
        return Row.of(KIND, programme, self.number, *says, self.signature)

    def gone_on(self) -> Restored:
        """The same restore, once a supervisor let sending go on."""
        return replace(self, number=self.number + 1, waits=False)


def place(programme: UUID, number: int) -> Place:
    """Where the log knows the row of this number; there is none of number 0."""
    return Place(KIND, (programme,), number)


def restores(tx: Tx) -> list[Restored]:
    """Every row, oldest first."""
    c = table.c
    query = select(c.number, c.id, c.backup_id, c.entries, c.at, c.waits, c.signature)
    found = tx.connection.execute(query.where(c.programme_id == tx.programme).order_by(c.number))
    return [Restored(*row) for row in found]


def add_restored(tx: Tx, row: Restored) -> None:
    values = {name: getattr(row, name) for name in Restored.__slots__}
    tx.connection.execute(table.insert().values(programme_id=tx.programme, **values))
    tx.stored.append(row.logged(tx.programme))


def has_other_indexes(tx: Tx, versions: Collection[int]) -> bool:
    """True if a contact has an index under a pepper of none of these versions."""
    c = contact.c
    query = select(c.id).where(c.programme_id == tx.programme, c.index_version.not_in(versions))
    return tx.connection.execute(query.limit(1)).first() is not None
