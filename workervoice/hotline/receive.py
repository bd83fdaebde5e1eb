"""A worker writes: verify ▸ parse ▸ pseudonym ▸ dialogue ▸ triage ▸ case ▸ seal + store ▸ owe.

Verified and parsed by the channel, a message becomes durable in one transaction: duplicate check,
conversation, facts, sealed words, log leaf and the reply owed. Nothing is answered before that has
committed, and nothing of the text is anywhere but in the sealed words.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from workervoice.crypto.directory import Directory
from workervoice.crypto.seal import ctx
from workervoice.errors import Unavailable
from workervoice.hotline import complaints, hearing, returncodes, sharing
from workervoice.hotline.complaints import Docket, Filed, Learnt
from workervoice.hotline.dossier import Arrival, Filing, practised
from workervoice.hotline.hearing import About
from workervoice.hotline.leftovers import Leftover, Waiting, leave
from workervoice.hotline.meeting import Met, also_by_sms, meet, talks
from workervoice.hotline.noting import refusals_noted
from workervoice.hotline.owing import (
    Debt,
    give_back,
    let_go,
    owe_text,
)
from workervoice.hotline.pacing import Coming, Pacing, count
from workervoice.hotline.poster import Poster
from workervoice.hotline.practisecode import without_code
from workervoice.hotline.process import Outdated, Pen, Process, Signer
from workervoice.hotline.reaching import may_text
from workervoice.hotline.records import ConversationRecord
from workervoice.hotline.registry import sites, vouched_line
from workervoice.hotline.replying import worded
from workervoice.hotline.voicing import Voice, owe_notes
from workervoice.message import Inbound
from workervoice.store import outbox
from workervoice.store.engine import Scope, Tx
from workervoice.store.intake import (
    MetBefore,
    SeenBefore,
    add_contact,
    forget_seen_before,
    remember_once,
    save_conversation,
)
from workervoice.store.programme import Line, line_by_slug
from workervoice.triage.engine import Engine, Reading
from workervoice.triage.opinion import SecondOpinion
from workervoice.workflow.commands import Command, command
from workervoice.workflow.dialogue import Effect, Heard, Turn
from workervoice.workflow.phrasebook import PhraseBook
from workervoice.workflow.progress import Progress, fresh
from workervoice.workflow.questions import SOON_OR_NEVER, asks_for_site
from workervoice.workflow.returncodes import found

# As long as reconciliation looks back, and then what was refused is tried again.
SEEN_FOR = timedelta(days=62)
PRUNE_ONE_IN = 500  # messages
_RACES = 3


class Taken(StrEnum):
    """What became of a message."""

    STORED = "stored"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Reception:
    """The gateway's part of the hotline."""

    process: Process
    engine: Engine
    phrases: PhraseBook
    second: SecondOpinion | None = None
    notice_url: str = ""
    pacing: Pacing = field(default_factory=Pacing)
    voice: Voice = field(default_factory=Voice)
    _posters: dict[UUID, tuple[Directory, Poster]] = field(default_factory=dict)

    def read(self, inbound: Inbound) -> Reading:
        """Language and triage: the costly part, done before the transaction."""
        reading = self.engine.read(text := without_code(inbound.text))
        if self.second is None or not inbound.text.strip():
            return reading
        return replace(reading, opinion=self.second.of(text, reading.language.code))

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
        met = meet(tx, self.process, pen, (arrival.inbound, arrival.line), message_mac)
        if secrets.randbelow(PRUNE_ONE_IN) == 0:
            forget_seen_before(tx, now.date() - SEEN_FOR)
        arrival = replace(arrival, media=tuple(uuid4() for _ in arrival.inbound.media))
        phone = {met.row.id, *(each.own_id for each in met.phone), *(e.row.id for e in met.phone)}
        arrival = practised(tx, pen, arrival, phone)
        arrival = hearing.with_language(arrival, met.record.progress.language)
        known = [met.row.logged()] if met.known else []
        docket = complaints.sort(tx, pen, met.record, arrival, known)
        learnt, heard, turn = self._understood(tx, pen, met, docket, arrival)
        came, arrival = arrival, hearing.without_secrets(arrival, heard, turn)
        coming = Coming(met.row.id, arrival, met.record.pace, _ready(met, docket))
        turn, pace = self.pacing.owed(tx, pen, coming, turn, self.wording(arrival.line))
        filing = Filing(arrival, turn, learnt.facts, met.row.id)
        filed = complaints.take(tx, pen, docket, filing)
        record = replace(_with_this(met.record, filed, turn, arrival, now), pace=pace)
        if turn.progress.by_sms and not met.record.progress.by_sms:
            met, record = also_by_sms(tx, self.process, pen, met, record)
        self._answer(tx, pen, met.row.id, record, turn, arrival.line)
        remember_once(tx, message_mac, now.date())
        for contact in met.new:
            add_contact(tx, contact)
        save_conversation(
            tx, self.process.vault, met.row, state=turn.progress.state, record=record.to_json()
        )
        self._elsewhere(tx, pen, met, (came.inbound, heard, record.progress), turn)
        leave(tx, pen, _left(arrival, filed, now))
        pen.log(tx, "message_received", filed.any or met.row.id)
        count(tx, pen, arrival.line, new=not met.known)
        return Taken.STORED

    def _understood(
        self, tx: Tx, pen: Pen, met: Met, docket: Docket, arrival: Arrival
    ) -> tuple[Learnt, Heard, Turn]:
        """What is known with this message, what the dialogue hears of it, and its turn on it."""
        progress = _ready(met, docket)
        asked = asks_for_site(progress)
        learnt = complaints.learn(docket, arrival, self._poster(tx, pen), asked=asked)
        phone = talks(self.process.custody, tx.programme, met.phone)
        known = (learnt.together, docket.has_case, docket.disclosed)
        about = About(*known, progress, phone, met.own, room=met.free is not None)
        asks = command(arrival.inbound.text) is Command.SAFETY
        if asks or progress.setting or progress.pin:
            texting = may_text(tx, pen, arrival.line, arrival.inbound.sender)
            about = replace(about, may_text=texting)
        heard = hearing.heard(arrival, about, pen.now, self.phrases.files)
        return learnt, heard, hearing.turn(progress, heard)

    def wording(self, line: Line) -> Callable[[Turn], str]:
        """Makes the text of what a turn says, on this line."""
        return lambda turn: worded(self.phrases, self.notice_url, line, turn)

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

    def _elsewhere(
        self, tx: Tx, pen: Pen, met: Met, came: tuple[Inbound, Heard, Progress], turn: Turn
    ) -> None:
        """What the text means beyond its conversation: for others of its phone, or another's."""
        inbound, heard, _ = came
        custody = self.process.custody
        if len(met.phone) > 1:
            sharing.spread(tx, pen, met, heard, turn)
        if Effect.BEGIN in turn.effects:
            sharing.begin(tx, pen, met, came, custody)
        if Effect.GIVE_CODE in turn.effects and turn.says:  # one that nobody is told ends none
            returncodes.give(tx, pen, custody, met.row.id, heard.code)
        code = found(inbound.text) if Effect.TAKE_CODE in turn.effects else None
        if code is not None:
            returncodes.take(tx, pen, custody, met.phone[met.own].own_id, code.digits)

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
        debt = Debt(
            conversation_id,
            record.contact_id,
            line.id,
            self.wording(line)(turn),
            always=True,
            touches_matter=any(say.key in SOON_OR_NEVER for say in turn.says),
        )
        keys = [say.key for say in turn.says]
        spoken = self.phrases.language(turn.progress.language or line.language, line.language)
        owe_notes(tx, pen, debt, self.voice.notes(keys, spoken, turn.progress, line.channel))
        owe_text(tx, pen, debt)


def _with_this(
    record: ConversationRecord, filed: Filed, turn: Turn, arrival: Arrival, now: datetime
) -> ConversationRecord:
    """What the conversation's record says once the message is stored."""
    progress = hearing.noted(turn.progress, arrival, now)
    return replace(
        filed.noted_in(record),
        progress=replace(progress, case_open=filed.any is not None),
        line_id=arrival.line.id,
        shared=record.shared or Effect.BEGIN in turn.effects,
    )


def _left(arrival: Arrival, filed: Filed, now: datetime) -> Leftover:
    """What the provider still has of this message; its media are for the case that it is in."""
    inbound, line_id = arrival.inbound, arrival.line.id
    media = tuple(Waiting(*each) for each in zip(arrival.media, inbound.media, strict=True))
    return Leftover(line_id, inbound.external_id, now, filed.any, media if filed.any else ())


def _ready(met: Met, docket: Docket) -> Progress:
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
