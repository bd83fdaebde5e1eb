"""Who is who on the phones: letting a phone in that sent a return code, and parting what another
person wrote, as forms on a case's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import NotFound
from workervoice.hotline import parting, sameworker
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


@router.post("/cases/{case_id}/part")
def part(visit: Visiting, case_id: UUID) -> Response:
    """Begin a case with texts that are another person's."""
    marked = {found for found in map(_id, visit.form.all("entry")) if found is not None}
    reason, once = visit.form.one("reason"), visit.once() or uuid4()

    def act() -> None:
        parting.part(visit.process, visit.actor, case_id, (marked, reason), once)

    return CASE.act(visit, "part", act)


def _id(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
