"""The spool: a directory with one sealed file for each request, under a random name.

A file is written under another name, flushed, given the time at which it came, and then renamed: so
one that has its name is whole, also after a kill or a power cut. What was left half is removed at
the next start. The times never stand still, so that the files tell in which order they came.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from workervoice.errors import NotFound, SettingsError, Unavailable

MOST_FILES = 100_000
MOST_BYTES = 2 << 30
_NAME = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_HALF = ".half-"


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """One file: when it came (nanoseconds), its name and its size. Sorts as they came."""

    at: int
    name: str
    size: int


def is_name(text: str) -> bool:
    """Whether a file of a spool may be called so; nothing else is ever looked for."""
    return _NAME.fullmatch(text) is not None


def held_in(directory: Path) -> list[Held]:
    """What lies in a spool, or in a copy of one, in the order in which it came. Raises `OSError`.
    A link or a directory is none of ours."""
    found = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if is_name(entry.name) and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError):
                    about = entry.stat(follow_symlinks=False)
                    found.append(Held(about.st_mtime_ns, entry.name, about.st_size))
    return sorted(found)


class Spool:
    """Of one process: nobody else writes there. Safe to use from several threads."""

    def __init__(
        self, directory: Path, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES
    ) -> None:
        """Raises `SettingsError` if the directory cannot be used, or another process uses it."""
        self._directory, self._most = directory, (most_files, most_bytes)
        self._lock = threading.Lock()
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.fchmod(self._handle, 0o700)
            for half in self._halves():
                half.unlink()
            held = held_in(directory)
        except BlockingIOError:
            raise SettingsError(f"another fallback receiver uses {directory}") from None
        except OSError as exc:
            raise SettingsError(
                f"WORKERVOICE_SPOOL_DIR: {directory} cannot be used ({exc.strerror}): give a "
                "directory of this user's own"
            ) from None
        self._files, self._bytes = len(held), sum(each.size for each in held)
        self._last = held[-1].at if held else 0

    def close(self) -> None:
        os.close(self._handle)

    def put(self, name: UUID, sealed: bytes) -> None:
        """Store it for good, or not at all. Raises `Unavailable` if there is no room."""
        with self._lock:
            if self._files >= self._most[0] or self._bytes + len(sealed) > self._most[1]:
                raise Unavailable("the spool is full")
            try:
                self._write(str(name), sealed)
            except OSError as exc:
                raise Unavailable("the spool cannot be written") from exc
            self._files += 1
            self._bytes += len(sealed)

    def listed(self, after: tuple[int, str], most: int) -> tuple[list[Held], int, int]:
        """A page of those that came after this one; how many lie here, and their bytes. Raises
        `Unavailable`."""
        with self._lock:
            try:
                held = held_in(self._directory)
            except OSError as exc:
                raise Unavailable("the spool cannot be read") from exc
            self._files, self._bytes = len(held), sum(each.size for each in held)
            page = [each for each in held if (each.at, each.name) > after]
            return page[:most], self._files, self._bytes

    def get(self, name: str) -> bytes:
        """Raises `NotFound` and `Unavailable`."""
        return read_held(self._directory, name)

    def delete(self, name: str) -> None:
        """Raises `NotFound` and `Unavailable`."""
        path = _path(self._directory, name)
        with self._lock:
            try:
                size = path.lstat().st_size
                path.unlink()
                os.fsync(self._handle)
            except FileNotFoundError:
                raise NotFound("no such file") from None
            except OSError as exc:
                raise Unavailable("the spool cannot be written") from exc
            self._files -= 1
            self._bytes -= size

    def _write(self, name: str, sealed: bytes) -> None:
        half, path = self._directory / f"{_HALF}{name}", self._directory / name
        try:
            with open(half, "xb", opener=_opener) as file:
                file.write(sealed)
                file.flush()
                self._last = max(time.time_ns(), self._last + 1)
                os.utime(file.fileno(), ns=(self._last, self._last))
                os.fsync(file.fileno())
            half.rename(path)
        except OSError:
            with contextlib.suppress(OSError):
                half.unlink()
            raise
        os.fsync(self._handle)

    def _halves(self) -> Iterator[Path]:
        return self._directory.glob(f"{_HALF}*")


def read_held(directory: Path, name: str) -> bytes:
    """One file of a spool, or of a copy. Raises `NotFound` and `Unavailable`."""
    try:
        handle = os.open(_path(directory, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise NotFound("no such file") from None
    except OSError as exc:
        raise Unavailable("the spool cannot be read") from exc


def _path(directory: Path, name: str) -> Path:
    if not is_name(name):
        raise NotFound("no such file")
    return directory / name


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
