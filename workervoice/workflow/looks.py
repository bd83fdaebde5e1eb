"""How a line looks on a worker's phone: its name, picture and website must give nobody away.

Whoever looks over a shoulder, or takes a phone, sees them before any word is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

LONGEST = 100  # characters
LOOK_AGAIN = timedelta(days=90)  # a name or a number may have been changed, or taken away
# parts of words that say what the line is for
_GIVES_AWAY = (
    *("abus", "complain", "grievance", "hotline", "helpline", "union", "report", "forced"),
    *("labour", "labor", "slave", "traffick", "victim", "police", "whistle", "rights", "voice"),
    *("denunci", "queja", "plainte", "syndicat", "sindicat"),
)


@dataclass(frozen=True, slots=True)
class Looks:
    """What a registrar wrote down. `looked_on` is the ISO date on which somebody last looked at it,
    on a phone that never wrote to the line; "" if nobody did."""

    display_name: str = ""
    photo: str = ""  # what the picture shows, in words
    website: str = ""
    looked_on: str = ""

    def faults(self) -> Iterator[str]:
        """What has to be corrected, a sentence each."""
        for what, said in (("display name", self.display_name), ("picture", self.photo)):
            if len(said) > LONGEST or not said.isprintable():
                yield f"the {what} has at most {LONGEST} characters, in one line"
            elif word := gives_away(said):
                yield f"the {what} says {word}, which gives a worker away: choose a plain one"
        yield from self._website_faults()
        try:
            if self.looked_on:
                date.fromisoformat(self.looked_on)
        except ValueError:
            yield f"{self.looked_on} is no day: write one as 2026-01-31"

    def _website_faults(self) -> Iterator[str]:
        try:
            parts = urlsplit(self.website)
            plain = parts.scheme == "https" and bool(parts.hostname)
        except ValueError:
            plain = False
        if self.website and (not plain or len(self.website) > LONGEST):
            yield "the website has to be like https://example.org"
        elif word := gives_away(self.website):
            yield f"the website says {word}, which gives a worker away: choose a plain one"

    def seen_lately(self, today: date) -> bool:
        """Whether somebody looked at it, and not too long ago."""
        return bool(self.looked_on) and today - date.fromisoformat(self.looked_on) <= LOOK_AGAIN


def gives_away(said: str) -> str:
    """The first part of a word in it that says what the line is for; "" if none does."""
    folded = said.casefold()
    return next((part for part in _GIVES_AWAY if part in folded), "")


def is_rehearsed(heard_on: date | None, reached_on: date | None, today: date) -> bool:
    """Whether a standby line carried a real message both ways, and not too long ago."""
    if heard_on is None or reached_on is None:
        return False
    return today - min(heard_on, reached_on) <= LOOK_AGAIN
