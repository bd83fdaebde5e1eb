"""Approvals: one person's signed yes to one version of an issue's packet."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workervoice.crypto.seal import ctx, digest
from workervoice.store import tables as t
from workervoice.store.engine import Tx, insert_new
from workervoice.store.rows import Row


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes to one version of a packet."""

    issue_id: UUID
    officer_id: UUID
    packet_version: int
    signature: bytes

    def logged(self) -> Row:
        """What the log knows of it."""
        series = (self.issue_id, self.officer_id)
        return Row.of("approval", series, self.packet_version, self.signature)


def approval_place(programme: UUID, issue_id: UUID, version: int, packet: bytes) -> bytes:
    """What an approver signs: this packet, in this version."""
    return ctx("sign-approval", programme, issue_id, version, digest(packet))


def add_approval(tx: Tx, row: Approval) -> None:
    """Store who approved which version; the same again, after it was sent back, changes nothing."""
    columns = {name: getattr(row, name) for name in Approval.__slots__}
    if insert_new(tx, insert(t.approval).values(programme_id=tx.programme, **columns)):
        tx.stored.append(row.logged())


def approvals_of(tx: Tx, issue_id: UUID, version: int) -> list[Approval]:
    """Who approved this version of the packet."""
    c = t.approval.c
    query = select(*(c[name] for name in Approval.__slots__)).where(
        c.programme_id == tx.programme, c.issue_id == issue_id, c.packet_version == version
    )
    return [Approval(**row) for row in tx.connection.execute(query).mappings()]
