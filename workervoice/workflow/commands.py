"""Command words, in every language that we speak, as workers spell them on a phone.

A command is the whole text and nothing else: "stop hitting me" and "I want to quit" are reports.
QUIT, END, CANCEL and INFO are no commands here, because a worker in trouble may mean them. The
spellings are in `words/`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache

from workervoice.workflow.wordlist import COMMANDS, NO, YES, by_spelling, load_words


class Command(StrEnum):
    """What a worker may ask of the line itself."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    DELETE = "delete"
    STATUS = "status"
    CODE = "code"  # to go on from another phone
    NEW = "new"  # another conversation on this phone
    LANGUAGE = "language"
    SAFETY = "safety"  # a PIN, and what else keeps others from reading
    NOTICE = "notice"  # who reads this


_LONGEST = 80  # characters; no command is nearly as long, and a text may have 100,000
_ENCLOSING = "Me"  # the box of a keycap emoji
_SILENT = frozenset({"P", "S", "Z", "C"})  # punctuation, symbols, spaces, invisible marks


def bare(text: str) -> str:
    """The words alone: NFKC, casefold, one space between, nothing but letters, marks and digits.

    A long text has none: its beginning alone is not what it says.
    """
    if len(text) > _LONGEST:
        return ""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = map(_kept, folded)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def command(text: str) -> Command | None:
    """The command that this whole text is, if it is one."""
    name = _meanings().get(bare(text))
    return Command(name) if name in COMMANDS else None


def digit(text: str) -> int | None:
    """The one digit that this whole text is, in any script, if it is one: "1.", "১", "(1)", "1️⃣"."""
    word = bare(text)
    return unicodedata.digit(word, None) if len(word) == 1 else None


def yes_or_no(text: str) -> bool | None:
    """True or False for a lone yes or no in a language we speak, else None."""
    return {YES: True, NO: False}.get(_meanings().get(bare(text), ""))


@cache
def _meanings() -> Mapping[str, str]:
    """What each spelling stands for; read once, because every text is looked up in it."""
    return by_spelling(load_words().values(), bare)


@lru_cache(4096)
def _kept(ch: str) -> str:
    """What a character is to the words: itself, a gap, or nothing."""
    if _is_dress(ch):
        return ""
    return " " if _is_gap(ch) else ch


def _is_gap(ch: str) -> bool:
    return unicodedata.category(ch)[0] in _SILENT


def _is_dress(ch: str) -> bool:
    """Invisible joiners, variation selectors and keycap boxes: dropped without leaving a gap."""
    return unicodedata.category(ch) in {"Cf", _ENCLOSING} or "\ufe00" <= ch <= "\ufe0f"
