"""Who wrote: duplicates, contacts and conversations.

The address itself comes in sealed; here it is an index to find the conversation by, and a blob.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from workervoice.errors import NotFound
from workervoice.store import tables as t
from workervoice.store.engine import Tx, insert_new
from workervoice.store.rows import Row
from workervoice.store.states import save_row
from workervoice.store.vault import Vault
from workervoice.store.writing import inserted

_INDEX_LOCK = 0x776F726B696E6478  # "workindx"
_GLANCE = (
    "SELECT asked.seen, talk.* FROM"
    " (SELECT pg_advisory_xact_lock_shared($5), EXISTS"
    "  (SELECT FROM seen WHERE programme_id = $1 AND mac = $2) AS seen) AS asked"
    " LEFT JOIN LATERAL"
    " (SELECT contact.id AS contact_id, contact.index, v.id, v.state, v.version, v.record"
    "  FROM contact JOIN conversation AS v"
    "   ON v.programme_id = contact.programme_id AND v.id = contact.conversation_id"
    "  WHERE contact.programme_id = $1 AND contact.index_version = $3 AND contact.index = ANY($4)"
    "  ORDER BY v.id FOR UPDATE OF v) AS talk ON true"
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation row, opened: `record` is the sealed progress and what it points to."""

    id: UUID
    state: str
    version: int
    record: dict[str, Any]
    sealed: bytes = field(default=b"", repr=False, compare=False)

    def logged(self) -> Row:
        """What the log knows of it, state and all."""
        return Row.of("conversation", self.id, self.version, self.state, self.sealed)


@dataclass(frozen=True, slots=True)
class Contact:
    """A worker's address on one channel: found by `index`, opened only by the courier. A version
    replaces the one before it for good."""

    id: UUID
    conversation_id: UUID
    version: int
    index_version: int
    index: bytes
    address: bytes
    signer_id: UUID
    signature: bytes

    def logged(self) -> Row:
        """What the log knows of it."""
        series = (self.conversation_id, self.id)
        return Row.of("contact", series, self.version, self.index, self.address)


@dataclass(frozen=True, slots=True)
class Found:
    """What the gateway sees of a contact: never the address."""

    id: UUID
    conversation_id: UUID
    version: int
    index_version: int
    index: bytes


class SeenBefore(Exception):
    """This message of the provider's is stored already."""


class MetBefore(Exception):
    """Another transaction stored the same address a moment before."""


Led = tuple[UUID, bytes, Conversation]  # a contact, its index, and the conversation, locked


def glance(
    tx: Tx, vault: Vault, mac: bytes, indexes: list[tuple[int, bytes]]
) -> tuple[bool, list[Led]]:
    """Ask at once what a message needs: was this message id seen, where do these indexes lead, all
    of one version. Holds the conversations, and the peppers, until the end of the transaction."""
    version, places = indexes[0][0], [index for _, index in indexes]
    rows = tx.ask(_GLANCE, tx.programme, mac, version, places, _INDEX_LOCK)
    found = [
        (contact_id, bytes(index), _opened(tx, vault, *row))
        for _, contact_id, index, *row in rows
        if contact_id is not None
    ]
    return rows[0][0], found


def remember_once(tx: Tx, mac: bytes, day: date) -> None:
    """Note a provider's message id by its keyed hash, with what else is written; raises
    `SeenBefore` then."""
    columns = {"programme_id": tx.programme, "mac": mac, "day": day}
    tx.write(inserted(t.seen, columns, SeenBefore))


def remember(tx: Tx, mac: bytes, day: date) -> bool:
    """Note a provider's message id by its keyed hash; False if it was there already."""
    statement = insert(t.seen).values(programme_id=tx.programme, mac=mac, day=day)
    return insert_new(tx, statement)


def forget_seen_before(tx: Tx, day: date) -> int:
    """Drop duplicate keys older than `day`; returns how many."""
    statement = t.seen.delete().where(t.seen.c.programme_id == tx.programme, t.seen.c.day < day)
    return tx.connection.execute(statement).rowcount


def conversations_by_index(tx: Tx, vault: Vault, indexes: list[tuple[int, bytes]]) -> list[Led]:
    """Where these indexes lead, in their order, of whatever versions."""
    c = t.contact.c
    query = select(c.id, c.index.label("found"), c.conversation_id).where(
        c.programme_id == tx.programme, tuple_(c.index_version, c.index).in_(indexes)
    )
    rows = tx.connection.execute(query.order_by(c.conversation_id)).all()
    order = {index: number for number, (_, index) in enumerate(indexes)}
    led = [
        (row.id, bytes(row.found), lock_conversation(tx, vault, row.conversation_id))
        for row in rows
    ]
    return sorted(led, key=lambda each: order[each[1]])


