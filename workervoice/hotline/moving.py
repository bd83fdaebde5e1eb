"""What a worker's message means for a case: the moves of its table, in the order they happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from workervoice.errors import IllegalMove
from workervoice.hotline import casefile
from workervoice.hotline.clockwork import promise, promise_for_report
from workervoice.hotline.disputing import dispute_issues
from workervoice.hotline.process import Pen
from workervoice.hotline.records import CaseRecord
from workervoice.message import Role
from workervoice.store.cases import CaseRow
from workervoice.store.engine import Tx
from workervoice.workflow import case as case_machine
from workervoice.workflow.clocks import ClockKind
from workervoice.workflow.dialogue import Effect, Turn

REOPEN_WITHIN = timedelta(days=case_machine.REOPEN_DAYS)
OVER = frozenset({"closed", "out_of_scope", "erased"})


def recent(record: CaseRecord, pen: Pen) -> bool:
    return record.closed_at is not None and pen.now - record.closed_at <= REOPEN_WITHIN


def moved(tx: Tx, pen: Pen, row: CaseRow, record: CaseRecord, turn: Turn) -> tuple[str, CaseRecord]:
    """Take the case through every move that the message means, in the order they happened."""
    state, holds = row.state, _holds(record, pen)
    for move, role in _moves(row.state, record.came_from, turn, holds):
        was = state
        try:
            state = case_machine.MACHINE.advance(was, move, role=role, holds=holds)
        except IllegalMove:  # a late answer to a question that no longer stands changes nothing
            continue
        pen.log(tx, f"case_{move}", row.id, state)
        if move == "withdraw":
            record = replace(record, came_from=was)
            promise(tx, pen, ClockKind.WITHDRAWAL_CHECK, row.id, record.priority)
        if move == "dispute":
            dispute_issues(tx, pen, row.id, record.priority)
        if move == "reopen":
            record = replace(record, closed_at=None, answered_at=None)
            promise_for_report(tx, pen, row.id, record.priority)
        if move == "cancel_withdrawal":  # a withdrawn case counts as taken up
            promise(tx, pen, ClockKind.HANDLER_ACKNOWLEDGEMENT, row.id, record.priority)
    return state, record


def _moves(
    state: str, came_from: str | None, turn: Turn, holds: Mapping[str, bool]
) -> list[tuple[str, Role]]:
    """What the message means for the case, in order: first what the worker did, then how far
    the dialogue is. A case that was over too long before its DELETE was kept stays over."""
    talk, asked_more = turn.progress.state, turn.progress.asked > 1
    clarified = state == "received" and talk in {"clarifying", "resting"} and asked_more
    rests = talk == "resting" and (clarified or state == "clarifying")
    kept = Effect.CANCEL_WITHDRAWAL in turn.effects
    over = came_from in OVER if kept and state == "withdrawn" else state in OVER
    meant = (
        ("cancel_withdrawal", Role.WORKER, kept),
        ("reopen", Role.WORKER, turn.report and over and holds["within_90_days"]),
        ("confirm", Role.WORKER, Effect.CONFIRMED in turn.effects),
        ("dispute", Role.WORKER, Effect.DISPUTED in turn.effects),
        ("clarify", Role.SYSTEM, clarified),
        ("finish_clarifying", Role.SYSTEM, rests),
        ("withdraw", Role.WORKER, Effect.WITHDRAW in turn.effects),
    )
    return [(move, role) for move, role, holds in meant if holds]


def _holds(record: CaseRecord, pen: Pen) -> Mapping[str, bool]:
    return {
        "within_90_days": recent(record, pen),
        "digit_confirmed": True,  # the dialogue asks for WITHDRAW only after the digit
        f"came_from_{record.came_from}": True,
    }


def follow(tx: Tx, pen: Pen, case: tuple[CaseRow, CaseRecord], turn: Turn) -> None:
    """What a DELETE, or what takes it back, does to a case that the text itself is not in."""
    row, record = case
    state, record = moved(tx, pen, row, record, replace(turn, report=False))
    if state != row.state:
        casefile.write_facts(tx, pen, row, record, state)
