"""Ways in: a passphrase or a printed code is tried only on a row that the log knows, and on the
newest of its kind. An old one that somebody put back is as good as none, and is named in the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from workervoice.crypto.slots import Slot
from workervoice.errors import Contradicted, NotFound
from workervoice.hotline import newest
from workervoice.hotline.noting import NOBODY, note_once
from workervoice.hotline.process import Process
from workervoice.message import Role
from workervoice.store import people
from workervoice.store.engine import Scope, Tx
from workervoice.store.log import Event, record_once
from workervoice.store.people import Officer
from workervoice.store.rows import Row


@dataclass(frozen=True, slots=True)
class Way:
    """A slot, and the boxed keys that it leads to."""

    slot: Slot = field(repr=False)
    boxed: bytes = field(repr=False)


def way_in(process: Process, officer: Officer, kind: str) -> Way | None:
    """This person's way in of a kind; None without one that can be believed, or if somebody changed
    who they are in the database. It asks as much whatever it finds."""
    scope = Scope(officer.programme_id)
    with process.database.begin(scope) as tx:
        way, logged = _stored(tx, officer, kind)
        try:
            newest.check(tx, process.vault, [officer.logged(), logged])
        except Contradicted as refused:
            if way is not None:
                event = Event("row_refused", NOBODY, officer.id, str(refused))
                per = f"{officer.id} {refused}"
                record_once(tx, process.vault, event, process.clock(), per=per)
            return None
    return way


def nobody(programme: UUID, login: str) -> Officer:
    """Who stands for a login that is not there, so that it takes as long as one that is."""
    return Officer(programme, NOBODY, NOBODY, login, login, Role.HANDLER)


def _stored(tx: Tx, officer: Officer, kind: str) -> tuple[Way | None, Row]:
    try:
        slot, boxed, logged = people.slot_of(tx, officer, kind)
    except NotFound:
        return None, people.slot_row(officer.id, kind, 1)
    return Way(slot, boxed), logged


def note_failure(process: Process, officer: Officer, what: str) -> None:
    """A wrong code, passkey or recovery code is in the log, once an hour for each of these."""
    event = Event("login_failed", NOBODY, officer.id, what)
    note_once(process, Scope(officer.programme_id), event, per=f"{officer.id} {what}")
