"""Ways in: a passphrase or a printed code is tried only on a row that the log knows, and on the
newest of its kind. An old one that somebody put back is as good as none, and is named in the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workervoice.crypto.slots import Slot
from workervoice.errors import Contradicted, NotFound
from workervoice.hotline import newest
from workervoice.hotline.noting import NOBODY, note_once
from workervoice.hotline.process import Process
from workervoice.store import people
from workervoice.store.engine import Scope
from workervoice.store.log import Event
from workervoice.store.people import Officer


@dataclass(frozen=True, slots=True)
class Way:
    """A slot, and the boxed keys that it leads to."""

    slot: Slot = field(repr=False)
    boxed: bytes = field(repr=False)


def way_in(process: Process, officer: Officer, kind: str) -> Way | None:
    """This person's way in of a kind; None without one that can be believed, or if somebody changed
    who they are in the database."""
    scope = Scope(officer.programme_id)
    try:
        with process.database.begin(scope) as tx:
            slot, boxed, logged = people.slot_of(tx, officer, kind)
            newest.check(tx, process.vault, [officer.logged(), logged])
    except NotFound:
        return None
    except Contradicted as refused:
        event = Event("row_refused", NOBODY, officer.id, str(refused))
        note_once(process, scope, event, per=f"{officer.id} {refused}")
        return None
    except ValueError:
        event = Event("row_refused", NOBODY, officer.id, f"slot {kind}")
        note_once(process, scope, event, per=f"{officer.id} {kind}")
        return None
    return Way(slot, boxed)


def note_failure(process: Process, officer: Officer, what: str) -> None:
    """A wrong code, passkey or recovery code is in the log, once an hour for each of these."""
    event = Event("login_failed", NOBODY, officer.id, what)
    note_once(process, Scope(officer.programme_id), event, per=f"{officer.id} {what}")
