"""How machine and people agree, for supervisors and monitors: a page, and the same as a table."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

from workervoice.disclosure.suppress import SMALLEST
from workervoice.hotline.agreement import agreement, table
from workervoice.web.console.gate import Visiting

router = APIRouter()


@router.get("/agreement")
def show(visit: Visiting) -> Response:
    told = agreement(visit.process, visit.actor)
    return visit.page("agreement.html", told=told, smallest=SMALLEST)


@router.get("/agreement/table")
def keep(visit: Visiting) -> Response:
    """The same as CSV, for whoever writes packs."""
    told = agreement(visit.process, visit.actor)
    on = told.on.isoformat() if told else "none-yet"
    headers = {"Content-Disposition": f"attachment; filename=agreement-{on}.csv"}
    return PlainTextResponse(table(told), media_type="text/csv", headers=headers)
