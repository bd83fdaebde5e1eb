"""What is owed to workers: rows written with their cause and sent later by the courier.

A claim takes a lease with a token; whoever finishes must still hold it. A row is never locked
while a provider is called.

Leases, and when a row is due, go by the database's clock (`Process.shared_clock`), never by a
courier's own: of two whose clocks differ, one would take over what the other is sending. A sending
leaves within `WORKERVOICE_TWILIO_TIMEOUT_SECONDS`, so that a lease outlasts it. A courier that is
cut off, or dies, loses what it was sending when its lease is over: to be looked up, not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, or_, select

from workervoice.errors import IllegalMove, NotFound
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.rows import Row as Logged
from workervoice.store.states import change_row, move_state
from workervoice.store.taken import ENDED, emptied, empty_taken
from workervoice.store.writing import inserted

LEASE = timedelta(seconds=60)
KEPT_AFTER = timedelta(days=7)  # a handler still sees how a text fared


@dataclass(frozen=True, slots=True)
class Owed:
    """One message owed. `payload` is sealed to the courier; the signature covers its place."""

    id: UUID
    conversation_id: UUID
    state: str
    payload: bytes
    signer_id: UUID
    signature: bytes
    run_at: datetime
    expires_at: datetime
    dedupe_key: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """An outbox row under lease."""

    id: UUID
    conversation_id: UUID
    payload: bytes
    signer_id: UUID
    signature: bytes
    release_id: UUID | None
    release_signer_id: UUID | None
    release_signature: bytes | None
    first_digest: bytes | None
    reseal_signer_id: UUID | None
    reseal_signature: bytes | None
    attempts: int
    expires_at: datetime
    run_at: datetime
    token: UUID

    def logged(self) -> Logged:
        """What the log knows of it, as long as it was not sent."""
        return Logged.of("outbox", self.id, 1, self.payload)


def owe(tx: Tx, owed: Owed) -> None:
    """Add a row. Raises `IllegalMove` if the same debt (dedupe key) is there already."""
    columns = {name: getattr(owed, name) for name in Owed.__slots__}
    row = {"programme_id": tx.programme, "attempts": 0, **columns}
    tx.write(inserted(t.outbox, row, lambda: IllegalMove(f"{owed.id} is owed already")))
    tx.stored.append(Logged.of("outbox", owed.id, 1, owed.payload))


def claim_owed(tx: Tx, now: datetime, limit: int) -> list[Claimed]:
    """Claim what is owed and due, a lease each; other couriers skip what is locked."""
    c = t.outbox.c
    rows = tx.connection.execute(
        select(t.outbox)
        .where(c.programme_id == tx.programme, c.state == "owed", c.run_at <= now)
        .order_by(c.run_at, c.place)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    claimed = [_under_lease(row) for row in rows]
    for one in claimed:
        lease = {"lease_token": one.token, "lease_until": now + LEASE, "attempts": one.attempts}
        move_state(tx, t.outbox, one.id, source="owed", dest="claimed", also=lease)
    return claimed


def lose_stale(tx: Tx, now: datetime) -> int:
    """Claims whose lease ran out: nobody knows whether they were sent. Returns how many."""
    c = t.outbox.c
    stale = tx.connection.execute(
        select(c.id, c.lease_until)
        .where(c.programme_id == tx.programme, c.state == "claimed", c.lease_until < now)
        .with_for_update(skip_locked=True)
    ).all()
    for row in stale:
        tried_at = row.lease_until - LEASE
        also = {"lease_token": None, "lease_until": None, "run_at": tried_at}
        move_state(tx, t.outbox, row.id, source="claimed", dest="unknown", also=also)
    return len(stale)


def lease_unknown(tx: Tx, now: datetime, limit: int) -> list[Claimed]:
    """Rows whose outcome nobody knows, to be looked up under a lease; they stay unknown.

    Their `run_at` is when the sending was tried; the lease paces the look-ups.
    """
    c = t.outbox.c
    rows = tx.connection.execute(
        select(t.outbox)
        .where(c.programme_id == tx.programme, c.state == "unknown", c.run_at <= now)
        .where(or_(c.lease_until.is_(None), c.lease_until < now))
        .order_by(c.run_at, c.place)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    leased = [_under_lease(row) for row in rows]
    for one in leased:
        _set(tx, one.id, {"lease_token": one.token, "lease_until": now + LEASE})
    return leased


def renew(tx: Tx, claimed: Claimed, *, source: str, now: datetime) -> bool:
    """Take the lease anew before it is used; False if somebody else has the row by now."""
    c = t.outbox.c
    mine = t.outbox.update().where(
        c.programme_id == tx.programme,
        c.id == claimed.id,
        c.state == source,
        c.lease_token == claimed.token,
    )
    return tx.connection.execute(mine.values(lease_until=now + LEASE)).rowcount == 1


def keep_reference(tx: Tx, outbox_id: UUID, reference: bytes) -> None:
    """The provider's id of a text that somebody else has moved on already."""
    _set(tx, outbox_id, {"provider_ref": reference})


