"""Prompting: what was understood of what is being typed, and the one thing to ask next.

Triage reads the text so far, as it would read a message; nothing of it is kept. Danger is asked
about first, then what the ILO rule misses most, the site, and who may be told: then nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock, Thread
from uuid import UUID

from workervoice.hotline.items import items
from workervoice.triage import ilo
from workervoice.triage.engine import Engine
from workervoice.workflow.phrasebook import FALLBACK, PhraseBook
from workervoice.workflow.questions import MISSING, SITE

DANGER, CONSENT, ENOUGH = "danger", "consent", "enough"  # what has no phrase of its own
_ONLY = "_only"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form so far. `asked_danger` is whether the worker was asked about it."""

    text: str = field(repr=False)
    language: str = ""
    site_id: UUID | None = None
    danger: bool = False
    asked_danger: bool = False
    child: bool = False
    consent: int | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to show beside it: what was understood, and what to ask; `spoken` is the question in the
    worker's language, where the phrase book has it."""

    found: tuple[tuple[str, bool], ...]
    ask: str
    english: str
    spoken: str
    language: str
    draft: bool
    danger: bool


class Prompter:
    """Reads with the packs of this hotline, which are loaded when they are first needed."""

    def __init__(self, load: Callable[[], Engine], phrases: PhraseBook) -> None:
        self._load, self._phrases, self._lock = load, phrases, Lock()

    def look_ahead(self) -> None:
        """Load now, beside other work: whoever opens the page begins to type in a moment."""
        Thread(target=lambda: self._ready, name="prompter", daemon=True).start()

    @property
    def _ready(self) -> Engine:
        with self._lock:
            return self._engine

    @cached_property
    def _engine(self) -> Engine:
        return self._load()

    def first(self) -> Prompt:
        """Before anything is typed, and without the packs."""
        return Prompt((), DANGER, "", "", FALLBACK, draft=False, danger=False)

    def prompt(self, typed: Typed) -> Prompt:
        engine = self._ready
        reading = engine.read(typed.text)
        facts = replace(
            reading.facts,
            child=reading.facts.child or typed.child,
            imminent_danger=reading.facts.imminent_danger or typed.danger,
            site_id=typed.site_id,
            consent=typed.consent,
        )
        ask = _next(typed, ilo.missing(facts, engine.rule))
        language = self._phrases.language(typed.language or reading.language.code, FALLBACK)
        own = ask in (DANGER, CONSENT, ENOUGH)
        found = dict.fromkeys((items(e.item), e.denied) for e in reading.evidence)
        return Prompt(
            found=tuple(found),
            ask=ask,
            english="" if own else self._phrases.say(ask, FALLBACK),
            spoken="" if own or language == FALLBACK else self._phrases.say(ask, language),
            language=language,
            draft=self._phrases.files[language].status != "signed",
            danger=facts.imminent_danger,
        )


def _next(typed: Typed, missing: str | None) -> str:
    if not typed.asked_danger and not typed.danger:
        return DANGER
    if typed.text.strip() and missing in MISSING:
        return f"question_{missing}{_ONLY}"
    if typed.site_id is None:
        return SITE
    return CONSENT if typed.consent is None else ENOUGH
