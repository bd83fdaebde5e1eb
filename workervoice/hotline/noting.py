"""Noting in the log what did not come to be, or comes too often to be told each time.

A refusal undoes its transaction, so its leaf is written in one of its own. Reading, refusals and
failed logins make one leaf an hour for each person and object: enough to ask afterwards who looked,
and no clockwork of when people work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from workervoice.errors import Contradicted, CryptoError, Forbidden, NotFound
from workervoice.hotline.process import Process
from workervoice.store.engine import Scope, Tx
from workervoice.store.log import Event, record_event, record_once
from workervoice.store.vault import Vault

NOBODY = UUID(int=0)
_FOUNDED = {
    "directory": "directory_entry",
    "pair": "reader_added",
    "wrap": "reader_added",
    "officer": "enrolled",
    "slot": "enrolled",
}


def note_once(process: Process, scope: Scope, event: Event, *, per: str = "") -> None:
    """One leaf an hour for each actor and object, or for each actor and `per`."""
    with process.database.begin(scope) as tx:
        record_once(tx, process.vault, event, process.clock(), per=per)


def log_recipients(tx: Tx, vault: Vault, now: datetime, by: UUID = NOBODY) -> None:
    """A leaf for each key, reader, entry of the directory or registered place that was just stored;
    `by` whom, if not by the root."""
    stored = tuple(tx.stored)
    tx.stored.clear()
    for row in stored:
        name = _FOUNDED.get(row.place.kind, "registered")
        tx.stored.append(row)
        record_event(tx, vault, Event(name, by, row.place.series[0], row.place.kind), now)


@dataclass(slots=True)
class Asked:
    """What somebody asked for; whether there is such a thing, as far as we know by now."""

    exists: bool = False


@contextmanager
def refusals_noted(process: Process, scope: Scope, actor: UUID, about: UUID) -> Iterator[Asked]:
    """What is refused in here is in the log, and refused all the same.

    Ids that lead nowhere count once an hour for each person, whichever they are: say `exists` once
    the thing was found.
    """
    asked = Asked()
    try:
        yield asked
    except Contradicted as refused:
        event = Event("row_refused", actor, about, str(refused))
        note_once(process, scope, event, per=f"{about} {refused}")  # each row for itself
        raise
    except (CryptoError, Forbidden) as refused:
        note_once(process, scope, Event("open_refused", actor, about, type(refused).__name__))
        raise
    except NotFound:
        per = "" if asked.exists else "nothing"
        note_once(process, scope, Event("open_refused", actor, about, "NotFound"), per=per)
        raise
