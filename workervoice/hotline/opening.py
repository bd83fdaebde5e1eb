"""A case on an officer's desk: opened with their key, changed, and stored as its next version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from workervoice.crypto.keyring import Holder
from workervoice.crypto.suite import KemKey
from workervoice.errors import Forbidden, GuardFailed, NotFound
from workervoice.hotline import casefile, reading
from workervoice.hotline.links import issues_of_case
from workervoice.hotline.process import Pen, Process
from workervoice.hotline.reading import Actor, Opened
from workervoice.hotline.records import CaseRecord, ConversationRecord
from workervoice.message import Consent, Priority, Role
from workervoice.store import cases
from workervoice.store.cases import CaseRow
from workervoice.store.engine import Tx
from workervoice.store.intake import Conversation, lock_conversation
from workervoice.store.programme import Line, lines
from workervoice.triage import ilo
from workervoice.workflow import case as case_machine
from workervoice.workflow.machine import Move

UNREAD = frozenset({"received", "clarifying", "awaiting_review"})
ZERO_TOLERANCE = frozenset({Priority.P0, Priority.P1, Priority.P1S})
WITHDRAWAL_WAIT_SECONDS = 72 * 3600
TWICE_SECONDS = 60
OPEN_STATES = UNREAD | {"in_progress", "escalated", "referred", "remedy_reported", "confirmed"}
_RELEASED = frozenset({"released", "deciding", "acting", "verifying", "resolved", "unresolved"})


def ends_proposals(words: Mapping[str, Any], move: str) -> bool:
    """True for an entry after which earlier proposals of this move no longer count."""
    if move.startswith("issue "):
        return words.get("kind") == "issue" and move.startswith(f"issue {words.get('issue')} ")
    return words.get("kind") == "move"


@dataclass
class OpenCase:
    """A case in an officer's hands for one transaction. `record` and `state` are what `save`
    stores; nothing changes before."""

    tx: Tx
    pen: Pen
    actor: Actor
    row: CaseRow
    record: CaseRecord
    holder: Holder
    key: KemKey = field(repr=False)
    talk: Conversation
    state: str

    @cached_property
    def thread(self) -> list[Opened]:
        """Every entry, oldest first."""
        rows = cases.messages_of(self.tx, self.row.id)
        return [
            reading.open_message(self.tx, self.pen.directory, self.holder, self.key, row)
            for row in rows
        ]

    @cached_property
    def assessments(self) -> list[Opened]:
        """Every judgement, oldest first."""
        rows = cases.assessments_of(self.tx, self.row.id)
        return [
            reading.open_assessment(self.tx, self.pen.directory, self.holder, self.key, row)
            for row in rows
        ]

    @property
    def conversation(self) -> ConversationRecord:
        return ConversationRecord.from_json(self.talk.record)

    def line_and_language(self) -> tuple[Line, str]:
        """The line that the worker wrote on last, and the language to write in."""
        known = {line.id: line for line in lines(self.tx)}
        line = known[self.conversation.line_id]
        return line, self.conversation.progress.language or line.language

    def moves(self) -> tuple[Move, ...]:
        """The moves of the table that are open to this officer now, each once."""
        holds = self.holds("x")
        possible = case_machine.MACHINE.rows_from(self.row.state, self.actor.role)
        shown = [m for m in possible if self._worth_showing(m, holds)]
        return tuple({move.name: move for move in shown}.values())

    def _worth_showing(self, move: Move, holds: Mapping[str, bool]) -> bool:
        return all(holds.get(guard, False) or guard == "two_people" for guard in move.guards)

    def take_up(self) -> None:
        """Answering a case, or drafting from it, takes it up if nobody has yet."""
        if self.state in UNREAD:
            self.state = case_machine.MACHINE.advance(self.state, "take_up", role=self.actor.role)

    def advance(self, move: str, reason: str) -> None:
        """Take one move of the table; raises its refusals with nothing changed."""
        self.state = case_machine.MACHINE.advance(
            self.state, move, role=self.actor.role, holds=self.holds(reason), reason=reason
        )

    def is_zero_tolerance(self) -> bool:
        """Danger, a child or violence was reported: a lowered priority does not change that."""
        machine = ilo.assess(self.record.facts).priority
        return self.record.facts.child or bool({machine, self.record.priority} & ZERO_TOLERANCE)

    def only_open(self) -> None:
        """Nothing about a case leaves while its worker wants it deleted, or once it is over."""
        asked = self.conversation.progress.awaiting == "delete"
        if asked or self.state not in OPEN_STATES:
            raise GuardFailed("the case is not open for sensitive issues")

    def holds(self, reason: str) -> dict[str, bool]:
        """The guards of the case table as they stand now; one that is not here does not hold.

        A legal hold is not recorded yet: whoever erases says in the reason that there is none.
        """
        facts = self.record.facts
        asked_at = self.conversation.progress.withdrawn_at
        waited = WITHDRAWAL_WAIT_SECONDS
        return {
            "not_zero_tolerance": not self.is_zero_tolerance(),
            "two_people": self.proposed_by_other("set_aside"),
            "issue_released": any(state in _RELEASED for _, state in self.issues),
            "consent_or_override": facts.allows(Consent.AUTHORITIES),
            "has_remedy": bool(reason.strip()),
            "no_legal_hold": bool(reason.strip()),
            "waited_72_hours": asked_at is not None
            and self.pen.now.timestamp() - asked_at >= waited,
        }

    @cached_property
    def issues(self) -> list[tuple[UUID, str]]:
        """The sensitive issues drafted from this case, with their states."""
        return issues_of_case(self.tx, self.pen.vault, self.row.id)

    def proposed_by_other(self, move: str) -> bool:
        """True if a colleague proposed this move since the last move that was made."""
        for entry in reversed(self.thread):
            words = entry.words or {}
            if ends_proposals(words, move):
                return False
            proposed = words.get("kind") == "proposal" and words.get("move") == move
            if proposed and entry.signer_id != self.actor.id:
                return True
        return False

    def awaits_second(self, move: str) -> bool:
        """True if the table has a row for this move that only wants a second person."""
        holds = self.holds("x")
        return any(
            m.name == move and all(holds.get(g, False) or g == "two_people" for g in m.guards)
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

    def note(self, direction: str, words: Mapping[str, Any]) -> None:
        """Seal one entry into the thread, signed by this officer."""
        casefile.add_words(self.tx, self.pen, self.row, direction=direction, words=words)

    def save(self, event: str) -> None:
        """Store the next version, and the log leaf of what was done."""
        self.row = casefile.write_facts(self.tx, self.pen, self.row, self.record, self.state)
        self.pen.log(self.tx, event, self.row.id, self.state)


@contextmanager
def open_case(process: Process, actor: Actor, case_id: UUID) -> Iterator[OpenCase]:
    """Open a case for a handler or supervisor of its team; `NotFound` for anybody else.

    Commits at the end; any refusal leaves everything as it was.
    """
    if actor.role not in {Role.HANDLER, Role.SUPERVISOR}:
        raise NotFound("no such case")
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        pen = reading.pen_of(tx, process, actor, now)
        seen = cases.case_by_id(tx, case_id)
        talk = lock_conversation(tx, pen.vault, seen.conversation_id)  # first, as in `receive`
        row = cases.case_by_id(tx, case_id, lock=True)
        if row.state == "erased":
            raise Forbidden("this case was erased")
        holder, key = reading.case_key(tx, actor, pen.directory, row)
        record = casefile.read_facts(tx, pen.vault, pen.directory, row)
        yield OpenCase(tx, pen, actor, row, record, holder, key, talk, row.state)
