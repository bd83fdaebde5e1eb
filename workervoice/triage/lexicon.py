"""What a language pack holds once it is read: rules, spellings, negators, examples.

Values only; `packs` makes them from files and `match` uses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from workervoice.triage.grammar import Part

BEFORE: Final = "before"
AFTER: Final = "after"
BOTH: Final = "both"

PHRASE: Final = "#"  # in the names of rules: "en/P_documents#3", "en/P_documents#d1"
DENIAL: Final = "#d"

SIDE: Final = "side"  # up to the next "but"
SENTENCE: Final = "sentence"
MESSAGE: Final = "message"


@dataclass(frozen=True, slots=True)
class Rule:
    """One phrase of a pack. `names` has one (item, rule id) for each item that it reports."""

    names: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    line: int = 0
    weak: bool = False  # counts only where nothing else does


@dataclass(frozen=True, slots=True)
class Safe:
    """Phrases that make the hits of some items within their reach denied.

    An aside speaks of something else altogether (a question, the news, an earlier employer): it
    takes the hits out, since it neither reports nor denies them.
    """

    items: frozenset[str]
    rules: tuple[Rule, ...]
    reach: str = SIDE
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Negation:
    """Words that deny a hit, on which side, from how many words away, and what stops them."""

    words: tuple[str, ...] = ()
    scope: str = BEFORE
    window: int = 3
    stops: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()  # "if not finished": what follows "if" denies nothing
    contrasts: tuple[str, ...] = ()  # "but": a safe phrase before it says nothing of what follows
    hedges: tuple[str, ...] = ()  # "they say we are paid": the writer does not say so


@dataclass(frozen=True, slots=True)
class Clock:
    """How a language tells times of day: "6 am", "till", "10 at night"."""

    am: tuple[str, ...] = ()
    pm: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    points: Mapping[str, float] = field(default_factory=dict)  # midnight: 24


@dataclass(frozen=True, slots=True)
class Spelling:
    """How words are written in texts: short forms, number words, endings, words of every day."""

    sms: Mapping[str, str] = field(default_factory=dict)
    common: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    possessive: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    fuzzy: bool = True


@dataclass(frozen=True, slots=True)
class Example:
    """A text with which an author proves an item: it must, or must not, be reported."""

    item: str
    text: str
    hit: bool
    line: int
    denied: bool = False  # it must be denied


@dataclass(frozen=True, slots=True)
class Signature:
    """A native speaker's word for one version of a pack."""

    by: str  # a name, or a role
    date: str  # ISO, "2026-11-22"
    of: int  # the author's number of the version that was read


@dataclass(frozen=True, slots=True)
class Pack:
    """One language pack."""

    name: str
    file: str
    language: str
    status: str  # "reviewed" by a native speaker, or "draft"
    version: str  # "<author's number>:<digest of the file>"
    scripts: frozenset[str]
    near: int
    spelling: Spelling
    negation: Negation
    clock: Clock
    idioms: tuple[Rule, ...]
    safe: tuple[Safe, ...]
    rules: tuple[Rule, ...]
    denials: tuple[Rule, ...]  # phrases that say the contrary: "they gave my passport back"
    examples: tuple[Example, ...]
    signed: tuple[Signature, ...] = ()
