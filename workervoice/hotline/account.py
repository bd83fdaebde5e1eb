"""One's own account: another passphrase, a new recovery code, the sessions that are open.

Whatever changes a way in ends the other sessions and leaves a leaf in the log. The user master key
is only in our hands while a passphrase or a recovery code is: a session does not hold it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from workervoice.crypto.paper import RECOVERY_BYTES, from_paper, to_paper
from workervoice.crypto.sessions import session_id
from workervoice.crypto.slots import RECOVERY, SLOT_KIND, Slot, Umk, decoy_slot, new_slot, open_umk
from workervoice.crypto.strength import SHORTEST, weakness
from workervoice.errors import Declined, GuardFailed, NotFound, WrongPassphrase
from workervoice.hotline.ceremony import new_recovery_code
from workervoice.hotline.doors import PASSPHRASE_MAX, TOTAL, Door
from workervoice.hotline.factors import log
from workervoice.hotline.noting import NOBODY, note_once
from workervoice.hotline.reading import Actor
from workervoice.hotline.ways import note_failure, way_in
from workervoice.store import people, sessions
from workervoice.store.engine import Scope
from workervoice.store.log import Event
from workervoice.store.people import Officer
from workervoice.store.programme import programmes

PAPER = "recovery code"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of one's own: `name` is what its row is called, of which nothing follows."""

    name: str
    started_at: datetime
    seen_at: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody does about their own account, at this door."""

    door: Door
    officer: Officer = field(repr=False)

    # --- sessions --------------------------------------------------------------------------------

    def sessions(self, token: str) -> list[OpenSession]:
        """All that are open, the newest first."""
        here, now = session_id(token), self.door.process.clock()
        with self.door.process.database.begin() as tx:
            rows = sessions.sessions_of(tx, self.officer, started_after=now - TOTAL)
        return [OpenSession(r.id.hex(), r.started_at, r.seen_at, r.id == here) for r in rows]

    def end_session(self, name: str) -> None:
        """Raises `GuardFailed` if it is over already, or somebody else's."""
        try:
            row_id = bytes.fromhex(name)
        except ValueError:
            row_id = b""
        with self.door.process.database.begin() as tx:
            if not sessions.end_session_of(tx, self.officer, row_id):
                raise GuardFailed("this session is over already")

    # --- ways in ---------------------------------------------------------------------------------

    def change_passphrase(self, token: str, old: str, new: str, again: str) -> None:
        """Raises `WrongPassphrase` for the old one, `GuardFailed` for the new one. All other
        sessions end."""
        check_new(new, again, self.officer.login, self.officer.name)
        umk = self._umk(SLOT_KIND, old)
        self._replace([(self._slot(new, umk), True)], "passphrase_changed", session_id(token))

    def new_recovery(self, token: str, passphrase: str) -> str:
        """A new code in place of the old one; told this once. Raises `WrongPassphrase`."""
        umk, code = self._umk(SLOT_KIND, passphrase), new_recovery_code()
        slot = self._slot(code, umk, RECOVERY)
        self._replace([(slot, False)], "recovery_changed", session_id(token))
        return code

    def recovery_waits(self) -> bool:
        """Whether there is a recovery code that was never tried."""
        with self.door.process.database.begin() as tx:
            return people.is_untried(tx, self.officer, RECOVERY)

    def try_recovery(self, typed: str) -> None:
        """Type the code once, to know that it is at hand. Raises `Mistyped`, `WrongPassphrase`."""
        self._umk(RECOVERY, as_printed(typed))
        with self.door.process.database.begin() as tx:
            people.note_tried(tx, self.officer, RECOVERY)

    def recover(self, typed: str, new: str) -> str:
        """A new passphrase by the recovery code, which is replaced by the one that is returned;
        all sessions end. Raises `Declined` for the new one, which only now can be held against the
        name: whoever has no code is not told whose it would be."""
        umk, code = self._umk(RECOVERY, as_printed(typed)), new_recovery_code()
        check_new(new, new, self.officer.login, self.officer.name)
        slots = [(self._slot(new, umk), True), (self._slot(code, umk, RECOVERY), False)]
        self._replace(slots, "recovered", b"")
        return code

    def _umk(self, kind: str, secret: str) -> Umk:
        if len(secret) > PASSPHRASE_MAX:
            raise WrongPassphrase("too long")
        way = way_in(self.door.process, self.officer, kind)
        decoy = decoy_slot(self.officer.login, self.door.boot_secret, self.door.cost)
        try:
            return open_umk(self.officer.id, secret, way.slot if way else decoy)
        except WrongPassphrase:
            note_failure(self.door.process, self.officer, kind)
            raise

    def _slot(self, secret: str, umk: Umk, kind: str = SLOT_KIND) -> Slot:
        return new_slot(self.officer.id, secret, umk, self.door.cost, kind=kind)

    def _replace(self, slots: list[tuple[Slot, bool]], event: str, but: bytes) -> None:
        process = self.door.process
        with process.database.begin(Scope(self.officer.programme_id)) as tx:
            for slot, tried in slots:
                people.replace_slot(tx, process.vault, self.officer, slot, tried=tried)
            sessions.end_sessions(tx, self.officer, but=but)
            log(tx, process, self.officer, event)


def account_of(door: Door, actor: Actor) -> Account:
    return Account(door, actor.officer)


def recover(door: Door, login: str, typed: str, new: str, again: str) -> str:
    """The way back in for whoever forgot the passphrase; returns the next recovery code.

    Raises `Mistyped`; `GuardFailed` for the new passphrase; `WrongPassphrase` for everything else,
    in the same time whether there is such an account or not.
    """
    as_printed(typed)
    check_new(new, again, login)
    try:
        with door.process.database.begin() as tx:
            officer = people.officer_by_login(tx, login)
    except NotFound:
        _try_decoy(door, login, as_printed(typed))
        raise WrongPassphrase("not this login and code") from None
    return Account(door, officer).recover(typed, new)


def _try_decoy(door: Door, login: str, typed: str) -> None:
    """As long as a real one takes, and in the log as well. Raises `WrongPassphrase`."""
    try:
        open_umk(door.process.id, typed, decoy_slot(login, door.boot_secret, door.cost))
    except WrongPassphrase:
        with door.process.database.begin() as tx:
            programme = min(programmes(tx), default=None)
        if programme is not None:
            event = Event("login_failed", NOBODY, NOBODY, RECOVERY)
            note_once(door.process, Scope(programme), event, per=RECOVERY)
        raise


def as_printed(typed: str) -> str:
    """The code as it stands on paper, however it was typed. Raises `Mistyped`."""
    return to_paper(PAPER, from_paper(PAPER, typed, RECOVERY_BYTES))


def check_new(new: str, again: str, *names: str) -> None:
    """Raises `Declined` for a passphrase that will not do; `names` are what others know of its
    owner."""
    if new != again:
        raise Declined("the two new passphrases are not the same")
    if len(new) > PASSPHRASE_MAX:
        raise Declined(f"the new passphrase is too long: {PASSPHRASE_MAX} characters at most")
    if weakness(new, *names):
        raise Declined(
            f"this passphrase is too easy to guess. Take {SHORTEST} characters or more, say five "
            "words that have nothing to do with you, and no pattern"
        )
