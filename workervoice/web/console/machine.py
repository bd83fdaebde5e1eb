"""What a program on this machine makes of a text: shown to whoever asks, marked, and kept only if
they keep it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import Declined, WorkflowError
from workervoice.hotline.translating import (
    MACHINE,
    Meaning,
    machine_mark,
    text_to_translate,
    translate,
)
from workervoice.web.console.cases import CASE
from workervoice.web.console.forms import Tried
from workervoice.web.console.gate import Visiting
from workervoice.web.console.sentences import sentence

router = APIRouter()


@router.post("/cases/{case_id}/machine/{entry_id}")
def ask_machine(visit: Visiting, case_id: UUID, entry_id: UUID) -> Response:
    """The text is read in one transaction, and translated in none."""
    try:
        if visit.console.machine is None:
            raise Declined("no translation program is set on this server")
        text, language = text_to_translate(visit.process, visit.actor, case_id, entry_id)
        said = visit.console.machine(text, language)
    except WorkflowError as refused:
        tried = Tried(f"machine {entry_id}", visit.form, sentence(refused))
        return CASE.show(visit, case_id, tried)
    return visit.page(
        "machine.html",
        case_id=case_id,
        entry_id=entry_id,
        text=text,
        language=language,
        said=said,
        mark=machine_mark(visit.process, visit.actor, entry_id, said),
    )


@router.post("/cases/{case_id}/machine/{entry_id}/keep")
def keep_machine(visit: Visiting, case_id: UUID, entry_id: UUID) -> Response:
    text, mark, once = visit.form.one("text"), visit.form.one("mark"), visit.once()
    meaning = Meaning(entry_id, text, MACHINE, mark)

    def act() -> None:
        translate(visit.process, visit.actor, case_id, meaning, once)

    return CASE.act(visit, f"machine {entry_id}", act, "#thread")
