"""Restored: what is said, signed and waited for once a backup was put back.

The restore is an entry of the log that the log's own key signs, with how many entries the backup
had and their root: nobody else can pass a rewriting off as one. Until a supervisor says so, the
courier sends nothing and destroys nothing; whoever writes is taken in as ever.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from workervoice.crypto.seal import ctx
from workervoice.errors import Contradicted, Forbidden, IllegalMove, SealBroken
from workervoice.hotline import newest
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.journal import Journal
from workervoice.message import Role
from workervoice.store import logbook
from workervoice.store.engine import Tx
from workervoice.store.log import Event, record_event
from workervoice.store.outbox_restored import come_back
from workervoice.store.restored import Restored, add_restored, place, restores
from workervoice.store.vault import Vault

EVENT = "restored"
_HOUR = "%Y-%m-%dT%HZ"
_STAFF = frozenset({Role.HANDLER, Role.SUPERVISOR, Role.MONITOR})

_JOURNAL = Journal(__name__)


@dataclass(frozen=True, slots=True)
class Statement:
    """What the log's key says of a restore. `entries` were in order in the backup; `at` is its hour
    as entries of the log write it."""

    id: UUID
    backup_id: UUID
    entries: int
    at: str
    signature: bytes = b""

    @classmethod
    def of(cls, row: Restored) -> Statement:
        """As it is stored."""
        at = row.at.astimezone(UTC).strftime(_HOUR)
        return cls(row.id, row.backup_id, row.entries, at, row.signature)

    def place(self, programme: UUID, root: bytes) -> bytes:
        """What is signed: the root is that of the tree of so many entries."""
        said = (self.id, self.backup_id, self.entries, self.at)
        return ctx("sign-restored", programme, *said, root)

    def written(self) -> str:
        """As it stands in the entry, and in an export."""
        coded = base64.urlsafe_b64encode(self.signature).decode()
        return f"{self.id} {self.backup_id} {self.entries} {self.at} {coded}"

    @classmethod
    def read(cls, text: str) -> Statement:
        """Read what `written()` wrote. Raises `SealBroken`."""
        try:
            restore, backup, entries, at, coded = text.split(" ")
            signature = base64.urlsafe_b64decode(coded)
            return cls(UUID(restore), UUID(backup), int(entries), at, signature)
        except ValueError:
            raise SealBroken("an entry of a restore cannot be read") from None


def note_restore(tx: Tx, courier: Process, backup_id: UUID, now: datetime) -> tuple[Restored, int]:
    """Say in the log that this backup was put back; whatever was owed is to be looked up first.
    Returns the row that waits, and how many texts were owed."""
    frontier = logbook.read_head(tx, courier.vault).frontier
    number = max((row.number for row in restores(tx)), default=0) + 1
    hour = now.replace(minute=0, second=0, microsecond=0)
    row = Restored(number, uuid4(), backup_id, frontier.size, hour, waits=True)
    said = Statement.of(row).place(tx.programme, frontier.root())
    row = replace(row, signature=courier.custody.sign("log", said))
    add_restored(tx, row)
    owed = come_back(tx)
    event = Event(EVENT, courier.id, tx.programme, Statement.of(row).written())
    record_event(tx, courier.vault, event, now)
    return row, len(owed)


def last_restore(tx: Tx, vault: Vault) -> Restored | None:
    """The newest row, as the log knows it. Raises `Contradicted` if somebody changed or deleted
    one."""
    rows = restores(tx)
    if not rows:
        newest.check(tx, vault, [], last=[place(tx.programme, 0)])
        return None
    newest.check(tx, vault, [rows[-1].logged(tx.programme)])
    return rows[-1]


def sending_waits(tx: Tx, vault: Vault) -> bool:
    """True until a supervisor let sending go on after the last restore."""
    try:
        last = last_restore(tx, vault)
    except Contradicted:
        _JOURNAL.note("restore_unclear")
        return True
    return last is not None and last.waits


def standing_restore(process: Process, actor: Actor) -> Restored | None:
    """The last restore, for the pages of the hotline's people and of monitors."""
    if actor.role not in _STAFF:
        return None
    with process.database.begin(actor.scope()) as tx:
        return last_restore(tx, process.vault)


def go_on(process: Process, actor: Actor, restore_id: UUID) -> None:
    """A supervisor has looked at what came back: the courier may send again, and destroy what was
    kept long enough. Raises `IllegalMove` if there is nothing that waits."""
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden("a supervisor lets sending go on")
    with process.database.begin(actor.scope()) as tx:
        last = last_restore(tx, process.vault)
        if last is None or not last.waits or last.id != restore_id:
            raise IllegalMove("nothing waits for a supervisor any more: look again")
        add_restored(tx, last.gone_on())
        event = Event("sending_resumed", actor.id, tx.programme, str(last.id))
        record_event(tx, process.vault, event, process.clock())
