"""Corrective actions: the two routes that staff's and buyers' pages share, each told once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import NotFound
from workervoice.hotline.planning import OpenPlan
from workervoice.web.console.acting import Subject
from workervoice.web.console.forms import promise_of
from workervoice.web.console.gate import Visit, Visiting
from workervoice.workflow import action as action_machine

Opening = Callable[[Visit, UUID], AbstractContextManager[OpenPlan]]


def add_plan(router: APIRouter, subject: Subject, opened: Opening) -> None:
    """Serve the plan that lies under a subject; `opened` gives it to whoever may work on it."""

    @router.post(f"{subject.path}/actions")
    def propose(visit: Visiting) -> Response:
        def act() -> None:
            promise = promise_of(visit.form)
            with opened(visit, visit.id(subject.name)) as plan:
                plan.propose(promise, visit.once())

        return subject.act(visit, "propose", act, "#plan")

    @router.post(f"{subject.path}/actions/{{action_id}}/{{move}}")
    def move_action(visit: Visiting, action_id: UUID, move: str) -> Response:
        def act() -> None:
            with opened(visit, visit.id(subject.name)) as plan:
                _move(plan, action_id, move, visit.form.one("note"))

        return subject.act(visit, f"action {action_id} {move}", act, "#plan")


def _move(plan: OpenPlan, action_id: UUID, move: str, note: str) -> None:
    """Move one action of this plan; any other action, or move, is not there."""
    if move not in action_machine.MACHINE.names:
        raise NotFound("no such move")
    if action_id not in {view.id for view in plan.actions()}:
        raise NotFound("no such action")
    plan.move(action_id, move, note)
