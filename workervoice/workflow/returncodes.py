"""Codes with which a worker goes on from another phone: 16 digits, the last one a check digit.

The check digit is Damm's (2004), which finds every single wrong digit and every two that changed
places. A code is found in any text, in digits of any script, with spaces or dashes between, so that
it is masked wherever somebody pastes it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LENGTH = 16
DRAWN = LENGTH - 1  # digits that are drawn; the check digit follows from them

_BETWEEN = " \t\u00a0\u2009.\u2010-\u2015-"
_RUN = re.compile(rf"(?<!\d)\d(?:[{_BETWEEN}]{{0,3}}\d){{{DRAWN}}}(?!\d)")

# Damm's table of order 10: totally anti-symmetric, with a diagonal of noughts
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A code in a text: its 16 digits as ours, and where it begins and ends."""

    digits: str
    start: int
    end: int


def made_of(drawn: int) -> str:
    """The code of a random number below 10 to the 15th, check digit last."""
    if not 0 <= drawn < 10**DRAWN:
        raise ValueError("not a number that a code is made of")
    digits = f"{drawn:0{DRAWN}d}"
    return digits + str(_check(digits))


def spaced(code: str) -> str:
    """As people copy it: four digits at a time."""
    return " ".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def found(text: str) -> Found | None:
    """The first code in a text; None if no run of 16 digits in it checks."""
    for run in _RUN.finditer(text):
        values = (unicodedata.decimal(ch, None) for ch in run[0])
        digits = "".join(str(value) for value in values if value is not None)
        if len(digits) == LENGTH and _check(digits) == 0:
            return Found(digits, run.start(), run.end())
    return None


def without(text: str, code: Found | None) -> str:
    """What is left to hear of a text."""
    return text if code is None else f"{text[: code.start]} {text[code.end :]}".strip()


def _check(digits: str) -> int:
    """Damm's interim digit: the check digit of what has none, 0 for a number that has its own."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim
