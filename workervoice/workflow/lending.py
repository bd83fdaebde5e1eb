"""Lending one text to a translator from outside: for how long, and what is left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from workervoice.errors import GuardFailed

HOURS = 24
HOURS_MAX = 72
LEFT_OUT = "[left out]"

# A sentence ends where a stop of any of our scripts stands before a space, or with its line. Thai,
# Lao and Khmer put a space between sentences, and inside them: their lines are cut at stops alone.
_ENDS = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？؟۔।॥။።؛])\s*|\n+")
_SHORT = 3  # letters: "5. Floor" is not two sentences


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, each to be kept or left out."""
    found: list[str] = []
    for piece in filter(None, map(str.strip, _ENDS.split(text))):
        if found and len(found[-1]) <= _SHORT:
            found[-1] += " " + piece
        else:
            found.append(piece)
    return tuple(found)


def what_is_left(text: str, left_out: Collection[int]) -> str:
    """The text without the sentences of these numbers. Raises `GuardFailed` if none is left."""
    every = sentences(text)
    if not set(left_out) < set(range(len(every))):
        raise GuardFailed("nothing would be lent: leave at least one sentence in")
    return "\n".join(LEFT_OUT if i in left_out else one for i, one in enumerate(every))


def lent_until(now: datetime, hours: int) -> datetime:
    """When the loan ends. Raises `GuardFailed` for a time that is none, or too long."""
    if not 1 <= hours <= HOURS_MAX:
        raise GuardFailed(f"a text is lent for 1 to {HOURS_MAX} hours")
    return now.replace(second=0, microsecond=0) + timedelta(hours=hours)
