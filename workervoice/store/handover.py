"""What the console hands over to the gateway: a sealed envelope, taken within seconds and emptied.

The console's role adds rows and never sees an envelope again; the gateway's reads, empties and
deletes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workervoice.store.engine import Tx, insert_new
from workervoice.store.tables import handover
from workervoice.store.vault import Vault

MOST_AT_ONCE = 20  # entries in one look

_LABEL = "handover"
_C = handover.c


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """One entry on its way: sealed to the gateway, signed by the officer who wrote it."""

    id: UUID
    officer_id: UUID
    day: date
    envelope: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def put_handover(tx: Tx, row: HandoverRow) -> bool:
    """False if the same entry was handed over before."""
    values = {name: getattr(row, name) for name in HandoverRow.__slots__}
    return insert_new(tx, insert(handover).values(programme_id=tx.programme, **values))


def waiting(tx: Tx) -> list[HandoverRow]:
    """What the gateway has not taken yet."""
    query = select(*(_C[name] for name in HandoverRow.__slots__)).where(
        _C.programme_id == tx.programme, _C.envelope.is_not(None)
    )
    return [HandoverRow(*row) for row in tx.connection.execute(query.limit(MOST_AT_ONCE))]


def hold(tx: Tx, entry_id: UUID) -> bool:
    """Hold an entry that still waits until the end of the transaction; False if another gateway
    holds or has taken it."""
    query = select(_C.id).where(
        _C.programme_id == tx.programme, _C.id == entry_id, _C.envelope.is_not(None)
    )
    return tx.connection.execute(query.with_for_update(skip_locked=True)).one_or_none() is not None


def settle(tx: Tx, vault: Vault, entry_id: UUID, outcome: Mapping[str, Any]) -> None:
    """Empty the envelope, and say to its writer what became of it."""
    told = vault.seal(_LABEL, tx.programme, entry_id, 1, dict(outcome))
    emptied = handover.update().where(_C.programme_id == tx.programme, _C.id == entry_id)
    tx.connection.execute(emptied.values(envelope=None, outcome=told))


def outcome_of(tx: Tx, vault: Vault, entry_id: UUID) -> dict[str, Any] | None:
    """What became of one's own entry: nothing in it while it waits, and None where nothing is
    known of it (any more)."""
    query = select(_C.outcome).where(_C.programme_id == tx.programme, _C.id == entry_id)
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.outcome is None:
        return {}
    told: dict[str, Any] = vault.open(_LABEL, tx.programme, entry_id, 1, bytes(row.outcome))
    return told


def forget_settled(tx: Tx, before: date) -> None:
    """Rows of earlier days whose entry was taken: their writer has seen them."""
    old = handover.delete().where(
        _C.programme_id == tx.programme, _C.day < before, _C.envelope.is_(None)
    )
    tx.connection.execute(old)
