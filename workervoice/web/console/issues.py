"""Sensitive issues as the hotline's people work on them: draft, two people, plan, end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.disclosure.packet import LIKELIHOODS
from workervoice.disclosure.reidentify import Finding
from workervoice.errors import NotFound
from workervoice.hotline import disclosing, releasing
from workervoice.hotline.issuepage import issue_page, staff_plan
from workervoice.hotline.overview import issue_lines
from workervoice.hotline.planning import PLANNING, OpenPlan
from workervoice.message import INDICATORS
from workervoice.web.console.acting import Subject
from workervoice.web.console.evidence import Openings, add_evidence, add_removal
from workervoice.web.console.forms import Tried, override_of, packet_of
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.plans import add_plan
from workervoice.workflow import issue as issue_machine
from workervoice.workflow.consent import may_tell_buyers

router = APIRouter()


@router.get("/issues")
def show_all(visit: Visiting) -> Response:
    return visit.listing("issues.html", issue_lines(visit.process, visit.actor))


@router.get("/issues/{issue_id}")
def show(visit: Visiting, issue_id: UUID) -> Response:
    return _page(visit, issue_id)


def _page(visit: Visit, issue_id: UUID, tried: Tried | None = None) -> Response:
    """One issue; after a refusal with what was tried, and 409."""
    page = issue_page(visit.process, visit.actor, issue_id)
    packet, edited = page.packet, page.packet
    if tried is not None and tried.name == "edit":
        edited = packet_of(tried.form, packet.site, packet.country)
    shown = {
        "page": page,
        "edited": edited,
        "description": marked(packet.description, 0, page.findings),
        "first_steps": marked(packet.first_steps, len(packet.description) + 1, page.findings),
        "agreed": may_tell_buyers(page.consent),
        "planning": page.state in PLANNING,
        "removing": True,
        "me": str(visit.actor.id),
        "names": {str(officer): name for officer, name in page.names.items()},
        "indicators": INDICATORS,
        "likelihoods": LIKELIHOODS,
        "tried": tried or Tried(),
    }
    return visit.page("issue.html", status=409 if tried else 200, **shown)


def marked(text: str, offset: int, findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """Cut one field of the packet where a finding begins or ends: (text, why it is doubtful).

    Findings count from the start of the packet's free text; this field begins at `offset`.
    """
    size = len(text)
    spans = [(f.start - offset, f.end - offset, f.why) for f in findings]
    spans = [(max(s, 0), min(e, size), why) for s, e, why in spans if s < size and e > 0]
    cuts = sorted({0, size, *(s for s, _, _ in spans), *(e for _, e, _ in spans)})
    return [
        (text[a:b], ", ".join(dict.fromkeys(why for s, e, why in spans if s <= a and b <= e)))
        for a, b in pairwise(cuts)
    ]


ISSUE = Subject("issue", "/issues", _page)


@router.post("/issues/{issue_id}/edit")
def edit(visit: Visiting, issue_id: UUID) -> Response:
    """A new version of the draft; site and country stay those of the case."""

    def act() -> None:
        packet = issue_page(visit.process, visit.actor, issue_id).packet
        changed = packet_of(visit.form, packet.site, packet.country)
        disclosing.redraft(visit.process, visit.actor, issue_id, changed)

    return ISSUE.act(visit, "edit", act)


@router.post("/issues/{issue_id}/approve")
def approve(visit: Visiting, issue_id: UUID) -> Response:
    return ISSUE.act(
        visit, "approve", lambda: disclosing.approve(visit.process, visit.actor, issue_id)
    )


@router.post("/issues/{issue_id}/release")
def release(visit: Visiting, issue_id: UUID) -> Response:
    override = override_of(visit.form, visit.actor.id)
    return ISSUE.act(
        visit,
        "release",
        lambda: releasing.release(visit.process, visit.actor, issue_id, override),
    )


@router.post("/issues/{issue_id}/move/{move}")
def move_issue(visit: Visiting, issue_id: UUID, move: str) -> Response:
    if move not in issue_machine.MACHINE.names:
        raise NotFound("no such move")
    reason = visit.form.one("reason")

    def act() -> None:
        disclosing.move(visit.process, visit.actor, issue_id, move, reason)

    return ISSUE.act(visit, f"move {move}", act)


@contextmanager
def _plan(visit: Visit, issue_id: UUID) -> Iterator[OpenPlan]:
    with disclosing.open_issue(visit.process, visit.actor, issue_id) as issue:
        yield staff_plan(issue)


add_evidence(router, ISSUE, Openings(_plan, _plan))
add_removal(router, ISSUE, _plan)
add_plan(router, ISSUE, _plan)
