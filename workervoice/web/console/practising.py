"""What came as a test: two forms on a case's page, for a person to say which it is."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.hotline import practising
from workervoice.web.console.cases import CASE
from workervoice.web.console.gate import Visiting

router = APIRouter()


@router.post("/cases/{case_id}/real")
def call_real(visit: Visiting, case_id: UUID) -> Response:
    reason = visit.form.one("reason")

    def act() -> None:
        practising.call_real(visit.process, visit.actor, case_id, reason)

    return CASE.act(visit, "real", act)


@router.post("/cases/{case_id}/test")
def call_test(visit: Visiting, case_id: UUID) -> Response:
    reason = visit.form.one("reason")

    def act() -> None:
        practising.call_test(visit.process, visit.actor, case_id, reason)

    return CASE.act(visit, "test", act)
