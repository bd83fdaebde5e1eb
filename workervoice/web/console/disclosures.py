"""What a buyer's officer sees: the disclosures of its own organisation, and their plans."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import NotFound, WorkflowError
from workervoice.hotline import buying
from workervoice.web.console.forms import Tried, promise_of
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.plans import move_action
from workervoice.web.console.sentences import sentence
from workervoice.workflow import disclosed

router = APIRouter()

CLOSED_TO_ALL = frozenset({"sealed", "revoked"})  # on the list, without a page


@router.get("/disclosures")
def show_all(visit: Visiting) -> Response:
    lines = buying.disclosure_lines(visit.process, visit.actor)
    return visit.page("disclosures.html", lines=lines, without_page=CLOSED_TO_ALL)


@router.get("/disclosures/{disclosure_id}")
def show(visit: Visiting, disclosure_id: UUID) -> Response:
    return _page(visit, disclosure_id)


def _page(visit: Visit, disclosure_id: UUID, tried: Tried | None = None) -> Response:
    """One disclosure; after a refusal with what was tried, and 409."""
    page = buying.page(visit.process, visit.actor, disclosure_id)
    shown = {
        "page": page,
        "planning": page.state == "acknowledged",
        "me": str(visit.actor.id),
        "names": {},  # who works for other parties is not a buyer's business
        "tried": tried or Tried(),
    }
    return visit.page("disclosure.html", status=409 if tried else 200, **shown)


def _act(visit: Visit, disclosure_id: UUID, name: str, act: Callable[[], object]) -> Response:
    """Do it and show the disclosure again; if refused, with the reason and the form as it was."""
    try:
        act()
    except WorkflowError as refused:
        return _page(visit, disclosure_id, Tried(name, visit.form, sentence(refused)))
    return visit.see(f"/disclosures/{disclosure_id}")


@router.post("/disclosures/{disclosure_id}/move/{move}")
def move_disclosure(visit: Visiting, disclosure_id: UUID, move: str) -> Response:
    if move not in disclosed.MACHINE.names:
        raise NotFound("no such move")
    reason = visit.form.one("reason")

    def act() -> None:
        buying.move(visit.process, visit.actor, disclosure_id, move, reason)

    return _act(visit, disclosure_id, f"move {move}", act)


@router.post("/disclosures/{disclosure_id}/actions")
def propose(visit: Visiting, disclosure_id: UUID) -> Response:
    def act() -> None:
        promise = promise_of(visit.form)
        with buying.open_disclosure(visit.process, visit.actor, disclosure_id) as disclosure:
            disclosure.plan.propose(promise)

    return _act(visit, disclosure_id, "propose", act)


@router.post("/disclosures/{disclosure_id}/actions/{action_id}/{move}")
def move_action_of(visit: Visiting, disclosure_id: UUID, action_id: UUID, move: str) -> Response:
    note = visit.form.one("note")

    def act() -> None:
        with buying.open_disclosure(visit.process, visit.actor, disclosure_id) as disclosure:
            move_action(disclosure.plan, action_id, move, note)

    return _act(visit, disclosure_id, f"action {action_id} {move}", act)
