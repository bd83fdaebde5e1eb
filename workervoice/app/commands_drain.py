"""The command line of `workervoice drain`; the work is in `draining`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def declare(commands: Any) -> None:
    """Add this command to the command line's parser."""
    about = "bring what the fallback receiver took, from a copied folder"
    drain = commands.add_parser("drain", help=about, description=about)
    drain.set_defaults(run=_drain)
    drain.add_argument("directory", metavar="DIR", type=Path, help="the copy of its spool")
    about = "delete from DIR what the gateway has taken"
    drain.add_argument("--delete", action="store_true", help=about)


def _drain(parsed: argparse.Namespace) -> int:
    from workervoice.app.draining import drain  # noqa: PLC0415 - `triage` must start fast
    from workervoice.app.ownership import owner_database  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with owner_database(load()) as database:
        told = drain(database, parsed.directory, wall_clock(), delete=parsed.delete)
    print("\n".join(told.lines()))
    return 0 if told.well else 1
