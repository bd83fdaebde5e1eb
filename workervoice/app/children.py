"""A child of the supervisor: one of our processes, with its own environment and nothing else's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from workervoice.settings import PREFIX, Settings

STOP_SECONDS = 15
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR")


@dataclass
class Child:
    """One process under supervision."""

    name: str
    arguments: list[str]
    environment: Mapping[str, str] = field(repr=False)
    socket: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0

    def start(self) -> None:
        handles = () if self.socket is None else (self.socket.fileno(),)
        extra = [] if self.socket is None else ["--fd", str(self.socket.fileno())]
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own program, with fixed arguments
            [sys.executable, "-P", "-m", "workervoice", *self.arguments, *extra, "--tied"],
            env=dict(self.environment),
            stdin=subprocess.PIPE,
            pass_fds=handles,
            process_group=0,  # Ctrl-C is for the supervisor, which ends its children itself
        )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        if self.process is None:
            return
        if self.process.stdin is not None:
            self.process.stdin.close()
        if self.running:
            self.process.terminate()

    def end(self) -> None:
        """Wait for it, and end it if it does not."""
        if self.process is None:
            return
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def environment_of(settings: Settings, process: str) -> dict[str, str]:
    """A child's environment: what the system needs, and its own settings; no .env file."""
    inherited = {k: v for k, v in os.environ.items() if k in _PASSED_ON}  # noqa: TID251
    own = settings.only_for(process).as_environment()
    hygiene = {
        "PYTHONUNBUFFERED": "1",
        "PYTHONMALLOC": "malloc",
        "MALLOC_PERTURB_": "165",
        "MALLOC_ARENA_MAX": "2",
    }
    return {**inherited, **hygiene, **own, PREFIX + "ENV_FILE": ""}
