"""The case side of a worker's message: which case it belongs to, and what becomes of that case.

The dialogue says what the worker answered; here the answers meet the case's facts and machine. Only
rows of the tables in `workflow` are ever taken, and all of them in the message's own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from workervoice.crypto.directory import Entry
from workervoice.hotline import casefile, newest
from workervoice.hotline.clockwork import promise, promise_for_report
from workervoice.hotline.judging import RANKS, after_grave, after_reading, after_text, judgement
from workervoice.hotline.media import kept_as
from workervoice.hotline.moving import OVER, moved, recent
from workervoice.hotline.poster import Poster
from workervoice.hotline.practisecode import begins_with, runs
from workervoice.hotline.practised import Practised
from workervoice.hotline.process import Pen
from workervoice.hotline.records import CaseRecord
from workervoice.hotline.spoken import packs_that_spoke, understood
from workervoice.message import Facts, Grade, Inbound, Priority
from workervoice.store import cases
from workervoice.store.cases import CaseRow
from workervoice.store.engine import Tx
from workervoice.store.programme import Line
from workervoice.store.rows import Row
from workervoice.triage import facts as triage_facts
from workervoice.triage import ilo
from workervoice.triage.engine import Reading
from workervoice.triage.opinion import raised
from workervoice.workflow.clocks import ClockKind
from workervoice.workflow.consent import widens
from workervoice.workflow.dialogue import Effect, Turn
from workervoice.workflow.secretwords import masked

_GRADES = tuple(Grade)


@dataclass(frozen=True, slots=True)
class Entered:
    """How a report came that no phone sent, and which officer wrote it down."""

    way: str
    officer_id: UUID


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message, read: what came, on which line, what triage saw in it, and the practice whose
    code it began with."""

    line: Line
    inbound: Inbound
    reading: Reading
    entered: Entered | None = None
    practice: Practised | None = None
    media: tuple[UUID, ...] = ()  # what each of the message's media will be called here


@dataclass(frozen=True, slots=True)
class Filing:
    """What to file: the message, the dialogue's turn on it, and the facts known with it. A new
    case that it opens is part of the `practice`."""

    arrival: Arrival
    turn: Turn
    facts: Facts
    conversation_id: UUID
    practice: Practised | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """The open case of a conversation as it stands, or nothing yet.

    `past` is the last case if it has been over for too long to be reopened, or takes no words any
    more: a text begins a new one, but a DELETE means it too. A new one is for the people who are
    `named`, or for the team.
    """

    row: CaseRow | None = None
    record: CaseRecord | None = None
    past: tuple[CaseRow, CaseRecord] | None = None
    complaint: bool = False
    named: tuple[Entry, ...] = ()

    @property
    def facts(self) -> Facts:
        return self.record.facts if self.record is not None else Facts()

    @property
    def id(self) -> UUID | None:
        return self.row.id if self.row is not None else None

    @property
    def is_open(self) -> bool:
        return self.row is not None and self.row.state not in OVER

    @property
    def has_case(self) -> bool:
        return self.row is not None or self.past is not None

    @property
    def disclosed(self) -> bool:
        record = self.past[1] if self.past else self.record
        return record is not None and record.disclosed

    def reopened(self) -> Dossier:
        """With the past case in hand again, if there is one."""
        row, record = self.past or (self.row, self.record)
        return replace(self, row=row, record=record, past=None)

    def anew(self) -> Dossier:
        """As if there were no case yet."""
        return replace(self, row=None, record=None, past=None)


