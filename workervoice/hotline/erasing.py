"""Erasing, as the worker asked: 72 hours after the confirmed DELETE, by a person who says why.

Words, judgements, keys, addresses and what was owed are destroyed in one transaction. What has left
for buyers cannot be taken back, and copies of the database live until they are destroyed.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from workervoice.hotline.opening import OpenCase
from workervoice.hotline.records import CaseRecord, ConversationRecord
from workervoice.message import Facts, Grade, Priority
from workervoice.store.erasure import erase_words, forget_contact
from workervoice.store.intake import save_conversation
from workervoice.workflow.progress import Progress

NOBODY = UUID(int=0)


def erase(file: OpenCase) -> None:
    """Blank the case and its conversation, destroy the rest, and log that it was done."""
    file.record = _blank(file.record.opened_at, file.pen.now)
    file.save("case_erase")
    erase_words(file.tx, file.row.id)
    forget_contact(file.tx, file.talk.id)
    blank = ConversationRecord(
        progress=Progress(state=file.talk.state),
        line_id=file.conversation.line_id,
        contact_id=NOBODY,
    )
    save_conversation(
        file.tx, file.pen.vault, file.talk, state=file.talk.state, record=blank.to_json()
    )


def _blank(opened_at: datetime, now: datetime) -> CaseRecord:
    return CaseRecord(
        facts=Facts(),
        grade=Grade.FL_NONE,
        priority=Priority.P4,
        language="und",
        opened_at=opened_at,
        last_in_at=opened_at,
        answered_at=now,
        closed_at=now,
    )
