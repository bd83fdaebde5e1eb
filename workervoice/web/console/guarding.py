"""Who holds a worker's phone: freezing, thawing and removing a PIN, as forms on a case's page."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.hotline import guarding
from workervoice.web.console.cases import CASE
from workervoice.web.console.gate import Visiting

router = APIRouter()


@router.post("/cases/{case_id}/conversation/{move}")
def move_conversation(visit: Visiting, case_id: UUID, move: str) -> Response:
    reason = visit.form.one("reason")

    def act() -> None:
        guarding.move(visit.process, visit.actor, case_id, move, reason)

    return CASE.act(visit, f"conversation {move}", act)


@router.post("/cases/{case_id}/forget")
def forget(visit: Visiting, case_id: UUID) -> Response:
    """Remove the PIN and the word that the worker has set."""
    reason = visit.form.one("reason")

    def act() -> None:
        guarding.forget(visit.process, visit.actor, case_id, reason)

    return CASE.act(visit, "forget", act)
