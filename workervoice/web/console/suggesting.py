"""Suggested sentences on a case's page: one is put into the answer that is being written.

The page is made again with it, so that this needs no script; what was typed before stands in the
person's own draft.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.hotline.suggesting import ANSWER, Suggesting
from workervoice.web.console.cases import CASE
from workervoice.web.console.gate import Visiting

router = APIRouter()


@router.post("/cases/{case_id}/suggest")
def suggest(visit: Visiting, case_id: UUID) -> Response:
    form, desk = visit.form, Suggesting(visit.process, visit.console.desk.phrases)

    def act() -> None:
        desk.put_in(visit.actor, case_id, form.one("text"), form.one("suggestion"))

    return CASE.act(visit, ANSWER, act, "#answer-title")
