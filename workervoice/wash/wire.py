"""What the child says: one line of JSON, then the washed bytes, then the thumbnail.

The parent believes nothing of it: whatever is not exactly this is `broken`.
"""

from __future__ import annotations

import json

from workervoice.wash.outcome import (
    MOST_OUT,
    MOST_THUMBNAIL,
    Kind,
    Reason,
    Unwashed,
    Washed,
)

VERSION = 1
MOST_HEAD = 512
MOST_SAID = MOST_HEAD + MOST_OUT + MOST_THUMBNAIL
_NUMBERS = {"width": 65_535, "height": 65_535, "pages": 1000, "seconds": 86_400}
_TYPES = {
    *("image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf", "audio/ogg"),
    *("audio/amr", "audio/mpeg", "audio/aac", "video/mp4", "video/webm", "audio/wav"),
}
BROKEN = Unwashed(Reason.BROKEN)


def said(outcome: Washed | Unwashed) -> bytes:
    if isinstance(outcome, Unwashed):
        return json.dumps({"v": VERSION, "reason": outcome.reason}).encode() + b"\n"
    if len(outcome.content) > MOST_OUT or len(outcome.thumbnail) > MOST_THUMBNAIL:
        return said(Unwashed(Reason.TOO_LARGE))
    head = {
        "v": VERSION,
        "kind": outcome.kind,
        "was": outcome.was,
        "content": len(outcome.content),
        "thumbnail": len(outcome.thumbnail),
        **{name: getattr(outcome, name) for name in _NUMBERS},
    }
    return json.dumps(head).encode() + b"\n" + outcome.content + outcome.thumbnail


def heard(answer: bytes) -> Washed | Unwashed:
    end = answer.find(b"\n", 0, MOST_HEAD)
    if end < 0:
        return BROKEN
    try:
        head = json.loads(answer[:end])
    except (ValueError, RecursionError):
        return BROKEN
    if not isinstance(head, dict) or type(head.get("v")) is not int or head["v"] != VERSION:
        return BROKEN
    rest = answer[end + 1 :]
    return _refusal(head, rest) if "reason" in head else _washed(head, rest)


def _refusal(head: dict[str, object], rest: bytes) -> Unwashed:
    if rest or set(head) != {"v", "reason"} or head["reason"] not in list(Reason):
        return BROKEN
    return Unwashed(Reason(str(head["reason"])))


def _washed(head: dict[str, object], rest: bytes) -> Washed | Unwashed:
    most = {**_NUMBERS, "content": MOST_OUT, "thumbnail": MOST_THUMBNAIL}
    numbers = {name: value for name in most if type(value := head.get(name)) is int}
    if set(head) != {"v", "kind", "was", *most} or set(numbers) != set(most):
        return BROKEN
    if any(not 0 <= numbers[name] <= limit for name, limit in most.items()):
        return BROKEN
    if head["kind"] not in list(Kind) or head["was"] not in list(_TYPES):
        return BROKEN
    size = numbers.pop("content")
    if not size or len(rest) != size + numbers.pop("thumbnail"):
        return BROKEN
    kind, was = Kind(str(head["kind"])), str(head["was"])
    width, height, pages, seconds = (numbers[name] for name in _NUMBERS)
    return Washed(kind, was, rest[:size], rest[size:], width, height, pages, seconds)
