"""Workers' return codes: keyed marks, and whose they are until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select

from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.writing import inserted


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was given: `mark` and `proof` are keyed, and nobody else can make them."""

    mark: bytes = field(repr=False)
    conversation_id: UUID
    until: date
    proof: bytes = field(repr=False)


def add(tx: Tx, code: Code) -> None:
    columns = {name: getattr(code, name) for name in Code.__slots__}
    tx.write(inserted(t.return_code, {"programme_id": tx.programme, **columns}))


def find(tx: Tx, mark: bytes) -> Code | None:
    """Held until the end of the transaction, so that it is used once."""
    c = t.return_code.c
    query = select(*(c[name] for name in Code.__slots__)).where(
        c.programme_id == tx.programme, c.mark == mark
    )
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return Code(bytes(row["mark"]), row["conversation_id"], row["until"], bytes(row["proof"]))


def forget_of(tx: Tx, conversation_id: UUID) -> int:
    """Returns how many there were."""
    c = t.return_code.c
    statement = t.return_code.delete().where(
        c.programme_id == tx.programme, c.conversation_id == conversation_id
    )
    return tx.connection.execute(statement).rowcount


def forget_before(tx: Tx, day: date) -> int:
    """Drop what is good no more; returns how many."""
    c = t.return_code.c
    statement = t.return_code.delete().where(c.programme_id == tx.programme, c.until < day)
    return tx.connection.execute(statement).rowcount
