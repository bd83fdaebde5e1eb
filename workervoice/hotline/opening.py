"""A case on an officer's desk: opened with their key, changed, and stored as its next version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from workervoice.errors import Forbidden, GuardFailed, NotFound
from workervoice.hotline import casefile, newest, reading
from workervoice.hotline.holding import held_by_thread
from workervoice.hotline.keeping import kept_of
from workervoice.hotline.links import issues_of_case
from workervoice.hotline.noting import refusals_noted
from workervoice.hotline.process import Pen, Process
from workervoice.hotline.proposals import proposers
from workervoice.hotline.reading import Actor, CaseKeys, Opened
from workervoice.hotline.records import NOBODY, CaseRecord, ConversationRecord
from workervoice.hotline.registry import lines
from workervoice.message import Consent, Priority, Role
from workervoice.store import cases
from workervoice.store.cases import CaseRow
from workervoice.store.engine import Tx
from workervoice.store.intake import Conversation, lock_conversation
from workervoice.store.programme import Line
from workervoice.triage import ilo
from workervoice.workflow import case as case_machine
from workervoice.workflow.consent import Ground, Override, grounds, may_tell
from workervoice.workflow.machine import Move
from workervoice.workflow.retention import OVER, Kept, Policy, due

UNREAD = frozenset({"received", "clarifying", "awaiting_review"})
ZERO_TOLERANCE = frozenset({Priority.P0, Priority.P1, Priority.P1S})
WITHDRAWAL_WAIT_SECONDS = 72 * 3600
TWICE_SECONDS = 60
OPEN_STATES = UNREAD | {"in_progress", "escalated", "referred", "remedy_reported", "confirmed"}
_ERASABLE = frozenset({"withdrawn", "closed", "out_of_scope"})
_RELEASED = frozenset({"released", "deciding", "acting", "verifying", "resolved", "unresolved"})


@dataclass
class OpenCase:
    """A case in an officer's hands for one transaction. `record` and `state` are what `save`
    stores; nothing changes before."""

    tx: Tx
    pen: Pen
    actor: Actor
    row: CaseRow
    record: CaseRecord
    keys: CaseKeys
    talk: Conversation
    state: str
    policy: Policy

    @cached_property
    def thread(self) -> list[Opened]:
        """Every entry, oldest first; what the log knows and is gone has its place too."""
        rows = cases.messages_of(self.tx, self.row.id)
        series = newest.compare(
            self.tx, self.pen.vault, "message", self.row.id, [row.logged() for row in rows]
        )
        found = {
            row.ordinal: reading.broken(row.id, row.direction)
            if row.ordinal in series.altered
            else reading.open_message(self.tx, self.keys, row)
            for row in rows
        }
        found |= {number: reading.gone(number) for number in series.gone}
        return [found[number] for number in sorted(found)]

    @cached_property
    def assessments(self) -> list[Opened]:
        """Every judgement, oldest first; one that the log does not know is broken."""
        rows = cases.assessments_of(self.tx, self.row.id)
        series = newest.compare(
            self.tx, self.pen.vault, "assessment", self.row.id, [row.logged() for row in rows]
        )
        return [
            reading.broken(row.id, row.judge)
            if row.version in series.altered
            else reading.open_assessment(self.tx, self.keys, row)
            for row in rows
        ] + [reading.gone(number) for number in series.gone]

    @property
    def conversation(self) -> ConversationRecord:
        return ConversationRecord.from_json(self.talk.record)

    def line_and_language(self) -> tuple[Line, str]:
        """The line that the worker wrote on last, and the language to write in."""
        known = {line.id: line for line in lines(self.tx, self.pen.vault, self.pen.directory)}
        line = known[self.conversation.line_id]
        return line, self.conversation.progress.language or line.language

    def moves(self) -> tuple[Move, ...]:
        """The moves of the table that are open to this officer now, each once."""
        holds = self.holds("x")
        holds["consent_or_override"] = holds["consent_or_override"] or bool(self.may_override())
        possible = case_machine.MACHINE.rows_from(self.row.state, self.actor.role)
        shown = [m for m in possible if self._worth_showing(m, holds)]
        return tuple({move.name: move for move in shown}.values())

    def _worth_showing(self, move: Move, holds: Mapping[str, bool]) -> bool:
        return all(holds.get(guard, False) or guard == "two_people" for guard in move.guards)

    def take_up(self) -> None:
        """Answering a case, or drafting from it, takes it up if nobody has yet."""
        if self.state in UNREAD:
            self.state = case_machine.MACHINE.advance(self.state, "take_up", role=self.actor.role)

    def advance(self, move: str, reason: str, override: Override | None = None) -> None:
        """Take one move of the table; raises its refusals with nothing changed."""
        self.check_override(override)
        holds = self.holds(reason, override)
        self.state = case_machine.MACHINE.advance(
            self.state, move, role=self.actor.role, holds=holds, reason=reason
        )

    def may_override(self) -> tuple[Ground, ...]:
        """On which grounds this officer could tell somebody without the worker's consent."""
        return grounds(self.record.facts) if self.actor.role is Role.SUPERVISOR else ()

    def check_override(self, override: Override | None) -> None:
        """An override is a supervisor's, and stands only where danger or a child was reported.

        Raises `Forbidden` for anybody else, and `GuardFailed` for one that does not stand.
        """
        if override is None:
            return
        if self.actor.role is not Role.SUPERVISOR or override.by != self.actor.id:
            raise Forbidden("an override is a supervisor's")
        if not override.stands() or override.ground not in self.may_override():
            raise GuardFailed("an override needs a reason, and danger or a child in the report")

    def is_zero_tolerance(self) -> bool:
        """Danger, a child or violence was reported: a lowered priority does not change that."""
        machine = ilo.assess(self.record.facts, self.record.rule).priority
        return self.record.facts.child or bool({machine, self.record.priority} & ZERO_TOLERANCE)

    def may_leave(self) -> bool:
        """Nothing about a case leaves while its worker wants it deleted, once it is over, or if it
        is a test."""
        asked = self.conversation.progress.awaiting == "delete"
        return not asked and self.state in OPEN_STATES and self.record.practice is None

    def only_open(self) -> None:
        """Nor is anything drafted then, or of what only supervisors know: an issue is the whole
        team's. Raises `GuardFailed`."""
        if self.record.practice is not None:
            raise GuardFailed("this case is a test: nothing of it goes to anybody")
        if not self.may_leave() or (self.record.complaint and self.record.readers):
            raise GuardFailed("the case is not open for sensitive issues")

    @cached_property
    def siblings(self) -> list[OpenCase]:
        """The other cases of this conversation that are not erased: one worker wrote them all."""
        rows = cases.cases_of_conversation(self.tx, self.talk.id)
        others = (row for row in rows if row.id != self.row.id and row.state != "erased")
        policy = self.policy
        return [_opened(self.tx, self.pen, self.actor, row, self.talk, policy) for row in others]

    @cached_property
    def under_hold(self) -> bool:
        """True if a supervisor put this case under legal hold and none lifted it."""
        in_thread = held_by_thread(reversed(self.thread))
        return self.record.legal_hold or in_thread

    def _may_be_erased(self) -> bool:
        """What a worker wrote is erased together, so a hold on one case keeps the others, too. A
        case that this officer may not know of says nothing here."""
        return not any(case.under_hold for case in (self, *self.siblings))

    @property
    def kept(self) -> Kept:
        """The case as retention sees it."""
        progress = self.conversation.progress
        return kept_of(self.record, self.row.state, progress, held=self.under_hold)

    def _kept_long_enough(self) -> bool:
        """A person may erase it then; that none of this worker's cases is under hold is part."""
        if self.state not in OVER:
            return False
        known = {case.row.id: case.kept for case in (self, *self.siblings)}
        return self.row.id in due(self.policy, known, self.pen.now).record

    def holds(self, reason: str, override: Override | None = None) -> dict[str, bool]:
        """The guards of the case table as they stand now; one that is not here does not hold."""
        consent = self.record.facts.consent
        asked_at = self.conversation.progress.withdrawn_at
        waited = WITHDRAWAL_WAIT_SECONDS
        return {
            "not_zero_tolerance": not self.is_zero_tolerance(),
            "two_people": self.proposed_by_other("set_aside"),
            "issue_released": any(state in _RELEASED for _, state in self.issues),
            "consent_or_override": may_tell(Consent.AUTHORITIES, consent, override),
            "may_leave": self.may_leave(),
            "has_remedy": bool(reason.strip()),
            "no_phone": self.conversation.contact_id == NOBODY,
            "no_legal_hold": self.state in _ERASABLE and self._may_be_erased(),
            "retention_over": self._kept_long_enough(),
            "waited_72_hours": asked_at is not None
            and self.pen.now.timestamp() - asked_at >= waited,
        }

    @cached_property
    def issues(self) -> list[tuple[UUID, str]]:
        """The sensitive issues drafted from this case, with their states."""
        return issues_of_case(self.tx, self.pen.vault, self.row.id)

    def proposers(self, move: str) -> set[UUID]:
        """Who proposed this move since the last move that was made."""
        return proposers(self.thread, move)

    def proposed_by_other(self, move: str) -> bool:
        """True if a colleague proposed this move since the last move that was made."""
        return bool(self.proposers(move) - {self.actor.id})

    def awaits_second(self, move: str) -> bool:
        """True if the table has a row for this move that only wants a second person."""
        holds = self.holds("x")
        return any(
            m.name == move
            and "two_people" in m.guards
            and all(holds.get(g, False) or g == "two_people" for g in m.guards)
            for m in case_machine.MACHINE.rows_from(self.row.state, self.actor.role)
        )

    def just_said(self, text: str) -> bool:
        """True for the same answer by the same person moments ago: a button pressed twice."""
        since = self.pen.now.timestamp() - TWICE_SECONDS
        return any(
            entry.words is not None
            and entry.words.get("kind") == "answer"
            and entry.words.get("text") == text
            and entry.signer_id == self.actor.id
            and entry.words["at"] >= since
            for entry in self.thread
            if entry.direction == "out"
        )

    def just_judged(self, words: Mapping[str, Any]) -> bool:
        """True for the same judgement by the same person moments ago."""
        since = self.pen.now.timestamp() - TWICE_SECONDS
        return any(
            entry.words is not None
            and words.items() <= entry.words.items()
            and entry.signer_id == self.actor.id
            and entry.words["at"] >= since
            for entry in self.assessments
        )

    def has_entry(self, entry_id: UUID | None) -> bool:
        """True if the thread has this entry already: the same form was sent before."""
        return any(entry.id == entry_id for entry in self.thread)

    def note(self, direction: str, words: Mapping[str, Any], once: UUID | None = None) -> None:
        """Seal one entry into the thread, signed by this officer."""
        casefile.add_words(self.tx, self.pen, self.row, direction=direction, words=words, once=once)

    def save(self, event: str) -> None:
        """Store the next version, and the log leaf of what was done."""
        self.row = casefile.write_facts(self.tx, self.pen, self.row, self.record, self.state)
        self.pen.log(self.tx, event, self.row.id, self.state)


