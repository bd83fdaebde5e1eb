"""The lines: what comes and goes out, what it costs, and that answers go on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import WorkflowError
from workervoice.hotline.linespage import (
    LineRow,
    left_at_providers,
    let_answers_go_on,
    line_rows,
)
from workervoice.web.console.forms import Tried
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.sentences import sentence
from workervoice.workflow.linefacts import Channel, channels, parts_of_report, two_way_by_twilio
from workervoice.workflow.phrasebook import PhraseBook
from workervoice.workflow.tongues import NO_LANGUAGE

router = APIRouter()


@router.get("/lines")
def show(visit: Visiting) -> Response:
    return _page(visit)


def _page(visit: Visit, tried: Tried | None = None) -> Response:
    """After a refusal with 409."""
    rows = line_rows(visit.process, visit.actor)
    status = 409 if tried else 200
    there = left_at_providers(visit.process, visit.actor)
    lists = {row.id: _checklist(visit.console.desk.phrases, row) for row in rows}
    told = {"lines": rows, "elsewhere": there, "lists": lists, "tried": tried or Tried()}
    return visit.page("lines.html", status=status, **told)


@dataclass(frozen=True, slots=True)
class CheckList:
    """What is to be known of a line, as docs/lines.md has it for all."""

    channel: Channel
    two_way: str  # by Twilio, in the line's country; "" where nobody asks
    languages: tuple[tuple[str, int, str], ...]  # what a report costs: parts, and money if known


def _checklist(book: PhraseBook, row: LineRow) -> CheckList:
    own = (book.language(row.language),) if row.language != NO_LANGUAGE else tuple(book.files)
    counted = [(each, sum(parts_of_report(book, each, row.channel))) for each in own]
    money = row.tariff
    return CheckList(
        channels()[row.channel],
        two_way_by_twilio(row.country) if row.channel == "sms" else "",
        tuple(
            (each, many, money.money(money.cost(many)) if money else "") for each, many in counted
        ),
    )


@router.post("/lines/{line_id}/go-on")
def go_on(visit: Visiting, line_id: UUID) -> Response:
    try:
        let_answers_go_on(visit.process, visit.actor, line_id, visit.form.one("reason"))
    except WorkflowError as refused:
        return _page(visit, Tried(f"go-on-{line_id}", visit.form, sentence(refused)))
    return visit.see("/lines")
