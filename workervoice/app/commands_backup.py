"""`workervoice backup`: seal a dump to a key that expires, open one, destroy old keys."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any


def declare(commands: Any) -> None:
    """Add these commands to the command line's parser."""
    backup = commands.add_parser("backup", help="backups that expire with their keys")
    parts = backup.add_subparsers(required=True, metavar="DO")
    for name, run, about in (
        ("seal", _seal, "seal a dump from standard input to a new key"),
        ("make", _make, "dump this hotline's database, and seal the dump to a new key"),
        ("open", _open, "write an opened backup to standard output"),
        ("expire", _expire, "destroy keys older than 14 days: their backups open no more"),
    ):
        part = parts.add_parser(name, help=about, description=about)
        part.set_defaults(run=run)
        part.add_argument("--keys", type=Path, required=True, help="directory of the backups' keys")
        if name in {"seal", "make"}:
            part.add_argument("--out", type=Path, required=True, help="a new file for the backup")
        if name == "open":
            part.add_argument("file", type=Path, help="the backup")


def _seal(parsed: argparse.Namespace) -> int:
    from workervoice.app.backups import seal  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415

    source = nullcontext(sys.stdin.buffer)
    print(f"backup {seal(source, parsed.out, parsed.keys, wall_clock())}")
    return 0


def _make(parsed: argparse.Namespace) -> int:
    from workervoice.app.backups import seal  # noqa: PLC0415
    from workervoice.app.dumping import dumped  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    print(f"backup {seal(dumped(load()), parsed.out, parsed.keys, wall_clock())}")
    return 0


def _open(parsed: argparse.Namespace) -> int:
    from workervoice.app.backups import unseal  # noqa: PLC0415

    unseal(parsed.file, parsed.keys, sys.stdout.buffer)
    return 0


def _expire(parsed: argparse.Namespace) -> int:
    from workervoice.app.backups import expire  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415

    for backup_id in expire(parsed.keys, wall_clock()):
        print(f"backup {backup_id} opens no more")
    return 0
