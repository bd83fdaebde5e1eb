"""The command line of `workervoice phrases`: for people who write what workers read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workervoice.workflow.phrasebook import PhraseBook

_EXAMPLES = {
    "emergency": "999",
    "digit": "4",
    "from": "8:00",
    "to": "20:00",
    "code": "1234 5678 9012 3456",
    "url": "https://hotline.example.org/notice",
    "place": "https://ngo.example.org",
    "languages": "English 41, Kiswahili 65",
}
_ROW = "{:<8}{:<8}{:>7}{:>10}{:>9}{:>8}  {}"


def declare(commands: Any) -> None:
    """The parser of `phrases check`."""
    phrases = commands.add_parser("phrases", help="what workers read, in every language")
    below = phrases.add_subparsers(required=True, metavar="DO")
    about = "look through phrases and command words, and tell what they cost"
    check = below.add_parser("check", help=about, description=about)
    check.add_argument("--directory", type=Path, help="phrase files elsewhere (default: ours)")
    check.add_argument(
        "--recordings", type=Path, help="a directory with recordings of phrases, to look through"
    )
    check.set_defaults(run=_check)


def _check(parsed: argparse.Namespace) -> int:
    from workervoice.errors import PhraseError  # noqa: PLC0415 - `triage` must start fast
    from workervoice.workflow.phrasebook import PhraseBook  # noqa: PLC0415

    try:
        book = PhraseBook.load(parsed.directory)
    except PhraseError as exc:
        print(f"workervoice: {exc}", file=sys.stderr)
        return 1
    print(_ROW.format("", "status", "first", "question", "consents", "report", "longest"))
    for language in book.files:
        print(_ROW.format(*_costs(book, language)))
    print("in SMS; report: the hotline's four answers to a first report, 67 or 153 letters each")
    faults = [*_faults(book), *_not_spoken(book, parsed.recordings)]
    for fault in faults:
        print(f"workervoice: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _costs(book: PhraseBook, language: str) -> tuple[str | int, ...]:
    from workervoice.workflow.linefacts import parts_of_report  # noqa: PLC0415
    from workervoice.workflow.segments import segments  # noqa: PLC0415

    def parts(*keys: str) -> int:
        return segments("\n".join(book.say(key, language, **_EXAMPLES) for key in keys))

    first, question, consents, _ = counts = parts_of_report(book, language, "sms")
    phrases = book.files[language].phrases
    most, longest = max((parts(key), key) for key in phrases if key != "first_answer")
    status = book.files[language].status
    return language, status, first, question, consents, sum(counts), f"{longest} {most}"


def _not_spoken(book: PhraseBook, directory: Path | None) -> Iterator[str]:
    """Recordings that are missing, stale, too long or none."""
    from workervoice.workflow.recordings import faults  # noqa: PLC0415

    if directory is None:
        return
    try:
        yield from faults(directory, book)
    except OSError:
        yield f"{directory.name}: cannot be read"


def _faults(book: PhraseBook) -> Iterator[str]:
    """Words that somebody else answers, and words that our own texts name and do not know."""
    from workervoice.workflow.carriers import clashes  # noqa: PLC0415
    from workervoice.workflow.commands import command  # noqa: PLC0415

    for language, file in book.files.items():
        yield from clashes(file.words)
        for placeholder, word in file.words.named().items():
            name = placeholder.removeprefix("word_")
            if command(word) != name:
                yield f"words/{language}.yaml: {name}: {word!r} is not understood as {name}"
