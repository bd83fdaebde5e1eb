"""Heeding a refusal: what a provider said of a text when it was to be sent, beside that it was not.

The worker told the provider to stop, or blocked us: that is as good as told to us. WhatsApp's
window was closed, whatever we thought, or the worker is not there: the text waits until the worker
writes, and so does a notice whose template is refused. The sender is too
fast, or broken: nothing else of it leaves for a while, whichever courier asks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from workervoice.hotline.callbacks import stopped_there
from workervoice.hotline.dispatch import Dispatch, Kind, hold_until_asked
from workervoice.hotline.process import Process
from workervoice.hotline.reaching import NO_WINDOW
from workervoice.hotline.records import ConversationRecord
from workervoice.journal import Journal
from workervoice.message import DeliveryStatus, Halt, Rejected
from workervoice.store import intake, lineruns, outbox
from workervoice.store.engine import Tx
from workervoice.store.outbox import Claimed

PAUSE = {Halt.SLOWER: timedelta(seconds=2), Halt.BROKEN: timedelta(minutes=5)}
_JOURNAL = Journal(__name__)


def heed(
    tx: Tx, process: Process, claimed: Claimed, dispatch: Dispatch, outcome: Rejected
) -> tuple[str, ...]:
    """What else follows for the conversation; returns the moves of the text, none if only the
    refusal itself counts."""
    template = bool(dispatch.message.template)
    if template and outcome.permanent and outcome.why is None:
        _JOURNAL.note("template_refused", id=dispatch.line.id, count=_number(outcome.code))
        hold_until_asked(tx, process, claimed, dispatch, closed_at=NO_WINDOW)
        return ("hold_again",)
    if outcome.why is None:
        return ()
    if outcome.why is DeliveryStatus.ABSENT and dispatch.kind is Kind.NOTICE:
        close_window(tx, process, claimed.conversation_id, NO_WINDOW)
        return ("put_back",)  # there may be another way
    if outcome.why in (DeliveryStatus.WINDOW_CLOSED, DeliveryStatus.ABSENT):
        gone = template or outcome.why is DeliveryStatus.ABSENT
        closed_at = NO_WINDOW if gone else int(process.clock().timestamp()) - 1
        hold_until_asked(tx, process, claimed, dispatch, closed_at=closed_at)
        return ("hold_again",)
    row = intake.lock_conversation(tx, process.vault, claimed.conversation_id)
    record = ConversationRecord.from_json(row.record)
    progress = stopped_there(record.progress)
    outbox.withhold(tx, row.id, ("owed",))
    after = replace(record, progress=progress).to_json()
    intake.save_conversation(tx, process.vault, row, state=progress.state, record=after)
    return ("put_back", "withhold")


def halt(tx: Tx, line_id: UUID, outcome: Rejected, shared_now: datetime) -> None:
    """Whoever watches is told what is broken; what is too fast mends itself."""
    if outcome.halt is None:
        return
    lineruns.halt(tx, line_id, shared_now, PAUSE[outcome.halt])
    if outcome.halt is Halt.BROKEN:
        _JOURNAL.note("sender_halted", id=line_id, count=_number(outcome.code))


def close_window(tx: Tx, process: Process, conversation_id: UUID, closed_at: int) -> None:
    """WhatsApp takes no text, whatever we thought. A worker of SMS has no window."""
    row = intake.lock_conversation(tx, process.vault, conversation_id)
    record = ConversationRecord.from_json(row.record)
    if record.progress.window_until is None:
        return
    progress = replace(record.progress, window_until=closed_at)
    after = replace(record, progress=progress).to_json()
    intake.save_conversation(tx, process.vault, row, state=row.state, record=after)


def _number(code: str) -> int:
    return int(code) if code.isdecimal() else 0
