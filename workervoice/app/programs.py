"""Starting a program of the operator's that is given workers' words or voices, asking it once, and
ending it with all that it started: see `shut_in` for what it cannot do.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Self

from workervoice.app.shut_in import NO_PROGRAM, NO_WALL
from workervoice.settings import Settings

MOST_BYTES = 65_536  # of an answer


class Why(StrEnum):
    """Why a program did not answer."""

    SLOW = "slow"
    TOO_MUCH = "too_much"
    ENDED = "ended"
    NO_WALL = "no_wall"
    NO_PROGRAM = "no_program"


class Unanswered(Exception):
    """Says nothing of what the program was given."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


_SAYS = {NO_WALL: Why.NO_WALL, NO_PROGRAM: Why.NO_PROGRAM}


@dataclass(frozen=True, slots=True)
class Program:
    """A program, and places of ours that it must not see: directories or files."""

    path: Path
    hidden: tuple[Path, ...] = ()

    @classmethod
    def beside(cls, settings: Settings, path: Path) -> Self:
        """One that sees nothing of where this hotline has its keys and its backups."""
        places = (
            *(settings.data_dir, settings.credentials_directory, settings.vault_token_file),
            *(settings.backup_dir, settings.backup_keys_dir),
            *(settings.providers_file, settings.spool_dir, Path(".env")),
        )
        there = {place.resolve() for place in places if place is not None and place.exists()}
        return cls(path, tuple(sorted(there)))

    def given(self, content: bytes, *arguments: str) -> subprocess.Popen[bytes]:
        """It begins with this on its standard input, handed over in memory that has no name: it is
        on no disk, and nobody has to wait until it is read."""
        handle = os.memfd_create("given")
        try:
            with os.fdopen(os.dup(handle), "wb") as memory:
                memory.write(content)
            os.lseek(handle, 0, os.SEEK_SET)
            return self.started(*arguments, stdin=handle)
        finally:
            os.close(handle)

    def started(self, *arguments: str, stdin: int | IO[bytes]) -> subprocess.Popen[bytes]:
        """It begins in a session of its own; its output is a pipe, its errors go nowhere."""
        hidden = os.pathsep.join(map(str, self.hidden))
        shut_in = [sys.executable, "-m", "workervoice.app.shut_in", hidden]
        return subprocess.Popen(  # noqa: S603  the operator's own program
            [*shut_in, str(self.path), *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},  # noqa: TID251
        )


def asked(
    process: subprocess.Popen[bytes],
    patience: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> str:
    """All that a program says until it ends well, without the white space around it; then it is
    over in any case. Raises `Unanswered`."""
    until = monotonic() + patience
    try:
        said = _said(process, until, monotonic)
        code = process.wait(max(0.1, until - monotonic()))
    except subprocess.TimeoutExpired:
        raise Unanswered(Why.SLOW) from None
    finally:
        end(process)
    if code != 0:
        raise Unanswered(_SAYS.get(code, Why.ENDED))
    return said.decode("utf-8", "replace").strip()


def _said(process: subprocess.Popen[bytes], until: float, monotonic: Callable[[], float]) -> bytes:
    assert process.stdout is not None  # noqa: S101  a pipe
    handle, read = process.stdout.fileno(), b""
    with selectors.DefaultSelector() as selector:
        selector.register(handle, selectors.EVENT_READ)
        while selector.select(max(0.0, until - monotonic())):
            part = os.read(handle, MOST_BYTES)
            read += part
            if len(read) > MOST_BYTES:
                raise Unanswered(Why.TOO_MUCH)
            if not part:
                return read
    raise Unanswered(Why.SLOW)


def end(process: subprocess.Popen[bytes]) -> None:
    """End it, and what it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()
