"""The part of a plan that staff's and buyers' pages share."""

from __future__ import annotations

from uuid import UUID

from workervoice.errors import NotFound
from workervoice.hotline.planning import OpenPlan
from workervoice.workflow import action as action_machine


def move_action(plan: OpenPlan, action_id: UUID, move: str, note: str) -> None:
    """Move one action of this plan; any other action, or move, is not there."""
    if move not in action_machine.MACHINE.names:
        raise NotFound("no such move")
    if action_id not in {view.id for view in plan.actions()}:
        raise NotFound("no such action")
    plan.move(action_id, move, note)
