"""How cases move, for monitors: age, stage and response times, without content or severity."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.hotline.overview import monitor_lines
from workervoice.web.console.gate import Visiting

router = APIRouter()


@router.get("/monitor")
def show(visit: Visiting) -> Response:
    lines = monitor_lines(visit.process, visit.actor, visit.console.clocks)
    return visit.listing("monitor.html", lines)
