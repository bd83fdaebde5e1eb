"""The command line of `workervoice log …`; the work is in `logs`, loaded when it is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID


def declare(commands: Any) -> None:
    """The parsers of the three commands."""
    log = commands.add_parser("log", help="the log of all that happened")
    do = log.add_subparsers(required=True, metavar="DO")
    verify = _command(do, "verify", _verify, "find what was changed, cut or put back")
    verify.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint that a witness kept; may be given several times",
    )
    what = verify.add_mutually_exclusive_group()
    what.add_argument("--export", type=Path, metavar="FILE", help="verify an export instead")
    what.add_argument("--proof", type=Path, metavar="FILE", help="verify a proof instead")
    verify.add_argument(
        "--restored",
        type=UUID,
        action="append",
        default=[],
        metavar="BACKUP",
        help="a backup that was put back, as you were told; may be given several times",
    )
    verify.add_argument("--root", metavar="HEX", help="the root's public key, 64 digits")
    export = _command(do, "export", _export, "write leaf hashes and checkpoints to a file")
    export.add_argument("file", type=Path, metavar="FILE")
    prove = _command(do, "prove", _prove, "print a proof that an entry is in the log")
    prove.add_argument("entry", metavar="ENTRY", help="a leaf's id, or its hash")
    for one in (export, prove):
        one.add_argument("--programme", type=UUID, metavar="ID", help="if there are several")


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], about: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    return parser


def _verify(parsed: argparse.Namespace) -> int:
    from workervoice.app.logs import run_verify  # noqa: PLC0415 - `triage` must start fast

    return run_verify(parsed)


def _export(parsed: argparse.Namespace) -> int:
    from workervoice.app.logs import run_export  # noqa: PLC0415

    return run_export(parsed)


def _prove(parsed: argparse.Namespace) -> int:
    from workervoice.app.logs import run_prove  # noqa: PLC0415

    return run_prove(parsed)
