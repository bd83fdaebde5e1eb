"""Whether what providers bring can be stored now: for the journal, and for who asks `/ready`.

Names of our and the database's error classes, counts and times; no words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from workervoice.journal import Journal

LINE_SECONDS = 60.0  # at most a line in so long
RECENT_SECONDS = 300.0  # a failure that nothing followed says nothing of now
_JOURNAL = Journal("workervoice")


class Failing:
    """Is told of every webhook that was stored or could not be."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._count = 0  # since the start
        self._why = ""  # the last one failed; empty: it was stored
        self._failed_at = self._said_at = 0.0
        self._said = False  # and not yet that it is over

    def failed(self, error: Exception) -> None:
        now = self._clock()
        if not self._count or now - self._said_at >= LINE_SECONDS:
            _JOURNAL.note("storing_failed", what=_cause(error), count=self._count + 1)
            self._said, self._said_at = True, now
        self._count += 1
        self._why, self._failed_at = _cause(error), now

    def stored(self) -> None:
        self._why = ""
        if self._said:
            self._said = False
            _JOURNAL.note("storing_back")

    def problems(self) -> Iterator[str]:
        """A sentence, if the last one failed and that was just now."""
        why = self._why
        if why and self._clock() - self._failed_at < RECENT_SECONDS:
            yield f"what a provider brought last could not be stored ({why})"


def _cause(error: Exception) -> str:
    """The class of what it came from: of our own words for it, or of the database's."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return type(cause).__name__
