"""What processes cost while something runs: processor time, memory; and the machine's own speed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_FSYNCS = 400
_BLOCK = 8192


@dataclass
class Spent:
    """Processor seconds that some processes used, once measuring has ended."""

    seconds: float = 0.0

    def each(self, number: int) -> float:
        """Milliseconds for each of so many."""
        return self.seconds / number * 1000 if number else 0.0


@contextmanager
def processor_time(pids: Iterable[int]) -> Iterator[Spent]:
    """Of these processes and of their children, as far as both live at the end."""
    every, spent = list(pids), Spent()
    before = sum(_used(pid) for pid in _with_children(every))
    yield spent
    spent.seconds = sum(_used(pid) for pid in _with_children(every)) - before


def memory_mib(pid: int) -> float:
    """What a process holds in memory now, its share of what several hold included."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def most_memory_mib(pid: int) -> float:
    """The most that a process ever held, shared pages included."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def disk_waits_ms(folder: Path) -> list[float]:
    """How long one block takes to reach the disk: what no commit can be faster than."""
    waits = []
    with (folder / "one-block").open("wb", buffering=0) as file:
        for _ in range(_FSYNCS):
            file.seek(0)
            file.write(os.urandom(_BLOCK))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            waits.append((time.perf_counter() - began) * 1000)
    (folder / "one-block").unlink()
    return waits


def loops_per_second() -> float:
    """How fast one processor counts in Python, in millions: to compare machines, and to see whether
    something else was running."""
    began, number = time.perf_counter(), 0
    for number in range(3_000_000):  # noqa: B007 - counting is all that it does
        pass
    return number / (time.perf_counter() - began) / 1e6


def _used(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:  # it has ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _with_children(pids: list[int]) -> list[int]:
    found = []
    for pid in pids:
        found.append(pid)
        for thread in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in thread.read_text().split()]
    return found
