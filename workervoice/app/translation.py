"""A translation program of one's own: the language as its argument, the text on standard input, and
English on standard output. It is started for each text, and has no network.

What it says is a machine's: a handler sees it marked as such, and keeps it or not.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

from workervoice.app.programs import Program, Unanswered, Why, asked
from workervoice.errors import Declined

PATIENCE_SECONDS = 20.0
MOST_CHARACTERS = 10_000  # of a text
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8}){0,3}")
_SAYS = {
    Why.NO_WALL: "this system does not let us shut the translation program in",
    Why.NO_PROGRAM: "the translation program cannot be started",
    Why.TOO_MUCH: "the translation program said far too much",
    Why.ENDED: "the translation program ended without a translation",
}


class TranslationProgram:
    """One program, which translates one text at a time."""

    def __init__(
        self,
        program: Program,
        monotonic: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._program, self._monotonic, self._patience = program, monotonic, patience
        self._lock = threading.Lock()

    def __call__(self, text: str, language: str) -> str:
        """What it makes of a text. Raises `Declined`, in one sentence that says nothing of it."""
        if language == "und" or not _LANGUAGE.fullmatch(language):
            raise Declined("nobody has said which language this is")
        if len(text) > MOST_CHARACTERS:
            raise Declined(f"a machine is given texts of at most {MOST_CHARACTERS} characters")
        if not self._lock.acquire(timeout=self._patience):
            raise Declined("the translation program is busy: try again")
        try:
            return self._translated(text.encode("utf-8", "replace"), language)
        finally:
            self._lock.release()

    def _translated(self, text: bytes, language: str) -> str:
        try:
            said = asked(self._program.given(text, language), self._patience, self._monotonic)
        except Unanswered as failed:
            slow = f"the translation program took longer than {self._patience:g} seconds"
            raise Declined(slow if failed.why is Why.SLOW else _SAYS[failed.why]) from None
        if not said:
            raise Declined(_SAYS[Why.ENDED])
        return said
