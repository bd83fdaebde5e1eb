"""Has files washed, each in a child of its own that is believed nothing."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from workervoice.app.programs import end
from workervoice.wash.kinds import lied
from workervoice.wash.outcome import MOST_IN, Kind, Reason, Unwashed, Washed
from workervoice.wash.wire import MOST_SAID, heard

_OURS = str(Path(__file__).resolve().parents[2])
_AT_ONCE = 2**16


@dataclass(frozen=True, slots=True)
class Washer:
    """`patience`: seconds by the clock; `effort`: seconds of computing. Never raises for a file."""

    patience: float = 120.0
    effort: int = 90
    most_in: int = MOST_IN
    child: tuple[str, ...] = ("-m", "workervoice.app.wash_child")

    def wash(self, content: bytes, claimed: str) -> Washed | Unwashed:
        outcome = self._outcome(content)
        if isinstance(outcome, Unwashed):
            return outcome
        if outcome.kind is Kind.WAV:
            return Unwashed(Reason.BROKEN)
        return replace(outcome, lied=lied(claimed, outcome.was))

    def to_wav(self, content: bytes) -> Washed | Unwashed:
        """Its sound: 16 kHz, mono."""
        outcome = self._outcome(content, "wav")
        if isinstance(outcome, Washed) and outcome.kind is not Kind.WAV:
            return Unwashed(Reason.BROKEN)
        return outcome

    def _outcome(self, content: bytes, *how: str) -> Washed | Unwashed:
        if not content:
            return Unwashed(Reason.EMPTY)
        if len(content) > min(self.most_in, MOST_IN):
            return Unwashed(Reason.TOO_LARGE)
        process = self._started(*how)
        try:
            answer = _answer(process, content, time.monotonic() + self.patience)
            if answer is not None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=5)
        finally:
            end(process)
        if answer is None or process.returncode == -signal.SIGXCPU:
            return Unwashed(Reason.TOOK_TOO_LONG)
        return heard(answer) if process.returncode == 0 else Unwashed(Reason.BROKEN)

    def _started(self, *how: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, *self.child, str(self.effort), *how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            bufsize=0,
            cwd="/",
            env={"PYTHONPATH": _OURS, "PYTHONDONTWRITEBYTECODE": "1"},
        )


def _answer(process: subprocess.Popen[bytes], content: bytes, until: float) -> bytes | None:
    """All that it says while it is fed; `None`: it took too long. One who babbles is cut off."""
    assert process.stdin is not None  # noqa: S101  both are pipes
    assert process.stdout is not None  # noqa: S101
    os.set_blocking(process.stdin.fileno(), False)
    answer, rest = bytearray(), memoryview(content)
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdin, selectors.EVENT_WRITE)
        waiting.register(process.stdout, selectors.EVENT_READ)
        while len(answer) <= MOST_SAID:
            ready = waiting.select(until - time.monotonic())
            if time.monotonic() >= until:
                return None
            for key, _ in ready:
                if key.fileobj is process.stdin:
                    rest = _fed(process.stdin.fileno(), rest)
                    if not rest:
                        waiting.unregister(process.stdin)
                        process.stdin.close()
                elif more := os.read(process.stdout.fileno(), _AT_ONCE):
                    answer += more
                else:
                    return bytes(answer)
    return b""


def _fed(pipe: int, rest: memoryview) -> memoryview:
    """What is left to feed: nothing to one that does not listen any more."""
    try:
        return rest[os.write(pipe, rest[:_AT_ONCE]) :]
    except BlockingIOError:
        return rest
    except OSError:
        return rest[:0]
