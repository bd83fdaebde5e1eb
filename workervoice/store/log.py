"""The log: one unordered leaf an event, inserted in the event's own transaction.

A leaf names what happened to which object, by whom and roughly when; never words, numbers, an
index, a provider's id or a reason. Ordering and signing leaves is the sequencer's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from uuid import UUID, uuid4

from sqlalchemy import select

from workervoice.crypto.merkle import leaf_body, leaf_hash
from workervoice.store.engine import Tx
from workervoice.store.tables import log_leaf
from workervoice.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: `detail` is a state or move, `rows` are "kind:id:version:SHA-256" of what the
    transaction stored, ciphertext as it lies there."""

    name: str
    actor: UUID
    about: UUID
    detail: str = ""
    rows: tuple[str, ...] = ()


def record_event(tx: Tx, vault: Vault, event: Event, now: datetime) -> None:
    """Add the leaf of one event. People's acts carry the minute, everything else the hour.

    The hash is in clear, over a salted body that nobody can guess; the body is sealed under the
    service key, because what happened together would join what other tables keep apart.
    """
    by_person = tx.scope.role is not None
    leaf_id, fields = (
        uuid4(),
        {
            "programme": str(tx.programme),
            "event": event.name,
            "actor": str(event.actor),
            "object": str(event.about),
            "detail": event.detail,
            "rows": " ".join(event.rows),
            "at": now.strftime("%Y-%m-%dT%H:%MZ" if by_person else "%Y-%m-%dT%HZ"),
            "salt": token_hex(16),
        },
    )
    tx.connection.execute(
        log_leaf.insert().values(
            programme_id=tx.programme,
            id=leaf_id,
            leaf_hash=leaf_hash(leaf_body(fields)),
            body=vault.seal("leaf", tx.programme, leaf_id, 1, fields),
        )
    )


def read_leaves(tx: Tx, vault: Vault) -> list[tuple[bytes, bytes]]:
    """Every leaf's hash and canonical body, in no order: for whoever may read the log."""
    c = log_leaf.c
    query = select(c.id, c.leaf_hash, c.body).where(c.programme_id == tx.programme)
    return [
        (row.leaf_hash, leaf_body(vault.open("leaf", tx.programme, row.id, 1, row.body)))
        for row in tx.connection.execute(query)
    ]
