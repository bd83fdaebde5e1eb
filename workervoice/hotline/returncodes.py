"""A worker's return code: given on request, good once, and looked up when another phone sends it.

Only a keyed mark of the code is stored, with a keyed proof of whose it is, so that nobody who
writes to the database can give themselves one. What comes of it a person decides
(`hotline/sameworker.py`): until then both phones are as they were.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from secrets import randbelow
from uuid import UUID

from workervoice.crypto.custody import Custody
from workervoice.crypto.seal import ctx
from workervoice.errors import CryptoError
from workervoice.hotline import casefile, newest
from workervoice.hotline.dossier import find
from workervoice.hotline.process import Pen
from workervoice.hotline.records import NOBODY, ConversationRecord
from workervoice.store import codes
from workervoice.store.engine import Tx
from workervoice.store.intake import Conversation, lock_conversation, save_conversation
from workervoice.workflow.returncodes import DRAWN, made_of

GOOD_FOR = timedelta(days=180)  # as long as an answer waits
CODE_USED = "code_used"  # a kind of entries of a thread, too
_KEY = "codes"


def drawn() -> str:
    """A code that nobody has."""
    return made_of(randbelow(10**DRAWN))


def give(tx: Tx, pen: Pen, custody: Custody, conversation_id: UUID, code: str) -> None:
    """From now on this code is good for this conversation, and no other one is."""
    mark, until = _mark(tx, custody, code), (pen.now + GOOD_FOR).date()
    proof = _proof(tx, custody, mark, conversation_id)
    codes.forget_of(tx, conversation_id)
    codes.add(tx, codes.Code(mark, conversation_id, until, proof))
    pen.log(tx, "code_given", conversation_id)


def take(tx: Tx, pen: Pen, custody: Custody, sender: UUID, code: str) -> bool:
    """Look a code up that came from the phone of another conversation, and use it up; True if it is
    somebody's. Their case's thread says so, and a person asks."""
    codes.forget_before(tx, pen.now.date())
    found = codes.find(tx, _mark(tx, custody, code))
    if found is None or found.conversation_id == sender:
        return False
    if found.proof != _proof(tx, custody, found.mark, found.conversation_id):
        return False
    with suppress(CryptoError):  # nobody's message is refused for a row that does not hold
        row = lock_conversation(tx, pen.vault, found.conversation_id)
        newest.check(tx, pen.vault, [row.logged()])
        return _noted(tx, pen, row, sender)
    return False


def _noted(tx: Tx, pen: Pen, row: Conversation, sender: UUID) -> bool:
    record = ConversationRecord.from_json(row.record)
    case_id = record.case_id or record.complaint_id
    if case_id is None or record.contact_id == NOBODY or sender in record.phones:
        return False
    dossier = find(tx, pen, case_id, [row.logged()])
    if dossier.row is None or dossier.record is None:
        return False
    codes.forget_of(tx, row.id)
    asked = replace(record, asks=sender)
    save_conversation(tx, pen.vault, row, state=row.state, record=asked.to_json())
    words = {"kind": CODE_USED, "text": ""}
    casefile.add_words(tx, pen, dossier.row, direction="note", words=words)
    waits = replace(dossier.record, last_in_at=pen.now)
    casefile.write_facts(tx, pen, dossier.row, waits, dossier.row.state)
    pen.log(tx, CODE_USED, dossier.row.id)
    return True


def _mark(tx: Tx, custody: Custody, code: str) -> bytes:
    return custody.mac(_KEY, ctx("return-code", tx.programme, code))


def _proof(tx: Tx, custody: Custody, mark: bytes, conversation_id: UUID) -> bytes:
    return custody.mac(_KEY, ctx("return-code-of", tx.programme, mark, conversation_id))
