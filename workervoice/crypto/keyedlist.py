"""The keyed list: lines beside the backups that only the hotline's own key opens.

    workervoice-keyed-list-1
    <base64 of a box>
    …

Every line has one size, and is bound to its number and to the line before it: what was taken out of
the middle, swapped, altered or brought in from another list does not open. Lines that were cut off
at the end are not seen here; whoever knows how many there were, and the last one's digest, sees it.
The list tells a thief how many lines there are and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workervoice.crypto.belonging import flush_names
from workervoice.crypto.seal import box, ctx, derive, digest, pad, unbox, unpad
from workervoice.errors import SealBroken

FIRST = b"workervoice-keyed-list-1\n"
START = b""  # what stands for the line before the first
_SIZES = (512,)

Entry = Mapping[str, Any]


def list_key(mac_key: bytes) -> bytes:
    """The list's key, out of the one that no rotation changes."""
    return derive(mac_key, ctx("keyed-list"))


@dataclass(frozen=True, slots=True)
class Tail:
    """How far a list goes: its lines, and the digest of the last."""

    lines: int = 0
    last: bytes = START


@dataclass
class Contents:
    """A list that was read: every entry, and the digest of every line. `size` in bytes of what is
    whole: a line that a crash cut off follows it."""

    entries: list[Entry] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    size: int = len(FIRST)

    @property
    def tail(self) -> Tail:
        return Tail(len(self.digests), self.digests[-1] if self.digests else START)

    def reaches(self, tail: Tail) -> bool:
        """True if this list is the one that once ended so, or goes on from there."""
        if not tail.lines:
            return True
        return tail.lines <= len(self.digests) and self.digests[tail.lines - 1] == tail.last


def seal_line(key: bytes, before: Tail, entry: Entry) -> bytes:
    plain = json.dumps(entry, separators=(",", ":"), sort_keys=True).encode()
    sealed = box(key, pad(plain, _SIZES), _place(before))
    return base64.b64encode(sealed) + b"\n"


def read_list(key: bytes, data: bytes) -> Contents:
    """Raises `SealBroken` if any whole line is not of this key, or not where it was written."""
    found = Contents()
    if not data.startswith(FIRST):
        raise SealBroken("not a keyed list")
    for line in data[len(FIRST) :].splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        found.entries.append(_open_line(key, found.tail, line))
        found.digests.append(digest(line))
        found.size += len(line)
    return found


def _open_line(key: bytes, before: Tail, line: bytes) -> Entry:
    try:
        sealed = base64.b64decode(line[:-1], validate=True)
        entry: Entry = json.loads(unpad(unbox(key, sealed, _place(before))))
    except (binascii.Error, ValueError):
        raise SealBroken(f"line {before.lines + 1} of the keyed list is damaged") from None
    return entry


def _place(before: Tail) -> bytes:
    return ctx("keyed-line", before.lines + 1, before.last)


@dataclass
class ListFile:
    """The list as a file that one courier at a time adds to. Raises `OSError` if it cannot."""

    path: Path
    key: bytes = field(repr=False)
    _size: int = -1  # of the file when we knew it last, and of what is whole in it
    _whole: int = 0
    _tail: Tail = field(default_factory=Tail)

    def changed(self) -> bool:
        """True if it was never read, or somebody else wrote to it since."""
        return self._bytes() != self._size

    def _bytes(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def tail(self) -> Tail:
        """How far it went when it was read or added to."""
        return self._tail

    def read(self) -> Contents:
        """All of it; empty if there is no such file. Raises `SealBroken`."""
        data = self.path.read_bytes() if self.path.exists() else b""
        found = read_list(self.key, data or FIRST)
        self._size, self._whole, self._tail = len(data), found.size, found.tail
        return found

    def append(self, entries: Sequence[Entry]) -> Tail:
        """Add these lines; on return they are on the disk."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            new = not os.fstat(file.fileno()).st_size
            if self.changed():
                self.read()
            file.truncate(0 if new else self._whole)
            file.seek(0, os.SEEK_END)
            file.write(FIRST if new else b"")
            tail = self._tail
            for entry in entries:
                line = seal_line(self.key, tail, entry)
                file.write(line)
                tail = Tail(tail.lines + 1, digest(line))
            file.flush()
            os.fsync(file.fileno())
            self._size = self._whole = file.tell()
        if new:
            flush_names(self.path.parent)
        self._tail = tail
        return tail

    def put_aside(self) -> Path:
        """Give a list that does not open another name, so that a new one can begin."""
        aside = self.path.with_name(f"{self.path.name}.{os.urandom(4).hex()}.aside")
        self.path.rename(aside)
        self._size, self._tail = 0, Tail()
        return aside