def finish(
    tx: Tx, claimed: Claimed, *, source: str, dest: str, also: Mapping[str, Any] | None = None
) -> bool:
    """Take a leased row on, if the lease is still ours; False if somebody else moved it."""
    c = t.outbox.c
    mine = tx.connection.execute(
        select(c.id)
        .where(c.programme_id == tx.programme, c.id == claimed.id, c.state == source)
        .where(c.lease_token == claimed.token)
        .with_for_update()
    ).one_or_none()
    if mine is None:
        return False
    columns = {"lease_token": None, "lease_until": None, **(also or {}), **emptied(dest)}
    if source == dest:
        _set(tx, claimed.id, columns)
    else:
        move_state(tx, t.outbox, claimed.id, source=source, dest=dest, also=columns)
    return True


def put_off(tx: Tx, outbox_id: UUID, run_at: datetime) -> None:
    """It is owed, and not before this moment."""
    _set(tx, outbox_id, {"run_at": run_at})


def _set(tx: Tx, outbox_id: UUID, columns: Mapping[str, Any]) -> None:
    """Columns other than the state."""
    change_row(tx, t.outbox, outbox_id, columns)


def _under_lease(row: Row[Any]) -> Claimed:
    return Claimed(
        id=row.id,
        conversation_id=row.conversation_id,
        payload=row.payload,
        signer_id=row.signer_id,
        signature=row.signature,
        release_id=row.release_id,
        release_signer_id=row.release_signer_id,
        release_signature=row.release_signature,
        first_digest=row.first_digest,
        reseal_signer_id=row.reseal_signer_id,
        reseal_signature=row.reseal_signature,
        attempts=row.attempts + 1,
        expires_at=row.expires_at,
        run_at=row.run_at,
        token=uuid4(),
    )


def sweep(tx: Tx, now: datetime) -> tuple[int, int]:
    """Expire what is past its validity, then drop final rows past theirs; returns both counts."""
    c = t.outbox.c
    late = tx.connection.execute(
        select(c.id, c.state)
        .where(c.programme_id == tx.programme, c.expires_at < now)
        .where(c.state.in_(["held", "owed", "unknown", "withheld"]))
        .with_for_update(skip_locked=True)
    ).all()
    for row in late:
        move_state(tx, t.outbox, row.id, source=row.state, dest="expired", also=emptied("expired"))
    empty_taken(tx, now)
    final = t.outbox.delete().where(
        c.programme_id == tx.programme,
        c.expires_at < now - KEPT_AFTER,
        c.state.in_(ENDED),
    )
    return len(late), tx.connection.execute(final).rowcount


def state_of(tx: Tx, outbox_id: UUID) -> str:
    """The delivery state, locked for a move; `NotFound` for a foreign id."""
    c = t.outbox.c
    state = tx.connection.execute(
        select(c.state).where(c.programme_id == tx.programme, c.id == outbox_id).with_for_update()
    ).scalar_one_or_none()
    if state is None:
        raise NotFound("no such message")
    return str(state)


def deliveries(tx: Tx, conversation_id: UUID) -> dict[UUID, str]:
    """Delivery states of what a conversation was sent or is owed."""
    c = t.outbox.c
    rows = tx.connection.execute(
        select(c.id, c.state).where(
            c.programme_id == tx.programme, c.conversation_id == conversation_id
        )
    )
    return {row.id: row.state for row in rows}


def held_signature(tx: Tx, outbox_id: UUID) -> tuple[str, bytes]:
    """State and signature of a row that the gateway is about to release, locked."""
    c = t.outbox.c
    row = tx.connection.execute(
        select(c.state, c.signature)
        .where(c.programme_id == tx.programme, c.id == outbox_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"nothing held under {outbox_id}")
    return row.state, row.signature


def move_delivery(
    tx: Tx, outbox_id: UUID, *, source: str, dest: str, also: Mapping[str, Any] | None = None
) -> None:
    """Apply a decided move of the delivery machine."""
    columns = {**(also or {}), **emptied(dest)}
    move_state(tx, t.outbox, outbox_id, source=source, dest=dest, also=columns)


def withhold(tx: Tx, conversation_id: UUID, sources: tuple[str, ...]) -> int:
    """Withhold everything not yet sent; returns how many. What is claimed is left."""
    c = t.outbox.c
    rows = tx.connection.execute(
        select(c.id, c.state)
        .where(c.programme_id == tx.programme, c.conversation_id == conversation_id)
        .where(c.state.in_(sources))
        .with_for_update()
    ).all()
    for row in rows:
        move_state(tx, t.outbox, row.id, source=row.state, dest="withheld")
    return len(rows)


def oldest_first(tx: Tx, outbox_ids: list[UUID]) -> list[UUID]:
    """These ids in the order in which the rows were owed; one whose row is gone comes first."""
    c = t.outbox.c
    rows = tx.connection.execute(
        select(c.id).where(c.programme_id == tx.programme, c.id.in_(outbox_ids)).order_by(c.place)
    )
    known = [row.id for row in rows]
    return [*(each for each in outbox_ids if each not in known), *known]


def withheld(tx: Tx, conversation_id: UUID, *, but_by: UUID) -> list[UUID]:
    """What was withheld from a conversation, oldest first, locked; `but_by` owed none of it."""
    c = t.outbox.c
    rows = tx.connection.execute(
        select(c.id)
        .where(c.programme_id == tx.programme, c.conversation_id == conversation_id)
        .where(c.state == "withheld", c.signer_id != but_by)
        .order_by(c.run_at, c.place)
        .with_for_update()
    ).all()
    return [row.id for row in rows]
