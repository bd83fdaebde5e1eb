"""Cases: the queue, one case, and what a handler does with it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import Forbidden, NotFound, WorkflowError
from workervoice.hotline import drafts, redacting
from workervoice.hotline.bursts import grouped
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.fluency import fluency
from workervoice.hotline.linespage import quiet_lines
from workervoice.hotline.overview import OVER, queue
from workervoice.hotline.redacting import Cut
from workervoice.hotline.restoring import standing_restore
from workervoice.hotline.restricting import colleagues
from workervoice.hotline.suggesting import ANSWER, Suggesting, suggestions
from workervoice.hotline.telling import tell_worker
from workervoice.hotline.thread import entry_of_case
from workervoice.hotline.tombstones import tombstone
from workervoice.message import INDICATORS, Consent, Priority, Role
from workervoice.web.console import parts
from workervoice.web.console.acting import Subject
from workervoice.web.console.forms import (
    Form,
    Tried,
    held_of,
    override_of,
    priority_of,
    site_of,
)
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.sentences import sentence
from workervoice.workflow import case as case_machine

router = APIRouter()

LATEST = "#latest"  # the last entry of a thread
ALWAYS_WHY = {
    "report_remedy": "What did workers actually get, and how many of them?",
    "confirm_in_person": "What did the worker say, when, and to whom?",
    "erase": "The worker asked for it. Say that you checked that no law or court asks to keep it.",
}


@router.get("/cases")
def show_queue(visit: Visiting, languages: str = "") -> Response:
    """All cases; with `languages=mine` without those that a colleague reads and I do not."""
    every, now = queue(visit.process, visit.actor, visit.console.clocks), visit.process.clock()
    read = fluency(visit.process, visit.actor)
    only_mine = languages == "mine" and bool(read.own)
    listed = [line for line in every if not only_mine or read.is_mine(line)]
    going_on = [line for line in listed if line.state not in OVER]
    open_ = [line for line in going_on if not line.is_test]
    shown = {
        "read": read,
        "only_mine": only_mine,
        "left_out": len(every) - len(listed),
        "late": sum(line.late for line in open_),
        "waiting": sum(line.record.waits for line in open_),
        "rows": grouped(visit.process, visit.actor, open_).rows,
        "answered": [line for line in open_ if not line.record.waits],
        "tests": [line for line in going_on if line.is_test],
        "over": [line for line in listed if line.state in OVER],
        "restored": standing_restore(visit.process, visit.actor),
        "quiet_lines": list(quiet_lines(visit.process, visit.actor)),
    }
    return visit.listing("queue.html", every, now=now, **shown)


@router.get("/cases/{case_id}")
def show(visit: Visiting, case_id: UUID, perhaps: str = "") -> Response:
    """One case, or what is left of it; `perhaps` is a site that was chosen among those offered, to
    be seen in the form before it is set."""
    try:
        return _page(visit, case_id, perhaps=perhaps)
    except Forbidden:
        stone = tombstone(visit.process, visit.actor, case_id)
        return visit.page("tombstone.html", status=410, stone=stone)


def _page(
    visit: Visit, case_id: UUID, tried: Tried | None = None, *, perhaps: str = ""
) -> Response:
    """One case; after a refusal with what was tried, and 409."""
    page = case_page(visit.process, visit.actor, case_id)
    visit.console.watch.opened(visit.process, visit.actor, case_id)
    facts, tried, kept = page.record.facts, tried or Tried(), _drafts(visit, case_id)
    offered = suggestions(visit.console.desk.phrases, *page.writes_in)
    shown = {
        "page": page,
        "now": visit.process.clock(),
        "priorities": tuple(Priority),
        "addable": [code for code in INDICATORS if code not in {j.indicator for j in page.judged}],
        "ask_why": ALWAYS_WHY,
        "proposed": _proposed(page),
        "grounds": {} if facts.allows(Consent.AUTHORITIES) else {"refer": page.may_override},
        "tried": tried,
        "perhaps": perhaps,
        "drafts": kept,
        "offered": offered,
        "said": offered.within(tried.kept(ANSWER, "text", kept.get(ANSWER, ""))),
        "shelf": visit.console.shelf,
        "machine": visit.console.machine is not None,
        "team": colleagues(visit.process, visit.actor) if _supervises(visit) else (),
    }
    return visit.page("case.html", status=409 if tried.name else 200, **shown)


def _supervises(visit: Visit) -> bool:
    return visit.actor.role is Role.SUPERVISOR


def _drafts(visit: Visit, case_id: UUID) -> dict[str, str]:
    """What this person was writing here, by form."""
    kept = drafts.kept(visit.process, visit.actor, case_id)
    return {form: Form(fields).one("text") for form, fields in kept.items()}


@router.post("/cases/{case_id}/drafts/{form}")
def keep_draft(visit: Visiting, case_id: UUID, form: str) -> Response:
    """Sent by the page itself while somebody types."""
    said = {name: v for name, v in visit.form.fields.items() if name not in {"form_token", "form"}}
    drafts.keep(visit.process, visit.actor, case_id, form, said)
    return Response(status_code=204)


def _proposed(page: CasePage) -> list[str]:
    """Moves of this case that wait for a second person; an issue's are on the issue's page."""
    return [move.name for move in page.moves if move.name in page.proposals]


@router.get("/cases/{case_id}/messages/{message_id}")
def show_message(visit: Visiting, case_id: UUID, message_id: UUID, part: int = 1) -> Response:
    """The whole of a text that is too long for its case's page, part by part."""
    entry = entry_of_case(visit.process, visit.actor, case_id, message_id)
    piece = parts.part(entry.passages, part)
    return visit.page(
        "message.html",
        case_id=case_id,
        entry=entry,
        piece=piece,
        number=part,
        parts=parts.parts(entry.passages),
        shelf=visit.console.shelf,
    )


