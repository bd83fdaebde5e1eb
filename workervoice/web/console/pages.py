"""Pages: templates, and how moments, texts and codes look in them. Everything is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.templating import Jinja2Templates

from workervoice.disclosure.packet import ETI_CLAUSES
from workervoice.hotline import items
from workervoice.hotline.act import ANSWER_MAX
from workervoice.hotline.planning import TEXT_MAX
from workervoice.web.console import words
from workervoice.web.console.forms import Form, Tried
from workervoice.web.console.histories import COMMANDS, DONE
from workervoice.web.console.parts import opening, size
from workervoice.web.console.sentences import MACHINES
from workervoice.workflow.phrasebook import PLACEHOLDERS, PhraseBook

_TEMPLATES = Path(__file__).parent.parent / "templates"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_PHRASES = PhraseBook.load()


def moment(at: datetime | int) -> str:
    """22 Nov 2026, 09:05 UTC."""
    when = datetime.fromtimestamp(at, tz=UTC) if isinstance(at, int) else at.astimezone(UTC)
    return f"{day(when.date())}, {when:%H:%M} UTC"


def day(on: date | str) -> str:
    """22 Nov 2026; takes a day as it stands in a plan, too."""
    when = date.fromisoformat(on) if isinstance(on, str) else on
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def month(of: str) -> str:
    """Nov 2026, of "2026-11"; a draft may say anything else, which is shown as it is."""
    try:
        return day(f"{of}-01").removeprefix("1 ")
    except ValueError:
        return of


def span(time: timedelta) -> str:
    """How long, roughly: people compare, they do not calculate."""
    hours = int(time.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return f"{hours // 24} days"


def tag(code: str) -> str:
    """A language code as HTML wants it: "hi-latn" is hi-Latn."""
    base, _, rest = (code or "und").partition("-")
    if not rest or len(rest) not in {2, 4}:
        return base
    return f"{base}-{rest.upper() if len(rest) == 2 else rest.title()}"


def move_label(name: str, machine: str = "case") -> str:
    """What a move's button says; a proposed move of an issue is named "issue <id> reject"."""
    if name.startswith("redact-"):
        return "Remove a long passage or a medium for good"
    kind, _, rest = name.rpartition(" ")
    moves = MACHINES["issue" if kind.startswith("issue ") else machine].moves
    return next((move.said for move in moves if move.name == rest), name)


def done(move: str, machine: str) -> str:
    """What was done by a move, as it stands in a history."""
    return DONE[machine].get(move) or move_label(move, machine)


def legend(passages: tuple[tuple[str, str, bool], ...]) -> list[tuple[str, bool]]:
    """What was found in a text, each item once, and whether the worker denied it."""
    found = {
        (items.item(code), denied)
        for _, codes, denied in passages
        if codes
        for code in codes.split(", ")
    }
    return sorted(found)


def automatic(replies: tuple[str, ...], emergency: str) -> str:
    """What the hotline said by itself, in English, for the handler who reads the answer to it."""
    known = dict.fromkeys(PLACEHOLDERS, "...") | {"emergency": emergency, "digit": "a digit"}
    known |= _PHRASES.files["en"].words.named()
    said = []
    for key, *hours in map(str.split, replies):
        known |= dict(zip(("from", "to"), hours, strict=False))
        said.append(_PHRASES.say(key, "en", **known))
    return " ".join(said)


def typed(form: Form) -> list[tuple[str, str]]:
    """The texts in a form that a person may have typed for long, with their labels."""
    return [(label, form.one(name)) for name, label in words.TYPED.items() if form.one(name)]


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = (
        moment,
        day,
        month,
        span,
        tag,
        move_label,
        done,
        legend,
        automatic,
        typed,
        items.item,
        items.items,
        opening,
        size,
    )
    made.filters |= {filter_.__name__: filter_ for filter_ in shown}
    made.globals |= {
        "words": words,
        "COMMANDS": COMMANDS,
        "ETI_CLAUSES": ETI_CLAUSES,
        "ANSWER_MAX": ANSWER_MAX,
        "TEXT_MAX": TEXT_MAX,
        "tried": Tried(),
    }
    return made


_PAGES = Jinja2Templates(env=_environment())


def render(request: Request, template: str, shown: Mapping[str, Any], status: int) -> Response:
    """One page of the console, from `templates/console/`."""
    return _PAGES.TemplateResponse(request, f"console/{template}", dict(shown), status)


def refusal(request: Request, status: int, advice: str = "") -> Response:
    """The page for everything that is not served, the same for all that share a status; what was
    typed into a form that could not be taken stands on it, to be copied."""
    title, usual = _REFUSALS.get(status, _REFUSALS[500])
    lost = _lost(request) if status != 404 else Form()
    shown = {"title": title, "advice": advice or usual, "lost": lost}
    return render(request, "refusal.html", shown, status)


def _lost(request: Request) -> Form:
    """The form that was sent: only to a browser that says that one of our own pages sent it, so
    that no other page makes ours say its words."""
    form: Form = getattr(request.state, "form", Form())
    return form if request.headers.get("sec-fetch-site") == "same-origin" else Form()


_REFUSALS: Mapping[int, tuple[str, str]] = {
    403: (
        "This form could not be taken",
        "Your session has ended, or the page was open for too long. Nothing was done. Copy what "
        "you wrote before you sign in again.",
    ),
    404: (
        "There is nothing here",
        "This page does not exist, or it is not for your account.",
    ),
    409: (
        "This cannot be done",
        "A seal or signature does not hold, so nothing is shown or changed. Please tell whoever "
        "looks after this hotline's server.",
    ),
    413: ("This is too long", "Nothing was stored. Go back and make the text shorter."),
    422: ("This form could not be read", "Nothing was stored. Go back and try again."),
    429: ("Please wait a moment", "There were too many tries. Wait a minute, and try again."),
    500: (
        "Something went wrong",
        "Nothing was stored. Please tell whoever looks after this hotline's server.",
    ),
    503: (
        "Please wait a moment",
        "The hotline cannot be reached now. Nothing was stored. Go back and try again.",
    ),
}
