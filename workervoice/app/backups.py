"""Backups that expire: each sealed to a key of its own, which is destroyed after its time.

The keys lie in a directory of their own, which must never be part of a backup and has to be
mirrored, deletions included, to another machine: with it, every backup is lost.
"""

from __future__ import annotations

import os
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from workervoice.app.private_files import write_private
from workervoice.crypto.backup import id_of_backup, open_backup, seal_backup
from workervoice.crypto.suite import KemKey, generate_kem
from workervoice.errors import SettingsError

RETENTION_DAYS = 14
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)-([0-9a-f-]{36})\.key")


def seal(source: BinaryIO, out: Path, keys: Path, now: datetime) -> UUID:
    """Seal a dump into a new file under a new key, which is on disk before the first byte."""
    backup_id, key = uuid4(), generate_kem()
    try:
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise SettingsError(f"{keys} cannot be made ({exc.strerror}): give a directory") from None
    name = f"{now.date().isoformat()}-{backup_id}.key"
    write_private(keys / name, key.to_bytes().hex())
    _sync(keys / name)
    try:
        with out.open("xb") as sink:
            seal_backup(key.public, backup_id, source, sink)
            sink.flush()
            os.fsync(sink.fileno())
    except OSError as exc:
        (keys / name).unlink()
        raise SettingsError(f"{out} cannot be written ({exc.strerror})") from None
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
