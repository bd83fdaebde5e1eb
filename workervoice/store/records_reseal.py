"""Every record under the service key: those that still lie under an older one, and sealing anew.

The owner's tables only: no process may change a leaf's body or a link that it did not make. What
the log knows with its ciphertext (conversations, facts) becomes a next version instead, elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Table, and_, func, literal, select

from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.states import change_row
from workervoice.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Kind:
    """Records of one kind: where they lie, and what their version is bound to (a column, or the
    number itself)."""

    label: str
    table: Table
    column: str
    version: str | int = 1
    id: str = "id"


PLAIN = (
    Kind("clock", t.clock, "record", 0),
    Kind("issue-link", t.issue, "link"),
    Kind("disclosure-link", t.disclosure, "link"),
    Kind("second-factor", t.second_factor, "fixed"),
    Kind("second-factor-used", t.second_factor, "used", "version"),
    Kind("watched-hour", t.watched, "record", "version"),
    Kind("line-state", t.line_state, "record", "version"),
    Kind("fluency", t.fluency, "record", "version"),
    Kind("leaf", t.log_leaf, "body"),
    Kind("log-head", t.log_head, "record", "version", "programme_id"),
    Kind("comparison", t.comparison, "record", "version", "programme_id"),
)
CONVERSATIONS = Kind("conversation", t.conversation, "record", "version")
QUEUE, FACTS = (
    Kind("queue", t.cases, "queue", "version"),
    Kind("facts", t.cases, "facts", "version"),
)


def older(tx: Tx, kind: Kind, newest: int, after: UUID, limit: int) -> list[UUID]:
    """The next rows by id whose record is not under this version of the key."""
    c, blob = kind.table.c, kind.table.c[kind.column]
    query = select(c[kind.id]).where(
        c.programme_id == tx.programme,
        c[kind.id] > after,
        and_(func.octet_length(blob) > 0, func.get_byte(blob, 0) != newest),
    )
    return list(tx.connection.execute(query.order_by(c[kind.id]).limit(limit)).scalars())


def reseal(tx: Tx, vault: Vault, kind: Kind, row_id: UUID) -> None:
    """Seal one record anew, at its place and with what it says. Raises `SealBroken`."""
    c, by_column = kind.table.c, isinstance(kind.version, str)
    version = c[kind.version] if by_column else literal(kind.version)
    found = select(c[kind.column].label("blob"), version.label("version")).where(
        c.programme_id == tx.programme, c[kind.id] == row_id
    )
    row = tx.connection.execute(found.with_for_update()).one_or_none()
    if row is None:
        return
    place = (kind.label, tx.programme, row_id, row.version)
    sealed = vault.seal(*place, vault.open(*place, bytes(row.blob)))
    _store(tx, kind, row_id, sealed)


def _store(tx: Tx, kind: Kind, row_id: UUID, sealed: bytes) -> None:
    if kind.id == "id":
        change_row(tx, kind.table, row_id, {kind.column: sealed})
        return
    only = kind.table.c.programme_id == row_id
    tx.connection.execute(kind.table.update().where(only).values({kind.column: sealed}))
