"""Doors: how an officer gets in and out. A passphrase opens the officer's own keys, and nothing
else does; the session's half of them is useless without the browser's cookie.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from workervoice.crypto.seal import ctx, mac
from workervoice.crypto.sessions import new_session, open_session, session_id
from workervoice.crypto.slots import STRONG, Cost, Slot, decoy_slot, open_slot
from workervoice.errors import CryptoError, NotFound, WrongPassphrase
from workervoice.hotline.noting import NOBODY, note_once
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.store import people
from workervoice.store.engine import Scope, Tx
from workervoice.store.log import Event, record_event
from workervoice.store.people import Officer
from workervoice.store.programme import programmes

IDLE = timedelta(minutes=15)
TOTAL = timedelta(hours=8)
PASSPHRASE_MAX = 1024  # characters


@dataclass(frozen=True, slots=True)
class Door:
    """The console's sessions. `boot_secret` (32 bytes) lives in memory only: a restart ends all."""

    process: Process
    boot_secret: bytes = field(repr=False)
    cost: Cost = STRONG

    def enter(self, login: str, passphrase: str) -> str:
        """A session's token for a right passphrase; raises as `unlock` does."""
        actor = self.unlock(login, passphrase)
        token, row_id, box = new_session(self.boot_secret, actor.id, actor.bundle)
        with self.process.database.begin(Scope(actor.officer.programme_id)) as tx:
            now = self.process.clock()
            people.drop_sessions(tx, started_before=now - TOTAL)
            people.add_session(tx, row_id, actor.officer, box, now)
            record_event(tx, self.process.vault, Event("login", actor.id, actor.id), now)
        return token

    def unlock(self, login: str, passphrase: str) -> Actor:
        """Whose keys a right passphrase opens. Raises `WrongPassphrase` for everything else, in
        the same time whether there is such an account or not."""
        if len(passphrase) > PASSPHRASE_MAX:
            raise WrongPassphrase("too long")
        with self.process.database.begin() as tx:
            found, known = self._find(tx, login), programmes(tx)
        if found is None:
            decoy = decoy_slot(login, self.boot_secret, self.cost)
            with self._failure_noted(min(known, default=None), NOBODY):
                open_slot(self.process.id, passphrase, decoy, b"")
            raise WrongPassphrase("no such account")
        officer, slot, boxed = found
        with self._failure_noted(officer.programme_id, officer.id):
            return Actor(officer, open_slot(officer.id, passphrase, slot, boxed))

    @contextmanager
    def _failure_noted(self, programme: UUID | None, about: UUID) -> Iterator[None]:
        """A wrong passphrase is in the log; for a name that is not there too, in the same time."""
        try:
            yield
        except WrongPassphrase:
            if programme is not None:
                event = Event("login_failed", NOBODY, about)
                note_once(self.process, Scope(programme), event)
            raise

    def _find(self, tx: Tx, login: str) -> tuple[Officer, Slot, bytes] | None:
        try:
            officer = people.officer_by_login(tx, login)
            return (officer, *people.slot_of(tx, officer, "passphrase"))
        except NotFound:
            return None

    def recognise(self, token: str, *, awake: bool = True) -> Actor:
        """Whose unlocked session this is. Raises `NotFound` if it ended, idled or never was.

        A page that refreshes itself is not `awake`: it does not put off the idle time's end.
        """
        now = self.process.clock()
        try:
            row_id = session_id(token)
            with self.process.database.begin() as tx:
                officer, box = people.find_session(
                    tx, row_id, started_after=now - TOTAL, seen_after=now - IDLE
                )
                if awake:
                    people.touch_session(tx, row_id, now)
            return Actor(officer, open_session(self.boot_secret, token, officer.id, box))
        except CryptoError:
            raise NotFound("no such session") from None

    def leave(self, token: str) -> None:
        """End the session; unknown tokens are ignored."""
        try:
            row_id = session_id(token)
        except CryptoError:
            return
        with self.process.database.begin() as tx:
            people.end_session(tx, row_id)

    def form_token(self, token: str) -> str:
        """What every form of this session must carry (CSRF)."""
        return mac(self.boot_secret, ctx("form-token", token)).hex()
