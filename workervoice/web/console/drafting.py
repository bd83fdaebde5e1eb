"""Drafting a sensitive issue from a case."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.disclosure.packet import LIKELIHOODS, Packet
from workervoice.errors import WorkflowError
from workervoice.hotline import disclosing, drafts
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.message import INDICATORS
from workervoice.web.console.forms import Form, packet_of
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.sentences import sentence

router = APIRouter()


@router.get("/cases/{case_id}/issues")
def draft_form(visit: Visiting, case_id: UUID) -> Response:
    """An empty packet; only what was read or added, and not overruled, stands in it already."""
    page = case_page(visit.process, visit.actor, case_id)
    kept = drafts.kept(visit.process, visit.actor, case_id).get("issue")
    if kept is not None:
        site, country = (page.site.name, page.site.country) if page.site else ("", "")
        return _draft_page(visit, page, packet_of(Form(kept), site, country))
    return _draft_page(visit, page, _packet(visit, page, fresh=True))


@router.post("/cases/{case_id}/issues")
def draft(visit: Visiting, case_id: UUID) -> Response:
    page = case_page(visit.process, visit.actor, case_id)
    packet = _packet(visit, page)
    try:
        issue_id = disclosing.draft(visit.process, visit.actor, case_id, packet, visit.once())
    except WorkflowError as refused:
        return _draft_page(visit, page, packet, sentence(refused))
    drafts.drop(visit.process, visit.actor, case_id, "issue")
    return visit.see(f"/issues/{issue_id}")


def _packet(visit: Visit, page: CasePage, *, fresh: bool = False) -> Packet:
    """The packet in the form, about the case's own site; a fresh one names the indicators."""
    site, country = (page.site.name, page.site.country) if page.site else ("", "")
    packet = packet_of(visit.form, site, country)
    return packet if not fresh else _with_indicators(packet, page)


def _with_indicators(packet: Packet, page: CasePage) -> Packet:
    standing = page.record.standing().indicators
    named = tuple(code for code in INDICATORS if code in standing)
    return Packet.from_json({**packet.to_json(), "indicators": named})


def _draft_page(visit: Visit, page: CasePage, packet: Packet, problem: str = "") -> Response:
    shown = {"page": page, "packet": packet, "problem": problem}
    lists = {"indicators": INDICATORS, "likelihoods": LIKELIHOODS}
    return visit.page("draft.html", status=409 if problem else 200, **shown, **lists)
