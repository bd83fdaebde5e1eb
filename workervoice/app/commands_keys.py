"""The command line of `workervoice keys …`; the work is in `keys`, loaded when it is asked for."""

from __future__ import annotations

import argparse
from typing import Any


def declare(commands: Any) -> None:
    """Add these commands to the command line's parser."""
    keys = commands.add_parser("keys", help="the processes' own keys")
    custody = keys.add_subparsers(required=True, metavar="DO")
    for name, run, about in (
        ("pack", _pack, "write a process's keys out, for systemd-creds"),
        ("store", _store, "bring a process's keys to the Vault or OpenBao server"),
    ):
        one = custody.add_parser(name, help=about, description=about)
        one.set_defaults(run=run)
        one.add_argument("process", choices=("gateway", "courier", "console"))
    about = "print the gateway's public key, for the fallback receiver"
    custody.add_parser("intake", help=about, description=about).set_defaults(run=_intake)


def _intake(_parsed: argparse.Namespace) -> int:
    from workervoice.app.keys import run_intake  # noqa: PLC0415

    return run_intake()


def _pack(parsed: argparse.Namespace) -> int:
    from workervoice.app.keys import run_pack  # noqa: PLC0415 - `triage` must start fast

    return run_pack(parsed)


def _store(parsed: argparse.Namespace) -> int:
    from workervoice.app.keys import run_store  # noqa: PLC0415

    return run_store(parsed)
