"""Keeping no longer: what the courier destroys because it was kept long enough, and what it only
reminds of.

Addresses and words go by themselves, under the programme's written times; a case's record is erased
by a person, who is reminded. All of it is decided inside the transaction that does it, with the
conversation locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

from workervoice.hotline import newest
from workervoice.hotline.casefile import read_facts
from workervoice.hotline.clockwork import promise
from workervoice.hotline.process import Pen, Process, Signer
from workervoice.hotline.records import NOBODY, CaseRecord, ConversationRecord
from workervoice.message import Priority
from workervoice.store import clocks
from workervoice.store.cases import cases_of_conversation
from workervoice.store.codes import forget_of
from workervoice.store.engine import Scope, Tx
from workervoice.store.erasure import (
    conversations_over,
    count_contacts,
    count_words,
    destroy_words,
    forget_contact,
)
from workervoice.store.intake import (
    Conversation,
    conversation_by_id,
    lock_conversation,
    save_conversation,
)
from workervoice.store.log import next_versions
from workervoice.store.rows import Row
from workervoice.workflow.clocks import ClockKind
from workervoice.workflow.progress import Progress
from workervoice.workflow.retention import Due, Kept, Part, due

BATCH = 25  # conversations looked at in one round of the courier
_FIRST = UUID(int=0)


@dataclass(slots=True)
class Round:
    """One look a day at every conversation with a case that is over, in batches by id.

    Where it stands is kept in memory only: after a restart, or beside another courier, the round
    is made again and finds nothing left to do.
    """

    day: date | None = None
    after: UUID | None = None

    def next(self, tx: Tx, now: datetime) -> list[UUID]:
        """The next conversations of today's round; none once it is done."""
        if self.day != now.date():
            self.day, self.after = now.date(), _FIRST
        if self.after is None:
            return []
        found = conversations_over(tx, self.after, BATCH)
        self.after = found[-1] if len(found) == BATCH else None
        return found


def kept_of(
    record: CaseRecord, state: str, progress: Progress, *, held: bool | None = None
) -> Kept:
    """A case as retention sees it. Who cannot open the thread knows of a hold from the record."""
    under_hold = record.legal_hold if held is None else held
    heard = progress.heard_at
    heard_at = None if heard is None else datetime.fromtimestamp(heard, tz=UTC)
    test = None if record.may_be_real() else record.practice  # who says of it that it is one?
    until = test.until if test else None
    return Kept(state, record.closed_at, record.check_in_at, under_hold, heard_at, until)


def kept_too_long(tx: Tx, process: Process, talk: Conversation, now: datetime) -> Due:
    """What of this conversation was kept long enough, by its cases' signed facts and by when its
    worker wrote last."""
    directory = process.directory(tx, now)
    progress = ConversationRecord.from_json(talk.record).progress
    rows = cases_of_conversation(tx, talk.id, lock=False)
    newest.check(tx, process.vault, [talk.logged(), *(row.logged() for row in rows)])
    cases = {
        row.id: kept_of(read_facts(tx, process.vault, directory, row), row.state, progress)
        for row in rows
    }
    return due(process.retention, cases, now)


def keep_no_longer(process: Process, scope: Scope, conversation_id: UUID, now: datetime) -> None:
    """Destroy what was kept long enough of one conversation, and remind of its records."""
    with process.database.begin(scope) as tx:
        pen = _pen(tx, process, now)
        talk = lock_conversation(tx, pen.vault, conversation_id)  # everybody who writes locks it
        found = kept_too_long(tx, process, talk, now)
        for case_id in sorted(found.words):
            if gone := destroy_words(tx, case_id):
                destroyed = [Row.destroyed(place) for place in gone]
                tx.stored.extend(next_versions(tx, pen.vault, destroyed))
                pen.log(tx, "words_destroyed", case_id, "retention")
        if found.contact:
            forget_worker(tx, pen, talk)
        _remind(tx, pen, found.record)


def would_go(process: Process, scope: Scope, now: datetime) -> Iterator[tuple[Part, UUID]]:
    """What a round would destroy or remind of: the part, and the id of a case or, for a contact,
    of a conversation. Nothing is changed."""
    with process.database.begin(scope) as tx:
        after, found = _FIRST, conversations_over(tx, _FIRST, BATCH)
        while found:
            for after in found:
                talk = conversation_by_id(tx, process.vault, after)
                yield from _listed(tx, kept_too_long(tx, process, talk, now), after)
            found = conversations_over(tx, after, BATCH)


def forget_worker(tx: Tx, pen: Pen, talk: Conversation, but: Collection[UUID] = ()) -> None:
    """Destroy how this worker is reached, from whichever phone, and how far the dialogue with them
    is. Phones that are named in `but` only stop leading here."""
    forget_contact(tx, talk.id)
    forget_of(tx, talk.id)
    was = ConversationRecord.from_json(talk.record)
    for phone in was.phones:
        _forget_phone(tx, pen, (phone, talk.id), kept=phone in but)
    blank = ConversationRecord(Progress(state=talk.state), was.line_id, NOBODY)
    if was != blank:
        save_conversation(tx, pen.vault, talk, state=talk.state, record=blank.to_json())
        pen.log(tx, "contact_erased", talk.id)


def _forget_phone(tx: Tx, pen: Pen, leading: tuple[UUID, UUID], *, kept: bool) -> None:
    """A further phone of a worker's: its address goes, unless its own conversation has cases."""
    phone, leads_to = leading
    row = lock_conversation(tx, pen.vault, phone)
    record = ConversationRecord.from_json(row.record)
    if record.leads_to != leads_to:
        return
    left = replace(record, leads_to=None)
    if not kept and not cases_of_conversation(tx, phone, lock=False):
        forget_contact(tx, phone)
        forget_of(tx, phone)
        left = ConversationRecord(Progress(state=row.state), record.line_id, NOBODY)
        pen.log(tx, "contact_erased", phone)
    save_conversation(tx, pen.vault, row, state=row.state, record=left.to_json())


def _listed(tx: Tx, found: Due, conversation_id: UUID) -> Iterator[tuple[Part, UUID]]:
    if found.contact and count_contacts(tx, conversation_id):
        yield Part.CONTACT, conversation_id
    yield from ((Part.WORDS, each) for each in sorted(found.words) if count_words(tx, each))
    yield from ((Part.RECORD, each) for each in sorted(found.record))


def _remind(tx: Tx, pen: Pen, case_ids: frozenset[UUID]) -> None:
    """Start one clock a case, whose ladder reminds until a person has erased or reopened it."""
    running = {
        record["about"]
        for _, record in clocks.clocks_about(tx, pen.vault, case_ids)
        if record["kind"] == ClockKind.RETENTION_CHECK
    }
    for case_id in sorted(case_ids):
        if str(case_id) not in running:
            promise(tx, pen, ClockKind.RETENTION_CHECK, case_id, Priority.P4)
            pen.log(tx, "erasure_due", case_id)


def _pen(tx: Tx, process: Process, now: datetime) -> Pen:
    signer = Signer(process.id, process.sign)
    return Pen(process.vault, signer, process.directory(tx, now), now)
