"""Greetings: what people write first, or alone, and which languages say so.

"Hola" is Spanish, "salam" is one of several, and "hi" is said everywhere. No statistics know that,
and the lists of small words hold look-alikes (Hindi has a particle "hi").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from workervoice.triage import words

EVERYWHERE = "everywhere"

_LONGEST = 4  # words of one greeting
_WORD = re.compile(r"[^\W_]+(?:['’`][^\W_]+)*")
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Greeted:
    """The languages whose greetings a message begins with, and what comes after them."""

    languages: frozenset[str]  # {EVERYWHERE} if any language says so; empty if there is none
    rest: str


def greeted(text: str) -> Greeted:
    """The greetings at the beginning of a `scripts.plain` text."""
    found = list(_WORD.finditer(text))
    said: list[frozenset[str]] = []
    place = 0
    while place < len(found):
        size, languages = _greeting([word.group() for word in found[place : place + _LONGEST]])
        if not size:
            break
        said.append(languages)
        place += size
    rest = text[found[place].start() :] if place < len(found) else ""
    return Greeted(_common(said), rest if place else text)


def _greeting(following: list[str]) -> tuple[int, frozenset[str]]:
    """How many words the greeting has that stands here, the longest first, and its languages."""
    known = _greetings()
    for size in range(len(following), 0, -1):
        said = " ".join(following[:size])
        languages = known.get(_key(said)) or known.get(_key(words.bare(said)))
        if languages:
            return size, languages
    return 0, frozenset()


def _common(said: list[frozenset[str]]) -> frozenset[str]:
    """The languages in which all of the greetings are said, else those of any."""
    own = [languages for languages in said if languages != {EVERYWHERE}]
    if not own:
        return frozenset().union(*said)
    return frozenset.intersection(*own) or frozenset().union(*own)


@cache
def _greetings() -> Mapping[str, frozenset[str]]:
    """Languages by greeting, as written and without accents ("olá" is Portuguese, "ola" may be)."""
    known: dict[str, frozenset[str]] = {}
    for language, row in words.lists("greetings").items():
        for greeting in row.split():
            written = greeting.replace("_", " ")
            for key in {_key(written), _key(words.bare(written))}:
                known[key] = known.get(key, frozenset()) | {language}
    everywhere = frozenset({EVERYWHERE})
    return {key: everywhere if EVERYWHERE in said else said for key, said in known.items()}


def _key(greeting: str) -> str:
    return _DOUBLED.sub(r"\1", greeting)
