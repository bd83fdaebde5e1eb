"""Sequencing: the courier puts new leaves of the log in order and signs how far it has come.

One courier at a time. Within a batch the order is drawn by lot, so that it tells nothing. A leaf
that does not open, or is not what its hash says, gets no position; and nothing is signed that does
not begin with what was signed before.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import SystemRandom
from uuid import UUID

from workervoice.crypto import checkpoint
from workervoice.crypto.checkpoint import Checkpoint
from workervoice.crypto.merkle import Frontier, leaf_body, leaf_hash
from workervoice.errors import Contradicted, NotTrusted, SealBroken
from workervoice.hotline.events import is_sensitive
from workervoice.hotline.process import Process, sole
from workervoice.hotline.restoring import last_restore
from workervoice.hotline.witnessing import log_keys
from workervoice.journal import Journal
from workervoice.store import logbook
from workervoice.store.engine import Scope, Tx
from workervoice.store.logbook import Head, Leaf

BATCH = 2000  # leaves in one transaction
BATCHES = 5  # in one round: texts to workers come first
SIGN_EVERY = timedelta(minutes=15)  # at the latest, if there is anything new

_LOT = SystemRandom()
_JOURNAL = Journal(__name__)


@dataclass(slots=True)
class Memory:
    """What this process knows of each log without the database: how far it had come, and which
    leaves it refused."""

    heads: dict[UUID, Head] = field(default_factory=dict)
    refused: set[UUID] = field(default_factory=set)


def sequence(process: Process, scope: Scope, memory: Memory) -> int:
    """Order what is new, and sign if it is time; returns how many leaves got a position.

    Raises `Contradicted` if the log is not what this process, or the newest checkpoint, knows.
    """
    ordered = 0
    for _ in range(BATCHES):
        placed = _batch(process, scope, memory)
        ordered += placed
        if placed < BATCH:
            break
    return ordered


def _batch(process: Process, scope: Scope, memory: Memory) -> int:
    with process.database.begin(scope) as tx:
        if not logbook.lock_log(tx):
            return 0
        now, programme = process.clock(), tx.programme
        was = logbook.read_head(tx, process.vault)
        _check_begins(tx, process, was, memory.heads.get(programme))
        leaves, urgent = _fit(tx, process, memory)
        head = _grown(tx, was, leaves)
        if head.frontier.size > head.signed_size and (urgent or _is_time(head, now)):
            head = _signed(tx, process, head, now)
        if head != was:
            head = replace(head, version=was.version + 1)
            logbook.save_head(tx, process.vault, head)
    memory.heads[programme] = head
    return len(leaves)


def _is_time(head: Head, now: datetime) -> bool:
    return head.signed_at is None or now.timestamp() - head.signed_at >= SIGN_EVERY.total_seconds()


def _fit(tx: Tx, process: Process, memory: Memory) -> tuple[list[Leaf], bool]:
    """New leaves that are what they say, and whether one of them tells of a sensitive act."""
    found, urgent = [], False
    for leaf in logbook.unordered(tx, BATCH + len(memory.refused)):
        if leaf.id in memory.refused:
            continue
        try:
            fields = leaf.fields(tx.programme, process.vault)
            if leaf.hash != leaf_hash(leaf_body(fields)):
                raise SealBroken("its hash is of something else")
        except SealBroken:
            memory.refused.add(leaf.id)
            _JOURNAL.note("leaf_refused", id=leaf.id)
            continue
        found.append(leaf)
        urgent = urgent or is_sensitive(fields["event"])
    return found[:BATCH], urgent


def _grown(tx: Tx, head: Head, leaves: list[Leaf]) -> Head:
    """The leaves, in an order drawn by lot, after those that have one."""
    if not leaves:
        return head
    _LOT.shuffle(leaves)
    first = head.frontier.size
    if logbook.give_positions(tx, [leaf.id for leaf in leaves], first) != len(leaves):
        raise Contradicted(f"leaves of the log of programme {tx.programme} changed meanwhile")
    return replace(head, frontier=head.frontier.grown(leaf.hash for leaf in leaves))


def _signed(tx: Tx, process: Process, head: Head, now: datetime) -> Head:
    entry = sole(process.directory(tx, now), "log")
    if entry.sign_public != process.custody.public("log"):
        raise NotTrusted(f"log {entry.id}: the key here is not the one that the root vouches for")
    size, root = head.frontier.size, head.frontier.root()
    last = last_restore(tx, process.vault)
    after = last.id if last is not None else None
    said = Checkpoint(checkpoint.origin_of(tx.programme), size, root, after)
    note = checkpoint.sign(said, entry.sign_public, lambda data: process.custody.sign("log", data))
    logbook.add_checkpoint(tx, size, note)
    return replace(head, signed_size=size, signed_at=int(now.timestamp()))


def _check_begins(tx: Tx, process: Process, head: Head, known: Head | None) -> None:
    """The stored log begins with what this process has seen, or at first with what was signed."""
    if known is not None and head == known:
        return
    if known is None:
        _check_whole(tx, process, head)
    elif head.version < known.version or not _reaches(tx, known.frontier, head.frontier):
        raise Contradicted(f"the log of programme {tx.programme} was put back or rewritten")


def _check_whole(tx: Tx, process: Process, head: Head) -> None:
    """Once after a start: all leaves again, against the head and the newest checkpoint."""
    note = logbook.newest_checkpoint(tx)
    signed = Frontier()
    if note is not None:
        keys = log_keys(tx, process.trust.root_public)
        said = checkpoint.verify(note, checkpoint.origin_of(tx.programme), keys)
        signed = _read(tx, signed, said.size)
        if signed.root() != said.root:
            raise Contradicted(f"the log of programme {tx.programme} is not what was signed")
    if not _reaches(tx, signed, head.frontier):
        raise Contradicted(f"the log of programme {tx.programme} was put back or rewritten")


def _reaches(tx: Tx, before: Frontier, after: Frontier) -> bool:
    """True if the stored leaves lead from one frontier to the other."""
    return before.size <= after.size and _read(tx, before, after.size) == after


def _read(tx: Tx, before: Frontier, size: int) -> Frontier:
    return before.grown(leaf for _, leaf in logbook.hashes(tx, before.size, size))
