"""Memory and connections of the running processes, and what is normal for them.

Bounds are far below what a leak of a scenario would leave: ten thousand connections are ten
thousand descriptors, and a body that is kept is megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text as sql

from tests.faults.ground import Ground
from tests.faults.peer import until
from workervoice.app.processes import POOL
from workervoice.errors import Unavailable

MORE_MEGABYTES = 80.0  # than before, after a scenario; 10,000 connections take 6 kB each
MORE_HANDLES = 12
OVERFLOW = 2  # connections that a pool may open beyond its size
CALM_SECONDS = 30.0


@dataclass(frozen=True)
class Vitals:
    """One process: resident memory, open descriptors, threads, and its database sessions."""

    megabytes: float
    handles: int
    threads: int
    sessions: int


def vitals_of(pid: int, sessions: int) -> Vitals:
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return Vitals(
        megabytes=int(fields["VmRSS"].split()[0]) / 1024,
        handles=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        threads=int(fields["Threads"]),
        sessions=sessions,
    )


def measure(ground: Ground) -> dict[str, Vitals]:
    with ground.house.owner.begin() as tx:
        counted = tx.connection.execute(
            sql("SELECT usename, count(*) AS n FROM pg_stat_activity GROUP BY 1")
        ).all()
    by_role = {str(row.usename).removeprefix("workervoice_"): row.n for row in counted}
    return {
        name: vitals_of(child.pid, by_role.get(name, 0)) for name, child in ground.running.items()
    }


def stuck(ground: Ground) -> int:
    """Sessions that hold a transaction open and do nothing."""
    with ground.house.owner.begin() as tx:
        return int(
            tx.connection.execute(
                sql(
                    "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
                    " AND state_change < now() - interval '3 seconds'"
                )
            ).scalar_one()
        )


def not_normal(before: Mapping[str, Vitals], after: Mapping[str, Vitals], idle: int) -> list[str]:
    """What has not come back to normal, in sentences; empty if everything has."""
    found = [f"{idle} transactions are left open"] if idle else []
    for name, now in after.items():
        was, most = before.get(name, now), 2 * (POOL[name] + OVERFLOW)
        if now.megabytes > was.megabytes + MORE_MEGABYTES:
            found.append(f"{name} grew from {was.megabytes:.0f} to {now.megabytes:.0f} MB")
        if now.handles > was.handles + MORE_HANDLES:
            found.append(f"{name} has {now.handles} descriptors open, and had {was.handles}")
        if now.sessions > most:  # the runner's own few are of the same roles
            found.append(f"{name} has {now.sessions} database sessions: more than {most}")
    return found


def calm(ground: Ground, before: Mapping[str, Vitals]) -> list[str]:
    """Wait until everything is normal; what is not by then."""
    found = ["nothing was measured"]

    def is_calm() -> bool:
        try:
            found[:] = not_normal(before, measure(ground), stuck(ground))
        except (Unavailable, OSError):
            return False
        return not found

    until(CALM_SECONDS, is_calm, 0.25)
    return found