def find(tx: Tx, pen: Pen, case_id: UUID | None, known: Sequence[Row]) -> Dossier:
    """The conversation's case; as `past` if it has been over for too long to be reopened, if it was
    a test of a practice that is over, or if nobody with us vouches for its key: a message is never
    refused for that.

    It and the rows that led to it, which are `known`, have to be the newest that the log knows.
    """
    if case_id is None:
        newest.check(tx, pen.vault, known)
        return Dossier()
    row = cases.case_by_id(tx, case_id, lock=True)
    record = casefile.read_facts(tx, pen.vault, pen.directory, row)
    casefile.check_newest(tx, pen, row, known)
    if row.state == "erased":
        return Dossier()
    too_old = row.state in OVER and not recent(record, pen)
    tried = record.practice is not None and not runs(tx, pen, record.practice)
    closed = too_old or tried or not casefile.takes_words(tx, pen, row)
    return Dossier(past=(row, record)) if closed else Dossier(row, record)


def practised(tx: Tx, pen: Pen, arrival: Arrival, phone: Iterable[UUID]) -> Arrival:
    """The message without the code of a practice that runs, in the place of which stands a mask."""
    found = begins_with(tx, pen, arrival.line.id, arrival.inbound.text, phone)
    if found is None:
        return arrival
    practice, end = found
    inbound = replace(arrival.inbound, text=masked(arrival.inbound.text, end))
    return replace(arrival, inbound=inbound, practice=practice)


def learn(dossier: Dossier, arrival: Arrival, poster: Poster, *, asked: bool) -> Facts:
    """Everything known with this text: facts only grow, and the first site that is named stays.

    `asked` is whether the text answers the question where the worker works.
    """
    facts = triage_facts.merge(dossier.facts, arrival.reading.facts)
    if facts.site_id is not None:
        return facts
    return replace(facts, site_id=poster.named(arrival.inbound.text, asked=asked))


def take(tx: Tx, pen: Pen, dossier: Dossier, filing: Filing) -> UUID | None:
    """File the message: into its case, into a new one, or nowhere if it was only a command."""
    turn = filing.turn
    dossier = dossier.reopened() if Effect.WITHDRAW in turn.effects else dossier
    row, record = dossier.row, dossier.record
    if row is None or record is None:
        if not turn.report:
            return None
        record = _new_record(pen, filing, dossier)
        talk, named = filing.conversation_id, dossier.named
        row = casefile.open_file(tx, pen, conversation_id=talk, named=named)
        promise_for_report(tx, pen, row.id, record.priority)
        pen.log(tx, "case_opened", row.id)
    if turn.report or casefile.takes_words(tx, pen, row):  # a DELETE has no other words
        casefile.add_words(tx, pen, row, direction="in", words=_words(filing))
    before = record
    record = _learnt(record, filing, pen)
    if turn.report:
        higher = _by_opinion(record, dossier, filing, pen)
        said = judgement(record, filing.arrival.reading, raised=higher)
        casefile.add_assessment(tx, pen, row, judge="machine", words=said)
    state, record = moved(tx, pen, row, record, turn)
    casefile.write_facts(tx, pen, row, record, state)
    if before.practice and before.practice.said_by and record.may_be_real():
        promise_for_report(tx, pen, row.id, record.priority)
    elif record.priority != before.priority:
        promise(tx, pen, ClockKind.HANDLER_ACKNOWLEDGEMENT, row.id, record.priority)
    if turn.report and state in OVER:  # kept by this text, and too old to be reopened by it
        return take(tx, pen, dossier.anew(), replace(filing, facts=filing.arrival.reading.facts))
    return row.id


def _new_record(pen: Pen, filing: Filing, dossier: Dossier) -> CaseRecord:
    rule = filing.arrival.reading.rule
    judged = ilo.assess(filing.facts, rule)
    step = raised(judged.priority, filing.arrival.reading.opinion, filing.facts)
    return CaseRecord(
        facts=filing.facts,
        grade=judged.grade,
        priority=min([judged.priority, *step], key=RANKS.__getitem__),
        language=filing.arrival.reading.language.code,
        opened_at=pen.now,
        last_in_at=pen.now,
        rule=rule,
        readers=frozenset(each.id for each in dossier.named),
        complaint=dossier.complaint,
        practice=filing.practice,
    )


