"""What a provider took: how long its text is kept here, and whether it was given back.

A provider may accept a text and say a moment later that it could not go out. Until then it is as
good as owed; after that a thief of the courier's key finds nothing of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from workervoice.errors import NotFound
from workervoice.store import tables as t
from workervoice.store.engine import Tx

REFUSED_WITHIN = timedelta(hours=2)  # a refusal comes within seconds; rows know whole hours only
_MARGIN = timedelta(minutes=5)  # between the courier's clock and the gateway's

SPENT = ("delivered", "failed", "expired")  # no text of these is ever needed again
ENDED = ("accepted", *SPENT)


def emptied(dest: str) -> dict[str, Any]:
    """The columns that lose their content on the way to this state."""
    return {"payload": b""} if dest in SPENT else {}


def empty_taken(tx: Tx, now: datetime) -> None:
    """Drop the texts that were accepted and that the provider can no longer refuse."""
    c = t.outbox.c
    taken = t.outbox.update().where(
        c.programme_id == tx.programme,
        c.state == "accepted",
        c.run_at < now - REFUSED_WITHIN,
        func.octet_length(c.payload) > 0,
    )
    tx.connection.execute(taken.values(payload=b""))


def may_be_empty(taken_at: datetime, now: datetime) -> bool:
    """True if the text of a row that was accepted in this hour may be gone by now."""
    return taken_at < now - REFUSED_WITHIN + _MARGIN


def whose(tx: Tx, outbox_id: UUID) -> tuple[UUID, datetime, int]:
    """A row's conversation, the hour in which it moved last, and how often it was tried; `NotFound`
    for a foreign id."""
    c = t.outbox.c
    query = select(c.conversation_id, c.run_at, c.attempts)
    query = query.where(c.programme_id == tx.programme, c.id == outbox_id)
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("no such message")
    return row.conversation_id, row.run_at, row.attempts


def references(tx: Tx, conversation_id: UUID) -> list[tuple[UUID, bytes]]:
    """What the provider calls the texts of this conversation that it took, each still sealed."""
    c = t.outbox.c
    rows = tx.connection.execute(
        select(c.id, c.provider_ref).where(
            c.programme_id == tx.programme,
            c.conversation_id == conversation_id,
            c.provider_ref.is_not(None),
        )
    )
    return [(row.id, bytes(row.provider_ref)) for row in rows]


def was_given_back(tx: Tx, outbox_id: UUID, token: UUID) -> bool:
    """True if a callback took a row from the lease of this token, for it did not go out."""
    c = t.outbox.c
    row = tx.connection.execute(
        select(c.state, c.lease_token).where(c.programme_id == tx.programme, c.id == outbox_id)
    ).one_or_none()
    if row is None or row.state in ENDED:
        return False
    return row.state not in {"claimed", "unknown"} or row.lease_token != token
