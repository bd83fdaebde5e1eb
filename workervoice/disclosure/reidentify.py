"""What in a text for buyers could point at a person: numbers, dates, and the worker's own words.

Errs towards refusal: a finding is reworded by the drafter, never waved through by a machine. It
cannot see what only people know (who is the only speaker of a language, who was on shift), which is
why two people read every packet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

RUN_WORDS = 5  # so many words in the worker's order are a quotation
LONG_NUMBER_DIGITS = 4  # a badge, room, machine or telephone number

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATES = re.compile(
    rf"\b\d{{1,2}}[./-]\d{{1,2}}(?:[./-]\d{{2,4}})?\b"
    rf"|\b20\d\d-\d\d-\d\d\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})[a-z]*\b"
    rf"|\b(?:{_MONTHS})[a-z]*\s+\d{{1,2}}(?:st|nd|rd|th)?\b"
    r"|\b(?:yesterday|today|this morning|last night)\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(rf"\d(?:[\s().+-]{{0,2}}\d){{{LONG_NUMBER_DIGITS - 1},}}")
_CLOCK_TIMES = re.compile(r"\b\d{1,2}:\d\d\b")


@dataclass(frozen=True, slots=True)
class Finding:
    """One passage that may point at a person: why, and where in the text (code points)."""

    why: str
    start: int
    end: int
    passage: str = field(repr=False)


def findings(text: str, worker_texts: Iterable[str]) -> list[Finding]:
    """Every doubtful passage of a packet's free text, in order of place."""
    plain = _digits_to_ascii(text)
    found = [
        *_matches("a number that may be somebody's", _NUMBERS, plain, text),
        *_matches("a date finer than a month", _DATES, plain, text),
        *_matches("a time of day", _CLOCK_TIMES, plain, text),
        *_quotations(text, worker_texts),
    ]
    return sorted(found, key=lambda finding: (finding.start, finding.end))


def _matches(why: str, pattern: re.Pattern[str], plain: str, text: str) -> Iterator[Finding]:
    for match in pattern.finditer(plain):
        yield Finding(why, match.start(), match.end(), text[match.start() : match.end()])


def _quotations(text: str, worker_texts: Iterable[str]) -> Iterator[Finding]:
    """Runs of five words or more that stand in the worker's messages in the same order."""
    spoken = {run for worker in worker_texts for run in _runs([w for w, _, _ in _words(worker)])}
    words = _words(text)
    names = [word for word, _, _ in words]
    inside = [i for i, run in enumerate(_runs(names)) if run in spoken]
    while inside:
        first = last = inside.pop(0)
        while inside and inside[0] <= last + RUN_WORDS:
            last = inside.pop(0)
        start, end = words[first][1], words[last + RUN_WORDS - 1][2]
        yield Finding("the worker's own words", start, end, text[start:end])


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + RUN_WORDS]) for i in range(len(words) - RUN_WORDS + 1)]


def _words(text: str) -> list[tuple[str, int, int]]:
    return [
        (unicodedata.normalize("NFKC", match.group()).casefold(), match.start(), match.end())
        for match in re.finditer(r"[^\W_]+(?:['’][^\W_]+)?", text)
    ]


def _digits_to_ascii(text: str) -> str:
    """Digits of any script as 0 to 9, one code point for one, so that places stay the same."""
    return "".join(
        str(unicodedata.digit(c)) if unicodedata.digit(c, None) is not None else c for c in text
    )
