"""Starting a program of the operator's that is given workers' words, and ending it with all that it
started: see `shut_in` for what it cannot do.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from workervoice.settings import Settings


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
        )
        there = {place.resolve() for place in places if place is not None and place.exists()}
        return cls(path, tuple(sorted(there)))

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


def end(process: subprocess.Popen[bytes]) -> None:
    """End it, and what it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()
