"""The command line of `workervoice templates`; the work is in `templates`."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def declare(commands: Any) -> None:
    """Add these commands to the command line's parser."""
    about = "WhatsApp's templates at Twilio, which say that something waits"
    below = commands.add_parser("templates", help=about).add_subparsers(required=True, metavar="DO")
    about = "make those that are missing, of our phrases, and ask WhatsApp to approve them"
    register = below.add_parser("register", help=about, description=about)
    register.add_argument(
        "--languages", default="", help="only these, as bn,en (default: all that WhatsApp has)"
    )
    register.set_defaults(run=_register)
    about = "whether each is approved, and says what our phrase says"
    check = below.add_parser("check", help=about, description=about)
    check.set_defaults(run=_check)


def _register(parsed: argparse.Namespace) -> int:
    from workervoice.app.templates import register  # noqa: PLC0415 - `triage` must start fast
    from workervoice.settings import PREFIX, load  # noqa: PLC0415
    from workervoice.workflow.phrasebook import PhraseBook  # noqa: PLC0415

    wanted = [each.strip() for each in parsed.languages.split(",") if each.strip()]
    done = register(load(), PhraseBook.load(), wanted)
    print(f"{PREFIX}TWILIO_CONTENT_SIDS='{done.setting()}'")
    if done.no_language:
        print(f"WhatsApp has no templates in: {', '.join(done.no_language)}", file=sys.stderr)
    if done.stopped:
        print(
            f"workervoice: stopped at {done.stopped}. What is printed above is made: set it, and "
            "run this again for the rest",
            file=sys.stderr,
        )
        return 1
    return 0


def _check(_parsed: argparse.Namespace) -> int:
    from workervoice.app.templates import examined, missing  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415
    from workervoice.workflow.phrasebook import PhraseBook  # noqa: PLC0415

    settings, book = load(), PhraseBook.load()
    wrong = 0
    for name, what in examined(settings, book):
        print(f"{name}: {what or 'approved'}")
        wrong += bool(what)
    if lacking := missing(settings, book):
        print(f"without a template: {', '.join(lacking)}")
    return 1 if wrong else 0
