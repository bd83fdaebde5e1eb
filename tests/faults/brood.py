"""The runner's side of the nursery: start a process of ours, kill it, wait for its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


@dataclass
class Child:
    """One running process of ours, forked by the nursery; `code` once it has ended."""

    name: str
    pid: int
    code: int | None = None

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def ask_to_end(self) -> None:
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if self.code is None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def ended_within(self, seconds: float) -> bool:
        ends = time.monotonic() + seconds
        while self.code is None and time.monotonic() < ends:
            time.sleep(0.003)
        return self.code is not None


class Nursery:
    """The warm program, and what it says."""

    def __init__(self, environment: Mapping[str, str], handles: Sequence[int]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=handles,
        )
        self._ready = threading.Event()
        self._born: list[Child] = []
        self._known: dict[int, Child] = {}
        self._news = threading.Condition()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def start(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> Child:
        """Fork one; it runs by the time this returns, and may not serve yet."""
        if not self._ready.wait(START_SECONDS):
            raise AssertionError("the nursery did not start")
        order = {
            "name": name,
            "arguments": list(arguments),
            "environment": dict(environment),
            "log": str(log),
        }
        assert self._process.stdin is not None
        with self._news:
            self._process.stdin.write((json.dumps(order) + "\n").encode())
            self._process.stdin.flush()
            if not self._news.wait_for(lambda: bool(self._born), START_SECONDS):
                raise AssertionError(f"{name} was not started")
            return self._born.pop()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._listener.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if "ready" in said:
                self._ready.set()
            elif "born" in said:
                child = Child(said["born"], said["pid"])
                with self._news:
                    self._known[child.pid] = child
                    self._born.append(child)
                    self._news.notify_all()
            else:
                self._known.pop(said["ended"]).code = said["code"]
