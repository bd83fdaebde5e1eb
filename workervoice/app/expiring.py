"""The directory of the backups' keys: which backup each opens, of which day, and when it ends."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from workervoice.crypto.suite import KemKey
from workervoice.errors import CryptoError, SettingsError

RETENTION_DAYS = 14
NEW = ".new"  # ends the name of what is not whole yet
UNFINISHED = timedelta(days=2)  # after so long it is not being made any more
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)-([0-9a-f-]{36})\.key")


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key, the day on which it was made, and the backup that it opens."""

    path: Path
    made: date
    backup_id: UUID


def key_name(backup_id: UUID, made: date) -> str:
    return f"{made.isoformat()}-{backup_id}.key"


def key_of(backup_id: UUID, keys: Path) -> KemKey:
    """The key of this backup. Raises `SettingsError` if it is not there (any more)."""
    found = [each.path for each in _keys(keys) if each.backup_id == backup_id]
    if not found:
        raise SettingsError(
            f"backup {backup_id} has no key here: it has expired, or {keys} is not the directory "
            "of its key" + "".join(f"; {told}" for told in _strange(keys))
        )
    try:
        return KemKey.from_bytes(bytes.fromhex(found[0].read_text(encoding="utf-8").strip()))
    except (OSError, ValueError, CryptoError):
        raise SettingsError(f"{found[0]} is damaged: take a copy of it from the mirror") from None


def expire(keys: Path, now: datetime, days: int = RETENTION_DAYS) -> list[UUID]:
    """Destroy the keys of backups that are older, and of those that were never finished; returns
    the ids of those that open no more."""
    gone = [*_older(keys, now, days), *_left(keys, now)]
    for each in gone:
        destroy(each.path)
    if gone:
        sync(keys)
    return [each.backup_id for each in gone]


def amiss(keys: Path, now: datetime) -> list[str]:
    """What lies there and should not, a sentence's beginning each."""
    late = _older(keys, now - timedelta(days=1), RETENTION_DAYS)  # the timer's day
    old = [f"{len(late)} keys are older than {RETENTION_DAYS} days"] if late else []
    left = [f"{each.path} is left of a backup that was killed" for each in _left(keys, now)]
    return [*old, *left, *_strange(keys)]


def last_made(keys: Path) -> date | None:
    """The day of the newest backup whose key is still there."""
    return max((each.made for each in _keys(keys)), default=None)


def destroy(path: Path) -> None:
    with path.open("r+b") as file:  # before the name: on some disks it helps
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def sync(path: Path) -> None:
    """What was done to this file or directory is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _older(keys: Path, now: datetime, days: int) -> list[KeyFile]:
    last = now.date() - timedelta(days=days)
    return [each for each in _keys(keys) if each.made <= last]


def _left(keys: Path, now: datetime) -> list[KeyFile]:
    last = now.date() - UNFINISHED
    return [each for each in _keys(keys, "*.key" + NEW) if each.made <= last]


def _strange(keys: Path) -> Iterator[str]:
    for path in sorted(keys.glob("*.key")):
        if _read(path) is None:
            yield f"{path} has not the name of a backup's key, and is passed over"


def _keys(keys: Path, names: str = "*.key") -> list[KeyFile]:
    return [each for path in sorted(keys.glob(names)) if (each := _read(path)) is not None]


def _read(path: Path) -> KeyFile | None:
    named = _NAME.fullmatch(path.name.removesuffix(NEW))
    try:
        return KeyFile(path, date.fromisoformat(named[1]), UUID(named[2])) if named else None
    except ValueError:
        return None
