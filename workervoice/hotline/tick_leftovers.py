"""Collecting: the courier fetches what is left at a provider, and has it deleted there.

    media ▸ wash ▸ seal to the case ▸ message and media deleted at the provider ▸ nothing left

A message is deleted once it is durable here with all its media, and late enough: a provider refuses
what it has only just taken. What is refused is tried again until it is gone; nothing here is ever
given up silently. It goes beside the sending, so that a slow medium keeps no answer waiting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Event as Flag
from uuid import UUID

from workervoice.channels.base import Keeper
from workervoice.errors import NotFound, SettingsError, Unavailable
from workervoice.hotline import casefile, leftovers, newest
from workervoice.hotline.callbacks import take_look
from workervoice.hotline.leftovers import Leftover, Waiting, leave_less
from workervoice.hotline.media import MISSING, Head, store_medium
from workervoice.hotline.process import Pen, Process, Signer
from workervoice.hotline.registry import lines
from workervoice.journal import Journal
from workervoice.message import Fetched, Kept, Later, Missing
from workervoice.store import leftovers as store
from workervoice.store import outbox
from workervoice.store.cases import case_by_id
from workervoice.store.engine import Scope, Tx
from workervoice.store.intake import lock_conversation
from workervoice.store.leftovers import Leased
from workervoice.store.media import there
from workervoice.store.programme import Line, programmes

BATCH = 10
TOO_EARLY = timedelta(seconds=90)  # a provider refuses to delete what it has just taken
AGAIN = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 360, 1440))  # then once a day
TAKEN = "taken"  # by another courier, whose lease it is now
BELIEVED = 3  # tries after which a medium is not there
LAST_WORD = timedelta(hours=26)  # so long a provider may take to say what became of a text

Keepers = Callable[[Line], Keeper | None]
Wash = Callable[[Fetched], tuple[Head, bytes]]
_JOURNAL = Journal(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A leftover as it was opened, its line, and which of its media are not here yet."""

    left: Leftover
    line: Line | None
    media: tuple[Waiting, ...] = ()
    state: str = ""  # of a text of ours


