"""The lines: what comes and goes out, what it costs, and that answers go on."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import WorkflowError
from workervoice.hotline.linespage import left_at_providers, let_answers_go_on, line_rows
from workervoice.web.console.forms import Tried
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.sentences import sentence

router = APIRouter()


@router.get("/lines")
def show(visit: Visiting) -> Response:
    return _page(visit)


def _page(visit: Visit, tried: Tried | None = None) -> Response:
    """After a refusal with 409."""
    rows = line_rows(visit.process, visit.actor)
    status = 409 if tried else 200
    there = left_at_providers(visit.process, visit.actor)
    told = {"lines": rows, "elsewhere": there, "tried": tried or Tried()}
    return visit.page("lines.html", status=status, **told)


@router.post("/lines/{line_id}/go-on")
def go_on(visit: Visiting, line_id: UUID) -> Response:
    try:
        let_answers_go_on(visit.process, visit.actor, line_id, visit.form.one("reason"))
    except WorkflowError as refused:
        return _page(visit, Tried(f"go-on-{line_id}", visit.form, sentence(refused)))
    return visit.see("/lines")