CASE = Subject("case", "/cases", _page)


@router.post("/cases/{case_id}/answer")
def answer(visit: Visiting, case_id: UUID) -> Response:
    desk, text = visit.console.desk, visit.form.one("text")
    english = Suggesting(visit.process, desk.phrases)

    def act() -> None:
        desk.answer(visit.actor, case_id, text)
        english.keep_english(visit.actor, case_id, text, visit.once())
        drafts.drop(visit.process, visit.actor, case_id, "answer")

    return CASE.act(visit, "answer", act, LATEST)


@router.post("/cases/{case_id}/assess")
def assess(visit: Visiting, case_id: UUID) -> Response:
    desk, form = visit.console.desk, visit.form
    indicator, verdict = form.one("indicator"), form.one("verdict")
    name = "assess added" if verdict == "added" else f"assess {indicator}"

    def act() -> None:
        desk.assess(visit.actor, case_id, indicator, verdict, form.one("reason"))

    return CASE.act(visit, name, act)


@router.post("/cases/{case_id}/priority")
def set_priority(visit: Visiting, case_id: UUID) -> Response:
    desk, form = visit.console.desk, visit.form

    def act() -> None:
        desk.set_priority(visit.actor, case_id, priority_of(form), form.one("reason"))

    return CASE.act(visit, "priority", act)


@router.post("/cases/{case_id}/site")
def set_site(visit: Visiting, case_id: UUID) -> Response:
    desk = visit.console.desk
    return CASE.act(visit, "site", lambda: desk.set_site(visit.actor, case_id, site_of(visit.form)))


@router.post("/cases/{case_id}/note")
def note(visit: Visiting, case_id: UUID) -> Response:
    desk, text = visit.console.desk, visit.form.one("text")

    def act() -> None:
        desk.note(visit.actor, case_id, text, visit.once())
        drafts.drop(visit.process, visit.actor, case_id, "note")

    return CASE.act(visit, "note", act, LATEST)


@router.post("/cases/{case_id}/hold")
def hold(visit: Visiting, case_id: UUID) -> Response:
    """Put the case under legal hold, or lift it."""
    desk, form = visit.console.desk, visit.form

    def act() -> None:
        desk.hold(visit.actor, case_id, held=held_of(form), reason=form.one("reason"))

    return CASE.act(visit, "hold", act)


@router.post("/cases/{case_id}/access")
def access(visit: Visiting, case_id: UUID) -> Response:
    """Everything that is stored about this worker, on one page to hand over."""
    try:
        told = tell_worker(visit.process, visit.actor, case_id, visit.form.one("checked"))
    except WorkflowError as refused:
        return _page(visit, case_id, Tried("access", visit.form, sentence(refused)))
    return visit.page("access.html", case_id=case_id, told=told)


@router.post("/cases/{case_id}/redact/{entry_id}")
def redact(visit: Visiting, case_id: UUID, entry_id: UUID) -> Response:
    """Take a passage or a medium out of one entry for good."""
    form = visit.form
    medium = form.one("medium")
    cut = Cut(entry_id, form.one("passage"), int(medium) if medium.isdecimal() else None)

    def act() -> None:
        redacting.redact(visit.process, visit.actor, case_id, cut, form.one("reason"))

    return CASE.act(visit, f"redact {entry_id}", act)


@router.post("/cases/{case_id}/move/{move}")
def move_case(visit: Visiting, case_id: UUID, move: str) -> Response:
    if move not in case_machine.MACHINE.names:
        raise NotFound("no such move")
    desk, reason = visit.console.desk, visit.form.one("reason")
    if move == "erase":
        return _erase(visit, case_id, reason)
    override = override_of(visit.form, visit.actor.id)

    def act() -> None:
        desk.move(visit.actor, case_id, move, reason, override)

    return CASE.act(visit, f"move {move}", act)


def _erase(visit: Visit, case_id: UUID, reason: str) -> Response:
    """After erasing there is no such page any more: back to the queue."""
    try:
        visit.console.desk.move(visit.actor, case_id, "erase", reason)
    except WorkflowError as refused:
        return _page(visit, case_id, Tried("move erase", visit.form, sentence(refused)))
    return visit.see("/cases")
