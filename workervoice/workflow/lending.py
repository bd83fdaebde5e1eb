"""Lending one text to a translator from outside: for how long, and what is left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from workervoice.errors import GuardFailed

HOURS = 24
HOURS_MAX = 72
LEFT_OUT = "[left out]"

# A piece ends where a stop or a comma of any of our scripts stands before a space, or with its
# line; in Thai, Lao, Khmer and Burmese at spaces, too. What is still long is cut at its spaces.
_ENDS = re.compile(
    r"(?<=[.!?;,:])\s+|(?<=[。！？؟۔।॥။၊，、；：،؛])\s*|\n+"
    r"|(?<=[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])\s+(?=[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])"
)
_SPACE = re.compile(r"\s+")
_SHORT = 3  # letters: "5. Floor" is not two pieces
_LONG = 60  # letters

Span = tuple[int, int]


def pieces(text: str, pointing: Collection[Span] = ()) -> tuple[Span, ...]:
    """Where the pieces of a text are, each to be kept or left out. What is `pointing` at a person,
    such as a number, is a piece of its own."""
    own = _apart(pointing)
    edges = [0, *(edge for span in own for edge in span), len(text)]
    found: list[Span] = []
    for start, end in pairwise(edges):
        if (start, end) in own:
            found.append((start, end))
        else:
            found += _cut(text, start, end)
    return tuple(found)


def _apart(pointing: Collection[Span]) -> list[Span]:
    """Spans that touch are one."""
    joined: list[Span] = []
    for start, end in sorted(pointing):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        elif start < end:
            joined.append((start, end))
    return joined


def _cut(text: str, start: int, end: int) -> list[Span]:
    found: list[Span] = []
    for first, last in _between(_ENDS, text, start, end):
        if found and found[-1][1] - found[-1][0] <= _SHORT:
            found[-1] = found[-1][0], last
        elif last - first <= _LONG:
            found.append((first, last))
        else:
            found += _shortened(text, first, last)
    return found


def _shortened(text: str, start: int, end: int) -> list[Span]:
    """What has no stop, cut at spaces: as many words as make a piece that is not long."""
    found: list[Span] = []
    for first, last in _between(_SPACE, text, start, end):
        if found and last - found[-1][0] <= _LONG:
            found[-1] = found[-1][0], last
        else:
            found.append((first, last))
    return found


def _between(ends: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Span]:
    """What stands between these ends, without the spaces around it; no empty ones."""
    cuts = [*ends.finditer(text, start, end)]
    begins = [start, *(cut.end() for cut in cuts)]
    for first, last in zip(begins, [*(cut.start() for cut in cuts), end], strict=True):
        bare = text[first:last].strip()
        if bare:
            at = text.index(bare, first)
            yield at, at + len(bare)


def what_is_left(text: str, every: Sequence[Span], left_out: Collection[int]) -> str:
    """The text without the pieces of these numbers. Raises `GuardFailed` if none is left."""
    if not set(left_out) < set(range(len(every))):
        raise GuardFailed("nothing would be lent: leave at least one piece of the text in")
    told, at = "", 0
    for number, (start, end) in enumerate(every):
        said = LEFT_OUT if number in left_out else text[start:end]
        told += text[at:start] + said
        at = end
    return re.sub(rf"{re.escape(LEFT_OUT)}(\s*{re.escape(LEFT_OUT)})+", LEFT_OUT, told)


def lent_until(now: datetime, hours: int) -> datetime:
    """When the loan ends. Raises `GuardFailed` for a time that is none, or too long."""
    if not 1 <= hours <= HOURS_MAX:
        raise GuardFailed(f"a text is lent for 1 to {HOURS_MAX} hours")
    return now.replace(second=0, microsecond=0) + timedelta(hours=hours)
