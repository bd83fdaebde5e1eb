"""A model of one's own as a child process: lines of JSON in, lines of JSON out, and no network.

It must not hold up a message: whatever it does not answer within a second stays without its
opinion, and a child that hangs, ends or answers nonsense is ended and started again a minute later.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from workervoice.app.programs import Program, end
from workervoice.app.shut_in import NO_PROGRAM, NO_WALL
from workervoice.errors import SettingsError
from workervoice.journal import Journal
from workervoice.triage.opinion import Opinion, opinion_of

PATIENCE_SECONDS = 1.0  # for an answer
START_SECONDS = 120.0  # for the first answer of a child: it reads its model
REST_SECONDS = 60.0  # before it is started again
MOST_CHARACTERS = 10_000  # of a text
MOST_BYTES = 4096  # of an answer
_JOURNAL = Journal("workervoice")
_SAYS = {
    NO_WALL: "this system does not let us shut it in: allow user namespaces, or "
    "leave the setting out",
    NO_PROGRAM: "it cannot be started: name a program that this user may run",
    None: "it does not answer as docs/triage.md says",
}


class _Child:
    """One running program. Every `ask` but the first has to be answered at once."""

    def __init__(self, program: Program, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._process = program.started(stdin=subprocess.PIPE)
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("no pipes")
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)

    def ask(self, text: str, language: str, seconds: float) -> Opinion | None:
        """Its opinion; None if there is none in time, and then it has to be ended. So is one that
        said something unasked: its next answer would be taken for that of another text."""
        asked = {"text": text[:MOST_CHARACTERS], "language": language}
        line = json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        until = self._monotonic() + seconds
        try:
            if _is_ready(self._out, selectors.EVENT_READ, 0):
                return None
            self._write(line, until)
            return opinion_of(json.loads(self._line(until)))
        except (OSError, ValueError, RecursionError):
            return None

    def end(self) -> int | None:
        """End it, and what it started; its exit code if it ended by itself."""
        code = None
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(timeout=0.1)
        end(self._process)
        return code

    def _write(self, line: bytes, until: float) -> None:
        while line:
            if not _is_ready(self._in, selectors.EVENT_WRITE, until - self._monotonic()):
                raise ValueError("it does not read")
            line = line[os.write(self._in, line) :]

    def _line(self, until: float) -> bytes:
        read = b""
        while not read.endswith(b"\n"):
            if not _is_ready(self._out, selectors.EVENT_READ, until - self._monotonic()):
                raise ValueError("no answer in time")
            part = os.read(self._out, MOST_BYTES)
            read += part
            if not part or len(read) > MOST_BYTES:
                raise ValueError("no answer, or too long a one")
        return read


def _is_ready(handle: int, event: int, seconds: float) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(handle, event)
        return bool(selector.select(max(0.0, seconds)))


class ModelProcess:
    """A second opinion from a program. Several threads may ask; one is answered at a time, and the
    others go without if it takes too long."""

    def __init__(self, program: Program, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._program, self._monotonic = program, monotonic
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._next_start = 0.0
        self._closed = False

    def of(self, text: str, language: str) -> Opinion | None:
        """The program's opinion; None until it has started, and if it has none in time."""
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            return None
        try:
            if self._child is None:
                self._start_soon()
                return None
            opinion = self._child.ask(text, language, PATIENCE_SECONDS)
            if opinion is None:
                self._child.end()
                self._child, self._next_start = None, self._monotonic() + REST_SECONDS
                _JOURNAL.note("opinion_missing")
            return opinion
        finally:
            self._lock.release()

    def close(self) -> None:
        """End it, and start it no more."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.end()
            self._child = None

    def begin(self) -> None:
        """Start it in the background, if it is not starting."""
        with self._lock:
            self._start_soon()

    def _start_soon(self) -> None:
        now = self._monotonic()
        if not self._closed and now >= self._next_start:
            self._next_start = now + START_SECONDS + REST_SECONDS
            threading.Thread(target=self._start, name="second opinion", daemon=True).start()

    def _start(self) -> None:
        try:
            child = started(self._program, self._monotonic)
        except (SettingsError, OSError):
            _JOURNAL.note("opinion_missing")
            return
        with self._lock:
            self._child = None if self._closed else child
        if self._closed:
            child.end()


def started(program: Program, monotonic: Callable[[], float] = time.monotonic) -> _Child:
    """The program, once it has answered. Raises `SettingsError` with what to do."""
    child = _Child(program, monotonic)
    if child.ask("hello", "en", START_SECONDS) is None:
        code = child.end()
        raise SettingsError(f"WORKERVOICE_SECOND_OPINION: {_SAYS.get(code, _SAYS[None])}.")
    return child
