"""A translation program of one's own: the language as its argument, the text on standard input, and
English on standard output. It is started for each text, and has no network.

What it says is a machine's: a handler sees it marked as such, and keeps it or not.
"""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import threading
import time
from collections.abc import Callable

from workervoice.app.programs import Program, end
from workervoice.app.shut_in import NO_PROGRAM, NO_WALL
from workervoice.errors import Declined

PATIENCE_SECONDS = 20.0
MOST_CHARACTERS = 10_000  # of a text
MOST_BYTES = 65_536  # of an answer
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8}){0,3}")
_SAYS = {
    NO_WALL: "this system does not let us shut the translation program in",
    NO_PROGRAM: "the translation program cannot be started",
}
_FAILED = "the translation program ended without a translation"


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
        until = self._monotonic() + self._patience
        process = _started(self._program, text, language)
        try:
            said = self._said(process, until)
            code = process.wait(max(0.1, until - self._monotonic()))
        except subprocess.TimeoutExpired:
            raise _too_slow(self._patience) from None
        finally:
            end(process)
        if code != 0 or not said.strip():
            raise Declined(_SAYS.get(code, _FAILED))
        return said.decode("utf-8", "replace").strip()

    def _said(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        if process.stdout is None:
            raise Declined(_FAILED)
        handle, read = process.stdout.fileno(), b""
        with selectors.DefaultSelector() as selector:
            selector.register(handle, selectors.EVENT_READ)
            while selector.select(max(0.0, until - self._monotonic())):
                part = os.read(handle, MOST_BYTES)
                read += part
                if len(read) > MOST_BYTES:
                    raise Declined("the translation program said far too much")
                if not part:
                    return read
        raise _too_slow(self._patience)


def _too_slow(patience: float) -> Declined:
    return Declined(f"the translation program took longer than {patience:g} seconds")


def _started(program: Program, text: bytes, language: str) -> subprocess.Popen[bytes]:
    """The text is handed over in memory that has no name, so that it is on no disk and nobody has
    to wait until it is read."""
    handle = os.memfd_create("text")
    try:
        with os.fdopen(os.dup(handle), "wb") as memory:
            memory.write(text)
        os.lseek(handle, 0, os.SEEK_SET)
        return program.started(language, stdin=handle)
    finally:
        os.close(handle)
