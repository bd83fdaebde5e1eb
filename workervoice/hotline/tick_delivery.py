"""Time passes: deliver ▸ look up. What is owed is sent, one text at a time.

Opened only for the moment of sending, with no database lock held meanwhile; nothing is sent that
was not signed by the gateway or by an officer whom the root vouches for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event as Flag
from typing import Any
from uuid import UUID

from workervoice.channels.base import Final, Sender
from workervoice.errors import SettingsError, Unavailable
from workervoice.hotline.borrowing import end_loans
from workervoice.hotline.dispatch import (
    Dispatch,
    Verdict,
    hold_until_asked,
    prepare,
)
from workervoice.hotline.heeding import halt, heed
from workervoice.hotline.metering import count_sent
from workervoice.hotline.outcomes import ASIDE, SHUT, backoff, refused, walk
from workervoice.hotline.owing import hour_of
from workervoice.hotline.ownkeys import refuse_foreign_keys
from workervoice.hotline.process import Process
from workervoice.hotline.reaching import Ways
from workervoice.hotline.sent import known_at_provider, left_there, note_sent, reference
from workervoice.hotline.tally import Tally
from workervoice.journal import Journal
from workervoice.message import Accepted, Rejected, SendOutcome, Unknown
from workervoice.store import lineruns, outbox
from workervoice.store.engine import Scope, Tx
from workervoice.store.log import Event, record_event
from workervoice.store.outbox import Claimed
from workervoice.store.programme import Line
from workervoice.workflow.meter import parts

BATCH = 20
LOOK_UP_MARGIN = timedelta(seconds=90)  # between our clock and the provider's

_JOURNAL = Journal(__name__)

Senders = Callable[[Line], Sender]


def as_fast_as_it_likes(_line: Line) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Delivering:
    """The sending half of the courier. `ways` lead to workers;
    `pace` says how many segments a second a line may send; 0: as many as it likes. One item that
    fails is counted in `failures` and the others go on. Once `stopping` is set, what is being sent
    is finished, and nothing else is begun.
    """

    process: Process
    senders: Senders
    ways: Ways
    pace: Callable[[Line], float] = as_fast_as_it_likes
    failures: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)
    stopping: Flag = field(default_factory=Flag)

    @contextmanager
    def alone(self, kind: str, about: UUID) -> Iterator[None]:
        """What fails here is counted and named by its id; nothing of it is said."""
        self.tally.beat()
        try:
            yield
        except (SettingsError, Unavailable):
            raise
        except Exception as exc:
            self._count(kind, about, type(exc).__name__)

    def _count(self, kind: str, about: UUID, what: str) -> None:
        self.failures[kind] += 1
        _JOURNAL.note("item_failed", kind=kind, id=about, what=what)

    def deliver(self, scope: Scope, now: datetime, *, waits: bool) -> int:
        if self.stopping.is_set():
            return 0
        with self.process.database.begin(scope) as tx:
            directory = self.process.directory(tx, now)
            refuse_foreign_keys(directory, "courier", self.process.id, self.process.custody)
            shared_now = self.process.shared_clock(tx)
            outbox.lose_stale(tx, shared_now)
            outbox.sweep(tx, now)
            end_loans(tx, self.process, now)
            owed = [] if waits else outbox.claim_owed(tx, shared_now, BATCH)
            unsure = outbox.lease_unknown(tx, shared_now, BATCH)
        for claimed in owed:
            with self.alone("send", claimed.id):
                if self.stopping.is_set():
                    self._give_back(scope, claimed)
                else:
                    self._send(scope, claimed)
        for claimed in unsure:
            if self.stopping.is_set():
                break  # it stays unknown, and its lease runs out
            with self.alone("look_up", claimed.id):
                self._look_up(scope, claimed)
        return len(owed) + len(unsure)

    def _give_back(self, scope: Scope, claimed: Claimed) -> None:
        """It was claimed and not begun: it is owed as before."""
        dest, before = walk("claimed", ("put_back",)), {"attempts": claimed.attempts - 1}
        with self.process.database.begin(scope) as tx:
            outbox.finish(tx, claimed, source="claimed", dest=dest, also=before)

    def _send(self, scope: Scope, claimed: Claimed) -> None:
        """Open, check, send, note the outcome: three steps, the middle one outside the database. A
        batch may take longer than a lease, so it is taken anew for each sending."""
        now = self.process.clock()
        with self.process.database.begin(scope) as tx:
            dispatch = prepare(tx, self.process, claimed, self.ways, now)
            tried_at = self.process.shared_clock(tx)
            if not outbox.renew(tx, claimed, source="claimed", now=tried_at):
                return
            if dispatch.verdict is not Verdict.SEND:
                self._set_aside(tx, claimed, dispatch, now)
                return
            if wait := self._reserved(tx, dispatch, tried_at):
                self._put_off(tx, claimed, tried_at + wait)
                return
        outcome = self.senders(dispatch.line).send(dispatch.message)
        self.tally.sent(outcome, self.ways.provider(dispatch.line))
        with self.process.database.begin(scope) as tx:
            tried = replace(claimed, run_at=tried_at)
            self._note(tx, tried, "claimed", outcome, dispatch)

    def _look_up(self, scope: Scope, claimed: Claimed) -> None:
        """Ask the provider whether it has a text whose sending ended in silence."""
        now = self.process.clock()
        with self.process.database.begin(scope) as tx:
            dispatch = prepare(tx, self.process, claimed, self.ways, now, looks=True)
            shared_now = self.process.shared_clock(tx)
            ours = outbox.renew(tx, claimed, source="unknown", now=shared_now)
            others = known_at_provider(tx, self.process, claimed)
        if dispatch.verdict in SHUT:
            self._count("look_up", claimed.id, dispatch.verdict)
        if dispatch.verdict in SHUT or not ours:
            return
        since = claimed.run_at - LOOK_UP_MARGIN
        message = replace(dispatch.message, others=others)
        outcome = self.senders(dispatch.line).find(message, since)
        for way in dispatch.elsewhere:
            if not isinstance(outcome, Rejected):
                break
            sent = replace(message, sender=way.line.sender, to=way.to)
            outcome = self.senders(way.line).find(sent, since)
        self.tally.looked_up(outcome, self.ways.provider(dispatch.line))
        with self.process.database.begin(scope) as tx:
            self._note(tx, claimed, "unknown", outcome, dispatch)

    def _reserved(self, tx: Tx, dispatch: Dispatch, shared_now: datetime) -> timedelta:
        """How long this text has to wait for its sender's bucket, which all couriers share; nothing
        if it has taken its part."""
        per_second, line = self.pace(dispatch.line), dispatch.line
        step = timedelta(0)
        if per_second:
            many = max(parts(dispatch.message.text, line.channel), 1)
            step = timedelta(seconds=many / per_second)
        return lineruns.reserve(tx, line.id, shared_now, step)

    def _put_off(self, tx: Tx, claimed: Claimed, run_at: datetime) -> None:
        """It was not begun: this was no try."""
        dest = walk("claimed", ("put_back",))
        also = {"attempts": claimed.attempts - 1, "run_at": run_at}
        outbox.finish(tx, claimed, source="claimed", dest=dest, also=also)

    def _set_aside(self, tx: Tx, claimed: Claimed, dispatch: Dispatch, now: datetime) -> None:
        """What may not go out now: paused, withdrawn, too late, window closed, not trusted, or
        unopened, which is owed again: it may be we who are wrong."""
        verdict = dispatch.verdict
        if verdict is Verdict.WAITS:
            hold_until_asked(tx, self.process, claimed, dispatch)
        dest = walk("claimed", ASIDE[verdict])
        also: dict[str, Any] = {}
        if verdict in SHUT:
            self._count("send", claimed.id, verdict)
            also["code"] = verdict
        if verdict is Verdict.UNOPENED:
            also["run_at"] = self.process.shared_clock(tx) + backoff(claimed.attempts)
        done = outbox.finish(tx, claimed, source="claimed", dest=dest, also=also)
        if (done and verdict is not Verdict.UNOPENED) or tx.stored:  # else it is as it was
            self._log(tx, claimed, dest, now)

    def _note(
        self, tx: Tx, claimed: Claimed, source: str, outcome: SendOutcome, dispatch: Dispatch
    ) -> None:
        now = self.process.clock()
        if isinstance(outcome, Accepted):
            dest, also = self._taken(tx, claimed, source, outcome, dispatch)
        elif isinstance(outcome, Rejected):
            dest, also = self._refused(tx, claimed, source, outcome, dispatch)
        else:
            dest, also = self._unknown(tx, claimed, source, outcome)
        finished = outbox.finish(tx, claimed, source=source, dest=dest, also=also)
        if isinstance(outcome, Accepted):
            if not finished:  # its callback was faster
                outbox.keep_reference(tx, claimed.id, also["provider_ref"])
            # after the text's own row is locked, as a callback does: else each waits for the other
            left_there(tx, self.process, dispatch.line.id, (claimed.id, outcome.external_id), now)
            sender = self.senders(dispatch.line)
            if isinstance(sender, Final) and sender.final:  # it arrived, as far as anybody tells
                lineruns.note_reached(tx, dispatch.line.id, now)
        if finished or tx.stored:
            self._log(tx, claimed, dest, now)

    def _taken(
        self, tx: Tx, claimed: Claimed, source: str, outcome: Accepted, dispatch: Dispatch
    ) -> tuple[str, dict[str, Any]]:
        now, vault = self.process.clock(), self.process.vault
        if note_sent(tx, self.process, claimed):
            count_sent(tx, vault, dispatch.line, dispatch.message.text, now.date())
        ref = reference(tx, self.process, claimed.id, outcome.external_id, now)
        also = {"provider_ref": ref, "run_at": hour_of(now), "code": None}
        return walk(source, ("accept",)), also

    def _refused(
        self, tx: Tx, claimed: Claimed, source: str, outcome: Rejected, dispatch: Dispatch
    ) -> tuple[str, dict[str, Any]]:
        now, shared_now = self.process.clock(), self.process.shared_clock(tx)
        halt(tx, dispatch.line.id, outcome, shared_now)
        fresh = source == "claimed"
        heeded = heed(tx, self.process, claimed, dispatch, outcome) if fresh else ()
        dest = walk(source, heeded or refused(source, outcome))
        wait = backoff(claimed.attempts) if fresh else timedelta(0)
        again = hour_of(now) if outcome.permanent or heeded else shared_now + wait
        return dest, {"code": outcome.code, "run_at": again}

    def _unknown(
        self, tx: Tx, claimed: Claimed, source: str, outcome: Unknown
    ) -> tuple[str, dict[str, Any]]:
        shared_now = self.process.shared_clock(tx)
        if source != "claimed":
            later = shared_now + backoff(claimed.attempts) + outbox.LEASE
            return source, {"lease_until": later}
        tried = {"run_at": claimed.run_at, "lease_until": shared_now + outbox.LEASE}
        return walk(source, ("lose",)), {"code": outcome.code, **tried}

    def _log(self, tx: Tx, claimed: Claimed, state: str, now: datetime) -> None:
        event = Event("delivery", self.process.id, claimed.id, detail=state)
        record_event(tx, self.process.vault, event, now)
