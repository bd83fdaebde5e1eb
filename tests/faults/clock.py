"""The time that all processes of a run share: the machine's own, moved by what the runner says."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workervoice.store.engine import Tx, database_time

_FORM = struct.Struct("d")


class SharedClock:
    """The machine's time and an offset in seconds, which lies in a file that all have mapped."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        if new:
            path.write_bytes(_FORM.pack(0.0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _FORM.size)
        self.path = path

    @property
    def offset(self) -> float:
        return float(_FORM.unpack(self._shared[:])[0])

    def advance(self, seconds: float) -> None:
        """Go on, or back, for everybody at once."""
        self._shared[:] = _FORM.pack(self.offset + seconds)

    def stamp(self) -> float:
        return time.time() + self.offset

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.stamp(), UTC)

    def of_database(self, tx: Tx) -> datetime:
        """The database's own time, moved as ours is."""
        return database_time(tx) + timedelta(seconds=self.offset)
