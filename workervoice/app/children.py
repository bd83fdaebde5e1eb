"""The supervisor's children: a post for each of our processes, and whoever fills it now.

A child's standard input is a line to its supervisor. The child ends when the other end closes; it
writes UP when it takes requests, and RELIEVE when it has served long enough: then the next one is
started beside it on the same socket, and once that one is up the first is told to go. So nothing is
ever refused, and nobody waits.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workervoice.settings import PREFIX, Settings

Listening = socket.socket
UP = b"+"
RELIEVE = b"-"
STOP_SECONDS = 10  # by then a child has ended itself
RESTART_SECONDS = 1.0  # at least so long between two starts in the same post
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR")


@dataclass
class Child:
    """One process of ours, and our end of its line."""

    process: subprocess.Popen[bytes]
    line: socket.socket
    up: bool = False
    wants_relief: bool = False

    def hear(self) -> None:
        """Take in what it wrote since the last time."""
        try:
            said = self.line.recv(64)
        except OSError:  # nothing new, or the line is closed
            return
        self.up |= UP in said
        self.wants_relief |= RELIEVE in said

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def ask_to_end(self) -> None:
        self.line.close()
        if self.running:
            self.process.terminate()

    def end(self, by: float) -> None:
        """Wait for it until then, and end it if it does not."""
        try:
            self.process.wait(max(0.0, by - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Post:
    """A process that has to be there, its own environment, and the sockets that it serves: for its
    work, and for whoever watches it."""

    process: str  # gateway, courier, console or phones
    environment: Mapping[str, str] = field(repr=False)
    socket: Listening | None = None
    ops: Listening | None = None
    current: Child | None = None
    relief: Child | None = None
    leaving: list[Child] = field(default_factory=list)
    started_at: float = 0.0
    place: int = 1  # among those that serve the same socket

    @property
    def name(self) -> str:
        """What this post is called: `gateway`, and `gateway-2` beside it."""
        return self.process if self.place == 1 else f"{self.process}-{self.place}"

    @property
    def running(self) -> bool:
        return self.current is not None and self.current.running

    def fill(self) -> None:
        """Start whoever is to be in this post."""
        self.current = self._start()

    def watch(self, say: Callable[[str], None]) -> None:
        """Start again what has ended, and relieve whoever asked for it."""
        self.leaving = [child for child in self.leaving if child.running]
        for child in self.everybody:
            child.hear()
        if self.relief is not None and not self.relief.running:
            self.relief.line.close()
            self.relief = None
        if not self.running and self._may_start():
            say(f"{self.name} ended unexpectedly: starting it again")
            if self.current is not None:
                self.current.line.close()
            self.current, self.relief = self.relief or self._start(), None
        if self.relief is None and self._wants_relief() and self._may_start():
            self.relief = self._start()
        if self.current is not None and self.relief is not None and self.relief.up:
            self.current.ask_to_end()
            self.leaving.append(self.current)
            self.current, self.relief = self.relief, None

    @property
    def everybody(self) -> list[Child]:
        return [c for c in (self.current, self.relief, *self.leaving) if c is not None]

    def _wants_relief(self) -> bool:
        return self.current is not None and self.current.running and self.current.wants_relief

    def _may_start(self) -> bool:
        return time.monotonic() - self.started_at > RESTART_SECONDS

    def _start(self) -> Child:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        given = {"--fd": self.socket, "--ops-fd": self.ops}
        handles = {option: each.fileno() for option, each in given.items() if each is not None}
        extra = [word for option, fd in handles.items() for word in (option, str(fd))]
        self.started_at = time.monotonic()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own program, with fixed arguments
                [sys.executable, "-P", "-m", "workervoice", self.process, *extra, "--tied"],
                env=dict(self.environment),
                stdin=theirs.fileno(),
                pass_fds=tuple(handles.values()),
                process_group=0,  # Ctrl-C is for the supervisor, which ends its children itself
            )
        return Child(process, ours)


def environment_of(settings: Settings, process: str) -> dict[str, str]:
    """A child's environment: what the system needs, and its own settings; no .env file."""
    inherited = {k: v for k, v in os.environ.items() if k in _PASSED_ON}  # noqa: TID251
    own = settings.only_for(process).as_environment()
    hygiene = {
        "PYTHONUNBUFFERED": "1",
        "PYTHONMALLOC": "malloc",
        "MALLOC_PERTURB_": "165",
        "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",  # what lies in that cache is not wiped
        "MALLOC_ARENA_MAX": "2",
    }
    return {**inherited, **hygiene, **own, PREFIX + "ENV_FILE": ""}
