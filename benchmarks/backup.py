"""What a backup costs: `python -m benchmarks.backup [REPORTS]`, from the repository's root.

Prints the figures that docs/restoring.md tells: bytes of a backup, seconds to make it and to put it
back. On an embedded server of its own, without waiting for disks.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.drills import Drill
from tests.house import build_house
from workervoice.embedded import EmbeddedServer
from workervoice.triage.engine import Engine

REPORTS = 1500
RUNS = 3


def say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def measure(drill: Drill, reports: int) -> None:
    for number in range(reports):
        drill.house.text(f"+1555{number:07d}", "Boss took our passports and not give back. RIVER")
    while drill.house.courier.tick():
        continue
    made, back, entries = [], [], 0
    for _ in range(RUNS):
        begun = time.perf_counter()
        backup = drill.back_up()
        sealed = time.perf_counter()
        _, outcome = drill.restore(backup)
        made.append(sealed - begun)
        back.append(time.perf_counter() - sealed)
        entries = outcome.restored.entries
    say(f"{reports} reports, {entries} entries of the log: {backup.stat().st_size / 1e6:.0f} MB")
    say(f"to make a backup: {statistics.median(made):.1f} s (median of {RUNS})")
    say(f"to put it back, everything: {statistics.median(back):.1f} s (median of {RUNS})")


def main() -> None:
    reports = int(sys.argv[1]) if len(sys.argv) > 1 else REPORTS
    with tempfile.TemporaryDirectory(prefix="wv-") as made:
        Path(made).chmod(0o711)
        server = EmbeddedServer(Path(made) / "data", durable=False)
        server.start()
        try:
            house = build_house(server, Path(made) / "keys", Engine.load())
            drill = Drill(house, server, Path(made))
            measure(drill, reports)
            drill.close()
            house.close()
        finally:
            server.erase()


if __name__ == "__main__":
    main()
