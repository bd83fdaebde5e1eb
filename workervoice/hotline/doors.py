"""Doors: how an officer gets in and out. A passphrase opens the officer's own keys, and nothing
else does; the session's half of them is useless without the browser's cookie.

    passphrase ▸ half a session ▸ second factor ▸ a session ▸ asked again before what is grave

Whoever has no second factor and needs none comes in with the passphrase alone. A supervisor or
administrator without one can do nothing but set one up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from workervoice.crypto.passkeys import Asked, Relying, new_challenge
from workervoice.crypto.seal import ctx, mac
from workervoice.crypto.sessions import (
    FULL,
    HALF,
    new_session,
    open_session,
    proof,
    proved_at,
    session_id,
)
from workervoice.crypto.slots import SLOT_KIND, STRONG, Cost, decoy_slot, open_slot
from workervoice.errors import CryptoError, HalfWay, NotFound, WrongCode, WrongPassphrase
from workervoice.hotline import factors
from workervoice.hotline.factors import Factor, Holder
from workervoice.hotline.noting import NOBODY, note_once
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.ways import Way, nobody, note_failure, way_in
from workervoice.store import people, sessions
from workervoice.store.engine import Scope, Tx
from workervoice.store.factors import FactorRow
from workervoice.store.log import Event, record_event
from workervoice.store.people import Officer
from workervoice.store.programme import programmes
from workervoice.store.sessions import SessionRow

IDLE = timedelta(minutes=15)
TOTAL = timedelta(hours=8)
HALF_LIFE = timedelta(minutes=10)  # to find the phone, or to set up a second factor
FRESH = timedelta(minutes=5)  # how long a proof of who is there holds for what is grave
NOWHERE = Relying("")  # passkeys need the address of the site
PASSPHRASE_MAX = 1024  # characters


@dataclass(frozen=True, slots=True)
class Door:
    """The console's sessions. `boot_secret` (32 bytes) lives in memory only: a restart ends all."""

    process: Process
    boot_secret: bytes = field(repr=False)
    cost: Cost = STRONG
    relying: Relying = NOWHERE

    def enter(self, login: str, passphrase: str) -> str:
        """A session's token for a right passphrase; the session is half for whoever has, or must
        have, a second factor. Raises `WrongPassphrase` for everything else, in the same time
        whether there is such an account or not."""
        actor = self.unlock(login, passphrase)
        with self._of(actor) as tx:
            vault, who = self.process.vault, actor.officer
            half = factors.required(who) or factors.has_any(tx, vault, who)
        return self._begin(actor, HALF if half else FULL)

    def unlock(self, login: str, passphrase: str) -> Actor:
        """Whose keys a right passphrase opens. Raises `WrongPassphrase` for everything else, in
        the same time whether there is such an account or not, and leaves a leaf in the log."""
        if len(passphrase) > PASSPHRASE_MAX:
            raise WrongPassphrase("too long")
        with self.process.database.begin() as tx:
            found, known = self._find(tx, login), programmes(tx)
        programme = found.programme_id if found else min(known, default=None)
        who = found or (nobody(programme, login) if programme else None)
        way = way_in(self.process, who, SLOT_KIND) if who else None
        with self._failure_noted(programme, found.id if found else NOBODY):
            if found is None or way is None:
                way = Way(decoy_slot(login, self.boot_secret, self.cost), b"")
                open_slot(self.process.id, passphrase, way.slot, way.boxed)
                raise WrongPassphrase("nothing opens a decoy")
            return Actor(found, open_slot(found.id, passphrase, way.slot, way.boxed))

    @contextmanager
    def _failure_noted(self, programme: UUID | None, about: UUID) -> Iterator[None]:
        """A wrong passphrase is in the log; for a name that is not there too, in the same time."""
        try:
            yield
        except WrongPassphrase:
            if programme is not None:
                event = Event("login_failed", NOBODY, about)
                note_once(self.process, Scope(programme), event)
            raise WrongPassphrase("not this login and passphrase") from None

    def _find(self, tx: Tx, login: str) -> Officer | None:
        try:
            return people.officer_by_login(tx, login)
        except NotFound:
            return None

    def _begin(self, actor: Actor, stage: str) -> str:
        now = self.process.clock()
        at = int(now.timestamp())
        token, row_id, box = new_session(self.boot_secret, actor.id, actor.bundle, stage, at=at)
        with self._of(actor) as tx:
            sessions.drop_sessions(tx, started_before=now - TOTAL)
            proven = proof(self.boot_secret, row_id, at)
            sessions.add_session(tx, actor.officer, SessionRow(row_id, stage, box, proven, now))
            if stage == FULL:
                record_event(tx, self.process.vault, Event("login", actor.id, actor.id), now)
        return token

    def note_command(self, actor: Actor) -> None:
        """That somebody signed in for a command."""
        leaf = Event("login", actor.id, actor.id, "command")
        with self._of(actor) as tx:
            record_event(tx, self.process.vault, leaf, self.process.clock())

    # --- sessions --------------------------------------------------------------------------------

    def recognise(self, token: str, *, awake: bool = True) -> Actor:
        """Whose unlocked session this is. Raises `NotFound` if it ended, idled or never was, and
        `HalfWay` if its second factor is missing.

        A page that refreshes itself is not `awake`: it does not put off the idle time's end.
        """
        with self.process.database.begin() as tx:
            officer, row = self._row(tx, token, TOTAL)
            if row.stage != FULL:
                raise HalfWay("the second factor is missing")
            actor = self._open(token, officer, row, FULL)
            if awake:
                sessions.touch_session(tx, row.id, self.process.clock())
        return actor

    def half(self, token: str) -> Actor:
        """Who has come half the way. Raises `NotFound` for any other session."""
        with self.process.database.begin() as tx:
            officer, row = self._row(tx, token, HALF_LIFE)
        return self._open(token, officer, row, HALF)

    def _row(self, tx: Tx, token: str, life: timedelta) -> tuple[Officer, SessionRow]:
        now = self.process.clock()
        try:
            row_id = session_id(token)
        except CryptoError:
            raise NotFound("no such session") from None
        return sessions.find_session(tx, row_id, started_after=now - life, seen_after=now - IDLE)

    def _open(self, token: str, officer: Officer, row: SessionRow, stage: str) -> Actor:
        secret, at = self.boot_secret, int(row.started_at.timestamp())
        try:
            return Actor(officer, open_session(secret, token, officer.id, row.box, stage, at=at))
        except CryptoError:
            raise NotFound("no such session") from None

    def leave(self, token: str) -> None:
        """End the session; unknown tokens are ignored."""
        try:
            row_id = session_id(token)
        except CryptoError:
            return
        with self.process.database.begin() as tx:
            sessions.end_session(tx, row_id)

    def form_token(self, token: str) -> str:
        """What every form of this session must carry (CSRF)."""
        return mac(self.boot_secret, ctx("form-token", token)).hex()

    # --- the second factor -----------------------------------------------------------------------

    def _of(self, actor: Actor) -> AbstractContextManager[Tx]:
        """A transaction in this person's programme, whose log is asked."""
        return self.process.database.begin(Scope(actor.officer.programme_id))

    def holder(self, actor: Actor) -> Holder:
        return factors.holder_of(self.process, actor.officer, actor.bundle)

    def factors(self, actor: Actor) -> list[Factor]:
        """What this person set up. Raises `NotTrusted` if all of it was tampered with."""
        with self._of(actor) as tx:
            return factors.factors(tx, self.holder(actor))

    def pass_code(self, token: str, code: str) -> str:
        """The rest of the way with a code. Raises `WrongCode`, and `NotFound` without a half."""
        actor = self.half(token)
        self.prove_code(actor, code)
        return self._complete(token, actor)

    def pass_passkey(self, token: str, answer: str) -> str:
        """The same with a passkey's answer."""
        actor = self.half(token)
        self._prove_passkey(token, actor, answer)
        return self._complete(token, actor)

    def prove_code(self, actor: Actor, code: str) -> None:
        """Raises `WrongCode`."""
        with self._wrong_noted(actor, "code"), self._of(actor) as tx:
            factors.check_code(tx, self.holder(actor), code, self._now())

    def _prove_passkey(self, token: str, actor: Actor, answer: str) -> None:
        asked = self.asked(token)
        with self._wrong_noted(actor, "passkey"), self._of(actor) as tx:
            factors.check_passkey(tx, self.holder(actor), self.relying, asked, answer)

    @contextmanager
    def _wrong_noted(self, actor: Actor, what: str) -> Iterator[None]:
        try:
            yield
        except WrongCode:
            note_failure(self.process, actor.officer, what)
            raise

    def _complete(self, token: str, actor: Actor) -> str:
        """A whole session under a new cookie; the half one ends."""
        self.leave(token)
        return self._begin(actor, FULL)

    def pending_secret(self, token: str, factor_id: object) -> bytes:
        """The secret of an app that is being set up: the same each time that this page asks."""
        return mac(self.boot_secret, ctx("totp-pending", token, str(factor_id)))[:20]

    def first_factor(self, token: str, row: FactorRow) -> str:
        """Set up the first second factor, half way, and come in. Raises `NotFound` for a person
        who has one: it has to be used, not replaced."""
        actor = self.half(token)
        with self._of(actor) as tx:
            if factors.has_any(tx, self.process.vault, actor.officer):
                raise NotFound("there is a second factor already")
        factors.add(self.process, self.holder(actor), row)
        return self._complete(token, actor)

    def challenge(self, token: str) -> bytes:
        """What a passkey is asked next in this session."""
        made = new_challenge(self._now())
        with self.process.database.begin() as tx:
            sessions.set_challenge(tx, session_id(token), made)
        return made

    def asked(self, token: str) -> Asked:
        """What was asked, this once."""
        with self.process.database.begin() as tx:
            return Asked(sessions.take_challenge(tx, session_id(token)), self._now())

    # --- asked again -----------------------------------------------------------------------------

    def is_fresh(self, token: str) -> bool:
        """Whether whoever holds this session proved lately who they are."""
        with self.process.database.begin() as tx:
            _, row = self._row(tx, token, TOTAL)
        at = proved_at(self.boot_secret, row.id, row.proof)
        return 0 <= self._now() - at <= FRESH.total_seconds()

    def prove(self, token: str, actor: Actor, *, passphrase: str, code: str, answer: str) -> None:
        """Prove it again, in whichever way was given; a person with a second factor uses that.

        Raises `WrongPassphrase` or `WrongCode`.
        """
        if answer:
            self._prove_passkey(token, actor, answer)
        elif code or self.factors(actor):
            self.prove_code(actor, code)
        else:
            self.unlock(actor.officer.login, passphrase)
        row_id = session_id(token)
        with self.process.database.begin() as tx:
            sessions.set_proof(tx, row_id, proof(self.boot_secret, row_id, self._now()))

    def _now(self) -> int:
        moment: datetime = self.process.clock()
        return int(moment.timestamp())
