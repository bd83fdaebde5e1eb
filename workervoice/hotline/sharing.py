"""What a text does to the other conversations of its phone: a new one begins, STOP hushes all, and
START lets all be heard again.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from workervoice.crypto.custody import Custody
from workervoice.hotline.codes import marking
from workervoice.hotline.meeting import Known, Met, another
from workervoice.hotline.owing import give_back
from workervoice.hotline.process import Pen
from workervoice.message import Inbound
from workervoice.store import outbox
from workervoice.store.engine import Tx
from workervoice.store.intake import add_contact, save_conversation
from workervoice.workflow.commands import Command, command
from workervoice.workflow.dialogue import Effect, Heard, Turn
from workervoice.workflow.progress import Progress
from workervoice.workflow.sharing import heard_again, hushed, mistried


def spread(tx: Tx, pen: Pen, met: Met, heard: Heard, turn: Turn) -> None:
    """STOP, and a word for duress, silence the phone and not only the conversation they came in:
    whoever holds it sees what arrives for any of them."""
    others = [each for number, each in enumerate(met.phone) if number != met.own]
    if _was_tried(met.record.progress, turn.progress, heard.today):  # another's PIN, perhaps
        for each in others:
            _saved(tx, pen, each, mistried(each.record.progress, heard.today))
        return
    if Effect.PAUSE in turn.effects or heard.forced:
        for each in others:
            _saved(tx, pen, each, hushed(each.record.progress))
            outbox.withhold(tx, each.row.id, ("owed",))
    elif Effect.RESUME in turn.effects and command(heard.text) is Command.START:
        for each in others:
            if _saved(tx, pen, each, heard_again(each.record.progress)):
                give_back(tx, pen, each.row.id)


def _was_tried(before: Progress, after: Progress, today: str) -> bool:
    """A wrong PIN came with this text; those of other days count no more."""
    earlier = before.tries if before.tried_on == today else 0
    return after.tried_on == today and after.tries > earlier


def begin(
    tx: Tx, pen: Pen, met: Met, came: tuple[Inbound, Heard, Progress], custody: Custody
) -> UUID:
    """Store a conversation of its own on this phone, with the PIN that was just chosen. It knows
    the phone's language, and that the first answer was given today; nothing else of the old one."""
    inbound, heard, old = came
    row_id = uuid4()
    progress = Progress(
        language=old.language,
        first_said_on=old.first_said_on,
        pin=marking(custody, tx.programme, row_id)(heard.secret or ""),
        heard_at=old.heard_at,
        window_until=old.window_until,
    )
    row, record, contacts = another(tx, pen, met, inbound.sender, row_id, progress)
    save_conversation(tx, pen.vault, row, state=row.state, record=record.to_json())
    for contact in contacts:
        add_contact(tx, contact)
    pen.log(tx, "conversation_begun", row_id)
    return row_id


def _saved(tx: Tx, pen: Pen, known: Known, progress: Progress | None) -> bool:
    if progress is None:
        return False
    record = replace(known.record, progress=progress).to_json()
    save_conversation(tx, pen.vault, known.row, state=progress.state, record=record)
    return True
