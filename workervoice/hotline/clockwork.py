"""Clocks and their ladders: what was promised by when, and who hears next if it was not done.

Nothing is closed and nobody is told by a clock alone: it records once a rung that a promise is late
and who has to hear of it, and the pages show it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from workervoice.errors import SealBroken
from workervoice.hotline.casefile import next_hour
from workervoice.hotline.process import Pen, Process
from workervoice.message import Priority, Role
from workervoice.store import clocks, remedy
from workervoice.store.cases import case_glimpses
from workervoice.store.engine import Tx
from workervoice.store.log import Event, record_event
from workervoice.store.tables import disclosure
from workervoice.store.vault import QueueRecord
from workervoice.workflow import disclosed
from workervoice.workflow.clocks import ACKNOWLEDGED_BY, ClockKind, due, hears, ladder
from workervoice.workflow.retention import OVER

_UNREAD = frozenset({"received", "clarifying", "awaiting_review"})
_OVER = frozenset({"closed", "out_of_scope", "erased"})
_TAKEN_UP = frozenset({"acknowledged", "done", "declined", "revoked"})
_DONE = frozenset({"evidence_submitted", "verified", "closed", "rejected", ""})

SealedClock = tuple[UUID, bytes]


def promise(
    tx: Tx,
    pen: Pen,
    kind: ClockKind,
    about: UUID,
    priority: Priority,
    since: datetime | None = None,
) -> None:
    """Start the clock of a promise that counts from now, or from `since`."""
    ends = due(kind, since or pen.now, priority)
    record = {"kind": str(kind), "about": str(about), "due": int(ends.timestamp()), "rung": 0}
    clocks.start_clock(tx, pen.vault, uuid4(), record, next_hour(pen.now))


def promise_for_report(tx: Tx, pen: Pen, case_id: UUID, priority: Priority) -> None:
    """What a report is promised: somebody looks, acknowledges it, and says what came of it.

    Feedback counts from the acknowledgement; while there is none, from the last day for it.
    """
    promise(tx, pen, ClockKind.HANDLER_ACKNOWLEDGEMENT, case_id, priority)
    promise(tx, pen, ClockKind.LEGAL_ACKNOWLEDGEMENT, case_id, priority)
    promise(tx, pen, ClockKind.FEEDBACK, case_id, priority, pen.now + ACKNOWLEDGED_BY)


def promise_again(tx: Tx, pen: Pen, case_id: UUID, priority: Priority, *, unread: bool) -> None:
    """What a case is promised that we reopened ourselves: nobody wrote, so there is nothing to
    acknowledge, but its worker hears again what came of it."""
    kinds = {record["kind"] for _, record in clocks.clocks_about(tx, pen.vault, [case_id])}
    if ClockKind.FEEDBACK not in kinds:
        promise(tx, pen, ClockKind.FEEDBACK, case_id, priority)
    if unread and ClockKind.HANDLER_ACKNOWLEDGEMENT not in kinds:
        promise(tx, pen, ClockKind.HANDLER_ACKNOWLEDGEMENT, case_id, priority)


def acknowledged(tx: Tx, pen: Pen, case_id: UUID, priority: Priority) -> None:
    """The first answer was given: from now on feedback counts, unless it counted before."""
    ends = int(due(ClockKind.FEEDBACK, pen.now, priority).timestamp())
    for clock_id, record in clocks.clocks_about(tx, pen.vault, [case_id]):
        if record["kind"] == ClockKind.FEEDBACK and ends < record["due"]:
            sooner = {**record, "due": ends}
            clocks.set_clock(tx, pen.vault, clock_id, sooner, next_hour(pen.now))


def end_clocks(tx: Tx, pen: Pen, things: Collection[UUID]) -> None:
    """Nobody is owed anything about these any more."""
    for clock_id, _ in clocks.clocks_about(tx, pen.vault, things):
        clocks.stop_clock(tx, clock_id)


def look_at_clock(
    tx: Tx, process: Process, standing: Standing, clock: SealedClock, now: datetime
) -> None:
    """Stop the clock if its promise was kept; climb a rung if it is late."""
    clock_id, blob = clock
    record = clocks.open_clock(tx, process.vault, clock_id, blob)
    if standing.kept(tx, process, record):
        clocks.stop_clock(tx, clock_id)
        return
    late = now.timestamp() > record["due"]
    if late:
        case = standing.case(tx, process, record)
        test = case is not None and case.practice and not case.may_be_real
        if test and record["kind"] != ClockKind.RETENTION_CHECK:
            clocks.stop_clock(tx, clock_id)  # nobody is waiting
            return
        about_us = case is not None and case.complaint
        _climb(tx, process, (clock_id, record), now, about_us=about_us)
    climbed = {**record, "rung": record["rung"] + 1} if late else record
    clocks.set_clock(tx, process.vault, clock_id, climbed, next_hour(now))


def notify_buyers(tx: Tx, process: Process, now: datetime) -> None:
    """A sealed disclosure is on its buyer's list from now on."""
    new = False
    for row_id, _, state, _ in remedy.disclosure_links(tx):
        if state != "sealed":
            continue
        dest = disclosed.MACHINE.advance(state, "notify", role=Role.SYSTEM)
        remedy.save(tx, disclosure, row_id, source=state, dest=dest, also={})
        record_event(tx, process.vault, Event("buyer_notified", process.id, row_id), now)
        new = True
    if new:
        remedy.shuffle_disclosures(tx)


