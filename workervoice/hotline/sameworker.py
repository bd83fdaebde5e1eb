"""The same worker on another phone, and another worker on the same one: what a person decides.

A phone that sent a worker's return code is let in or refused; one that was let in is told to leave.
The phone that was there before is never muted by it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from workervoice.errors import Declined
from workervoice.hotline import newest
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.parting import may_part
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.records import NOBODY, ConversationRecord
from workervoice.store.erasure import contact_of, count_contacts
from workervoice.store.intake import Conversation, lock_conversation, save_conversation

LET_IN, REFUSED, LEFT = "phone_let_in", "phone_refused", "phone_left"  # kinds of entries, events


@dataclass(frozen=True, slots=True)
class Phones:
    """What a case's page shows of a worker's phones."""

    asks: bool  # another phone sent this worker's code, and nobody decided yet
    further: int  # phones that were let in
    shared: bool  # the phone has another conversation beside this one
    reachable: bool  # there is a phone to write to
    partable: bool  # some of the texts may be another person's


def phones(file: OpenCase) -> Phones:
    """As the case's page shows them."""
    record = file.conversation
    reachable = record.contact_id != NOBODY
    asks, further = record.asks is not None, len(record.phones)
    return Phones(asks, further, record.shared, reachable, may_part(file))


def let_in(process: Process, actor: Actor, case_id: UUID, reason: str) -> None:
    """From now on the phone that sent the code goes on in this conversation. What was written from
    it before stays where it is. Raises `Declined` if no phone asks, or it is gone."""
    with open_case(process, actor, case_id) as file:
        record, asking = _asking(file, reason)
        row, other = _of(file, asking)
        if other.leads_to is not None or other.phones or not count_contacts(file.tx, asking):
            raise Declined("that phone is not what it was: ask the worker for a new code")
        _save(file, row, replace(other, leads_to=file.talk.id))
        joined = replace(record, asks=None, phones=(*record.phones, asking))
        _done(file, joined, LET_IN, reason)


def refuse(process: Process, actor: Actor, case_id: UUID, reason: str) -> None:
    """The phone that sent the code is somebody else's. It is told nothing."""
    with open_case(process, actor, case_id) as file:
        record, _ = _asking(file, reason)
        _done(file, replace(record, asks=None), REFUSED, reason)


def leave(process: Process, actor: Actor, case_id: UUID, reason: str) -> None:
    """All phones that were let in leave again: what comes from them is in conversations of their
    own, and this worker is written to on the first phone."""
    with open_case(process, actor, case_id) as file:
        record = file.conversation
        if not reason.strip():
            raise Declined("say why, in a few words")
        if not record.phones:
            raise Declined("no other phone was let in: look again")
        contact = contact_of(file.tx, file.talk.id)
        for phone in record.phones:
            row, other = _of(file, phone)
            if other.leads_to == file.talk.id:
                _save(file, row, replace(other, leads_to=None))
        alone = replace(record, phones=(), contact_id=contact or NOBODY)
        _done(file, alone, LEFT, reason)


def _asking(file: OpenCase, reason: str) -> tuple[ConversationRecord, UUID]:
    record = file.conversation
    if not reason.strip():
        raise Declined("say how you know, in a few words")
    if record.asks is None:
        raise Declined("no phone asks: look again")
    return record, record.asks


def _of(file: OpenCase, conversation_id: UUID) -> tuple[Conversation, ConversationRecord]:
    row = lock_conversation(file.tx, file.pen.vault, conversation_id)
    newest.check(file.tx, file.pen.vault, [row.logged()])
    return row, ConversationRecord.from_json(row.record)


def _save(file: OpenCase, row: Conversation, record: ConversationRecord) -> None:
    save_conversation(file.tx, file.pen.vault, row, state=row.state, record=record.to_json())


def _done(file: OpenCase, record: ConversationRecord, kind: str, reason: str) -> None:
    file.talk = save_conversation(
        file.tx, file.pen.vault, file.talk, state=file.talk.state, record=record.to_json()
    )
    file.note("note", {"kind": kind, "text": reason})
    file.save(kind)
