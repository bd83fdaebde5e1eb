"""Ending: what the end of an issue means for its disclosures, its actions and their clocks.

Resolved, it is done for every buyer that took it up. Recalled, it is closed to all of them. Given
up, they may still read it. What was promised and is not done ends with a recall or a giving up, and
nobody is late for it any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from workervoice.hotline.clockwork import end_clocks
from workervoice.hotline.links import disclosures_of_issue
from workervoice.hotline.planrows import PlanRows
from workervoice.message import Role
from workervoice.store import remedy
from workervoice.store.tables import action as action_table
from workervoice.store.tables import disclosure as disclosure_table
from workervoice.workflow import action as action_machine
from workervoice.workflow import disclosed

# a move that ends an issue: the move of its disclosures, and by whom
_DISCLOSURES: Mapping[str, tuple[str, Role]] = MappingProxyType(
    {"resolve": ("finish", Role.SYSTEM), "recall": ("revoke", Role.SUPERVISOR)}
)
_TOLD: Mapping[str, str] = MappingProxyType(
    {"recall": "The issue was recalled.", "give_up": "The issue was given up."}
)
ENDS = frozenset(_DISCLOSURES) | frozenset(_TOLD)


def end_with_issue(plan: PlanRows, move: str, reason: str) -> None:
    """Let everything follow an issue that a move of `ENDS` has just ended."""
    issue_id = plan.holder.id
    disclosures = disclosures_of_issue(plan.tx, plan.pen.vault, issue_id)
    actions = remedy.action_states(plan.tx, issue_id)
    about = [row_id for row_id, _, _ in disclosures] + [row_id for row_id, _ in actions]
    end_clocks(plan.tx, plan.pen, about)  # first: the courier holds clocks when it lapses one
    if move in _DISCLOSURES:
        name, role = _DISCLOSURES[move]
        for row_id, _, state in disclosures:
            _move_disclosure(plan, (row_id, state), name, role, reason)
        remedy.shuffle_disclosures(plan.tx)
    if move in _TOLD:
        for row_id, state in actions:
            _drop_action(plan, row_id, state, _TOLD[move])


def _move_disclosure(
    plan: PlanRows, row: tuple[UUID, str], name: str, role: Role, reason: str
) -> None:
    row_id, state = row
    if name not in {move.name for move in disclosed.MACHINE.rows_from(state, role)}:
        return
    holds = {"actions_closed": True}
    dest = disclosed.MACHINE.advance(state, name, role=role, holds=holds, reason=reason)
    remedy.save(plan.tx, disclosure_table, row_id, source=state, dest=dest, also={})
    plan.pen.log(plan.tx, f"disclosure_{name}", row_id, dest)


def _drop_action(plan: PlanRows, row_id: UUID, state: str, told: str) -> None:
    """End what is not done. Its history, which buyers read, has no reason of ours."""
    role, holds = plan.actor.role, {"issue_ended": True}
    if "drop" not in {move.name for move in action_machine.MACHINE.rows_from(state, role)}:
        return
    dest = action_machine.MACHINE.advance(state, "drop", role=role, holds=holds)
    plan.add_entry(row_id, {"kind": "move", "move": "drop", "to": dest, "text": told})
    remedy.save(plan.tx, action_table, row_id, source=state, dest=dest, also={})
    plan.pen.log(plan.tx, "action_drop", row_id, dest)
