"""Backups that expire: each sealed to a key of its own, which is destroyed after its time.

The keys lie in a directory of their own, which must never be part of a backup and has to be
mirrored, deletions included, to another machine: with it, every backup is lost. A proof, which is
no part of them, tells the hotline's own backups from those that somebody else sealed.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from workervoice.app.expiring import NEW, UNFINISHED, key_name, key_of
from workervoice.app.private_files import write_private
from workervoice.crypto.backup import (
    Head,
    Readable,
    Writable,
    head_of_backup,
    open_backup,
    seal_backup,
)
from workervoice.crypto.belonging import flush_names
from workervoice.crypto.suite import KemKey, generate_kem
from workervoice.errors import SealBroken, SettingsError

_LOOK = 1024  # bytes at the beginning and at the end
_BEGINS, _ENDS = b"-- PostgreSQL database dump\n", b"-- PostgreSQL database dump complete"


_LEFT = re.compile(rf"(\d{{4}}-\d\d-\d\d)-\d{{6}}\.backup\.[0-9a-f]{{8}}{re.escape(NEW)}")


class _Dump:
    """A dump on its way: remembers how it began and ended."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._head = self._tail = b""

    def read(self, size: int, /) -> bytes:
        data = self._source.read(size)
        self._head = (self._head + data[:_LOOK])[:_LOOK]
        self._tail = (self._tail + data[-_LOOK:])[-_LOOK:]
        return data

    def check(self) -> None:
        """Raises `SettingsError` for an empty dump, and for SQL of pg_dump without its last line.
        A dump of another format cannot be looked at here."""
        if not self._head:
            raise SettingsError("the dump is empty, so there is no backup: did pg_dump fail?")
        if _BEGINS in self._head and _ENDS not in self._tail:
            raise SettingsError(
                "the dump was cut off before its end, so there is no backup: did pg_dump fail?"
            )


@dataclass(frozen=True, slots=True)
class Places:
    """Where backups' keys are, and the proof that a backup is this hotline's."""

    keys: Path
    proof: bytes = field(repr=False)


def seal(
    source: AbstractContextManager[Readable], out: Path, places: Places, now: datetime
) -> UUID:
    """Seal a dump into a new file under a new key, which is on disk before the first byte.

    Neither stays if the dump is not whole, and neither has its name before all of both is on the
    disk, the key last: what was killed on the way counts as no backup. Raises `SettingsError`.
    """
    backup_id, keys = uuid4(), places.keys
    _make_directory(keys, out)
    named = keys / key_name(backup_id, now.date())
    new_key, new = named.with_name(named.name + NEW), _beginning(out, backup_id)
    made = [new_key, named, new]
    try:
        _refuse_existing(out)
        key = generate_kem()
        write_private(new_key, key.to_bytes().hex())
        flush_names(keys)
        head = Head(backup_id, int(now.timestamp()))
        _write(
            new, source, lambda dump, sink: seal_backup(key.public, places.proof, head, dump, sink)
        )
        _refuse_existing(out)
        new.rename(out)
        made.append(out)
        flush_names(out.parent)
        new_key.rename(named)
        flush_names(keys)
    except BaseException as exc:
        for path in made:
            path.unlink(missing_ok=True)
        if isinstance(exc, OSError):
            raise SettingsError(f"{out} cannot be written ({exc.strerror})") from None
        raise
    return backup_id


def _make_directory(keys: Path, out: Path) -> None:
    if keys.resolve() == out.parent.resolve():
        raise SettingsError(
            f"{keys} is where the backup goes: a key beside its backup keeps it from nobody. Give "
            "--keys a directory on another disk, which no backup takes"
        )
    try:
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise SettingsError(f"{keys} cannot be made ({exc.strerror}): give a directory") from None


def _write(
    new: Path,
    source: AbstractContextManager[Readable],
    seal_to: Callable[[Readable, BinaryIO], None],
) -> None:
    """All of a dump that is whole, on the disk."""
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as sink:
        with source as dump:
            checked = _Dump(dump)
            seal_to(checked, sink)
        checked.check()
        sink.flush()
        os.fsync(sink.fileno())


def _beginning(out: Path, backup_id: UUID) -> Path:
    """Where a backup is written until it is whole."""
    return out.with_name(f"{out.name}.{backup_id.hex[:8]}{NEW}")


def _refuse_existing(out: Path) -> None:
    if out.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def clear(into: Path, now: datetime) -> list[Path]:
    """Remove what nightly backups left there that were killed; returns it."""
    named = [(path, _LEFT.fullmatch(path.name)) for path in sorted(into.glob(f"*{NEW}"))]
    last = str(now.date() - UNFINISHED)
    left = [path for path, found in named if found and found[1] <= last]
    for path in left:
        path.unlink(missing_ok=True)
    return left


@dataclass(frozen=True, slots=True)
class Sealed:
    """A backup whose key is there. `head` is believed once `write_to` came to its end."""

    head: Head
    _source: BinaryIO
    _key: KemKey = field(repr=False)
    _proof: bytes = field(repr=False)

    def write_to(self, sink: Writable) -> None:
        """Open it, from its beginning. Raises `SealBroken`."""
        self._source.seek(0)
        open_backup(self._key, self._proof, self._source, sink)


@contextmanager
def found(path: Path, places: Places) -> Iterator[Sealed]:
    """The same file until the end, whatever becomes of its name. Raises `SettingsError`."""
    with _opened(path) as source:
        try:
            head = head_of_backup(source)
        except SealBroken:
            raise SettingsError(f"{path} is not a backup") from None
        yield Sealed(head, source, key_of(head.id, places.keys), places.proof)


def unseal(path: Path, places: Places, sink: Writable) -> None:
    """Open a backup. Raises `SettingsError` if its key is not there (any more); `SealBroken`."""
    with found(path, places) as backup:
        backup.write_to(sink)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as exc:
        raise SettingsError(f"{path} cannot be read ({exc.strerror}): name a backup") from None