@contextmanager
def open_case(process: Process, actor: Actor, case_id: UUID) -> Iterator[OpenCase]:
    """Open a case for a handler or supervisor of its team; `NotFound` for anybody else.

    Commits at the end; any refusal leaves everything as it was, and is in the log.
    """
    if actor.role not in {Role.HANDLER, Role.SUPERVISOR}:
        raise NotFound("no such case")
    now, scope = process.clock(), actor.scope()
    noted = refusals_noted(process, scope, actor.id, case_id)
    with noted as asked, process.database.begin(scope) as tx:
        pen = reading.pen_of(tx, process, actor, now)
        seen = cases.case_by_id(tx, case_id)
        asked.exists = True
        talk = lock_conversation(tx, pen.vault, seen.conversation_id)  # first, as in `receive`
        row = cases.case_by_id(tx, case_id, lock=True)
        if row.state == "erased":
            raise Forbidden("this case was erased")
        yield _opened(tx, pen, actor, row, talk, process.retention)


def _opened(
    tx: Tx, pen: Pen, actor: Actor, row: CaseRow, talk: Conversation, policy: Policy
) -> OpenCase:
    keys = reading.case_keys(tx, actor, pen.directory, row)
    record = casefile.read_facts(tx, pen.vault, pen.directory, row)
    newest.check(tx, pen.vault, [talk.logged(), row.logged()], [casefile.pair_place(row)])
    if not record.is_for(actor.id):
        raise NotFound("no such case")
    return OpenCase(tx, pen, actor, row, record, keys, talk, row.state, policy)
