"""Which site a worker's words name: by the poster's code, typed as a code, or by the site's name.

A wrong site sends a report to the wrong buyers, so that a doubt leaves the words for a handler. An
ordinary word is no code: "we drink from the river" does not name the site RIVER.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from uuid import UUID

from workervoice.store.programme import Site
from workervoice.workflow.commands import command, yes_or_no

_CODE_LETTERS = 3  # a shorter code without digits may be any "I", "US" or "OK"
_LONGEST = 4000  # characters of a text that are looked at

_Phrases = dict[str, list[tuple[list[str], UUID]]]  # first word -> all words, and the site


class Poster:
    """All sites, ready to be found in texts: a text is looked through once, however many there
    are."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self._answers: dict[str, set[UUID]] = {}
        self._names: _Phrases = {}
        self._typed: _Phrases = {}  # codes with letters and digits
        self._capitals: _Phrases = {}  # codes of letters alone
        for site in sites:
            code, name = _tokens(site.code), _folded(_tokens(site.name))
            for answer in filter(None, ("".join(_folded(code)), "".join(name))):
                self._answers.setdefault(answer, set()).add(site.id)
            if len(name) > 1:
                _add(self._names, name, site.id)
            self._add_code(code, site.id)

    def _add_code(self, code: Sequence[str], site_id: UUID) -> None:
        """With letters and digits in any case; with letters alone only in capitals, as the poster
        has it."""
        joined = "".join(code)
        if not any(map(str.isalpha, joined)):
            return
        if any(map(str.isdigit, joined)):
            _add(self._typed, _folded(code), site_id)
            _add(self._typed, ["".join(_folded(code))], site_id)
        elif _in_capitals(code):
            _add(self._capitals, [token.upper() for token in code], site_id)

    def named(self, text: str, *, asked: bool) -> UUID | None:
        """The one site that this text names, or None. `asked`: it answers "Where do you work?"."""
        tokens = _tokens(text[:_LONGEST])
        folded = _folded(tokens)
        named = _found(self._names, folded) | _found(self._typed, folded)
        cased = [token for token in tokens if token.upper() != token.lower()]
        shouted = all(token.isupper() for token in cased)
        named |= _found(self._capitals, tokens, at_least=len(cased) if shouted else 0)
        if asked and not _means_something(tokens):
            named |= self._answers.get("".join(folded), set())
        return named.pop() if len(named) == 1 else None


def _in_capitals(code: Sequence[str]) -> bool:
    """True if capitals make a code of it: not of a short one, nor of a word with a meaning."""
    joined = "".join(code)
    cased = joined.upper() != joined.lower()
    return cased and len(joined) >= _CODE_LETTERS and not _means_something(code)


def _add(phrases: _Phrases, phrase: Sequence[str], site_id: UUID) -> None:
    if phrase:
        phrases.setdefault(phrase[0], []).append((list(phrase), site_id))


def _found(phrases: _Phrases, tokens: Sequence[str], *, at_least: int = 0) -> set[UUID]:
    """The sites whose phrase stands there, one word after the other; none that is shorter than
    `at_least` words."""
    return {
        site_id
        for place, token in enumerate(tokens)
        for phrase, site_id in phrases.get(token, ())
        if len(phrase) >= at_least and tokens[place : place + len(phrase)] == phrase
    }


def can_be_typed(code: str) -> bool:
    """True if a worker who types just this code, without being asked, names the site."""
    nameless = Site(UUID(int=0), code, "", "")
    return _tokens(code) == [code] and Poster([nameless]).named(code, asked=False) is not None


def _means_something(tokens: Sequence[str]) -> bool:
    """A word that the dialogue understands, such as "no" or "help", names nothing."""
    words = " ".join(tokens)
    return command(words) is not None or yes_or_no(words) is not None


def _tokens(text: str) -> list[str]:
    """Runs of letters with their marks, and of digits; digits of any script as 0 to 9."""
    shown = (_shown(ch) for ch in unicodedata.normalize("NFKC", text))
    return "".join(shown).split()


@lru_cache(4096)
def _shown(ch: str) -> str:
    category = unicodedata.category(ch)
    if category == "Nd":
        return str(unicodedata.digit(ch))
    if category[0] in "LM":
        return ch
    return "" if category == "Cf" else " "


def _folded(tokens: Sequence[str]) -> list[str]:
    return [token.casefold() for token in tokens]
