"""A worker writes: verify ▸ parse ▸ pseudonym ▸ dialogue ▸ triage ▸ case ▸ seal + store ▸ owe.

Verified and parsed by the channel, a message becomes durable in one transaction: duplicate check,
conversation, facts, sealed words, log leaf and the reply owed. Nothing is answered before that has
committed, and nothing of the text is anywhere but in the sealed words.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from workervoice.crypto.directory import Directory
from workervoice.crypto.seal import ctx
from workervoice.errors import Unavailable
from workervoice.hotline import complaints, hearing
from workervoice.hotline.codes import marking
from workervoice.hotline.complaints import Docket
from workervoice.hotline.contacts import (
    Indexes,
    indexes_of,
    made_contact,
    newest_index,
)
from workervoice.hotline.dossier import Arrival, Filing
from workervoice.hotline.hearing import About
from workervoice.hotline.noting import refusals_noted
from workervoice.hotline.owing import (
    Debt,
    give_back,
    let_go,
    owe_text,
)
from workervoice.hotline.poster import Poster
from workervoice.hotline.process import Outdated, Pen, Process, Signer
from workervoice.hotline.records import ConversationRecord, mark
from workervoice.hotline.registry import sites, vouched_line
from workervoice.message import Address, Inbound
from workervoice.store import outbox
from workervoice.store.engine import Scope, Tx
from workervoice.store.intake import (
    Contact,
    Conversation,
    MetBefore,
    SeenBefore,
    add_contact,
    conversation_by_index,
    forget_seen_before,
    glance,
    known_indexes,
    remember_once,
    save_conversation,
)
from workervoice.store.programme import Line, line_by_slug
from workervoice.triage.engine import Engine, Reading
from workervoice.triage.opinion import SecondOpinion
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


@dataclass(frozen=True, slots=True)
class _Met:
    """Whose message it is: their conversation, locked if we knew them, and addresses that we did
    not know."""

    row: Conversation
    record: ConversationRecord
    new: Sequence[Contact] = ()

    @property
    def known(self) -> bool:
        return self.row.version > 0


@dataclass(frozen=True, slots=True)
class Reception:
    """The gateway's part of the hotline."""

    process: Process
    engine: Engine
    phrases: PhraseBook
    second: SecondOpinion | None = None
    notice_url: str = ""
    _posters: dict[UUID, tuple[Directory, Poster]] = field(default_factory=dict)

    def read(self, inbound: Inbound) -> Reading:
        """Language and triage: the costly part, done before the transaction."""
        reading = self.engine.read(inbound.text)
        if self.second is None or not inbound.text.strip():
            return reading
        return replace(reading, opinion=self.second.of(inbound.text, reading.language.code))

    def receive(self, arrival: Arrival) -> Taken:
        """Remember the message, understand it, owe an answer; `Unavailable` if not stored."""
        scope, line = Scope(arrival.line.programme_id), arrival.line
        with refusals_noted(self.process, scope, self.process.id, line.id):
            for _ in range(_RACES):
                try:
                    with self.process.database.begin(scope) as tx:
                        return self._receive(tx, arrival)
                except SeenBefore:
                    return Taken.DUPLICATE
                except MetBefore:
                    continue
                except Outdated:
                    self.process.trust.forget(arrival.line.programme_id)
        raise Unavailable("the conversation is busy")

    def _receive(self, tx: Tx, arrival: Arrival) -> Taken:
        now = self.process.clock()
        signer = Signer(self.process.id, self.process.sign)
        pen = Pen(self.process.vault, signer, self.process.directory(tx, now), now)
        message_mac = self._message_mac(tx, arrival)
        met = self._meet(tx, pen, arrival.inbound, arrival.line, message_mac)
        if secrets.randbelow(PRUNE_ONE_IN) == 0:
            forget_seen_before(tx, now.date() - SEEN_FOR)
        arrival = hearing.with_language(arrival, met.record.progress.language)
        known = [met.row.logged()] if met.known else []
        docket = complaints.sort(tx, pen, met.record, arrival, known)
        progress = _ready(met, docket)
        asked = asks_for_site(progress)
        learnt = complaints.learn(docket, arrival, self._poster(tx, pen), asked=asked)
        mark = marking(self.process.custody, tx.programme, met.row.id)
        about = About(learnt.together, docket.has_case, docket.disclosed, progress, mark)
        heard = hearing.heard(arrival, about, now, self.phrases.files)
        turn = hearing.turn(progress, heard)
        arrival = hearing.without_secrets(arrival, heard, turn)
        filing = Filing(arrival, turn, learnt.facts, met.row.id)
        filed = complaints.take(tx, pen, docket, filing)
        record = replace(
            met.record,
            progress=replace(
                hearing.noted(turn.progress, arrival, now), case_open=filed.any is not None
            ),
            line_id=arrival.line.id,
            case_id=filed.main or met.record.case_id,
            complaint_id=filed.apart or met.record.complaint_id,
        )
        self._answer(tx, pen, met.row.id, record, turn, arrival.line)
        remember_once(tx, message_mac, now.date())
        for contact in met.new:
            add_contact(tx, contact)
        save_conversation(
            tx, self.process.vault, met.row, state=turn.progress.state, record=record.to_json()
        )
        pen.log(tx, "message_received", filed.any or met.row.id)
        return Taken.STORED

    def _poster(self, tx: Tx, pen: Pen) -> Poster:
        """The programme's sites: as long as its directory is not read again, those of then."""
        known = self._posters.get(tx.programme)
        if known is None or known[0] is not pen.directory:
            known = pen.directory, Poster(sites(tx, pen.vault, pen.directory))
            self._posters[tx.programme] = known
        return known[1]

    def _message_mac(self, tx: Tx, arrival: Arrival) -> bytes:
        """What stands for the provider's message id."""
        place = ctx("seen", tx.programme, arrival.line.slug, arrival.inbound.external_id)
        return self.process.custody.mac("duplicates", place)

    def _meet(self, tx: Tx, pen: Pen, inbound: Inbound, line: Line, message_mac: bytes) -> _Met:
        """Find the conversation of this address, or begin one; link a second address to it."""
        indexes, found = self._whose(tx, pen, inbound, message_mac)
        if found is None:
            return _begun(tx, pen, inbound.sender, line, indexes)
        contact_id, row = found
        record = ConversationRecord.from_json(row.record).met_by(contact_id, indexes.values())
        return _Met(row, record, self._linked(tx, pen, row.id, inbound) if inbound.also else ())

    def _whose(
        self, tx: Tx, pen: Pen, inbound: Inbound, message_mac: bytes
    ) -> tuple[dict[Address, Indexes], tuple[UUID, Conversation] | None]:
        """The indexes of the sender's addresses, and the contact and conversation that one of them
        leads to. Raises `SeenBefore` for a message that is stored already."""
        indexes = self._indexes(tx, inbound)
        first, *others = _by_version(indexes)
        glanced = glance(tx, pen.vault, message_mac, first)
        if glanced.seen:
            raise SeenBefore
        found = glanced.found or conversation_by_index(tx, pen.vault, others)
        if found is None:  # a stranger, unless a pepper came just before they were held
            before, indexes = indexes, self._indexes(tx, inbound)
            if indexes != before:
                found = conversation_by_index(tx, pen.vault, _by_version(indexes))
        return indexes, found

    def _indexes(self, tx: Tx, inbound: Inbound) -> dict[Address, Indexes]:
        custody = self.process.custody
        custody.refresh()
        addresses = (inbound.sender, *inbound.also)
        return {each: indexes_of(custody, tx.programme, each) for each in addresses}

    def _linked(self, tx: Tx, pen: Pen, conversation_id: UUID, inbound: Inbound) -> list[Contact]:
        """A worker was seen under a second address: from now on both lead here."""
        indexes = self._indexes(tx, inbound)  # as they are since the glance held the peppers
        known = known_indexes(tx, _by_version(indexes))
        return [
            made_contact(tx, pen, (uuid4(), conversation_id), (address, each))
            for address, each in indexes.items()
            if known.isdisjoint(each.values())
        ]

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
        spoken = self.phrases.language(language, line.language)
        url = f"{self.notice_url}/{line.slug}/{spoken}"
        params = {"emergency": line.emergency_number, "url": url}
        said = [
            self.phrases.say(say.key, language, line=line.language, **params, **say.params)
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


def _begun(
    tx: Tx, pen: Pen, sender: Address, line: Line, indexes: Mapping[Address, Indexes]
) -> _Met:
    """A stranger's conversation; its addresses in one order for all, so that nobody waits for each
    other."""
    contact_ids = {address: uuid4() for address in indexes}
    known_by = tuple(mark(newest_index(each)[1]) for each in indexes.values())
    record = ConversationRecord(Progress(), line.id, contact_ids[sender], known_by=known_by)
    row = Conversation(uuid4(), Progress().state, 0, record.to_json())
    ordered = sorted(indexes, key=lambda each: newest_index(indexes[each]))
    contacts = [
        made_contact(tx, pen, (contact_ids[address], row.id), (address, indexes[address]))
        for address in ordered
    ]
    return _Met(row, record, contacts)


def _by_version(indexes: Mapping[Address, Indexes]) -> list[tuple[int, bytes]]:
    return [found for each in indexes.values() for found in each.items()]


def _ready(met: _Met, docket: Docket) -> Progress:
    """The dialogue to go on with; a new one if the last case is over for good, in which a DELETE
    of that case still waits for its digit."""
    progress, had = met.record.progress, met.record.case_id or met.record.complaint_id
    if not had or docket.is_living:
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