@dataclass(frozen=True, slots=True)
class Collecting:
    """The courier's second hand. `wash` takes a medium apart, without a key or a network."""

    process: Process
    keepers: Keepers
    wash: Wash
    failures: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    stopping: Flag = field(default_factory=Flag)

    def go_round(self) -> int:
        """See once to what is due in all programmes; returns how many rows. Raises `Unavailable`
        and `SettingsError`; whatever else fails concerns one row, and is counted."""
        with self.process.database.begin() as tx:
            known = programmes(tx)
        handled = 0
        for programme in known:
            scope = Scope(programme)
            with self.process.database.begin(scope) as tx:
                due = store.lease(tx, self.process.shared_clock(tx), BATCH)
            for leased in due:
                if self.stopping.is_set():
                    return handled  # the lease runs out
                self._alone(scope, leased)
            handled += len(due)
        return handled

    def _alone(self, scope: Scope, leased: Leased) -> None:
        try:
            self._see_to(scope, leased)
        except (Unavailable, SettingsError):
            raise
        except Exception as exc:
            self.failures["collect"] += 1
            what = type(exc).__name__
            _JOURNAL.note("item_failed", kind="collect", id=leased.row.id, what=what)
            self._later(scope, leased, "failed")

    def _see_to(self, scope: Scope, leased: Leased) -> None:
        found = self._found(scope, leased)
        keeper = self.keepers(found.line) if found.line is not None else None
        if keeper is None:
            self._gone(scope, leased, "kept")
            return
        left = found.left
        waits = ""
        for waiting in found.media:  # one that has to wait keeps no other
            code, left = self._fetch(scope, leased, left, (keeper, waiting))
            if code == TAKEN:
                return
            waits = waits or code
        if waits:
            self._later(scope, leased, waits)
            return
        early = found.left.at + TOO_EARLY - self.process.clock()
        if early > timedelta(0):
            self._later(scope, leased, "", wait=early)
        elif self._settled(scope, leased, found, keeper):
            self._purge(scope, leased, keeper, found.left.external_id)

    def _found(self, scope: Scope, leased: Leased) -> Found:
        """Open the row. Raises `CryptoError` for one that nobody of ours noted."""
        now = self.process.clock()
        with self.process.database.begin(scope) as tx:
            directory = self.process.directory(tx, now)
            left = leftovers.opened(tx, self.process.custody, directory, leased.row)
            line = next(
                (e for e in lines(tx, self.process.vault, directory) if e.id == left.line_id), None
            )
            here = media_of_case(tx, left)
            state = _state(tx, left.outbox_id)
        return Found(left, line, tuple(m for m in left.media if m.id not in here), state)

    def _fetch(
        self, scope: Scope, leased: Leased, left: Leftover, what: tuple[Keeper, Waiting]
    ) -> tuple[str, Leftover]:
        """Bring one medium here; returns why it has to wait, or "", and what is left then."""
        keeper, waiting = what
        outcome = keeper.fetch(waiting.handle)
        if isinstance(outcome, Later):
            return outcome.code or "later", left
        if isinstance(outcome, Missing) and _may_pass(outcome, leased):
            return outcome.code, left
        head, content = self._taken_apart(outcome)
        less = replace(left, media=tuple(m for m in left.media if m.id != waiting.id))
        with self.process.database.begin(scope) as tx:
            if not store.renew(tx, leased, self.process.shared_clock(tx)):
                return TAKEN, left
            pen = self._pen(tx)
            self._store(tx, pen, left, waiting, (head, content))
            leave_less(tx, pen, leased.row, less)
        self.done[head.state] += 1
        return "", less

    def _pen(self, tx: Tx) -> Pen:
        now, process = self.process.clock(), self.process
        return Pen(process.vault, Signer(process.id, process.sign), process.directory(tx, now), now)

    def _taken_apart(self, outcome: Fetched | Missing) -> tuple[Head, bytes]:
        if isinstance(outcome, Missing):
            return Head(MISSING, why=outcome.code), b""
        return self.wash(outcome)

    def _store(
        self, tx: Tx, pen: Pen, left: Leftover, waiting: Waiting, what: tuple[Head, bytes]
    ) -> None:
        """To the key that its case has now; not for a case that was erased meanwhile."""
        case_id = left.case_id or UUID(int=0)
        lock_conversation(tx, pen.vault, case_by_id(tx, case_id).conversation_id)
        row = case_by_id(tx, case_id)  # whoever erases it or gives it another key holds that, too
        if row.state == "erased" or there(tx, [waiting.id]):
            return
        newest.check(tx, pen.vault, [row.logged()], [casefile.pair_place(row)])
        holder, public = casefile.case_public(tx, pen, row)
        store_medium(tx, pen.signer, (holder, public, waiting.id), *what)
        pen.log(tx, "medium_stored", row.id, what[0].state)

    def _settled(self, scope: Scope, leased: Leased, found: Found, keeper: Keeper) -> bool:
        """Whether nothing more is to be learnt from the provider's record. Of a text of ours whose
        last word did not come, it is asked: a callback may have been missed."""
        left = found.left
        if left.outbox_id is None or found.state not in {"accepted", "claimed", "unknown"}:
            return True
        if found.state == "accepted":
            told = keeper.look(left.external_id, left.outbox_id)
            if told is not None and take_look(self.process, scope, told):
                return True
        if self.process.clock() - left.at > LAST_WORD:
            return True
        self._later(scope, leased, "")
        return False

    def _purge(self, scope: Scope, leased: Leased, keeper: Keeper, external_id: str) -> None:
        outcome = keeper.purge(external_id)
        if isinstance(outcome, Later):
            self._later(scope, leased, outcome.code or "later")
        else:
            self._gone(scope, leased, "kept" if isinstance(outcome, Kept) else "deleted")

    def _gone(self, scope: Scope, leased: Leased, how: str) -> None:
        with self.process.database.begin(scope) as tx:
            store.gone(tx, leased)
        self.done[how] += 1

    def _later(
        self, scope: Scope, leased: Leased, code: str, *, wait: timedelta | None = None
    ) -> None:
        """Try it again: after so long, or ever later."""
        attempt = min(leased.row.attempts, len(AGAIN) - 1)
        with self.process.database.begin(scope) as tx:
            run_at = self.process.shared_clock(tx) + (AGAIN[attempt] if wait is None else wait)
            store.put_back(tx, leased, run_at, code, counts=wait is None)
        if code:
            self.done["refused"] += 1


def _may_pass(outcome: Missing, leased: Leased) -> bool:
    """A provider that says once that it has not got a medium is asked again before it is believed:
    then all of the message is deleted there."""
    return outcome.code.isdecimal() and leased.row.attempts < BELIEVED


def media_of_case(tx: Tx, left: Leftover) -> frozenset[UUID]:
    """Those that are here already, or need not come any more."""
    if not left.media:
        return frozenset()
    wanted = [each.id for each in left.media]
    try:
        erased = left.case_id is None or case_by_id(tx, left.case_id).state == "erased"
    except NotFound:
        erased = True
    return frozenset(wanted) if erased else there(tx, wanted)


def _state(tx: Tx, outbox_id: UUID | None) -> str:
    """Of a text of ours; one whose row is gone is over."""
    if outbox_id is None:
        return ""
    try:
        return outbox.state_of(tx, outbox_id)
    except NotFound:
        return "expired"