def known_indexes(tx: Tx, indexes: list[tuple[int, bytes]]) -> set[bytes]:
    """Which of these indexes lead to a conversation already, whichever it is."""
    c = t.contact.c
    query = select(c.index).where(
        c.programme_id == tx.programme, tuple_(c.index_version, c.index).in_(indexes)
    )
    return {bytes(index) for index in tx.connection.execute(query).scalars()}


def lock_conversation(tx: Tx, vault: Vault, conversation_id: UUID) -> Conversation:
    """Open a conversation and hold its row until the end of the transaction."""
    return conversation_by_id(tx, vault, conversation_id, lock=True)


def conversation_by_id(
    tx: Tx, vault: Vault, conversation_id: UUID, *, lock: bool = False
) -> Conversation:
    """Open a conversation, to look at it only."""
    query = select(t.conversation).where(
        t.conversation.c.programme_id == tx.programme, t.conversation.c.id == conversation_id
    )
    row = tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound(f"no conversation {conversation_id}")
    return _opened(tx, vault, row.id, row.state, row.version, bytes(row.record))


def sealed_records(
    tx: Tx, vault: Vault, ids: Collection[UUID]
) -> list[tuple[UUID, Callable[[], dict[str, Any]]]]:
    """Several conversations' records, each to be opened alone: one may be broken."""
    c = t.conversation.c
    query = select(t.conversation).where(c.programme_id == tx.programme, c.id.in_(ids))
    return [
        (row.id, partial(_record, tx, vault, row.id, row.version, bytes(row.record)))
        for row in tx.connection.execute(query)
    ]


def _opened(
    tx: Tx, vault: Vault, conversation_id: UUID, state: str, version: int, sealed: bytes
) -> Conversation:
    record = _record(tx, vault, conversation_id, version, sealed)
    return Conversation(conversation_id, state, version, record, sealed)


def _record(
    tx: Tx, vault: Vault, conversation_id: UUID, version: int, sealed: bytes
) -> dict[str, Any]:
    record: dict[str, Any] = vault.open(
        "conversation", tx.programme, conversation_id, version, sealed
    )
    return record


def save_conversation(
    tx: Tx, vault: Vault, was: Conversation, *, state: str, record: dict[str, Any]
) -> Conversation:
    """Store the next version of a locked conversation, or the first one of one whose version is 0.
    Raises `IllegalMove` when it is sent if somebody else stored a version meanwhile."""
    version = was.version + 1
    sealed = vault.seal("conversation", tx.programme, was.id, version, record)
    now = Conversation(was.id, state, version, record, sealed)
    columns = {"state": state, "version": version, "record": sealed}
    if was.version:
        save_row(tx, t.conversation, was.id, was=(was.state, was.version), now=columns)
    else:
        columns = {"programme_id": tx.programme, "id": was.id, **columns}
        tx.write(inserted(t.conversation, columns))
    tx.stored.append(now.logged())
    return now


def add_contact(tx: Tx, contact: Contact) -> None:
    """Store a contact with what else is written; raises `MetBefore` then, if another transaction
    stored the same index a moment before."""
    columns = {name: getattr(contact, name) for name in Contact.__slots__}
    row = {"programme_id": tx.programme, **columns}
    tx.write(inserted(t.contact, row, MetBefore))
    tx.stored.append(contact.logged())


def hold_indexes(tx: Tx) -> None:
    """For whoever brings or destroys a pepper: until the end of this transaction nobody takes a
    message, and so nobody adds a contact."""
    tx.connection.execute(select(func.pg_advisory_xact_lock(_INDEX_LOCK)))


def contacts_after(tx: Tx, after: UUID, limit: int, *, but: int | None = None) -> list[Found]:
    """The next contacts by id; without those whose index has version `but`."""
    c = t.contact.c
    query = select(*(c[name] for name in Found.__slots__)).where(
        c.programme_id == tx.programme, c.id > after
    )
    if but is not None:
        query = query.where(c.index_version != but)
    rows = tx.connection.execute(query.order_by(c.id).limit(limit)).mappings()
    return [Found(**row) for row in rows]


def renew_contact(tx: Tx, was: Found, contact: Contact) -> bool:
    """Store the next version of a contact in place of the one that was found; False if that one is
    not there any more."""
    c = t.contact.c
    row = t.contact.update().where(
        c.programme_id == tx.programme, c.id == was.id, c.version == was.version
    )
    new = row.values(
        version=contact.version,
        index_version=contact.index_version,
        index=contact.index,
        address=contact.address,
        signer_id=contact.signer_id,
        signature=contact.signature,
    )
    if tx.connection.execute(new).rowcount != 1:
        return False
    tx.stored.append(contact.logged())
    return True


def contact_by_id(tx: Tx, contact_id: UUID) -> Contact:
    """For the courier only: no other role may select an address."""
    row = (
        tx.connection.execute(
            select(*(t.contact.c[name] for name in Contact.__slots__)).where(
                t.contact.c.programme_id == tx.programme, t.contact.c.id == contact_id
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound(f"no contact {contact_id}")
    return Contact(**row)
