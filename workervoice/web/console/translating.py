"""What an entry means, written by a person who reads it: a form beside it on its case's page."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.hotline.translating import Meaning, translate
from workervoice.web.console.cases import CASE
from workervoice.web.console.gate import Visiting

router = APIRouter()


@router.post("/cases/{case_id}/translate/{entry_id}")
def keep_translation(visit: Visiting, case_id: UUID, entry_id: UUID) -> Response:
    text, once = visit.form.one("text"), visit.once()

    def act() -> None:
        translate(visit.process, visit.actor, case_id, Meaning(entry_id, text), once)

    return CASE.act(visit, f"translate {entry_id}", act, "#thread")
