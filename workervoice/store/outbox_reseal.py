"""Outbox rows as they are sealed, for whoever seals them to another key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.outbox import LEASE
from workervoice.store.rows import Row
from workervoice.store.states import change_row


@dataclass(frozen=True, slots=True)
class Sealed:
    """The sealed parts of a row. `first_digest` is of the payload that its maker signed, once it
    is another one."""

    id: UUID
    payload: bytes
    signature: bytes
    provider_ref: bytes | None
    first_digest: bytes | None
    reseal_signer_id: UUID | None
    reseal_signature: bytes | None
    in_hand: bool  # a courier is sending it, or asking about it, and would find it changed
    was_payload: bytes | None = None  # the one that it replaces

    def logged(self) -> Row:
        return Row.of("outbox", self.id, 1, self.payload)

    def with_reference(self, provider_ref: bytes | None) -> Sealed:
        return replace(self, provider_ref=provider_ref)

    def with_payload(
        self, payload: bytes, first_digest: bytes, signer_id: UUID, signature: bytes
    ) -> Sealed:
        return replace(
            self,
            was_payload=self.payload,
            payload=payload,
            first_digest=first_digest,
            reseal_signer_id=signer_id,
            reseal_signature=signature,
        )


def sealed_after(tx: Tx, after: UUID, limit: int, now: datetime) -> list[Sealed]:
    """The next rows by id with anything sealed in them, locked."""
    c = t.outbox.c
    names = [name for name in Sealed.__slots__ if name not in {"in_hand", "was_payload"}]
    claimed = c.state == "claimed"
    asked_about = and_(c.state == "unknown", c.lease_until > now, c.lease_until <= now + LEASE)
    query = (
        select(*(c[name] for name in names), or_(claimed, asked_about.is_(True)).label("in_hand"))
        .where(c.programme_id == tx.programme, c.id > after)
        .where(or_(func.octet_length(c.payload) > 0, c.provider_ref.is_not(None)))
        .order_by(c.id)
        .limit(limit)
        .with_for_update()
    )
    return [Sealed(**row) for row in tx.connection.execute(query).mappings()]


def reseal(tx: Tx, row: Sealed) -> None:
    """Store what was sealed anew."""
    columns = {
        "payload": row.payload,
        "provider_ref": row.provider_ref,
        "first_digest": row.first_digest,
        "reseal_signer_id": row.reseal_signer_id,
        "reseal_signature": row.reseal_signature,
    }
    change_row(tx, t.outbox, row.id, columns)
