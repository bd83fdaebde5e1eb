"""Redaction: taking one passage or one medium out of an entry of a thread for good. Pure.

What is left says that something was removed and why. Evidence behind the passage moves with the
text; evidence that touched it is dropped, for its words are gone. Facts stay as they were read: a
person overrules them where they no longer stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workervoice.errors import GuardFailed

ALONE_MAX = 200  # characters that one person may remove; more takes two
REASON_MAX = 200


def mark(reason: str) -> str:
    """What stands where the passage stood."""
    return f"[removed: {reason}]"


def passage_in(text: str, passage: str) -> tuple[int, int]:
    """Where the passage stands. Raises `GuardFailed` unless it stands there exactly once."""
    found = text.count(passage) if passage.strip() else 0
    start = text.find(passage)
    if found > 1 or (found == 1 and text.find(passage, start + 1) >= 0):
        raise GuardFailed("the passage stands there more than once: copy more of it")
    if not found:
        raise GuardFailed("the passage does not stand there: copy it exactly")
    return start, start + len(passage)


def checked_reason(reason: str, passage: str = "") -> str:
    """The reason in one line. Raises `GuardFailed` for none, or for one that says it again."""
    said = " ".join(reason.split())
    if not said or len(said) > REASON_MAX or "]" in said:
        raise GuardFailed(f"say why, in 1 to {REASON_MAX} characters without brackets")
    if passage.strip() and passage.strip().casefold() in said.casefold():
        raise GuardFailed("the reason repeats what is to be removed")
    return said


def without_passage(words: Mapping[str, Any], start: int, end: int, reason: str) -> dict[str, Any]:
    """An entry's words without [start, end) of their text."""
    text, instead = str(words["text"]), mark(reason)
    moved = len(instead) - (end - start)
    evidence = [
        [item, first + (moved if first >= end else 0), last + (moved if first >= end else 0), *rest]
        for item, first, last, *rest in words.get("evidence", [])
        if last <= start or first >= end
    ]
    left = {**words, "text": text[:start] + instead + text[end:]}
    return {**left, "evidence": evidence} if "evidence" in words else left


def without_medium(words: Mapping[str, Any], index: int) -> dict[str, Any]:
    """An entry's words without one of its media. Raises `GuardFailed` if it has no such one."""
    media = list(words.get("media", []))
    if not 0 <= index < len(media):
        raise GuardFailed("there is no such medium: look again")
    return {**words, "media": media[:index] + media[index + 1 :]}
