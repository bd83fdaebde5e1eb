"""How far the list beside the backups has come: up to which entry of the log, and its last line.

A row that somebody altered or put back counts for nothing, and the list is told everything again.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workervoice.crypto.keyedlist import Tail
from workervoice.crypto.seal import ctx
from workervoice.store.engine import Tx
from workervoice.store.tables import conversation, keyed_list
from workervoice.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Listed:
    """The entries of the log before `position` are on the list, which ended then in `tail`."""

    position: int = 0
    tail: Tail = field(default_factory=Tail)

    def mac(self, vault: Vault, programme: UUID) -> bytes:
        where = (programme, self.position, self.tail.lines, self.tail.last)
        return vault.mac(ctx("listed", *where))


def listed(tx: Tx, vault: Vault) -> Listed:
    c = keyed_list.c
    query = select(c.position, c.lines, c.last, c.mac).where(c.programme_id == tx.programme)
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        return Listed()
    found = Listed(row.position, Tail(row.lines, bytes(row.last)))
    holds = hmac.compare_digest(found.mac(vault, tx.programme), bytes(row.mac))
    return found if holds else Listed()


def save_listed(tx: Tx, vault: Vault, now: Listed) -> None:
    mac = now.mac(vault, tx.programme)
    position, lines, last = now.position, now.tail.lines, now.tail.last
    row = insert(keyed_list).values(
        programme_id=tx.programme, position=position, lines=lines, last=last, mac=mac
    )
    same = [keyed_list.c.programme_id]
    tx.connection.execute(
        row.on_conflict_do_update(
            index_elements=same,
            set_={"position": position, "lines": lines, "last": last, "mac": mac},
        )
    )


def records_of(tx: Tx, vault: Vault, wanted: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """The sealed records of those of these conversations that are there."""
    c = conversation.c
    query = select(c.id, c.version, c.record)
    found = tx.connection.execute(query.where(c.programme_id == tx.programme, c.id.in_(wanted)))
    return {
        row.id: vault.open("conversation", tx.programme, row.id, row.version, bytes(row.record))
        for row in found
    }