def _learnt(record: CaseRecord, filing: Filing, pen: Pen) -> CaseRecord:
    """The record with the text's facts and the answers given: grade and priority only rise."""
    turn = filing.turn
    merged = triage_facts.merge(filing.facts if turn.report else record.facts, turn.answers)
    answer = turn.answers.consent
    if answer is not None and not widens(record.facts.consent, answer):
        merged = replace(merged, consent=answer)  # a later yes needs a confirmation of its own
    learnt = after_grave(after_text(record, merged, _told_of(filing)), turn.answers)
    if turn.report:
        learnt = after_grave(learnt, filing.arrival.reading.facts)
        learnt = after_reading(learnt, filing.arrival.reading)
    rule = filing.arrival.reading.rule
    judged = ilo.assess(learnt.standing(), rule)
    waits = turn.report or Effect.ASK_HUMAN in turn.effects
    return replace(
        learnt,
        grade=min(record.grade, judged.grade, key=_GRADES.index),
        priority=_priority(record, judged.priority, filing),
        language=turn.progress.language or record.language,
        last_in_at=pen.now if waits else record.last_in_at,
        rule=rule,
    )


def _by_opinion(record: CaseRecord, dossier: Dossier, filing: Filing, pen: Pen) -> bool:
    """Whether a model's opinion, and nothing else, put the case higher."""
    if filing.arrival.reading.opinion is None:
        return False
    reading = replace(filing.arrival.reading, opinion=None)
    plain = replace(filing, arrival=replace(filing.arrival, reading=reading))
    was = dossier.record or _new_record(pen, plain, dossier)
    return _learnt(was, plain, pen).priority != record.priority


def _told_of(filing: Filing) -> frozenset[str]:
    """The indicators that this very message reports."""
    answered = triage_facts.indicators_of(dict(filing.turn.answers.items))
    read = filing.arrival.reading.facts.indicators
    return answered | read if filing.turn.report else answered


def _priority(record: CaseRecord, judged: Priority, filing: Filing) -> Priority:
    """The priority with this message. A person may have lowered it: only what the message adds
    raises it again, but danger and a cry for help count each time that they are said."""
    answers = filing.turn.answers
    read = filing.turn.report and filing.arrival.reading.facts.imminent_danger
    said = Facts(items=answers.items, imminent_danger=answers.imminent_danger or read)
    was = ilo.assess(record.standing(), record.rule).priority
    claims = [judged] if judged != was else []
    claims += [record.priority]
    if filing.turn.report:
        claims += raised(judged, filing.arrival.reading.opinion, filing.facts)
    claims += [ilo.assess(said, record.rule).priority] if ilo.reported(said) else []
    return min(claims, key=RANKS.__getitem__)


def _words(filing: Filing) -> dict[str, Any]:
    arrival, reading = filing.arrival, filing.arrival.reading
    evidence = [*reading.evidence]
    by_hand: dict[str, str] = {}
    if arrival.entered is None:
        evidence += understood(filing.turn.answers, arrival.inbound.text)
    else:
        by_hand = {"way": arrival.entered.way, "by": str(arrival.entered.officer_id)}
    return {
        **by_hand,
        "kind": "report" if filing.turn.report else "answer",
        "text": _text(arrival.inbound),
        "language": reading.language.code,
        "step": reading.language.step,
        "evidence": [[e.item, e.start, e.end, e.rule, e.denied] for e in evidence],
        "packs": packs_that_spoke(reading),
        "media": kept_as(arrival.media, arrival.inbound.media),
        "line": arrival.line.slug,
        "replies": [say.kept() for say in filing.turn.says],
        "quiet": filing.turn.quiet,  # why there is none
        "consent": filing.turn.answers.consent,
        "asked_for": len(filing.turn.release),  # held texts that this one let go
        **({"sent": str(arrival.inbound.sent)} if arrival.inbound.sent else {}),
        **({"practice_code": True} if arrival.practice else {}),
    }


def _text(inbound: Inbound) -> str:
    """The words as they are kept; of a place its coordinates, behind the words."""
    return "\n".join(filter(None, (inbound.text, inbound.place)))
