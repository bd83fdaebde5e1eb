"""The command line of `workervoice practice`: training on a line, by texts that are tests."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from workervoice.app.commands_places import add, listing

_HOURS = 4


def declare(commands: Any) -> None:
    """The parsers of `practice`."""
    about = "training on a line: texts that begin with a code are tests"
    practice = commands.add_parser("practice", help=about)
    parts = practice.add_subparsers(required=True, metavar="DO")
    begin = add(parts, "begin", _begin, "let a practice begin, and print its code", "line")
    about = f"how long it lasts, 1 to 24 (default: {_HOURS})"
    begin.add_argument("--hours", type=int, default=_HOURS, help=about)
    add(parts, "end", _end, "end the practice that runs on a line", "line")
    listing(parts, "practice")


def _begin(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415 - `triage` starts fast
    from workervoice.hotline.practising import begin  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with as_officer(load(), parsed.login_as) as (process, actor):
        code, practice = begin(process, actor, parsed.line, parsed.hours)
    print(code)
    print(
        f"Until {practice.until:%d %b %Y, %H:%M} UTC a text on {parsed.line} that begins with "
        f"{code} is a test. The code is not shown again.",
        file=sys.stderr,
    )
    return 0


def _end(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.hotline.practising import end  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with as_officer(load(), parsed.login_as) as (process, actor):
        end(process, actor, parsed.line)
    return 0
