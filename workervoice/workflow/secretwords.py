"""What in a text is a secret of the worker's: a PIN in front, the word for duress, a code.

Pure: what a secret is known by is a keyed mark, which the caller makes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from workervoice.workflow.commands import bare, command, yes_or_no
from workervoice.workflow.progress import Progress

MASK = "\u2022"  # in the thread, for each letter of what nobody may read
_BETWEEN = f" \t\r\n.,:;{MASK}-"  # what may stand between a PIN and the rest
_FIRST = re.compile(rf"[{_BETWEEN}]*([^{_BETWEEN}]+)")
_PIN = re.compile(r"[0-9]{4,6}")
_SHORTEST, _LONGEST, _LONGEST_ELSEWHERE = 2, 20, 12  # letters and vowel signs of a word

Mark = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is secret in a text: the first `length` letters. `rest` is what is left to hear."""

    rest: str
    length: int = 0
    opened: bool = False
    forced: bool = False
    candidate: str | None = None


def secrets_in(text: str, progress: Progress, mark: Mark) -> Secrets:
    """Look for this worker's PIN in front, and for their word for duress as the whole text."""
    whole = plain(text)
    if progress.duress is not None and whole and mark(whole) == progress.duress:
        return Secrets(text, len(text), forced=True)
    first = _FIRST.match(text)
    if progress.pin is not None and first is not None:
        word = plain(first[1])
        if word and mark(word) == progress.pin:
            rest = text[first.end() :].lstrip(_BETWEEN)
            return Secrets(rest, first.end(), opened=True)
    return Secrets(text, candidate=candidate(text))


def candidate(text: str) -> str | None:
    """The PIN or word that this whole text may be: four to six digits of any script, or one word
    that means nothing else to us."""
    word = plain(text)
    if _PIN.fullmatch(word):
        return word
    means = command(text) is not None or yes_or_no(text) is not None
    return None if means or not _is_word(word) else word


def _is_word(word: str) -> bool:
    """One word in any script. Where none is set apart from the next, a long one is a sentence."""
    longest = _LONGEST if word.isascii() else _LONGEST_ELSEWHERE
    return _SHORTEST <= len(word) <= longest and " " not in word and any(map(str.isalpha, word))


def plain(text: str) -> str:
    """As a secret is compared: `bare`, and digits of any script as ours."""
    return "".join(_digit(ch) for ch in bare(text))


def masked(text: str, length: int) -> str:
    """With the first letters not to be read; every other one stays where it stands."""
    hidden = (ch if ch.isspace() else MASK for ch in text[:length])
    return "".join(hidden) + text[length:]


def _digit(ch: str) -> str:
    value = unicodedata.decimal(ch, None)
    return ch if value is None else str(value)
