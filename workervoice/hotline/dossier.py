"""The case side of a worker's message: which case it belongs to, and what becomes of that case.

The dialogue says what the worker answered; here the answers meet the case's facts and machine. Only
rows of the tables in `workflow` are ever taken, and all of them in the message's own transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from workervoice.errors import IllegalMove
from workervoice.hotline import casefile, newest
from workervoice.hotline.clockwork import promise, promise_for_report
from workervoice.hotline.disputing import dispute_issues
from workervoice.hotline.judging import RANKS, after_text
from workervoice.hotline.poster import Poster
from workervoice.hotline.process import Pen
from workervoice.hotline.records import CaseRecord
from workervoice.message import Evidence, Facts, Grade, Inbound, Priority, Role
from workervoice.store import cases
from workervoice.store.cases import CaseRow
from workervoice.store.engine import Tx
from workervoice.store.programme import Line
from workervoice.store.rows import Row
from workervoice.triage import facts as triage_facts
from workervoice.triage import ilo
from workervoice.triage.engine import Reading
from workervoice.workflow import case as case_machine
from workervoice.workflow.clocks import ClockKind
from workervoice.workflow.consent import widens
from workervoice.workflow.dialogue import Effect, Turn

REOPEN_WITHIN = timedelta(days=case_machine.REOPEN_DAYS)
_OVER = frozenset({"closed", "out_of_scope", "erased"})
_GRADES = tuple(Grade)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message, read: what came, on which line, and what triage saw in it."""

    line: Line
    inbound: Inbound
    reading: Reading


@dataclass(frozen=True, slots=True)
class Filing:
    """What to file: the message, the dialogue's turn on it, and the facts known with it."""

    arrival: Arrival
    turn: Turn
    facts: Facts
    conversation_id: UUID


@dataclass(frozen=True, slots=True)
class Dossier:
    """The open case of a conversation as it stands, or nothing yet.

    `past` is the last case if it has been over for too long to be reopened, or takes no words any
    more: a text begins a new one, but a DELETE means it too.
    """

    row: CaseRow | None = None
    record: CaseRecord | None = None
    past: tuple[CaseRow, CaseRecord] | None = None

    @property
    def facts(self) -> Facts:
        return self.record.facts if self.record is not None else Facts()

    @property
    def has_case(self) -> bool:
        return self.row is not None or self.past is not None

    @property
    def disclosed(self) -> bool:
        record = self.past[1] if self.past else self.record
        return record is not None and record.disclosed

    def reopened(self) -> Dossier:
        """With the past case in hand again, if there is one."""
        return Dossier(*self.past) if self.past else self


def find(tx: Tx, pen: Pen, case_id: UUID | None, known: Sequence[Row]) -> Dossier:
    """The conversation's case; as `past` if it has been over for too long to be reopened, or if
    nobody with us vouches for its key: a message is never refused for that.

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
    too_old = row.state in _OVER and not _recent(record, pen)
    closed = too_old or not casefile.takes_words(tx, pen, row)
    return Dossier(past=(row, record)) if closed else Dossier(row, record)


def _recent(record: CaseRecord, pen: Pen) -> bool:
    return record.closed_at is not None and pen.now - record.closed_at <= REOPEN_WITHIN


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
        record = _new_record(pen, filing)
        conversation_id = filing.conversation_id
        row = casefile.open_file(tx, pen, conversation_id=conversation_id)
        promise_for_report(tx, pen, row.id, record.priority)
        pen.log(tx, "case_opened", row.id)
    if turn.report or casefile.takes_words(tx, pen, row):  # a DELETE has no other words
        casefile.add_words(tx, pen, row, direction="in", words=_words(filing))
    before = record.priority
    record = _learnt(record, filing, pen)
    if turn.report:
        judgement = _judgement(record, filing.arrival)
        casefile.add_assessment(tx, pen, row, judge="machine", words=judgement)
    state, record = _moved(tx, pen, row, record, turn)
    casefile.write_facts(tx, pen, row, record, state)
    if record.priority != before:
        promise(tx, pen, ClockKind.HANDLER_ACKNOWLEDGEMENT, row.id, record.priority)
    if turn.report and state in _OVER:  # kept by this text, and too old to be reopened by it
        return take(tx, pen, Dossier(), replace(filing, facts=filing.arrival.reading.facts))
    return row.id


def _new_record(pen: Pen, filing: Filing) -> CaseRecord:
    judged = ilo.assess(filing.facts)
    return CaseRecord(
        facts=filing.facts,
        grade=judged.grade,
        priority=judged.priority,
        language=filing.arrival.reading.language.code,
        opened_at=pen.now,
        last_in_at=pen.now,
    )


def _learnt(record: CaseRecord, filing: Filing, pen: Pen) -> CaseRecord:
    """The record with the text's facts and the answers given: grade and priority only rise."""
    turn = filing.turn
    merged = triage_facts.merge(filing.facts if turn.report else record.facts, turn.answers)
    answer = turn.answers.consent
    if answer is not None and not widens(record.facts.consent, answer):
        merged = replace(merged, consent=answer)  # a later yes needs a confirmation of its own
    learnt = after_text(record, merged, _told_of(filing))
    judged = ilo.assess(learnt.standing())
    waits = turn.report or Effect.ASK_HUMAN in turn.effects
    return replace(
        learnt,
        grade=min(record.grade, judged.grade, key=_GRADES.index),
        priority=_priority(record, judged.priority, filing),
        language=turn.progress.language or record.language,
        last_in_at=pen.now if waits else record.last_in_at,
    )


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
    claims = [judged] if judged != ilo.assess(record.standing()).priority else []
    claims += [record.priority]
    claims += [ilo.assess(said).priority] if ilo.reported(said) else []
    return min(claims, key=RANKS.__getitem__)


