"""After a restore: what it means, and the supervisor's word that sending goes on."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import IllegalMove, WorkflowError
from workervoice.hotline import restoring
from workervoice.web.console.forms import Tried, id_of
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.sentences import sentence

router = APIRouter()


@router.get("/restored")
def show(visit: Visiting) -> Response:
    return _page(visit)


def _page(visit: Visit, tried: Tried | None = None) -> Response:
    """After a refusal with 409."""
    last = restoring.standing_restore(visit.process, visit.actor)
    status = 409 if tried else 200
    return visit.page("restored.html", status=status, restored=last, tried=tried or Tried())


@router.post("/restored/go-on")
def go_on(visit: Visiting) -> Response:
    try:
        restore_id = id_of(visit.form, "restore")
        if restore_id is None:
            raise IllegalMove("no restore is named")
        restoring.go_on(visit.process, visit.actor, restore_id)
    except WorkflowError as refused:
        return _page(visit, Tried("go-on", visit.form, sentence(refused)))
    return visit.see("/restored")
