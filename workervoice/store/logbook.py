"""The log's order: leaves get a position once, the head says how far that has come, and what was
signed of it is kept.

Only the courier's role may give a position, and only to a leaf that has none. The head is sealed
under the service key, so that nobody else can make the log sign another tree.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from workervoice.crypto.merkle import Frontier, leaf_body
from workervoice.errors import NotFound
from workervoice.store.engine import Tx, streamed
from workervoice.store.tables import log_checkpoint, log_head, log_leaf
from workervoice.store.vault import Vault

CHUNK = 5000  # leaves read at once

_LOCK = 0x776F726B6C6F6721  # "worklog!"; mixed with the programme's id
_PLACE = text(
    "UPDATE log_leaf SET position = given.position"
    " FROM unnest(CAST(:ids AS uuid[]), CAST(:positions AS bigint[])) AS given (id, position)"
    " WHERE log_leaf.programme_id = :programme AND log_leaf.id = given.id"
    " AND log_leaf.position IS NULL"
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A stored leaf; its body is sealed under the service key."""

    id: UUID
    hash: bytes
    body: bytes
    position: int | None = None

    def fields(self, programme: UUID, vault: Vault) -> dict[str, str]:
        """What it says. Raises `SealBroken`."""
        opened: dict[str, str] = vault.open("leaf", programme, self.id, 1, self.body)
        return opened

    def canonical(self, programme: UUID, vault: Vault) -> bytes:
        """The bytes that its hash is over. Raises `SealBroken`."""
        return leaf_body(self.fields(programme, vault))


@dataclass(frozen=True, slots=True)
class Head:
    """How far the order has come, and what was signed last (unix seconds; None: nothing yet)."""

    version: int = 0
    frontier: Frontier = field(default_factory=Frontier)
    signed_size: int = 0
    signed_at: int | None = None


def lock_log(tx: Tx) -> bool:
    """Take the programme's log for this transaction; False if another courier has it."""
    key = (_LOCK ^ tx.programme.int) & (2**63 - 1)
    query = select(func.pg_try_advisory_xact_lock(key))
    return bool(tx.connection.execute(query).scalar_one())


def read_head(tx: Tx, vault: Vault) -> Head:
    """Raises `SealBroken` if somebody else wrote it."""
    c = log_head.c
    row = tx.connection.execute(
        select(c.version, c.record).where(c.programme_id == tx.programme)
    ).one_or_none()
    if row is None:
        return Head()
    programme = tx.programme
    record = vault.open("log-head", programme, programme, row.version, bytes(row.record))
    frontier = Frontier.from_bytes(base64.b64decode(record["frontier"]))
    return Head(row.version, frontier, record["signed_size"], record["signed_at"])


def save_head(tx: Tx, vault: Vault, head: Head) -> None:
    record = {
        "frontier": base64.b64encode(head.frontier.to_bytes()).decode(),
        "signed_size": head.signed_size,
        "signed_at": head.signed_at,
    }
    sealed = vault.seal("log-head", tx.programme, tx.programme, head.version, record)
    row = insert(log_head).values(programme_id=tx.programme, version=head.version, record=sealed)
    tx.connection.execute(
        row.on_conflict_do_update(
            index_elements=[log_head.c.programme_id],
            set_={"version": head.version, "record": sealed},
        )
    )


def unordered(tx: Tx, limit: int) -> list[Leaf]:
    """Leaves that have no position yet, in no order."""
    c = log_leaf.c
    query = select(c.id, c.leaf_hash, c.body).where(
        c.programme_id == tx.programme, c.position.is_(None)
    )
    return [
        Leaf(row.id, bytes(row.leaf_hash), bytes(row.body))
        for row in tx.connection.execute(query.limit(limit))
    ]


def give_positions(tx: Tx, ids: Sequence[UUID], first: int) -> int:
    """Give these leaves the positions from `first` on; returns how many took theirs."""
    positions = list(range(first, first + len(ids)))
    place = _PLACE.bindparams(programme=tx.programme, ids=list(ids), positions=positions)
    return tx.connection.execute(place).rowcount


def hashes(tx: Tx, first: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Position and hash of the ordered leaves from `first` to before `end`, in order."""
    c = log_leaf.c
    for at in range(first, end, CHUNK):
        query = (
            select(c.position, c.leaf_hash)
            .where(c.programme_id == tx.programme)
            .where(c.position >= at, c.position < min(at + CHUNK, end))
            .order_by(c.position)
        )
        for row in tx.connection.execute(query).all():
            yield row.position, bytes(row.leaf_hash)


def leaves_between(tx: Tx, first: int, end: int) -> list[Leaf]:
    """The ordered leaves from `first` to before `end`, with their bodies."""
    c = log_leaf.c
    query = (
        select(c.id, c.leaf_hash, c.body, c.position)
        .where(c.programme_id == tx.programme)
        .where(c.position >= first, c.position < end)
        .order_by(c.position)
    )
    found = tx.connection.execute(query).all()
    return [Leaf(row.id, bytes(row.leaf_hash), bytes(row.body), row.position) for row in found]


def leaves(tx: Tx) -> Iterator[Leaf]:
    """Every leaf with its body: those in order first, in their order, then the others."""
    c = log_leaf.c
    query = select(c.id, c.leaf_hash, c.body, c.position).where(c.programme_id == tx.programme)
    for row in streamed(tx, query.order_by(c.position.nulls_last())):
        yield Leaf(row.id, bytes(row.leaf_hash), bytes(row.body), row.position)


def ordered_hashes(tx: Tx) -> Iterator[bytes]:
    """The hashes of all leaves that have a position, in order."""
    c = log_leaf.c
    query = select(c.leaf_hash).where(c.programme_id == tx.programme, c.position.is_not(None))
    for row in streamed(tx, query.order_by(c.position)):
        yield bytes(row.leaf_hash)


def find_leaf(tx: Tx, entry: UUID | bytes) -> Leaf:
    """A leaf by its id or by its hash. Raises `NotFound`."""
    c = log_leaf.c
    named = c.id == entry if isinstance(entry, UUID) else c.leaf_hash == entry
    query = select(c.id, c.leaf_hash, c.body, c.position).where(c.programme_id == tx.programme)
    row = tx.connection.execute(query.where(named).limit(1)).one_or_none()
    if row is None:
        raise NotFound("the log has no such entry")
    return Leaf(row.id, bytes(row.leaf_hash), bytes(row.body), row.position)


def add_checkpoint(tx: Tx, size: int, note: str) -> None:
    row = log_checkpoint.insert().values(programme_id=tx.programme, size=size, note=note)
    tx.connection.execute(row)


def newest_checkpoint(tx: Tx) -> str | None:
    """The signed note of the largest tree so far."""
    c = log_checkpoint.c
    query = select(c.note).where(c.programme_id == tx.programme).order_by(c.size.desc()).limit(1)
    return tx.connection.execute(query).scalar_one_or_none()


def checkpoints(tx: Tx) -> list[tuple[int, str]]:
    """Size and note of every checkpoint, smallest first; the note is what counts."""
    c = log_checkpoint.c
    query = select(c.size, c.note).where(c.programme_id == tx.programme).order_by(c.size)
    return [(row.size, row.note) for row in tx.connection.execute(query)]
