"""Hours of a line's day: when people read, and when a worker may be written to.

A line says its own as "8:00-20:00 Asia/Dhaka", or "always Asia/Dhaka"; the zone is that of the
workers who write to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from workervoice.workflow.turn import Say

_ALWAYS = "always"
_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """When people read, in the time of `zone`; `span` is None for day and night."""

    span: tuple[str, str] | None
    zone: ZoneInfo

    def said(self) -> Say:
        """The sentence that workers are told."""
        if self.span is None:
            return Say("hours_always")
        return Say("hours", dict(zip(("from", "to"), self.span, strict=True)))

    def soonest(self, now: datetime, window: tuple[int, int] | None) -> datetime:
        """`now` if it is in the worker's hours, else when they begin next, by the hour."""
        if window is None:
            return now
        local = now.astimezone(self.zone)
        begins, ends = window
        if begins <= local.hour < ends:
            return now
        day = local if local.hour < begins else local + timedelta(days=1)
        at = day.replace(hour=begins, minute=0, second=0, microsecond=0, fold=0)
        return at.astimezone(now.tzinfo)


@lru_cache(256)
def read_hours(text: str) -> Hours:
    """Read what a line says. Raises `ValueError` with what is wrong with it."""
    span, _, zone = text.partition(" ")
    found = _SPAN.fullmatch(span)
    if found is None and span != _ALWAYS:
        raise ValueError(f"{text} tells no hours: write them as '8:00-20:00 Asia/Dhaka'")
    try:
        known = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"{zone or 'nothing'} is no time zone: name one as in '8:00-20:00 Asia/Dhaka'"
        ) from None
    begins, _, ends = span.partition("-")
    return Hours(None if found is None else (begins, ends), known)
