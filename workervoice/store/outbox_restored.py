"""What was owed when a backup was made, once that backup is put back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from workervoice.message import Role
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.outbox import LEASE
from workervoice.store.states import move_state
from workervoice.workflow import delivery


def come_back(tx: Tx) -> list[UUID]:
    """After a restore: whatever was owed or claimed may have gone out since. Their `run_at` is
    when that was tried, or the first moment at which it can have been; returns their ids."""
    c = t.outbox.c
    rows = tx.connection.execute(
        select(c.id, c.state, c.run_at, c.lease_until)
        .where(c.programme_id == tx.programme, c.state.in_(["owed", "claimed"]))
        .with_for_update()
    ).all()
    for row in rows:
        tried_at = row.run_at if row.lease_until is None else row.lease_until - LEASE
        also = {"lease_token": None, "lease_until": None, "run_at": min(tried_at, row.run_at)}
        dest = delivery.MACHINE.advance(
            row.state, "come_back", role=Role.SYSTEM, holds={"restored": True}
        )
        move_state(tx, t.outbox, row.id, source=row.state, dest=dest, also=also)
    return [row.id for row in rows]
