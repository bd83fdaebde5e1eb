"""A worker writes: verify ▸ parse ▸ pseudonym ▸ dialogue ▸ triage ▸ case ▸ seal + store ▸ owe.

Verified and parsed by the channel, a message becomes durable in one transaction: duplicate check,
conversation, facts, sealed words, log leaf and the reply owed. Nothing is answered before that has
committed, and nothing of the text is anywhere but in the sealed words.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from workervoice.crypto.seal import ctx
from workervoice.errors import Unavailable
from workervoice.hotline import dossier as case_side
from workervoice.hotline import hearing
from workervoice.hotline.contacts import (
    Indexes,
    indexes_of,
    made_contact,
    newest_index,
    settled_indexes,
)
from workervoice.hotline.dossier import Arrival, Dossier, Filing
from workervoice.hotline.hearing import About
from workervoice.hotline.noting import refusals_noted
from workervoice.hotline.owing import (
    Debt,
    give_back,
    let_go,
    owe_text,
)
from workervoice.hotline.process import Outdated, Pen, Process, Signer
from workervoice.hotline.records import ConversationRecord, mark
from workervoice.hotline.registry import sites, vouched_line
from workervoice.message import Address, Inbound
from workervoice.store import outbox
from workervoice.store.engine import Scope, Tx
from workervoice.store.intake import (
    Conversation,
    add_contact,
    add_conversation,
    conversation_by_index,
    forget_seen_before,
    known_indexes,
    remember,
    save_conversation,
)
from workervoice.store.programme import Line, line_by_slug
from workervoice.triage.engine import Engine, Reading
from workervoice.workflow.dialogue import Effect, Turn
from workervoice.workflow.phrasebook import PhraseBook
from workervoice.workflow.progress import Progress, fresh
from workervoice.workflow.questions import TOUCHES_MATTER, asks_for_site

SEEN_FOR = timedelta(days=30)  # at least as long as reconciliation looks back
PRUNE_ONE_IN = 500  # messages
_RACES = 3


class Taken(StrEnum):
    """What became of a message."""

    STORED = "stored"
    DUPLICATE = "duplicate"


class _Raced(Exception):
    """Another transaction stored the same new contact a moment before: take it from the start."""


@dataclass(frozen=True, slots=True)
class _Met:
    """Whose message it is: their conversation, locked, and whether we knew them."""

    row: Conversation
    record: ConversationRecord
    known: bool


@dataclass(frozen=True, slots=True)
class Reception:
    """The gateway's part of the hotline."""

    process: Process
    engine: Engine
    phrases: PhraseBook

    def read(self, inbound: Inbound) -> Reading:
        """Language and triage: the costly part, done before the transaction."""
        return self.engine.read(inbound.text)

    def receive(self, arrival: Arrival) -> Taken:
        """Remember the message, understand it, owe an answer; `Unavailable` if not stored."""
        scope, line = Scope(arrival.line.programme_id), arrival.line
        with refusals_noted(self.process, scope, self.process.id, line.id):
            for _ in range(_RACES):
                try:
                    with self.process.database.begin(scope) as tx:
                        return self._receive(tx, arrival)
                except _Raced:
                    continue
                except Outdated:
                    self.process.trust.forget(arrival.line.programme_id)
        raise Unavailable("the conversation is busy")

    def _receive(self, tx: Tx, arrival: Arrival) -> Taken:
        now, inbound = self.process.clock(), arrival.inbound
        seen = ctx("seen", tx.programme, arrival.line.slug, inbound.external_id)
        if not remember(tx, self.process.custody.mac("duplicates", seen), now.date()):
            return Taken.DUPLICATE
        if secrets.randbelow(PRUNE_ONE_IN) == 0:
            forget_seen_before(tx, now.date() - SEEN_FOR)
        signer = Signer(self.process.id, self.process.sign)
        pen = Pen(self.process.vault, signer, self.process.directory(tx, now), now)
        met = self._meet(tx, pen, arrival)
        known = [met.row.logged()] if met.known else []
        dossier = case_side.find(tx, pen, met.record.case_id, known)
        progress = _ready(met, dossier)
        asked = asks_for_site(progress)
        places = sites(tx, pen.vault, pen.directory)
        facts = case_side.learn(dossier, arrival, places, asked=asked)
        about = About(facts, dossier.has_case, dossier.disclosed, progress.language)
        turn = hearing.turn(progress, hearing.heard(arrival, about, now))
        filing = Filing(arrival, turn, facts, met.row.id)
        case_id = case_side.take(tx, pen, dossier, filing)
        record = replace(
            met.record,
            progress=replace(
                hearing.noted(turn.progress, arrival, now), case_open=case_id is not None
            ),
            line_id=arrival.line.id,
            case_id=case_id or met.record.case_id,
        )
        self._answer(tx, pen, met.row.id, record, turn, arrival.line)
        save_conversation(
            tx, self.process.vault, met.row, state=turn.progress.state, record=record.to_json()
        )
        pen.log(tx, "message_received", case_id or met.row.id)
        return Taken.STORED

    def _meet(self, tx: Tx, pen: Pen, arrival: Arrival) -> _Met:
        """Find the conversation of this address, or begin one; link a second address to it."""
        addresses = (arrival.inbound.sender, *arrival.inbound.also)
        custody = self.process.custody
        custody.refresh()
        indexes = {each: indexes_of(custody, tx.programme, each) for each in addresses}
        found = conversation_by_index(tx, pen.vault, _by_version(indexes))
        if found is None:  # a stranger, unless a pepper has come meanwhile
            before, indexes = indexes, settled_indexes(tx, custody, addresses)
            if indexes != before:
                found = conversation_by_index(tx, pen.vault, _by_version(indexes))
        if found is None:
            return self._begin(tx, pen, arrival, indexes)
        contact_id, row = found
        record = ConversationRecord.from_json(row.record).met_by(contact_id, indexes.values())
        if arrival.inbound.also:
            self._link(tx, pen, row.id, indexes)
        return _Met(row, record, known=True)

    def _begin(
        self, tx: Tx, pen: Pen, arrival: Arrival, indexes: Mapping[Address, Indexes]
    ) -> _Met:
        """A stranger's conversation; its addresses in one order for all, so that nobody waits for
        each other."""
        contact_ids = {address: uuid4() for address in indexes}
        known_by = tuple(mark(newest_index(each)[1]) for each in indexes.values())
        first = contact_ids[arrival.inbound.sender]
        record = ConversationRecord(Progress(), arrival.line.id, first, known_by=known_by)
        row = Conversation(uuid4(), Progress().state, 1, record.to_json())
        add_conversation(tx, pen.vault, row)
        for address in sorted(indexes, key=lambda each: newest_index(indexes[each])):
            ids = (contact_ids[address], row.id)
            if not add_contact(tx, made_contact(tx, pen, ids, (address, indexes[address]))):
                raise _Raced
        return _Met(row, record, known=False)

    def _link(
        self, tx: Tx, pen: Pen, conversation_id: UUID, indexes: Mapping[Address, Indexes]
    ) -> None:
        """A worker was seen under a second address: from now on both lead here."""
        known = known_indexes(tx, _by_version(indexes))
        if all(known.intersection(each.values()) for each in indexes.values()):
            return
        settled = settled_indexes(tx, self.process.custody, indexes)
        known = known_indexes(tx, _by_version(settled))
        for address, each in settled.items():
            if known.isdisjoint(each.values()) and not add_contact(
                tx, made_contact(tx, pen, (uuid4(), conversation_id), (address, each))
            ):
                raise _Raced

    def _answer(
        self,
        tx: Tx,
        pen: Pen,
        conversation_id: UUID,
        record: ConversationRecord,
        turn: Turn,
        line: Line,
    ) -> None:
        """Let go what was asked for, withhold what may not go, and owe what the dialogue says."""
        for outbox_id in turn.release:
            let_go(tx, pen, outbox_id)
        if Effect.RESUME in turn.effects:
            give_back(tx, pen, conversation_id)
        if {Effect.PAUSE, Effect.WITHHOLD, Effect.WITHDRAW} & turn.effects:
            outbox.withhold(tx, conversation_id, ("owed",))
        if not turn.says:
            return
        language = turn.progress.language or line.language
        said = [
            self.phrases.say(
                say.key, language, line=line.language, emergency=line.emergency_number, **say.params
            )
            for say in turn.says
        ]
        debt = Debt(
            conversation_id,
            record.contact_id,
            line.id,
            "\n".join(said),
            always=True,
            touches_matter=any(say.key in TOUCHES_MATTER for say in turn.says),
        )
        owe_text(tx, pen, debt)


def _by_version(indexes: Mapping[Address, Indexes]) -> list[tuple[int, bytes]]:
    return [found for each in indexes.values() for found in each.items()]


def _ready(met: _Met, dossier: Dossier) -> Progress:
    """The dialogue to go on with; a new one if the last case is over for good, in which a DELETE
    of that case still waits for its digit."""
    progress = met.record.progress
    if not met.record.case_id or dossier.row is not None:
        return progress
    deleting = progress.awaiting if progress.awaiting == "delete" else None
    return replace(fresh(progress), awaiting=deleting)


def line_of(process: Process, slug: str) -> Line:
    """The line that a webhook was called on. Raises `NotFound`, `Unavailable`, or `NotTrusted` if
    no registrar vouched for it."""
    with process.database.begin() as tx:
        line = line_by_slug(tx, slug)
    with process.database.begin(Scope(line.programme_id)) as tx:
        directory = process.directory(tx, process.clock())
        return vouched_line(tx, process.vault, directory, line)
