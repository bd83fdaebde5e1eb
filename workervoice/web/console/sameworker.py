"""Who is who on the phones: letting a phone in that sent a return code, as forms on a case's
page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import NotFound
from workervoice.hotline import sameworker
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.web.console.cases import CASE
from workervoice.web.console.gate import Visiting

router = APIRouter()

_DECISIONS: Mapping[str, Callable[[Process, Actor, UUID, str], None]] = MappingProxyType(
    {"let-in": sameworker.let_in, "refuse": sameworker.refuse, "leave": sameworker.leave}
)


@router.post("/cases/{case_id}/phones/{move}")
def decide(visit: Visiting, case_id: UUID, move: str) -> Response:
    """Let the phone that asks in, refuse it, or take further phones out again."""
    decide_so, reason = _DECISIONS.get(move), visit.form.one("reason")
    if decide_so is None:
        raise NotFound("no such decision")

    def act() -> None:
        decide_so(visit.process, visit.actor, case_id, reason)

    return CASE.act(visit, f"phones {move}", act)
