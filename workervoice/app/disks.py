"""How full a disk is, and when that is too full."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workervoice.embedded.places import cluster_of
from workervoice.settings import Settings

LEAST_FREE_SHARE, LEAST_FREE_BYTES = 0.05, 1 << 30


@dataclass(frozen=True, slots=True)
class Disk:
    """One file system. `total_bytes` is 0 if nobody lets us look."""

    what: str
    path: str
    free_bytes: int = 0
    total_bytes: int = 0

    @property
    def full(self) -> bool:
        least = max(LEAST_FREE_SHARE * self.total_bytes, LEAST_FREE_BYTES)
        return self.total_bytes > 0 and self.free_bytes < min(least, self.total_bytes / 2)

    @property
    def warning(self) -> str:
        return (
            f"The disk of the {self.what} ({self.path}) is nearly full: make room, or nothing more "
            "can be stored."
        )


def disks(settings: Settings) -> Iterator[Disk]:
    """The data directory's, and the embedded database's."""
    yield disk_of("data directory", settings.data_dir)
    if has_database_here(settings):
        yield disk_of("database", cluster_of(settings.data_dir.resolve()))


def has_database_here(settings: Settings) -> bool:
    given = settings.database_url or settings.courier_database_url
    return given is None and (settings.data_dir / "postgres").exists()


def disk_of(what: str, path: Path) -> Disk:
    try:
        usage = shutil.disk_usage(path)
    except OSError:
        return Disk(what, str(path))
    return Disk(what, str(path), usage.free, usage.total)
