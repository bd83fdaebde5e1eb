"""The case side of a worker's message: which case it belongs to, and what becomes of that case.

The dialogue says what the worker answered; here the answers meet the case's facts and machine. Only
rows of the tables in `workflow` are ever taken, and all of them in the message's own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from workervoice.errors import IllegalMove
from workervoice.hotline import casefile
from workervoice.hotline.clockwork import promise
from workervoice.hotline.process import Pen
from workervoice.hotline.records import CaseRecord
from workervoice.message import Facts, Grade, Inbound, Priority, Role
from workervoice.store import cases
from workervoice.store.cases import CaseRow
from workervoice.store.engine import Tx
from workervoice.store.programme import Line, Site
from workervoice.triage import facts as triage_facts
from workervoice.triage import ilo
from workervoice.triage.engine import Reading
from workervoice.workflow import case as case_machine
from workervoice.workflow.clocks import ClockKind
from workervoice.workflow.dialogue import Effect, Turn

REOPEN_WITHIN = timedelta(days=case_machine.REOPEN_DAYS)
_OVER = frozenset({"closed", "out_of_scope", "erased"})
_GRADES = tuple(Grade)
_RANKS = {p: 1 if p is Priority.P1S else i for i, p in enumerate(p for p in Priority)}


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
    """The open case of a conversation as it stands, or nothing yet."""

    row: CaseRow | None = None
    record: CaseRecord | None = None

    @property
    def facts(self) -> Facts:
        return self.record.facts if self.record is not None else Facts()

    @property
    def disclosed(self) -> bool:
        return self.record is not None and self.record.disclosed


def find(tx: Tx, pen: Pen, case_id: UUID | None) -> Dossier:
    """The conversation's case, unless it has been over for too long to be reopened."""
    if case_id is None:
        return Dossier()
    row = cases.case_by_id(tx, case_id, lock=True)
    record = casefile.read_facts(tx, pen.vault, pen.directory, row)
    if row.state == "erased" or (row.state in _OVER and not _recent(record, pen)):
        return Dossier()
    return Dossier(row, record)


def _recent(record: CaseRecord, pen: Pen) -> bool:
    return record.closed_at is not None and pen.now - record.closed_at <= REOPEN_WITHIN


def learn(dossier: Dossier, reading: Reading, text: str, sites: Iterable[Site]) -> Facts:
    """Everything known with this text: facts only grow, and a site is known by its code or name."""
    facts = triage_facts.merge(dossier.facts, reading.facts)
    if facts.site_id is not None:
        return facts
    return replace(facts, site_id=_named_site(text, sites))


def _named_site(text: str, sites: Iterable[Site]) -> UUID | None:
    folded = text.casefold()
    words = set("".join(c if c.isalnum() else " " for c in folded).split())
    for site in sites:
        if site.code.casefold() in words or site.name.casefold() in folded:
            return site.id
    return None


def take(tx: Tx, pen: Pen, dossier: Dossier, filing: Filing) -> UUID | None:
    """File the message: into its case, into a new one, or nowhere if it was only a command."""
    row, record, turn = dossier.row, dossier.record, filing.turn
    if row is None or record is None:
        if not turn.report:
            return None
        record = _new_record(pen, filing)
        conversation_id = filing.conversation_id
        row = casefile.open_file(tx, pen, conversation_id=conversation_id, record=record)
        _start_clocks(tx, pen, row.id, record)
        pen.log(tx, "case_opened", row.id)
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
    if turn.answers.consent is not None:
        merged = replace(merged, consent=turn.answers.consent)
    judged, before = ilo.assess(merged), ilo.assess(record.facts).priority
    # a person may have lowered it: only what this message adds raises it again
    rose = judged.priority != before and _RANKS[judged.priority] <= _RANKS[record.priority]
    waits = turn.report or Effect.ASK_HUMAN in turn.effects
    return replace(
        record,
        facts=merged,
        grade=min(record.grade, judged.grade, key=_GRADES.index),
        priority=judged.priority if rose else record.priority,
        language=turn.progress.language or record.language,
        last_in_at=pen.now if waits else record.last_in_at,
    )


def _moved(
    tx: Tx, pen: Pen, row: CaseRow, record: CaseRecord, turn: Turn
) -> tuple[str, CaseRecord]:
    """Take the case through every move that the message means, in the order they happened."""
    state, holds = row.state, _holds(record, pen)
    for move, role in _moves(row.state, turn):
        was = state
        try:
            state = case_machine.MACHINE.advance(was, move, role=role, holds=holds)
        except IllegalMove:  # a late answer to a question that no longer stands changes nothing
            continue
        pen.log(tx, f"case_{move}", row.id, state)
        if move == "withdraw":
            record = replace(record, came_from=was)
            promise(tx, pen, ClockKind.WITHDRAWAL_CHECK, row.id, record.priority)
        if move == "reopen":
            record = replace(record, closed_at=None)
            _start_clocks(tx, pen, row.id, record)
        if move == "cancel_withdrawal":  # a withdrawn case counts as taken up
            promise(tx, pen, ClockKind.HANDLER_ACKNOWLEDGEMENT, row.id, record.priority)
    return state, record


def _moves(state: str, turn: Turn) -> list[tuple[str, Role]]:
    """What the message means for the case, in order: first what the worker did, then how far
    the dialogue is."""
    talk, asked_more = turn.progress.state, turn.progress.asked > 1
    clarified = state == "received" and talk in {"clarifying", "resting"} and asked_more
    rests = talk == "resting" and (clarified or state == "clarifying")
    meant = (
        ("cancel_withdrawal", Role.WORKER, Effect.CANCEL_WITHDRAWAL in turn.effects),
        ("reopen", Role.WORKER, turn.report and state in {"closed", "out_of_scope"}),
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
    return {
        "kind": "report" if filing.turn.report else "answer",
        "text": arrival.inbound.text,
        "language": reading.language.code,
        "step": reading.language.step,
        "evidence": [[e.item, e.start, e.end, e.rule, e.denied] for e in reading.evidence],
        "media": [[m.url, m.content_type] for m in arrival.inbound.media],
        "line": arrival.line.slug,
        "replies": [say.key for say in filing.turn.says],
    }


def _judgement(record: CaseRecord, arrival: Arrival) -> dict[str, Any]:
    return {
        "grade": str(record.grade),
        "priority": str(record.priority),
        "indicators": sorted(record.facts.indicators),
        "items": sorted(record.facts.items),
        "versions": arrival.reading.versions,
    }


def _start_clocks(tx: Tx, pen: Pen, case_id: UUID, record: CaseRecord) -> None:
    for kind in (
        ClockKind.HANDLER_ACKNOWLEDGEMENT,
        ClockKind.LEGAL_ACKNOWLEDGEMENT,
        ClockKind.FEEDBACK,
    ):
        promise(tx, pen, kind, case_id, record.priority)
