"""`python -m benchmarks.intake`: measure everything, print the table; ends with 1 if a limit is
missed.

Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.intake import measures, media
from benchmarks.intake.site import a_site
from benchmarks.intake.table import Table, show


def main() -> int:
    asked = _asked()
    table = Table()
    with tempfile.TemporaryDirectory(prefix="wv-bench-") as made:
        if "intake" in asked.only:
            _intake(table, asked.seconds, Path(made))
        if "behind" in asked.only:
            _behind(table)
    if "growth" in asked.only:
        table.begin("Growth")
        with a_site() as site:
            measures.grown(table, site, (10_000, asked.conversations))
    for sentence in table.missed:
        show(f"missed: {sentence}")
    return bool(table.missed)


def _intake(table: Table, seconds: float, folder: Path) -> None:
    with a_site() as site:
        table.begin("The machine")
        limit = measures.machine(table, site, folder)
        for gateways in (1, 2):
            table.begin(f"{gateways} gateways, closed loop")
            rate = measures.closed_loops(table, site, gateways, seconds)
        table.begin("Waiting")
        table.add("share of pgbench, 16 connections", rate / limit, "", ">= 0.15")
        measures.steady(table, site, 2 * seconds)
        measures.beside_reports(table, site, 2 * seconds)


def _behind(table: Table) -> None:
    with a_site() as site:
        table.begin("Behind it")
        measures.starting(table, site)
        measures.sizes(table, site)
        measures.sending(table, site, 400)
        media.throughput(table, site, measures.new_senders(60))
        measures.opening(table, site)
        show(f"\n```\n{measures.profile(site)}\n```")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake")
    parser.add_argument("--seconds", type=float, default=4, help="of each run (4)")
    parser.add_argument("--conversations", type=int, default=1_000_000, help="for growth (1000000)")
    parts = ("intake", "behind", "growth")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts, help="parts of it")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
