"""The language packs that the hotline is made of, for supervisors and monitors."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.triage.packheads import Head
from workervoice.web.console.gate import Visiting

router = APIRouter()


@router.get("/packs")
def show(visit: Visiting) -> Response:
    shelf = visit.console.shelf
    good = [pack for pack in shelf.packs if isinstance(pack, Head)]
    broken = [pack for pack in shelf.packs if not isinstance(pack, Head)]
    return visit.page("packs.html", packs=good, broken=broken, drafts=shelf.drafts)
