"""A process that was told to end is gone in time, whatever still hangs.

Signal handlers may interrupt anything, so all that they do is to write a byte; a thread that waits
for it does the rest.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from workervoice.journal import Journal

STOP_SECONDS = 10.0  # from being told to being gone
GRACE_SECONDS = 7  # of these for requests that were begun
GONE_SECONDS = 9.5
LAST_WORD_SECONDS = 0.2

_JOURNAL = Journal("workervoice")
_NOW, _LATER = b"!", b"."


class Leaving:
    """Ends this process at the latest `GONE_SECONDS` after it was told to end.

    `begin` is called once, at the first word, in another thread than the main one.
    """

    def __init__(
        self,
        begin: Callable[[], None] = lambda: None,
        *,
        later: float = 0.0,
        seconds: float = GONE_SECONDS,
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        """`later` is how much longer it may take if it was told that there is no hurry."""
        self._begin, self._leave = begin, leave
        self._seconds = {_NOW: seconds, _LATER: seconds + later}
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        threading.Thread(target=self._wait, daemon=True, name="leaving").start()

    def tell(self, *, hurry: bool = True) -> None:
        """May be called from a signal handler, and again."""
        with contextlib.suppress(OSError):
            os.write(self._write, _NOW if hurry else _LATER)

    def on_signals(self) -> None:
        """Be told by SIGTERM and SIGINT: for a process without a loop that does so."""

        def told(number: int, frame: FrameType | None) -> None:
            self.tell()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, told)

    def _begun(self) -> None:
        """In a thread of its own, like the last word: whoever reads our log may hang as well."""
        self._begin()
        _JOURNAL.note("stopping")

    def _told(self) -> float:
        """Wait for a word; returns when we have to be gone."""
        word = os.read(self._read, 1)  # the clock counts from here, however old the process is
        return time.monotonic() + self._seconds[word]

    def _wait(self) -> None:
        ends = self._told()
        threading.Thread(target=self._begun, daemon=True).start()
        while (left := ends - time.monotonic()) > 0:
            if select.select([self._read], [], [], left)[0]:
                ends = min(ends, self._told())
        last = threading.Thread(target=_JOURNAL.note, args=("stopped_short",), daemon=True)
        last.start()
        last.join(LAST_WORD_SECONDS)
        self._leave(0)
