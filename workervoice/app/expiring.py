"""The directory of the backups' keys: which backup each opens, of which day, and when it ends.

Keys end by a clock, and a clock may be wrong. So where no key was made for far longer than keys
live, those from before that gap are not destroyed: either no backup was made for weeks, or the day
after it never was, and only people know which.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from workervoice.crypto.belonging import flush_names
from workervoice.crypto.suite import KemKey
from workervoice.errors import CryptoError, SettingsError

RETENTION_DAYS = 14
NEW = ".new"  # ends the name of what is not whole yet
UNFINISHED = timedelta(days=2)  # after so long it is not being made any more
GAP = timedelta(days=RETENTION_DAYS + 7)  # longer than this without a backup: a clock is doubted
_AHEAD = timedelta(days=1)  # of us, as clocks differ by
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
    the ids of those that open no more. Those that `doubt` tells of stay."""
    gone = [*_older(keys, now, days), *_left(keys, now)]
    for each in gone:
        destroy(each.path)
    if gone:
        flush_names(keys)
    return [each.backup_id for each in gone]


def amiss(keys: Path, now: datetime) -> list[str]:
    """What lies there and should not, a sentence's beginning each."""
    late = _older(keys, now, RETENTION_DAYS + 1)  # one for the timer
    old = [f"{len(late)} keys are older than {RETENTION_DAYS} days"] if late else []
    left = [f"{each.path} is left of a backup that was killed" for each in _left(keys, now)]
    return [*old, *_ahead(keys, now), *left, *_strange(keys)]


def last_made(keys: Path, now: datetime) -> date | None:
    """The day of the newest backup whose key is still there; one that has not come is none."""
    days = (each.made for each in _keys(keys))
    return max((made for made in days if made <= now.date() + _AHEAD), default=None)


def destroy(path: Path) -> None:
    with path.open("r+b") as file:  # before the name: on some disks it helps
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _older(keys: Path, now: datetime, days: int) -> list[KeyFile]:
    last = now.date() - timedelta(days=days)
    gap = _gap(keys, now)
    return [e for e in _keys(keys) if e.made <= last and (gap is None or e.made > gap[0])]


def doubt(keys: Path, now: datetime) -> str | None:
    """Which keys `expire` does not believe to be too old, and why."""
    gap = _gap(keys, now)
    if gap is None:
        return None
    last, following = gap
    return (
        f"no backup was made between {last} and {following}, so that the clock may be wrong, and "
        f"keys up to {last} are not destroyed: if it is right, destroy those in {keys} yourself"
    )


def _gap(keys: Path, now: datetime) -> tuple[date, date] | None:
    """The last two days, up to today, with far too long between them and no backup."""
    today = now.date()
    days = sorted({each.made for each in _keys(keys) if each.made < today} | {today})
    return max((pair for pair in pairwise(days) if pair[1] - pair[0] > GAP), default=None)


def _ahead(keys: Path, now: datetime) -> Iterator[str]:
    found = [each.path for each in _keys(keys) if each.made > now.date() + _AHEAD]
    if found:
        yield (
            f"{len(found)} keys are of days that have not come, such as {found[0]}: either the "
            "clock is wrong, or it was then; in that case put the right day into their names"
        )


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
