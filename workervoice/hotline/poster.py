"""Which site a worker's words name: by the poster's code, typed as a code, or by the site's name.

A wrong site sends a report to the wrong buyers, so that a doubt leaves the words for a handler. An
ordinary word is no code: "we drink from the river" does not name the site RIVER.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from uuid import UUID

from workervoice.store.programme import Site
from workervoice.workflow.commands import command, yes_or_no

_CODE_LETTERS = 3  # a shorter code without digits may be any "I", "US" or "OK"
_LONGEST = 4000  # characters of a text that are looked at


def named_site(text: str, sites: Iterable[Site], *, asked: bool) -> UUID | None:
    """The one site that this text names, or None. `asked`: it answers "Where do you work?"."""
    tokens = _tokens(text[:_LONGEST])
    named = {site.id for site in sites if _names(tokens, site, asked=asked)}
    return named.pop() if len(named) == 1 else None


def can_be_typed(code: str) -> bool:
    """True if a worker who types just this code, without being asked, names the site."""
    typed = _tokens(code)
    return typed == [code] and _typed_as_code(typed, typed)


def _names(tokens: Sequence[str], site: Site, *, asked: bool) -> bool:
    code, name = _tokens(site.code), _folded(_tokens(site.name))
    answers = {"".join(_folded(code)), "".join(name)}
    if asked and "".join(_folded(tokens)) in answers and not _means_something(tokens):
        return True
    if len(name) > 1 and _within(name, _folded(tokens)):
        return True
    return _typed_as_code(tokens, code)


def _typed_as_code(tokens: Sequence[str], code: Sequence[str]) -> bool:
    """With letters and digits in any case; with letters alone only in capitals, as the poster has
    it, and not where everything is in capitals."""
    joined = "".join(code)
    letters = any(map(str.isalpha, joined))
    if letters and any(map(str.isdigit, joined)):
        folded = _folded(tokens)
        return "".join(_folded(code)) in folded or _within(_folded(code), folded)
    if len(joined) < _CODE_LETTERS or not letters or _means_something(code):
        return False
    capitals = [token.upper() for token in code]
    cased = [token for token in tokens if token.upper() != token.lower()]
    shouted = len(cased) > len(code) and all(token.isupper() for token in cased)
    return joined.upper() != joined.lower() and not shouted and _within(capitals, tokens)


def _means_something(tokens: Sequence[str]) -> bool:
    """A word that the dialogue understands, such as "no" or "help", names nothing."""
    words = " ".join(tokens)
    return command(words) is not None or yes_or_no(words) is not None


def _within(some: Sequence[str], tokens: Sequence[str]) -> bool:
    """True if these tokens stand there one after the other."""
    size = len(some)
    last = len(tokens) - size + 1
    return size > 0 and any(tokens[i : i + size] == some for i in range(last))


def _tokens(text: str) -> list[str]:
    """Runs of letters with their marks, and of digits; digits of any script as 0 to 9."""
    shown = (_shown(ch) for ch in unicodedata.normalize("NFKC", text))
    return "".join(shown).split()


def _shown(ch: str) -> str:
    category = unicodedata.category(ch)
    if category == "Nd":
        return str(unicodedata.digit(ch))
    if category[0] in "LM":
        return ch
    return "" if category == "Cf" else " "


def _folded(tokens: Sequence[str]) -> list[str]:
    return [token.casefold() for token in tokens]
