"""What comes of washing one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MOST_IN = 16 * 2**20
MOST_OUT = 48 * 2**20
MOST_THUMBNAIL = 256 * 2**10


class Kind(StrEnum):
    """What a washed file is: whatever came in, one of these goes out."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"
    SOUND = "audio/ogg"
    VIDEO = "video/mp4"
    WAV = "audio/wav"


class Reason(StrEnum):
    """Why a file was not washed."""

    EMPTY = "empty"
    UNKNOWN_TYPE = "unknown_type"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_LONG = "too_long"
    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    TOOK_TOO_LONG = "took_too_long"
    NO_WALL = "no_wall"


@dataclass(frozen=True, slots=True)
class Washed:
    """`was` is the type that its content showed; `lied`: another one was claimed."""

    kind: Kind
    was: str
    content: bytes = field(repr=False)
    thumbnail: bytes = field(repr=False, default=b"")
    width: int = 0
    height: int = 0
    pages: int = 0
    seconds: int = 0
    lied: bool = False


@dataclass(frozen=True, slots=True)
class Unwashed:
    reason: Reason


class NotWashed(Exception):
    """Raised inside the child only; the parent is told its reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
