"""Planning: the corrective actions of an issue, promised and done by buyers, verified by others.

A plan is open to the hotline's people through the case's team, and to each buyer through its own
disclosure; both work on the same sealed rows. The site has no part in it and is told nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from workervoice.crypto.keyring import Holder
from workervoice.crypto.suite import KemKey
from workervoice.errors import GuardFailed, NotFound
from workervoice.hotline.casefile import next_hour
from workervoice.hotline.planrows import EntryView, PlanRows
from workervoice.hotline.process import Pen
from workervoice.hotline.reading import Actor
from workervoice.message import Role
from workervoice.store import remedy
from workervoice.store.clocks import start_clock
from workervoice.store.engine import Tx
from workervoice.store.remedy import ActionRow
from workervoice.store.tables import action as action_table
from workervoice.store.tables import issue as issue_table
from workervoice.workflow import action as action_machine
from workervoice.workflow import issue as issue_machine
from workervoice.workflow.clocks import ClockKind, months_later
from workervoice.workflow.machine import Move

TEXT_MAX = 4000
PLANNING = frozenset({"deciding", "acting", "verifying"})  # states of an issue with an open plan
DUE_WITHIN_MONTHS = 24
_DOING = frozenset({"start", "submit_evidence"})
_CHECKED = frozenset({"evidence_submitted", "disputed"})  # when a check may bring files
_OVER = frozenset({"closed", "rejected"})

# what an action's move means for its issue: (issue state, issue move, guard)
_FOLLOWS: Mapping[str, tuple[str, str, str]] = {
    "agree": ("deciding", "act", "action_agreed"),
    "submit_evidence": ("acting", "ask_verification", "evidence_submitted"),
    "find_lacking": ("verifying", "find_lacking", ""),
    "dispute": ("verifying", "find_lacking", ""),
    "settle": ("acting", "ask_verification", "evidence_submitted"),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """A corrective action as proposed. `due` is a day; the texts name no person."""

    description: str = field(repr=False)
    root_cause: str = field(repr=False)
    preventive: str = field(repr=False)
    due: date
    needs_site: bool = False

    def check(self, today: date) -> None:
        """Raises `GuardFailed` with what to correct."""
        if not self.description.strip():
            raise GuardFailed("say what will be changed")
        if max(map(len, (self.description, self.root_cause, self.preventive))) > TEXT_MAX:
            raise GuardFailed(f"each text may have {TEXT_MAX} characters at most")
        if not today <= self.due <= months_later(today, DUE_WITHIN_MONTHS):
            raise GuardFailed("choose a due date from today to two years from now")


@dataclass(frozen=True, slots=True)
class ActionView:
    """An action, opened, with its history and the moves open to the reader. `adds` is what a file
    would be that the reader adds: "evidence" of who does it, "check" of who checks it, or "" where
    none can be added."""

    id: UUID
    state: str
    words: Mapping[str, Any] | None = field(repr=False)
    entries: tuple[EntryView, ...]
    moves: tuple[Move, ...]
    adds: str = ""


def _proposes(entry: EntryView, move: str) -> bool:
    words = entry.words or {}
    return words.get("kind") == "proposal" and words.get("move") == move


def _does(entry: EntryView) -> bool:
    words = entry.words or {}
    return words.get("move") in _DOING or words.get("kind") == "evidence"


def plan_is_over(tx: Tx, issue_id: UUID) -> bool:
    """True if there are actions, all came to an end, and at least one was carried out."""
    states = {state for _, state in remedy.action_states(tx, issue_id)}
    return "closed" in states and states <= _OVER


@dataclass
class OpenPlan:
    """An issue's plan in somebody's hands for one transaction."""

    tx: Tx
    pen: Pen
    actor: Actor
    holder: Holder
    key: KemKey = field(repr=False)
    changeable: bool = False  # a buyer has acknowledged; staff: the issue is being acted on
    zero_tolerance: bool = True
    site_may_know: bool = False  # until the joint decision to tell the site
    held: bool = False  # under legal hold

    @cached_property
    def rows(self) -> PlanRows:
        return PlanRows(self.tx, self.pen, self.actor, self.holder, self.key)

    def actions(self) -> list[ActionView]:
        """All actions with the moves that would not be refused for this reader."""
        views = [self._view(row) for row in remedy.actions_of(self.tx, self.holder.id)]
        return sorted(views, key=lambda view: (view.words or {}).get("proposed_at", 0))

    def propose(self, promise: Promise, once: UUID | None = None) -> UUID:
        """Promise one change, with the id `once` only once. Another person has to agree to it."""
        if once in {row.id for row in remedy.actions_of(self.tx, self.holder.id)}:
            return once
        self.only_changeable()
        promise.check(self.pen.now.date())
        words = {
            "description": promise.description,
            "root_cause": promise.root_cause,
            "preventive": promise.preventive,
            "due": promise.due.isoformat(),
            "needs_site": promise.needs_site,
            "proposed_by": str(self.actor.id),
            "organisation": str(self.actor.officer.organisation_id),
            "proposed_at": int(self.pen.now.timestamp()),
        }
        action_id = once or uuid4()
        self.rows.add_action(action_id, words)
        self._log("action_proposed", action_id)
        return action_id

    def move(self, action_id: UUID, move: str, note: str) -> str:
        """Take one move of the action table, with a note that stays in its history; returns the
        new state, or "proposed" where a second person has to agree and this is the first."""
        self.only_changeable()
        if len(note) > TEXT_MAX:
            raise GuardFailed(f"a note may have {TEXT_MAX} characters at most")
        if move == "submit_evidence" and not note.strip():
            raise GuardFailed("say what the evidence is and where it can be seen")
        view = self.action(action_id)
        try:
            state = action_machine.MACHINE.advance(
                view.state, move, role=self.actor.role, holds=self._holds(view, move), reason=note
            )
        except GuardFailed:
            if not self._awaits_second(view, move):
                raise
            self.rows.add_entry(action_id, {"kind": "proposal", "move": move, "text": note})
            self._log("action_move_proposed", action_id, move)
            return "proposed"
        self.rows.add_entry(action_id, {"kind": "move", "move": move, "to": state, "text": note})
        remedy.save(self.tx, action_table, action_id, source=view.state, dest=state, also={})
        self._log(f"action_{move}", action_id, state)
        if move == "agree" and view.words is not None:
            self._start_clock(action_id, date.fromisoformat(view.words["due"]))
        self._follow(move, note)
        return state

    def action(self, action_id: UUID) -> ActionView:
        """One action of this plan, locked; `NotFound` for any other."""
        row = remedy.action_by_id(self.tx, action_id)
        if row.issue_id != self.holder.id:
            raise NotFound("no such action")
        return self._view(row)

    def only_changeable(self) -> None:
        """Raises `GuardFailed` while nothing of the plan may be changed."""
        if not self.changeable:
            raise GuardFailed("the plan is not open")

    def _awaits_second(self, view: ActionView, move: str) -> bool:
        """True if the table lets two people do what one may not, and nobody proposed it yet."""
        rows = action_machine.MACHINE.rows_from(view.state, self.actor.role)
        by_two = any("two_people" in row.guards and row.name == move for row in rows)
        proposed = [e for e in view.entries if _proposes(e, move) and e.by == self.actor.id]
        return by_two and not proposed

    def all_over(self) -> bool:
        """True once nothing of the plan is left to do."""
        return plan_is_over(self.tx, self.holder.id)

    def _view(self, row: ActionRow) -> ActionView:
        words, entries = self.rows.words_of(row), self.rows.entries(row.id)
        view = ActionView(row.id, row.state, words, entries, ())
        if not self.changeable:
            return view
        moves = {
            move.name: move
            for move in action_machine.MACHINE.rows_from(row.state, self.actor.role)
            if self._worth_showing(view, move)
        }
        return replace(view, moves=tuple(moves.values()), adds=self._adds(view))

    def _adds(self, view: ActionView) -> str:
        if view.state == "under_way" and self.actor.role is Role.BUYER:
            return "evidence"
        checks = view.state in _CHECKED and self._holds(view, "verify")["not_the_doer"]
        return "check" if checks else ""

    def _worth_showing(self, view: ActionView, move: Move) -> bool:
        holds = self._holds(view, move.name)
        return all(holds.get(guard, False) or guard == "two_people" for guard in move.guards)

    def _holds(self, view: ActionView, move: str) -> dict[str, bool]:
        words = view.words or {}
        me = str(self.actor.id)
        doers = {str(entry.by) for entry in view.entries if _does(entry)}
        lost = any(e.words is None for e in view.entries)  # perhaps what the reader did
        return {
            "not_the_proposer": words.get("proposed_by") not in {None, me},
            "site_may_know": words.get("needs_site") is False or self.site_may_know,
            "not_the_doer": bool(doers) and me not in doers and not lost,
            "not_zero_tolerance": not self.zero_tolerance,
            "two_people": any(
                _proposes(entry, move) and entry.by != self.actor.id for entry in view.entries
            ),
        }

    def _start_clock(self, action_id: UUID, day: date) -> None:
        ends = datetime.combine(day, time.max, tzinfo=UTC)
        kind = str(ClockKind.CORRECTIVE_ACTION)
        record = {"kind": kind, "about": str(action_id), "due": int(ends.timestamp()), "rung": 0}
        start_clock(self.tx, self.pen.vault, uuid4(), record, next_hour(self.pen.now))

    def _follow(self, move: str, note: str) -> None:
        """Let the issue follow what happened to one of its actions."""
        if move not in _FOLLOWS:
            return
        where, issue_move, guard = _FOLLOWS[move]
        was = remedy.issue_state(self.tx, self.holder.id)
        if was != where:
            return
        holds = {guard: True} if guard else {}
        reason = note or move
        dest = issue_machine.MACHINE.advance(
            was, issue_move, role=self.actor.role, holds=holds, reason=reason
        )
        remedy.save(self.tx, issue_table, self.holder.id, source=was, dest=dest, also={})
        self._log(f"issue_{issue_move}", self.holder.id, dest)

    def _log(self, event: str, about: UUID, detail: str = "") -> None:
        self.pen.log(self.tx, event, about, detail)
