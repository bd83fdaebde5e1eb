"""Backups that expire: each sealed to a key of its own, which is destroyed after its time.

The keys lie in a directory of their own, which must never be part of a backup and has to be
mirrored, deletions included, to another machine: with it, every backup is lost.
"""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from workervoice.app.private_files import write_private
from workervoice.crypto.backup import Readable, id_of_backup, open_backup, seal_backup
from workervoice.crypto.suite import KemKey, generate_kem
from workervoice.errors import SettingsError

RETENTION_DAYS = 14
_LOOK = 1024  # bytes at the beginning and at the end
_BEGINS, _ENDS = b"-- PostgreSQL database dump\n", b"-- PostgreSQL database dump complete"
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)-([0-9a-f-]{36})\.key")


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


def seal(source: AbstractContextManager[Readable], out: Path, keys: Path, now: datetime) -> UUID:
    """Seal a dump into a new file under a new key, which is on disk before the first byte.

    Neither stays if the dump is not whole. Raises `SettingsError`.
    """
    backup_id, key = uuid4(), generate_kem()
    try:
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise SettingsError(f"{keys} cannot be made ({exc.strerror}): give a directory") from None
    name = f"{now.date().isoformat()}-{backup_id}.key"
    write_private(keys / name, key.to_bytes().hex())
    _sync(keys / name)
    made = False
    try:
        with out.open("xb") as sink:
            made = True
            with source as dump:
                checked = _Dump(dump)
                seal_backup(key.public, backup_id, checked, sink)
            checked.check()
            sink.flush()
            os.fsync(sink.fileno())
    except BaseException as exc:
        (keys / name).unlink()
        if made:
            out.unlink()
        if isinstance(exc, OSError):
            raise SettingsError(f"{out} cannot be written ({exc.strerror})") from None
        raise
    return backup_id


def unseal(path: Path, keys: Path, sink: BinaryIO) -> None:
    """Open a backup. Raises `SettingsError` if its key is not there (any more)."""
    if not path.is_file():
        raise SettingsError(f"{path} is no file")
    with path.open("rb") as source:
        backup_id = id_of_backup(source)
        source.seek(0)
        found = [name for name, _, each in _keys(keys) if each == backup_id]
        if not found:
            raise SettingsError(f"backup {backup_id} has no key here: it may have expired")
        open_backup(KemKey.from_bytes(bytes.fromhex(found[0].read_text())), source, sink)


def expire(keys: Path, now: datetime, days: int = RETENTION_DAYS) -> list[UUID]:
    """Destroy the keys of backups that are older; returns the ids of those that open no more."""
    last = now.date() - timedelta(days=days)
    gone = [(path, backup_id) for path, made, backup_id in _keys(keys) if made <= last]
    for path, _ in gone:
        with path.open("r+b") as file:  # before the name: on some disks it helps
            file.write(os.urandom(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    if gone:
        _sync(keys)
    return [backup_id for _, backup_id in gone]


def _keys(keys: Path) -> list[tuple[Path, date, UUID]]:
    named = [(path, _NAME.fullmatch(path.name)) for path in sorted(keys.glob("*.key"))]
    return [(path, date.fromisoformat(m[1]), UUID(m[2])) for path, m in named if m]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