def _moved(
    tx: Tx, pen: Pen, row: CaseRow, record: CaseRecord, turn: Turn
) -> tuple[str, CaseRecord]:
    """Take the case through every move that the message means, in the order they happened."""
    state, holds = row.state, _holds(record, pen)
    for move, role in _moves(row.state, record.came_from, turn, holds):
        was = state
        try:
            state = case_machine.MACHINE.advance(was, move, role=role, holds=holds)
        except IllegalMove:  # a late answer to a question that no longer stands changes nothing
            continue
        pen.log(tx, f"case_{move}", row.id, state)
        if move == "withdraw":
            record = replace(record, came_from=was)
            promise(tx, pen, ClockKind.WITHDRAWAL_CHECK, row.id, record.priority)
        if move == "dispute":
            dispute_issues(tx, pen, row.id, record.priority)
        if move == "reopen":
            record = replace(record, closed_at=None, answered_at=None)
            promise_for_report(tx, pen, row.id, record.priority)
        if move == "cancel_withdrawal":  # a withdrawn case counts as taken up
            promise(tx, pen, ClockKind.HANDLER_ACKNOWLEDGEMENT, row.id, record.priority)
    return state, record


def _moves(
    state: str, came_from: str | None, turn: Turn, holds: Mapping[str, bool]
) -> list[tuple[str, Role]]:
    """What the message means for the case, in order: first what the worker did, then how far
    the dialogue is. A case that was over too long before its DELETE was kept stays over."""
    talk, asked_more = turn.progress.state, turn.progress.asked > 1
    clarified = state == "received" and talk in {"clarifying", "resting"} and asked_more
    rests = talk == "resting" and (clarified or state == "clarifying")
    kept = Effect.CANCEL_WITHDRAWAL in turn.effects
    over = came_from in _OVER if kept and state == "withdrawn" else state in _OVER
    meant = (
        ("cancel_withdrawal", Role.WORKER, kept),
        ("reopen", Role.WORKER, turn.report and over and holds["within_90_days"]),
        ("confirm", Role.WORKER, Effect.CONFIRMED in turn.effects),
        ("dispute", Role.WORKER, Effect.DISPUTED in turn.effects),
        ("clarify", Role.SYSTEM, clarified),
        ("finish_clarifying", Role.SYSTEM, rests),
        ("withdraw", Role.WORKER, Effect.WITHDRAW in turn.effects),
    )
    return [(move, role) for move, role, holds in meant if holds]


def _holds(record: CaseRecord, pen: Pen) -> Mapping[str, bool]:
    return {
        "within_90_days": _recent(record, pen),
        "digit_confirmed": True,  # the dialogue asks for WITHDRAW only after the digit
        f"came_from_{record.came_from}": True,
    }


def _words(filing: Filing) -> dict[str, Any]:
    arrival, reading = filing.arrival, filing.arrival.reading
    evidence = [*reading.evidence, *_understood(filing)]
    return {
        "kind": "report" if filing.turn.report else "answer",
        "text": arrival.inbound.text,
        "language": reading.language.code,
        "step": reading.language.step,
        "evidence": [[e.item, e.start, e.end, e.rule, e.denied] for e in evidence],
        "media": [[m.url, m.content_type] for m in arrival.inbound.media],
        "line": arrival.line.slug,
        "replies": [say.key for say in filing.turn.says],
        "consent": filing.turn.answers.consent,
        "asked_for": len(filing.turn.release),  # held texts that this one let go
    }


def _understood(filing: Filing) -> list[Evidence]:
    """What the dialogue, and no pack, understood: a lone 3 or HELP is its own evidence."""
    danger = ["imminent_danger"] if filing.turn.answers.imminent_danger else []
    said = [*filing.turn.answers.items, *danger]
    end = len(filing.arrival.inbound.text)
    return [Evidence(item, 0, end, f"dialogue/{item}#1") for item in said]


def _judgement(record: CaseRecord, arrival: Arrival) -> dict[str, Any]:
    judged = ilo.assess(record.facts)  # the machine's own; people's stand beside it
    return {
        "grade": str(judged.grade),
        "priority": str(judged.priority),
        "indicators": sorted(record.facts.indicators),
        "items": sorted(record.facts.items),
        "rests_on": ilo.reasons(record.facts),
        "versions": arrival.reading.versions,
    }
