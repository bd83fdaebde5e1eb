"""One line of the runner's table: a fault, and what was left after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.faults.evidence import reconcile
from tests.faults.ground import Ground
from tests.faults.reconcile import Verdict
from tests.faults.vitals import calm, measure

_COLUMNS = ("told 2xx", "stored", "sent", "lost", "doubled", "twice", "kills", "seconds")


@dataclass
class Outcome:
    """The counts of one scenario alone, and every promise that was broken in it."""

    name: str
    told: int = 0
    stored: int = 0
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    twice: int = 0
    kills: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    skipped: str = ""

    def row(self) -> str:
        if self.skipped:
            return f"{self.name:<34} skipped: {self.skipped}"
        counts = (self.told, self.stored, self.sent, self.lost, self.doubled, self.twice)
        cells = "".join(f"{count:>9}" for count in (*counts, self.kills))
        return f"{self.name:<34}{cells}{self.seconds:>9.1f}" + ("" if self.whole else "  BROKEN")

    @property
    def whole(self) -> bool:
        return not self.problems


def heading() -> str:
    return f"{'scenario':<34}" + "".join(f"{name:>9}" for name in _COLUMNS)


def play(
    name: str, ground: Ground, act: Callable[[Ground], int | None], *, late: bool = False
) -> Outcome:
    """Act on a ground at rest, reconcile, and wait for memory and connections to be normal.
    `act` returns how often it killed something, if it did."""
    begun, before = time.monotonic(), measure(ground)
    earlier = ground.verdict
    kills = act(ground) or 0
    verdict = reconcile(ground, late=late)
    problems = [*verdict.problems, *calm(ground, before)]
    ground.verdict = verdict
    return _since(earlier, verdict, name, kills, problems, time.monotonic() - begun)


def _since(
    earlier: Verdict, now: Verdict, name: str, kills: int, problems: Iterable[str], seconds: float
) -> Outcome:
    return Outcome(
        name,
        told=now.told - earlier.told,
        stored=now.stored - earlier.stored,
        sent=now.sent - earlier.sent,
        lost=now.lost,
        doubled=now.doubled,
        twice=now.answered_twice,
        kills=kills,
        seconds=seconds,
        problems=list(problems),
    )
