"""What a buyer's officer sees: the disclosures of its own organisation, and their plans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import NotFound
from workervoice.hotline import buying
from workervoice.hotline.planning import OpenPlan
from workervoice.web.console.acting import Subject
from workervoice.web.console.evidence import Openings, add_evidence
from workervoice.web.console.forms import Tried
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.plans import add_plan
from workervoice.workflow import disclosed

router = APIRouter()

CLOSED_TO_ALL = frozenset({"sealed", "revoked"})  # on the list, without a page


@router.get("/disclosures")
def show_all(visit: Visiting) -> Response:
    lines = buying.disclosure_lines(visit.process, visit.actor)
    return visit.listing("disclosures.html", lines, without_page=CLOSED_TO_ALL)


@router.get("/disclosures/{disclosure_id}")
def show(visit: Visiting, disclosure_id: UUID) -> Response:
    return _page(visit, disclosure_id)


def _page(visit: Visit, disclosure_id: UUID, tried: Tried | None = None) -> Response:
    """One disclosure; after a refusal with what was tried, and 409."""
    page = buying.page(visit.process, visit.actor, disclosure_id)
    shown = {
        "page": page,
        "planning": page.planning,
        "removing": False,
        "me": str(visit.actor.id),
        "names": {},  # who works for other parties is not a buyer's business
        "tried": tried or Tried(),
    }
    return visit.page("disclosure.html", status=409 if tried else 200, **shown)


DISCLOSURE = Subject("disclosure", "/disclosures", _page)


@router.post("/disclosures/{disclosure_id}/move/{move}")
def move_disclosure(visit: Visiting, disclosure_id: UUID, move: str) -> Response:
    if move not in disclosed.MACHINE.names:
        raise NotFound("no such move")
    reason = visit.form.one("reason")

    def act() -> None:
        buying.move(visit.process, visit.actor, disclosure_id, move, reason)

    return DISCLOSURE.act(visit, f"move {move}", act)


@contextmanager
def _plan(visit: Visit, disclosure_id: UUID) -> Iterator[OpenPlan]:
    with buying.open_disclosure(visit.process, visit.actor, disclosure_id) as disclosure:
        yield disclosure.plan


@contextmanager
def _read(visit: Visit, disclosure_id: UUID) -> Iterator[OpenPlan]:
    with buying.open_disclosure(visit.process, visit.actor, disclosure_id) as disclosure:
        if not disclosure.readable:
            raise NotFound("nothing of it was opened")
        yield disclosure.plan


add_evidence(router, DISCLOSURE, Openings(_read, _plan))
add_plan(router, DISCLOSURE, _plan)
