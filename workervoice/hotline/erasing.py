"""Erasing, as the worker asked: 72 hours after the confirmed DELETE, by a person who says why.

Words, judgements, keys, addresses and what was owed are destroyed in one transaction. What has left
for buyers cannot be taken back, and copies of the database live until they are destroyed.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from workervoice.hotline.casefile import read_facts, write_facts
from workervoice.hotline.opening import OpenCase
from workervoice.hotline.records import CaseRecord, ConversationRecord
from workervoice.message import Facts, Grade, Priority
from workervoice.store.cases import CaseRow, cases_of_conversation
from workervoice.store.erasure import erase_words, forget_contact
from workervoice.store.intake import save_conversation
from workervoice.workflow import case as case_machine
from workervoice.workflow.progress import Progress

NOBODY = UUID(int=0)


def erase(file: OpenCase) -> None:
    """Blank the case and its conversation, destroy the rest, and log that it was done.

    "All that you wrote" is more than this case: older ones of the same conversation go with it.
    """
    file.record = _blank(file.record.opened_at, file.pen.now)
    file.save("case_erase")
    erase_words(file.tx, file.row.id)
    for older in cases_of_conversation(file.tx, file.talk.id):
        if older.id != file.row.id and older.state in {"closed", "out_of_scope"}:
            _erase_older(file, older)
    forget_contact(file.tx, file.talk.id)
    blank = ConversationRecord(
        progress=Progress(state=file.talk.state),
        line_id=file.conversation.line_id,
        contact_id=NOBODY,
    )
    save_conversation(
        file.tx, file.pen.vault, file.talk, state=file.talk.state, record=blank.to_json()
    )


def _erase_older(file: OpenCase, row: CaseRow) -> None:
    """A case that is over has no other ground to be kept once the worker asked for everything."""
    tx, pen = file.tx, file.pen
    record = read_facts(tx, pen.vault, pen.directory, row)
    holds = {"retention_over": True, "no_legal_hold": True}
    dest = case_machine.MACHINE.advance(
        row.state, "erase", role=file.actor.role, holds=holds, reason="DELETE"
    )
    write_facts(tx, pen, row, _blank(record.opened_at, pen.now), dest)
    erase_words(tx, row.id)
    pen.log(tx, "case_erase", row.id, dest)


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
