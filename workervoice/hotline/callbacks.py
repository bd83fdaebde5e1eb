"""A provider's word on a text of ours: it moves forward, or is owed again; never back otherwise.

Four refusals are no failure. WhatsApp's window was closed, whatever we thought, or the worker is
not there: the courier holds the text until the worker writes, or says by SMS that one waits. The
worker told the provider to stop: it is as good as told to us. The phone was off or away: the text
is tried again, later and a few times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from workervoice.crypto.seal import ctx
from workervoice.errors import IllegalMove
from workervoice.hotline.owing import hour_of
from workervoice.hotline.process import Process
from workervoice.hotline.reaching import NO_WINDOW
from workervoice.hotline.records import ConversationRecord
from workervoice.hotline.sent import left_there, reference
from workervoice.message import DeliveryReport, DeliveryStatus, Role
from workervoice.store import intake, outbox, taken
from workervoice.store.engine import Scope, Tx
from workervoice.store.log import Event, record_event
from workervoice.store.programme import Line
from workervoice.workflow import delivery
from workervoice.workflow.progress import Progress, left

_STEPS: Mapping[DeliveryStatus, tuple[str, ...]] = MappingProxyType(
    {
        DeliveryStatus.ACCEPTED: ("accept",),
        DeliveryStatus.DELIVERED: ("accept", "deliver"),
        DeliveryStatus.FAILED: ("accept", "fail"),
        DeliveryStatus.WINDOW_CLOSED: ("accept", "put_back"),
        DeliveryStatus.STOPPED: ("accept", "withhold"),
        DeliveryStatus.UNREACHED: ("accept", "put_back"),
        DeliveryStatus.ABSENT: ("accept", "put_back"),
    }
)
_CLOSED = frozenset({DeliveryStatus.WINDOW_CLOSED, DeliveryStatus.ABSENT})
_TO_WAIT = _CLOSED | {DeliveryStatus.STOPPED, DeliveryStatus.UNREACHED}
TRIED_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (20, 60, 120))
_UNANSWERED = frozenset({"claimed", "unknown"})  # the courier has no answer yet: no reference


def take_report(process: Process, line: Line, report: DeliveryReport) -> bool:
    """Move a text of ours on. False if nothing moved; raises `NotFound` if it is none of ours.

    A word that comes before the courier noted its own success implies the steps between.
    """
    now = process.clock()
    with process.database.begin(Scope(line.programme_id)) as tx:
        if report.status in _TO_WAIT:
            return _wait(tx, process, line, report, now)
        was = outbox.state_of(tx, report.outbox_id)
        state = _moved(tx, process, report, was, now)
        _left(tx, process, line, report, was, now)
        if state == was:
            return False
        _log(tx, process, report, state, now)
        return True


def take_look(process: Process, scope: Scope, report: DeliveryReport) -> bool:
    """What the courier found at the provider, for a text of which no last word had come. True if it
    is the last: what could not go out now is no more asked for after so long, and has failed."""
    refused = report.status in _TO_WAIT
    told = replace(report, status=DeliveryStatus.FAILED) if refused else report
    if told.status is DeliveryStatus.ACCEPTED:
        return False
    now = process.clock()
    with process.database.begin(scope) as tx:
        was = outbox.state_of(tx, told.outbox_id)
        state = _moved(tx, process, told, was, now)
        if state != was:
            _log(tx, process, told, state, now)
    return True


def _left(
    tx: Tx, process: Process, line: Line, report: DeliveryReport, was: str, now: datetime
) -> None:
    """The courier does not know yet that the provider has it."""
    if was in _UNANSWERED and report.external_id:
        left_there(tx, process, line.id, (report.outbox_id, report.external_id), now)


def _wait(tx: Tx, process: Process, line: Line, report: DeliveryReport, now: datetime) -> bool:
    """It did not go out and shall not be lost; the dialogue learns what it waits for."""
    conversation_id, taken_at, tries = taken.whose(tx, report.outbox_id)
    row = intake.lock_conversation(tx, process.vault, conversation_id)
    record = ConversationRecord.from_json(row.record)
    was = outbox.state_of(tx, report.outbox_id)
    stopped, progress = report.status is DeliveryStatus.STOPPED, record.progress
    there = was != "accepted" or not taken.may_be_empty(taken_at, now)
    waits = there and _may_wait(report, progress, tries)
    moved = report if waits else replace(report, status=DeliveryStatus.FAILED)
    if _told_before(tx, process, report, now):
        return False
    state = _moved(tx, process, moved, was, now)
    if state == was:
        return False
    if waits and report.status is DeliveryStatus.UNREACHED:
        later = process.shared_clock(tx) + TRIED_AGAIN[min(tries, len(TRIED_AGAIN)) - 1]
        outbox.put_off(tx, report.outbox_id, later)
    _left(tx, process, line, report, was, now)
    if waits:
        record = record.not_having_sent(report.outbox_id)
    if stopped:
        progress = stopped_there(progress)
        outbox.withhold(tx, row.id, ("owed",))
    elif report.status in _CLOSED and progress.window_until is not None:
        progress = _closed(progress, report, now)
    after = replace(record, progress=progress).to_json()
    intake.save_conversation(tx, process.vault, row, state=progress.state, record=after)
    _log(tx, process, report, state, now)
    return True


def _closed(progress: Progress, report: DeliveryReport, now: datetime) -> Progress:
    """One that we knew to be closed was tried with a template: not again."""
    at = int(now.timestamp()) - 1
    known = (progress.window_until or NO_WINDOW) <= at
    gone = known or report.status is DeliveryStatus.ABSENT
    return replace(progress, window_until=NO_WINDOW if gone else at)


def _may_wait(report: DeliveryReport, progress: Progress, tries: int) -> bool:
    """Without a window there is none to wait for: the text would be sent again and again."""
    if report.status is DeliveryStatus.UNREACHED:
        return tries <= report.again
    return report.status is DeliveryStatus.STOPPED or progress.window_until is not None


def _told_before(tx: Tx, process: Process, report: DeliveryReport, now: datetime) -> bool:
    """A repeat counts for nothing: the text may have been sent again meanwhile."""
    if not report.external_id:
        return False
    told = ctx("reported", tx.programme, report.outbox_id, report.external_id, str(report.status))
    return not intake.remember(tx, process.custody.mac("duplicates", told), now.date())


def stopped_there(progress: Progress) -> Progress:
    """As if STOP had been written to us, but that the provider has confirmed it."""
    try:
        paused = left(progress, "stop", role=Role.PROVIDER)
    except IllegalMove:  # paused already, frozen or withdrawn: nothing goes out there either
        return progress
    awaiting = None if progress.awaiting == "delete" else progress.awaiting
    return replace(paused, awaiting=awaiting, delete_digit=None, stop_confirmed=True)


def _moved(tx: Tx, process: Process, report: DeliveryReport, was: str, now: datetime) -> str:
    """The state after this word, which is stored; the same if it changes nothing."""
    state = was
    for move in _STEPS[report.status]:
        try:
            state = delivery.MACHINE.advance(state, move, role=Role.PROVIDER)
        except IllegalMove:
            continue
    if state == was:
        return was
    also: dict[str, Any] = {"code": report.code} if report.code else {}
    if was in _UNANSWERED or report.status in _TO_WAIT:
        also["run_at"] = hour_of(now)
    if was in _UNANSWERED and report.external_id:
        also["provider_ref"] = reference(tx, process, report.outbox_id, report.external_id, now)
    outbox.move_delivery(tx, report.outbox_id, source=was, dest=state, also=also)
    return state


def _log(tx: Tx, process: Process, report: DeliveryReport, state: str, now: datetime) -> None:
    event = Event("delivery", process.id, report.outbox_id, detail=state)
    record_event(tx, process.vault, event, now)
