"""Where the processor time of a message goes, as text: looked at while it is spent.

The timer counts the processor time of the process, so that waiting for the database is not seen;
what a message costs outside of it stands in the table.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

EVERY_SECONDS = 0.001
_SHOWN = 28
_SITE = "site-packages"


@dataclass
class Profile:
    """How often each place was on the stack, and each part of the stack was at work itself."""

    looks: int = 0
    within: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)

    def look(self, number: int, frame: FrameType | None) -> None:
        """Note one stack."""
        self.looks += 1
        seen: set[str] = set()
        self.parts[_part_of(frame)] += 1
        while frame is not None:
            seen.add(_place_of(frame))
            frame = frame.f_back
        self.within.update(seen)

    def __str__(self) -> str:
        lines = [f"{self.looks} looks, one at each tick of processor time (often 4 ms)", ""]
        lines += ["at work itself:"]
        lines += [f"  {self._share(n)}  {part}" for part, n in self.parts.most_common(12)]
        lines += ["", "it and all that it calls:"]
        ours = [(place, n) for place, n in self.within.most_common() if place.startswith("worker")]
        lines += [f"  {self._share(n)}  {place}" for place, n in ours[:_SHOWN]]
        return "\n".join(lines)

    def _share(self, number: int) -> str:
        return f"{number / max(self.looks, 1):6.1%}"


@contextmanager
def profiled() -> Iterator[Profile]:
    """Look at the main thread's stack while it works."""
    profile = Profile()
    before = signal.signal(signal.SIGPROF, profile.look)
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
    try:
        yield profile
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def repeated(work: Callable[[], object], times: int) -> Profile:
    """The profile of so many runs."""
    with profiled() as profile:
        for _ in range(times):
            work()
    return profile


def _place_of(frame: FrameType) -> str:
    path = Path(frame.f_code.co_filename)
    parts = path.with_suffix("").parts
    start = next((at for at, part in enumerate(parts) if part == "workervoice"), len(parts) - 1)
    return f"{'.'.join(parts[start:])}.{frame.f_code.co_qualname}"


def _part_of(frame: FrameType | None) -> str:
    """The package at work: one of ours, or a library; Python's own count for who calls them."""
    while frame is not None:
        parts = Path(frame.f_code.co_filename).parts
        if _SITE in parts:
            return parts[parts.index(_SITE) + 1].removesuffix(".py")
        if "workervoice" in parts:
            return ".".join(parts[parts.index("workervoice") :][:2]).removesuffix(".py")
        frame = frame.f_back
    return "python"
