"""One burst: the cases in it, danger and children on top."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import Response

from workervoice.hotline.bursts import burst_at
from workervoice.hotline.fluency import fluency
from workervoice.hotline.overview import queue
from workervoice.web.console.gate import Visiting

router = APIRouter()

_Hour = Annotated[int, Path(ge=0, lt=10_000_000)]  # since 1970


@router.get("/bursts/{line_id}/{hour}")
def show(visit: Visiting, line_id: UUID, hour: _Hour) -> Response:
    every = queue(visit.process, visit.actor, visit.console.clocks)
    shown = {
        "read": fluency(visit.process, visit.actor),
        "now": visit.process.clock(),
        "burst": burst_at(visit.process, visit.actor, every, line_id, hour),
    }
    return visit.listing("burst.html", every, **shown)
