"""`make faults`: every fault, a line each; exits 1 if a promise was broken.

python -m tests.faults [--kills N] [--only WORD ...]
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.faults import clients, databases, days, elsewhere, ends, kills
from tests.faults.ground import Ground, a_ground
from tests.faults.outcome import Outcome, heading, play
from tests.faults.supervised import supervised
from workervoice.triage.engine import Engine

KILLS = 500
KILLS_BESIDE = 56
HOURS = 24
CONNECTIONS = 10_000
_SECONDS_A_KILL = 4.0

Act = Callable[[Ground], int | None]


def scenarios() -> Iterator[tuple[str, Act, bool]]:
    """Name, what is done, and whether an answer may have become too old to be sent."""
    yield "told to end, one after the other", ends.told_to_end, False
    yield "database restarted", databases.restarts, False
    yield "connection cut, stalled, half-closed", databases.cuts, False
    yield "database's files read-only", databases.read_only, False
    yield "clock an hour forward", days.jump(3600), False
    yield "clock an hour back", days.jump(-3600), False
    yield "clock two days forward", days.jump(2 * 86400), True
    for manner, day in days.all_manners(HOURS).items():
        yield f"a day of a provider: {manner}", day, True
    yield "the courier killed beside sending", elsewhere.kills_beside(KILLS_BESIDE), False
    yield "slow-loris clients", clients.slow_loris, False
    yield "half-sent bodies", clients.half_sent, False
    yield "64 kB of headers", clients.large_headers, False
    yield f"{CONNECTIONS} connections", clients.many(CONNECTIONS), False


def run(engine: Engine, wanted: Sequence[str], kill: int) -> Iterator[Outcome]:
    """Each fault on a ground of its own, so that none hides what another did."""
    chosen = partial(_chosen, wanted)
    if chosen("kills"):
        yield _alone("kills", engine, partial(_kills, kill=kill))
    for name, act, late in scenarios():
        if chosen(name):
            yield _alone(name, engine, act, late=late)
    if chosen("disk full"):
        with databases.small_disk() as where:
            if isinstance(where, Path):
                yield _alone("disk full", engine, databases.full, folder=where)
            else:
                yield Outcome("disk full", skipped=where)
    if chosen("supervisor and all its parts"):
        yield _guarded("supervisor", lambda: supervised(engine, lives=max(1, kill // 100), kills=5))


def _chosen(wanted: Sequence[str], name: str) -> bool:
    return not wanted or any(word in name for word in wanted)


def _alone(
    name: str, engine: Engine, act: Act, *, late: bool = False, folder: Path | None = None
) -> Outcome:
    def on_a_ground() -> Outcome:
        with a_ground(engine, durable=True, folder=folder) as ground:
            return play(name, ground, act, late=late)

    return _guarded(name, on_a_ground)


def _guarded(name: str, scene: Callable[[], Outcome]) -> Outcome:
    """What fails in the runner is a failure of the scenario, and the others go on."""
    try:
        return scene()
    except Exception as broken:
        traceback.print_exc()
        return Outcome(name, problems=[str(broken) or type(broken).__name__])


def _kills(ground: Ground, *, kill: int) -> int:
    campaign = kills.under_kills(
        ground, named=kill * 3 // 5, least=kill, seconds=60 + kill * _SECONDS_A_KILL
    )
    print("killed where:")
    for place, times in sorted(campaign.counts.items()):
        print(f"  {times:>5}  {place}")
    print(f"what the clients were answered: {dict(ground.statuses)}")
    for error, times in _errors(ground.log).items():
        print(f"  {times:>5}  {error} in a process's log")
    return campaign.kills


def _errors(log: Path) -> Counter[str]:
    """Kinds of exceptions that were logged with a traceback; there should be none."""
    named = re.findall(
        r"^((?:\w+\.)*\w+(?:Error|Exception|Exhausted|Unlogged)): ", log.read_text(), re.M
    )
    return Counter(named)


def main() -> int:
    """Run what is asked for, and print as it goes."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help="at least so many in `kills`")
    parser.add_argument("--only", nargs="*", default=(), help="scenarios with a word in the name")
    parsed = parser.parse_args()
    clients.raise_limit()
    print(f"{os.cpu_count()} cores", heading(), sep="\n", flush=True)
    broken = 0
    for outcome in run(Engine.load(), parsed.only, parsed.kills):
        print(outcome.row(), *(f"    {each}" for each in outcome.problems), sep="\n", flush=True)
        broken += not outcome.whole
    print("Every promise was kept." if not broken else f"{broken} scenarios BROKE a promise.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
