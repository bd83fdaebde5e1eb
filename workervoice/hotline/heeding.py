"""Heeding a refusal: what a provider said of a text when it was to be sent, beside that it was not.

The worker told the provider to stop, or blocked us: that is as good as told to us. WhatsApp's
window was closed, whatever we thought: the text waits until the worker writes. The sender is too
fast, or broken: nothing else of it leaves for a while, whichever courier asks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from workervoice.hotline.callbacks import stopped_there
from workervoice.hotline.dispatch import Dispatch, hold_until_asked
from workervoice.hotline.process import Process
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
    if outcome.why is None:
        return ()
    if outcome.why is DeliveryStatus.WINDOW_CLOSED:
        closed_at = int(process.clock().timestamp()) - 1
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
        code = int(outcome.code) if outcome.code.isdecimal() else 0
        _JOURNAL.note("sender_halted", id=line_id, count=code)
