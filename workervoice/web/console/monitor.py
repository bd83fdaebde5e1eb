"""How cases and complaints about us move, for monitors: no content, no severity; practices; and
the log's newest checkpoint, for keeping.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

from workervoice.hotline import witnessing
from workervoice.hotline.overseeing import complaints_overseen, practices_overseen
from workervoice.hotline.overview import monitor_lines
from workervoice.hotline.restoring import standing_restore
from workervoice.web.console.gate import Visiting

router = APIRouter()


@router.get("/monitor")
def show(visit: Visiting) -> Response:
    lines = monitor_lines(visit.process, visit.actor, visit.console.clocks)
    newest = witnessing.newest(visit.process, visit.actor)
    restored = standing_restore(visit.process, visit.actor)
    about_us = complaints_overseen(visit.process, visit.actor, visit.console.clocks)
    shown = {
        "newest": newest,
        "restored": restored,
        "about_us": about_us,
        "practised": practices_overseen(visit.process, visit.actor),
    }
    return visit.listing("monitor.html", lines, **shown)


@router.get("/monitor/checkpoint")
def keep(visit: Visiting) -> Response:
    """The log's newest checkpoint as a file, byte for byte as it was signed."""
    kept = witnessing.keep(visit.process, visit.actor)
    name = f"attachment; filename=checkpoint-{kept.size}.txt"
    return PlainTextResponse(kept.note, headers={"Content-Disposition": name})
