"""Clocks and their ladders: what was promised by when, and who hears next if it was not done.

Nothing is closed and nobody is told by a clock alone: it records that a promise is late, once a
rung, and the pages of those who must hear show it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from workervoice.hotline.casefile import next_hour
from workervoice.hotline.process import Pen, Process
from workervoice.message import Priority, Role
from workervoice.store import clocks, remedy
from workervoice.store.cases import case_glimpses
from workervoice.store.engine import Tx
from workervoice.store.log import Event, record_event
from workervoice.store.tables import disclosure
from workervoice.workflow import disclosed
from workervoice.workflow.clocks import LADDERS, ClockKind, due

_UNREAD = frozenset({"received", "clarifying", "awaiting_review"})
_OVER = frozenset({"closed", "out_of_scope", "erased"})


def promise(tx: Tx, pen: Pen, kind: ClockKind, about: UUID, priority: Priority) -> None:
    """Start the clock of a promise made now."""
    ends = due(kind, pen.now, priority)
    record = {"kind": str(kind), "about": str(about), "due": int(ends.timestamp()), "rung": 0}
    clocks.start_clock(tx, pen.vault, uuid4(), record, next_hour(pen.now))


def look_at_clocks(tx: Tx, process: Process, now: datetime) -> None:
    """Stop the clocks whose promise was kept, and climb a rung where it is late."""
    notify_buyers(tx, process, now)
    due = clocks.clocks_to_look_at(tx, process.vault, now)
    if not due:
        return
    kept = _kept(tx, process)
    for clock_id, record in due:
        if kept(record):
            clocks.stop_clock(tx, clock_id)
            continue
        late = now.timestamp() > record["due"]
        if late:
            _climb(tx, process, clock_id, record, now)
        climbed = {**record, "rung": record["rung"] + 1} if late else record
        clocks.set_clock(tx, process.vault, clock_id, climbed, next_hour(now))


def notify_buyers(tx: Tx, process: Process, now: datetime) -> None:
    """A sealed disclosure is on its buyer's list from now on."""
    for row_id, _, state, _ in remedy.disclosure_links(tx):
        if state != "sealed":
            continue
        dest = disclosed.MACHINE.advance(state, "notify", role=Role.SYSTEM)
        remedy.save(tx, disclosure, row_id, source=state, dest=dest, also={})
        record_event(tx, Event("buyer_notified", process.id, row_id), now)


def _climb(
    tx: Tx, process: Process, clock_id: UUID, record: Mapping[str, Any], now: datetime
) -> None:
    """Record one missed promise a rung; the last rung is recorded once and then stays."""
    kind = ClockKind(record["kind"])
    if record["rung"] >= len(LADDERS[kind]):
        return
    record_event(tx, Event("clock_ran_out", process.id, clock_id, f"rung {record['rung']}"), now)
    if kind is ClockKind.DISCLOSURE_ACKNOWLEDGEMENT:
        _lapse(tx, UUID(record["about"]))


def _lapse(tx: Tx, disclosure_id: UUID) -> None:
    states = {row_id: state for row_id, _, state, _ in remedy.disclosure_links(tx)}
    state = states.get(disclosure_id, "")
    if state in {"notified", "opened"}:
        holds = {"clock_ran_out": True}
        dest = disclosed.MACHINE.advance(state, "lapse", role=Role.SYSTEM, holds=holds)
        remedy.save(tx, disclosure, disclosure_id, source=state, dest=dest, also={})


def _kept(tx: Tx, process: Process) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a clock's promise was kept, by what the rows say now."""
    glimpses = case_glimpses(tx)
    case_states = {str(row_id): state for row_id, state, _, _ in glimpses}
    answered = {
        str(row_id): process.vault.open_queue(tx.programme, row_id, version, queue).answered_at
        for row_id, _, version, queue in glimpses
    }
    buyers = {str(row_id): state for row_id, _, state, _ in remedy.disclosure_links(tx)}

    def kept(record: Mapping[str, Any]) -> bool:
        about, kind = record["about"], ClockKind(record["kind"])
        state = case_states.get(about, "erased")
        by_kind = {
            ClockKind.HANDLER_ACKNOWLEDGEMENT: state not in _UNREAD,
            ClockKind.LEGAL_ACKNOWLEDGEMENT: answered.get(about) is not None or state in _OVER,
            ClockKind.FEEDBACK: state in _OVER | {"confirmed"},
            ClockKind.WITHDRAWAL_CHECK: state != "withdrawn",
            ClockKind.DISCLOSURE_ACKNOWLEDGEMENT: buyers.get(about, "revoked")
            in {"acknowledged", "done", "declined", "revoked"},
            ClockKind.CORRECTIVE_ACTION: remedy.action_state(tx, about)
            in {"evidence_submitted", "verified", "closed", "rejected", ""},
        }
        return by_kind[kind]

    return kept


def due_at(record: Mapping[str, Any]) -> datetime:
    """When a clock's promise falls due."""
    return datetime.fromtimestamp(record["due"], tz=UTC)
