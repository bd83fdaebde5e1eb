"""Witnessing: a monitor keeps the log's newest checkpoint, and nobody can rewrite what it covers.

Whoever has the database and all keys could make the log anew from its first entry; a copy of one
checkpoint that lies elsewhere shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from workervoice.crypto import checkpoint
from workervoice.crypto.directory import once_vouched
from workervoice.crypto.spoken import spoken
from workervoice.errors import CryptoError, NotFound
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, vouched
from workervoice.message import Role
from workervoice.store import logbook
from workervoice.store.engine import Tx
from workervoice.store.keys import directory_entries
from workervoice.store.log import Event, record_once


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest checkpoint, for keeping. `words` are to be compared by telephone."""

    note: str
    size: int
    words: str


def log_keys(tx: Tx, root_public: bytes) -> list[bytes]:
    """Every key that the root ever gave to the programme's log."""
    vouched_for = once_vouched(root_public, directory_entries(tx), "log", tx.programme)
    return [entry.sign_public for entry in vouched_for]


def newest(process: Process, actor: Actor) -> Newest | None:
    """What a monitor may keep; None if nothing was signed yet, or if what is there does not hold.

    A log that shows no checkpoint for an hour is a reason to ask.
    """
    _monitors_only(actor)
    with process.database.begin(actor.scope()) as tx:
        vouched(tx, process, actor, process.clock())
        return _newest(tx, process)


def keep(process: Process, actor: Actor) -> Newest:
    """The same, taken away: the log says so. `NotFound` if there is none."""
    _monitors_only(actor)
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        vouched(tx, process, actor, now)
        found = _newest(tx, process)
        if found is None:
            raise NotFound("nothing is signed yet")
        event = Event("checkpoint_kept", actor.id, tx.programme, str(found.size))
        record_once(tx, process.vault, event, now)
        return found


def _newest(tx: Tx, process: Process) -> Newest | None:
    note = logbook.newest_checkpoint(tx)
    if note is None:
        return None
    try:
        keys = log_keys(tx, process.trust.root_public)
        said = checkpoint.verify(note, checkpoint.origin_of(tx.programme), keys)
    except CryptoError:
        return None
    return Newest(note, said.size, spoken(said.fingerprint()))


def _monitors_only(actor: Actor) -> None:
    if actor.role is not Role.MONITOR:
        raise NotFound("no such page")
