"""Entries: what a handler writes down for a worker, while they talk or afterwards.

A number goes from the form to the gateway, sealed, and is on no page again: not even on the one
that says what was wrong with it.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import GuardFailed, NotFound, WorkflowError
from workervoice.hotline.byhand import APART, FILED, REFUSED
from workervoice.hotline.entrydrafts import Fields, drop_entry, keep_entry, kept_entries
from workervoice.hotline.handover import TEXT_MAX, Entry, became, choices, hand_over, number_of
from workervoice.hotline.prompting import Prompt, Typed
from workervoice.message import Consent
from workervoice.web.console import words
from workervoice.web.console.forms import Form, id_of
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.sentences import sentence

router = APIRouter()

CALL, HAND = "call", "hand"
WAITS, UNKNOWN = "waits", "unknown"  # what a page says beside what the hotline says
_NOBODY = str(int(Consent.NOBODY))


@router.get("/entries/call")
def call(visit: Visiting, again: str = "") -> Response:
    """The live-call page; `again` is an entry of one's own that was not filed."""
    return _page(visit, CALL, _kept(visit, CALL, again))


@router.get("/entries/hand")
def hand(visit: Visiting, again: str = "", case: str = "") -> Response:
    """The page for walk-ins and letters; for a `case` where its worker came again."""
    said = _kept(visit, HAND, again)
    if id_of(Form({"case": (case,)}), "case") is not None:
        said = Form({**said.fields, "case": (case,)})
    return _page(visit, HAND, said)


@router.post("/entries/call")
def enter_call(visit: Visiting) -> Response:
    return _enter(visit, CALL)


@router.post("/entries/hand")
def enter_by_hand(visit: Visiting) -> Response:
    return _enter(visit, HAND)


@router.post("/entries/call/draft")
@router.post("/entries/hand/draft")
def keep_draft(visit: Visiting) -> Response:
    """Sent by the page itself while somebody types; a number is no part of it."""
    keep_entry(visit.process, visit.actor, _form_of(visit), visit.form.fields)
    return Response(status_code=204)


@router.post("/entries/call/prompts")
@router.post("/entries/hand/prompts")
def prompts(visit: Visiting) -> Response:
    """What was understood so far, and what to ask next: the part of the page, or all of it where
    the browser runs no scripts. Nothing is stored."""
    prompt = visit.console.prompter.prompt(_typed(visit.form))
    if visit.request.headers.get("hx-request") == "true":
        return visit.page("_prompts.html", prompt=prompt)
    return _page(visit, _form_of(visit), visit.form, prompt=prompt)


@router.get("/entries/sent/{entry_id}")
def sent(visit: Visiting, entry_id: UUID) -> Response:
    """What became of an entry of one's own. Once it is filed its draft is gone."""
    told, case_id = _became(visit, entry_id)
    names = [name for name in kept_entries(visit.process, visit.actor) if str(entry_id) in name]
    if told == UNKNOWN and not names:
        raise NotFound("no such entry")
    if told in {FILED, APART}:
        for name in names:
            drop_entry(visit.process, visit.actor, name)
    by_itself = visit.request.headers.get("hx-request") == "true"
    if told == FILED and not by_itself:
        return visit.see(f"/cases/{case_id}")
    form = names[0].partition(" ")[0] if names else CALL
    return visit.page(
        "entry_sent.html",
        entry_id=entry_id,
        became=told,
        case_id=case_id,
        kept=bool(names),
        form_name=form,
    )


def _form_of(visit: Visit) -> str:
    """Which of the two pages sent this."""
    return CALL if visit.request.url.path.startswith(f"/entries/{CALL}/") else HAND


def _enter(visit: Visit, form: str) -> Response:
    entry_id = visit.once() or uuid4()
    try:
        hand_over(visit.process, visit.actor, _entry(visit.form, form), entry_id)
    except WorkflowError as refused:
        return _page(visit, form, visit.form, problem=sentence(refused))
    keep_entry(visit.process, visit.actor, form, visit.form.fields, sent=entry_id)
    return visit.see(f"/entries/sent/{entry_id}")