def _climb(
    tx: Tx,
    process: Process,
    clock: tuple[UUID, Mapping[str, Any]],
    now: datetime,
    *,
    about_us: bool,
) -> None:
    """Record one missed promise a rung; the last rung is recorded once and then stays."""
    clock_id, record = clock
    kind = ClockKind(record["kind"])
    if record["rung"] >= len(ladder(kind, about_us=about_us)):
        return
    who = hears(kind, record["rung"], about_us=about_us)
    event = Event("clock_ran_out", process.id, clock_id, f"rung {record['rung']}: {who}")
    record_event(tx, process.vault, event, now)
    if kind is ClockKind.DISCLOSURE_ACKNOWLEDGEMENT:
        _lapse(tx, UUID(record["about"]))


def _lapse(tx: Tx, disclosure_id: UUID) -> None:
    states = {row_id: state for row_id, _, state, _ in remedy.disclosure_links(tx)}
    state = states.get(disclosure_id, "")
    if state in {"notified", "opened"}:
        holds = {"clock_ran_out": True}
        dest = disclosed.MACHINE.advance(state, "lapse", role=Role.SYSTEM, holds=holds)
        remedy.save(tx, disclosure, disclosure_id, source=state, dest=dest, also={})


@dataclass(frozen=True, slots=True)
class Standing:
    """How cases and disclosures stand now, read once for all clocks; a case is opened on demand."""

    cases: Mapping[str, tuple[UUID, str, int, bytes]]
    disclosures: Mapping[str, str]

    @classmethod
    def read(cls, tx: Tx) -> Standing:
        return cls(
            {str(glimpse[0]): glimpse for glimpse in case_glimpses(tx)},
            {str(row_id): state for row_id, _, state, _ in remedy.disclosure_links(tx)},
        )

    def kept(self, tx: Tx, process: Process, record: Mapping[str, Any]) -> bool:
        """Whether a clock's promise was kept, by what the rows say."""
        about, kind = record["about"], ClockKind(record["kind"])
        if kind is ClockKind.DISCLOSURE_ACKNOWLEDGEMENT:
            return self.disclosures.get(about, "revoked") in _TAKEN_UP
        if kind is ClockKind.CORRECTIVE_ACTION:
            return remedy.action_state(tx, about) in _DONE
        return about not in self.cases or self._kept(tx, process, kind, self.cases[about])

    def case(self, tx: Tx, process: Process, record: Mapping[str, Any]) -> QueueRecord | None:
        """The case that a clock runs for: a complaint about the hotline itself, or a test, is
        another matter. What does not open is late as any other case."""
        if record["about"] not in self.cases:
            return None
        row_id, _, version, queue = self.cases[record["about"]]
        with suppress(SealBroken):
            return process.vault.open_queue(tx.programme, row_id, version, queue)
        return None

    def _kept(
        self, tx: Tx, process: Process, kind: ClockKind, glimpse: tuple[UUID, str, int, bytes]
    ) -> bool:
        row_id, state, version, queue = glimpse
        if kind is ClockKind.HANDLER_ACKNOWLEDGEMENT:
            return state not in _UNREAD
        if kind is ClockKind.WITHDRAWAL_CHECK:
            return state != "withdrawn"
        if kind is ClockKind.RETENTION_CHECK:
            return state not in OVER
        if kind is ClockKind.FEEDBACK or state in _OVER:
            return state in _OVER | {"confirmed"}
        opened = process.vault.open_queue(tx.programme, row_id, version, queue)
        return opened.answered_at is not None
