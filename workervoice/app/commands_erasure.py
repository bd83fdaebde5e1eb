"""The commands about keeping and telling: `retention`, `access` and `privacy`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from workervoice.errors import SettingsError
from workervoice.settings import load


def declare(commands: Any) -> None:
    """Add these commands to the command line's parser."""
    about = "list what was kept long enough, by id; nothing is changed"
    retention = commands.add_parser("retention", help=about, description=about)
    retention.set_defaults(run=_retention)
    retention.add_argument("--dry-run", action="store_true", required=True, help="the only way")
    _declare_access(commands)
    privacy = commands.add_parser("privacy", help="drafts of what data protection asks for")
    drafts = privacy.add_subparsers(required=True, metavar="DRAFT")
    for name, about in (
        ("record", "draft the record of processing (GDPR Art. 30)"),
        ("dpia", "draft the data protection impact assessment (GDPR Art. 35)"),
        ("transfers", "draft the list of recipients and transfers"),
    ):
        draft = drafts.add_parser(name, help=about, description=about)
        draft.set_defaults(run=_privacy, draft=name)


def _declare_access(commands: Any) -> None:
    access = commands.add_parser("access", help="answer somebody who asks what is stored")
    parts = access.add_subparsers(required=True, metavar="WHO")
    worker = parts.add_parser("worker", help="everything that is stored about a worker")
    worker.set_defaults(run=_access_worker)
    worker.add_argument("case", type=UUID, help="id of one of the worker's cases")
    worker.add_argument("--as", dest="login", required=True, help="login of the officer who opens")
    worker.add_argument("--checked", required=True, help="how you know that this worker asks")
    worker.add_argument("--out", type=Path, required=True, help="a new file for the answer")
    accused = parts.add_parser("accused", help="the letter to a person who may be accused")
    accused.set_defaults(run=_access_accused)
    accused.add_argument("--operator", required=True, help="name that signs the letter")
    accused.add_argument("--contact", required=True, help="address for questions")
    check = parts.add_parser("check", help="look for what gives something away in such a letter")
    check.set_defaults(run=_access_check)
    check.add_argument("file", type=Path, help="the letter as it would go out")


def _retention(parsed: argparse.Namespace) -> int:
    from workervoice.app.beside import process_beside  # noqa: PLC0415
    from workervoice.app.retaining import dry_run  # noqa: PLC0415

    with process_beside(load(), "courier") as process:
        for line in dry_run(process):
            print(line)
    return 0


def _access_worker(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.app.private_files import write_private  # noqa: PLC0415
    from workervoice.hotline.telling import tell_worker  # noqa: PLC0415

    if parsed.out.exists():
        raise SettingsError(f"{parsed.out} is there already: give the name of a new file")
    with as_officer(load(), parsed.login) as (process, actor):
        told = tell_worker(process, actor, parsed.case, parsed.checked)
    write_private(parsed.out, told)
    print(f"Written to {parsed.out}. Read it first: what notes say about others is theirs.")
    print("Hand it over as the worker wants it, never by text or e-mail, and delete the file.")
    return 0


def _access_accused(parsed: argparse.Namespace) -> int:
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.disclosure.access import letter  # noqa: PLC0415

    month = wall_clock().strftime("%B %Y")
    print(letter(operator=parsed.operator, month=month, contact=parsed.contact), end="")
    return 0


def _access_check(parsed: argparse.Namespace) -> int:
    from workervoice.disclosure.access import doubts  # noqa: PLC0415

    try:
        text = parsed.file.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        raise SettingsError(f"{parsed.file} cannot be read as text") from None
    found = doubts(text)
    for each in found:
        line = text.count("\n", 0, each.start) + 1
        print(f"line {line}: {each.why}")
    print(f"{len(found)} doubts." if found else "No doubt was found; two people still read it.")
    return 1 if found else 0


def _privacy(parsed: argparse.Namespace) -> int:
    from workervoice.app.privacy import programme_facts, write  # noqa: PLC0415

    settings = load()
    sys.stdout.write(write(parsed.draft, settings, programme_facts(settings)))
    return 0