def _page(
    visit: Visit, form: str, said: Form, *, problem: str = "", prompt: Prompt | None = None
) -> Response:
    visit.console.prompter.look_ahead()
    lines, sites = choices(visit.process, visit.actor)
    shown = {
        "form_name": form,
        "text_max": TEXT_MAX,
        "case_id": id_of(said, "case"),
        "said": said,
        "problem": problem,
        "prompt": prompt or visit.console.prompter.first(),
        "lines": lines,
        "sites": sites,
        "languages": sorted(words.LANGUAGES.items(), key=lambda pair: pair[1]),
        "unfiled": _unfiled(visit),
    }
    return visit.page("entry.html", status=409 if problem else 200, **shown)


def _kept(visit: Visit, form: str, again: str) -> Form:
    """What this person was writing here."""
    kept = kept_entries(visit.process, visit.actor)
    fields: Fields = kept.get(f"{form} {again}", {}) if again else kept.get(form, {})
    return Form(dict(fields))


def _unfiled(visit: Visit) -> list[tuple[str, str, str]]:
    """Entries of one's own that were handed over and that nobody has filed: form, id, and why."""
    found = []
    for name in kept_entries(visit.process, visit.actor):
        form, _, entry_id = name.partition(" ")
        if not entry_id:
            continue
        told, _ = _became(visit, UUID(entry_id))
        if told in {FILED, APART}:
            drop_entry(visit.process, visit.actor, name)
        else:
            found.append((form, entry_id, told))
    return found


def _became(visit: Visit, entry_id: UUID) -> tuple[str, str]:
    """What became of it, and the case that it is in."""
    try:
        told = became(visit.process, visit.actor, entry_id)
    except NotFound:
        return UNKNOWN, ""
    said = str(told.get("became", WAITS))
    return (said if said in {FILED, APART, REFUSED} else WAITS), str(told.get("case", ""))


def _entry(form: Form, name: str) -> Entry:
    """Raises `GuardFailed` for a form that is not complete."""
    line_id = id_of(form, "line")
    if line_id is None:
        raise GuardFailed("choose a line from the list")
    way = CALL if name == CALL else form.one("way")
    if way not in {"call", "walk_in", "letter"} or (way == CALL and name != CALL):
        raise GuardFailed("say how it came")
    return Entry(
        way=way,  # type: ignore[arg-type]
        text=form.one("text"),
        line_id=line_id,
        number=number_of(form.one("number")),
        language=_language(form),
        site_id=id_of(form, "site"),
        danger=form.one("danger") == "yes",
        child=form.one("child") == "yes",
        consent=_consent(form),
        may_write=form.one("may_write") == "yes",
        case_id=id_of(form, "case"),
    )


def _typed(form: Form) -> Typed:
    try:
        consent = _consent(form)
    except GuardFailed:
        consent = None
    return Typed(
        text=form.one("text"),
        language=_language(form),
        site_id=id_of(form, "site"),
        danger=form.one("danger") == "yes",
        asked_danger=form.one("danger") in {"yes", "no"},
        child=form.one("child") == "yes",
        consent=consent,
    )


def _language(form: Form) -> str:
    """One of those that the page offers, or none."""
    return form.one("language") if form.one("language") in words.LANGUAGES else ""


def _consent(form: Form) -> int | None:
    """The sum of those whom the worker named; None where nothing is ticked. Raises `GuardFailed`
    for "nobody" and somebody."""
    said = set(form.all("consent"))
    if not said <= {str(int(each)) for each in Consent} or (_NOBODY in said and len(said) > 1):
        raise GuardFailed("either nobody may be told, or those who are ticked")
    return sum(map(int, said)) if said else None
