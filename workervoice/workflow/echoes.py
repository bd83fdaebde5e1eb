"""A robot at the other end: it sends the same text again and again, or sends back what we sent.

Texts are known again by a short mark that is keyed and tells next to nothing (see `MARK_DIGITS`).
What is short, such as a digit or a word of the menus, is nobody's echo: people send these twice.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

MARK_DIGITS = 2  # hexadecimal: one text in 256 looks like another, three in a row hardly ever do
SHORT = 12  # letters and digits; below, a text has no mark
TIMES = 3  # the third of the same in a row is not answered
QUICK_SECONDS = 600  # slower is no loop
_SKEW = 120


class Echo(NamedTuple):
    """What was said and heard last, and how often the same has come by now."""

    said: str = ""
    heard: str = ""
    times: int = 0
    at: int = 0

    @property
    def is_robot(self) -> bool:
        return self.times >= TIMES

    def heard_now(self, mark: str, now: int) -> Echo:
        """With this text; an empty mark is one that is too short, which ends the row."""
        again = mark and mark in {self.heard, self.said}
        quick = -_SKEW <= now - self.at <= QUICK_SECONDS
        times = 0 if not mark else self.times + 1 if again and quick else 1
        return Echo(self.said, mark, times, now)

    def said_now(self, mark: str) -> Echo:
        """After we said this."""
        return self._replace(said=mark)


NO_ECHO = Echo()


def known_by(text: str) -> str:
    """What of a text has to be the same; empty if it is too short to tell."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(each for each in folded if each.isalnum())
    return kept if len(kept) >= SHORT else ""
