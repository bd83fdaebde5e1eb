"""Plain words for media, and which of them a page can show."""

from __future__ import annotations

from types import MappingProxyType

from workervoice.hotline.media import WASHED, Head
from workervoice.hotline.wording import Words

SHOWN_AS = MappingProxyType(  # types that the page can show, and how
    {
        "image/jpeg": "picture",
        "image/png": "picture",
        "image/webp": "picture",
        "image/gif": "picture",
        "audio/ogg": "sound",
        "audio/mpeg": "sound",
        "audio/mp4": "sound",
        "audio/aac": "sound",
        "audio/wav": "sound",
        "video/mp4": "video",
        "video/webm": "video",
        "application/pdf": "pages",
    }
)

MEDIA: Words = MappingProxyType(
    {
        "image": "a picture",
        "audio": "a voice message or sound",
        "video": "a video",
        "file": "a file",
    }
)

_MEDIUM_WHY: Words = MappingProxyType(
    {
        "404": "the provider has it no more",
        "410": "the provider has it no more",
        "too_large": "it is larger than 16 MB",
        "address": "it lies where no medium of the provider can be, and was not asked for",
        "redirects": "the provider sent us around in circles",
        "removed": "two people removed it before it was fetched",
        "taken_out": "two people of the hotline removed it",
        "empty": "there is nothing in it",
        "unknown_type": "only pictures, PDF, sound and video can be taken apart here",
        "too_many_pixels": "it is larger than a screen can be",
        "broken": "it is broken, or not what it seems",
        "encrypted": "it is locked with a password",
        "took_too_long": "it took too long to take it apart",
        "too_many_pages": "it has too many pages",
        "too_long": "it is longer than half an hour",
        "no_wall": "this machine cannot take files apart safely",
    }
)


def medium_kind(announced: str) -> str:
    """What it was announced as."""
    kind = announced.partition("/")[0]
    return MEDIA[kind if kind in {"image", "audio", "video"} else "file"]


def medium_why(code: str) -> str:
    """Why a medium is not there, or as it came."""
    return _MEDIUM_WHY.get(code, "the provider refused it")


def medium_size(head: Head) -> str:
    """How long it is, or how large, after a comma."""
    if head.seconds:
        minutes, seconds = divmod(round(head.seconds), 60)
        return f", {minutes}:{seconds:02} minutes"
    if head.pages:
        return f", {head.pages} page" + ("s" if head.pages > 1 else "")
    return f", {max(round(head.size / 1024), 1):,} kB" if head.size else ""


def shown_as(head: Head) -> str:
    """How a page can show it: only what was taken apart here is shown at all."""
    return SHOWN_AS.get(head.type, "") if head.state == WASHED else ""
