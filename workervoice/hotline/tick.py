"""Time passes: deliver ▸ look up ▸ expire ▸ clocks and ladders ▸ retention ▸ sequence the log, and
remember beside the backups what must not come back with them.

The courier opens what it sends only for the moment of sending, holds no database lock meanwhile,
and sends nothing that was not signed by the gateway or by an officer whom the root vouches for.
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

from workervoice.channels.base import Sender
from workervoice.errors import SettingsError, Unavailable
from workervoice.hotline.borrowing import end_loans
from workervoice.hotline.casefile import next_hour
from workervoice.hotline.clockwork import Standing, look_at_clock, notify_buyers
from workervoice.hotline.comparing import Comparing
from workervoice.hotline.dispatch import (
    Dispatch,
    Verdict,
    hold_until_asked,
    prepare,
)
from workervoice.hotline.keeping import Round, keep_no_longer
from workervoice.hotline.metering import Metering, count_sent
from workervoice.hotline.outcomes import ASIDE, SHUT, backoff, refused, walk
from workervoice.hotline.owing import hour_of
from workervoice.hotline.ownkeys import refuse_foreign_keys
from workervoice.hotline.process import Process
from workervoice.hotline.remembering import Remembering
from workervoice.hotline.restoring import sending_waits
from workervoice.hotline.sent import known_at_provider, left_there, note_sent, reference
from workervoice.hotline.sequencing import Memory, sequence
from workervoice.hotline.tally import Tally
from workervoice.journal import Journal
from workervoice.message import Accepted, Rejected, SendOutcome
from workervoice.store import backlog, clocks, outbox
from workervoice.store.engine import Scope, Tx
from workervoice.store.log import Event, record_event
from workervoice.store.outbox import Claimed
from workervoice.store.programme import Line, programmes

BATCH = 20
LOOK_UP_MARGIN = timedelta(seconds=90)  # between our clock and the provider's

_JOURNAL, _NONE = Journal(__name__), Standing({}, {})

Senders = Callable[[Line], Sender]


@dataclass(frozen=True, slots=True)
class Courier:
    """The courier's part of the hotline. `callback` makes a line's status URL for an outbox id.

    One item that fails is counted in `failures` and the others go on; only a database that is
    away, and keys that are not the courier's, stop a round. Once `stopping` is set, what is being
    sent is finished, and nothing else is begun.
    """

    process: Process
    senders: Senders
    callback: Callable[[Line, UUID], str]
    failures: Counter[str] = field(default_factory=Counter)
    memory: Memory = field(default_factory=Memory, repr=False)
    rounds: dict[UUID, Round] = field(default_factory=dict, repr=False)
    comparing: Comparing = field(default_factory=Comparing)
    metering: Metering = field(default_factory=Metering)
    remembering: Remembering | None = None
    tally: Tally = field(default_factory=Tally)
    stopping: Flag = field(default_factory=Flag)

    def tick(self) -> int:
        """One round over all programmes; returns how many texts were handled."""
        self.process.custody.refresh()  # a rotation may have brought a key
        with self.process.database.begin() as tx:
            known = programmes(tx)
        handled = 0
        for programme in known:
            scope, now = Scope(programme), self.process.clock()
            with self.process.database.begin(scope) as tx:
                waits = sending_waits(tx, self.process.vault)
            with self._alone("programme", programme):
                handled += self._deliver(scope, now, waits=waits)
            with self._alone("clocks", programme):
                self._look_at_clocks(scope, now, waits=waits)
            if not waits:  # somebody has to look first
                with self._alone("retention", programme):
                    self._keep_no_longer(programme, now)
            with self._alone("meter", programme):
                self.metering.go_on(self.process, programme, now)
            with self._alone("comparison", programme):
                self.comparing.go_on(self.process, programme, now)
            with self._alone("log", programme):
                if self.stopping.is_set():
                    return handled
                sequence(self.process, scope, self.memory)
            if self.remembering is not None:
                with self._alone("list", programme):
                    self.remembering.keep_up(self.process, scope, now)
        self.tally.round_finished()
        return handled

    def count_queue(self) -> None:
        """What waits in all programmes, for whoever watches; that this fails stops nothing."""
        with self._alone("queue", self.process.id):
            with self.process.database.begin() as tx:
                known = programmes(tx)
            found = []
            for programme in known:
                with self.process.database.begin(Scope(programme)) as tx:
                    found.append(backlog.queue(tx, self.process.clock()))
            self.tally.queue = backlog.together(found)

    @contextmanager
    def _alone(self, kind: str, about: UUID) -> Iterator[None]:
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

    def _deliver(self, scope: Scope, now: datetime, *, waits: bool) -> int:
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
            with self._alone("send", claimed.id):
                if self.stopping.is_set():
                    self._give_back(scope, claimed)
                else:
                    self._send(scope, claimed)
        for claimed in unsure:
            if self.stopping.is_set():
                break  # it stays unknown, and its lease runs out
            with self._alone("look_up", claimed.id):
                self._look_up(scope, claimed)
        return len(owed) + len(unsure)

    def _give_back(self, scope: Scope, claimed: Claimed) -> None:
        """It was claimed and not begun: it is owed as before."""
        dest, before = walk("claimed", ("put_back",)), {"attempts": claimed.attempts - 1}
        with self.process.database.begin(scope) as tx:
            outbox.finish(tx, claimed, source="claimed", dest=dest, also=before)

    def _look_at_clocks(self, scope: Scope, now: datetime, *, waits: bool) -> None:
        if self.stopping.is_set():
            return
        if not waits:
            with self.process.database.begin(scope) as tx:
                notify_buyers(tx, self.process, now)
        with self.process.database.begin(scope) as tx:
            standing = Standing.read(tx) if (due := clocks.clocks_to_look_at(tx, now)) else _NONE
            for clock in due:
                with self._alone("clock", clock[0]), tx.attempt():
                    look_at_clock(tx, self.process, standing, clock, now)
                    continue
                clocks.put_off(tx, clock[0], next_hour(now))

    def _keep_no_longer(self, programme: UUID, now: datetime) -> None:
        """Go on with today's round over what is closed, one transaction a conversation."""
        scope, begun = Scope(programme), self.rounds.setdefault(programme, Round())
        with self.process.database.begin(scope) as tx:
            conversations = begun.next(tx, now)
        for conversation in conversations:
            if self.stopping.is_set():
                return
            with self._alone("retention", conversation):
                keep_no_longer(self.process, scope, conversation, now)

    def _send(self, scope: Scope, claimed: Claimed) -> None:
        """Open, check, send, note the outcome: three steps, the middle one outside the database. A
        batch may take longer than a lease, so it is taken anew for each sending."""
        now = self.process.clock()
        with self.process.database.begin(scope) as tx:
            dispatch = prepare(tx, self.process, claimed, self.callback, now)
            tried_at = self.process.shared_clock(tx)
            if not outbox.renew(tx, claimed, source="claimed", now=tried_at):
                return
            if dispatch.verdict is not Verdict.SEND:
                self._set_aside(tx, claimed, dispatch, now)
                return
        outcome = self.senders(dispatch.line).send(dispatch.message)
        self.tally.sent(outcome)
        with self.process.database.begin(scope) as tx:
            tried = replace(claimed, run_at=tried_at)
            self._note(tx, tried, "claimed", outcome, dispatch)

    def _look_up(self, scope: Scope, claimed: Claimed) -> None:
        """Ask the provider whether it has a text whose sending ended in silence."""
        now = self.process.clock()
        with self.process.database.begin(scope) as tx:
            dispatch = prepare(tx, self.process, claimed, self.callback, now)
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
        self.tally.looked_up(outcome)
        with self.process.database.begin(scope) as tx:
            self._note(tx, claimed, "unknown", outcome, dispatch)

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
        now, shared_now = self.process.clock(), self.process.shared_clock(tx)
        dest = source
        also: dict[str, Any] = {}
        if isinstance(outcome, Accepted):
            if note_sent(tx, self.process, claimed):
                vault, text = self.process.vault, dispatch.message.text
                count_sent(tx, vault, dispatch.line, text, now.date())
            dest = walk(source, ("accept",))
            ref = reference(tx, self.process, claimed.id, outcome.external_id, now)
            also = {"provider_ref": ref, "run_at": hour_of(now), "code": None}
            there = claimed.id, outcome.external_id
            left_there(tx, self.process, dispatch.line.id, there, now)
        elif isinstance(outcome, Rejected):
            dest = walk(source, refused(source, outcome))
            wait = backoff(claimed.attempts) if source == "claimed" else timedelta(0)
            again = hour_of(now) if outcome.permanent else shared_now + wait
            also = {"code": outcome.code, "run_at": again}
        elif source == "claimed":
            dest = walk(source, ("lose",))
            tried = {"run_at": claimed.run_at, "lease_until": shared_now + outbox.LEASE}
            also = {"code": outcome.code, **tried}
        else:
            also = {"lease_until": shared_now + backoff(claimed.attempts) + outbox.LEASE}
        if outbox.finish(tx, claimed, source=source, dest=dest, also=also):
            self._log(tx, claimed, dest, now)
        elif isinstance(outcome, Accepted):  # its callback was faster
            outbox.keep_reference(tx, claimed.id, also["provider_ref"])
            if tx.stored:
                self._log(tx, claimed, dest, now)

    def _log(self, tx: Tx, claimed: Claimed, state: str, now: datetime) -> None:
        event = Event("delivery", self.process.id, claimed.id, detail=state)
        record_event(tx, self.process.vault, event, now)
