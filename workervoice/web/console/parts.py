"""Parts: a text that is too long for one page is shown in pieces, each with its evidence.

A worker may send millions of characters. A case shows how such a text begins; the whole of it
stands on a page of its own, part by part.
"""

from __future__ import annotations

from workervoice.errors import NotFound

SHOWN = 4_000  # characters of one entry of a conversation
PART = 20_000  # characters of one part
_NEAR = 100  # how far before its end a piece may end at a blank

Passages = tuple[tuple[str, str, bool], ...]  # text, items or "", denied


def size(passages: Passages) -> int:
    """How many characters they have."""
    return sum(len(text) for text, _, _ in passages)


def opening(passages: Passages) -> Passages:
    """How a text begins: all of it, unless it is too long for a conversation."""
    return passages if size(passages) <= SHOWN else _between(passages, 0, _edge(passages, SHOWN))


def parts(passages: Passages) -> int:
    """How many parts a text has; an empty one has one."""
    return max(1, -(-size(passages) // PART))


def part(passages: Passages, number: int) -> Passages:
    """One part of a text, counted from 1. Raises `NotFound` for one that it does not have."""
    if not 1 <= number <= parts(passages):
        raise NotFound("no such part")
    start, end = (_edge(passages, place * PART) for place in (number - 1, number))
    return _between(passages, start, end)


def _edge(passages: Passages, at: int) -> int:
    """Where a piece ends that should end at `at`: after a blank, so that no word is cut."""
    near = "".join(text for text, _, _ in _between(passages, max(0, at - _NEAR), at))
    if at >= size(passages):
        return at
    blank = max(near.rfind(" "), near.rfind("\n"))
    return at if blank < 0 else at - len(near) + blank + 1


def _between(passages: Passages, start: int, end: int) -> Passages:
    """The characters from `start` to `end`; a passage that is cut keeps its evidence."""
    found, at = [], 0
    for text, codes, denied in passages:
        if at < end and at + len(text) > start:
            found.append((text[max(0, start - at) : end - at], codes, denied))
        at += len(text)
    return tuple(found)
