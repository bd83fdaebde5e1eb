"""The command line of `workervoice posters`: posters and cards to print, and where they hang."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workervoice.app.commands_places import add, listing, register

if TYPE_CHECKING:
    from workervoice.workflow.phrasebook import PhraseBook

_SIZES = ("a4", "a5", "cards")
_FORMS = ("pdf", "svg")


def declare(commands: Any) -> None:
    """The parsers of `posters`."""
    about = "posters and cards for a site, and where they hang"
    posters = commands.add_parser("posters", help=about).add_subparsers(required=True, metavar="DO")
    _declare_make(posters)
    hang = add(posters, "hang", _hang, "note where a poster was hung", "site")
    about = "where, in words that name nobody: 'canteen, left of the door'"
    hang.add_argument("--place", required=True, help=about)
    hang.add_argument("--language", required=True, help="as bn")
    hang.add_argument("--on", type=date.fromisoformat, help="a day: 2026-01-31 (default: today)")
    gone = add(posters, "gone", _gone, "note that a poster is gone", "poster")
    gone.add_argument("--on", type=date.fromisoformat, help="a day (default: today)")
    listing(posters, "poster")


def _declare_make(posters: Any) -> None:
    about = "make a site's posters and cards, to be printed"
    make = posters.add_parser("make", help=about, description=about)
    make.set_defaults(run=_make)
    make.add_argument("site", help="its code")
    make.add_argument(
        "--language", action="append", required=True, help="as bn; may be given several times"
    )
    about = "default: all of them; cards are ten on a sheet of A4"
    make.add_argument("--size", action="append", choices=_SIZES, help=about)
    make.add_argument("--form", action="append", choices=_FORMS, help="default: both")
    about = "whose number it shows (default: the lines of the site's country)"
    make.add_argument("--line", action="append", default=[], metavar="SLUG", help=about)
    about = "to call in danger (default: the number that the lines tell)"
    make.add_argument("--emergency", default="", metavar="NUMBER", help=about)
    about = "a second place where the number can be verified: an address, or words"
    make.add_argument("--verify", default="", metavar="PLACE", help=about)
    make.add_argument("--out", type=Path, default=Path(), help="directory (default: this one)")


def _today() -> date:
    from workervoice.app import processes  # noqa: PLC0415 - `triage` starts fast

    return processes.wall_clock().date()


def _hang(parsed: argparse.Namespace) -> int:
    from workervoice.hotline.hanging import hung_at  # noqa: PLC0415

    day = parsed.on or _today()
    said = (parsed.site, parsed.place, parsed.language, day)
    return register(parsed, lambda tx: hung_at(tx, *said))


def _gone(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.errors import SettingsError  # noqa: PLC0415
    from workervoice.hotline.hanging import note_gone  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    try:
        poster = UUID(parsed.poster)
    except ValueError:
        raise SettingsError("give the poster's id: see `workervoice posters list`") from None
    with as_officer(load(), parsed.login_as) as (process, actor):
        note_gone(process, actor, poster, parsed.on or _today())
    return 0


def _make(parsed: argparse.Namespace) -> int:
    from workervoice.app.beside import process_beside  # noqa: PLC0415 - `triage` starts fast
    from workervoice.app.printing import files_of, words_for, write  # noqa: PLC0415
    from workervoice.hotline.hanging import what_it_says  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415
    from workervoice.workflow.phrasebook import PhraseBook  # noqa: PLC0415

    with process_beside(load(), "gateway") as process:
        site, lines = what_it_says(process, parsed.site, parsed.line, parsed.emergency)
    book = PhraseBook.load()
    made: list[tuple[str, bytes]] = []
    for language in dict.fromkeys(parsed.language):
        words = words_for(book, language, site, lines, parsed.verify.strip())
        for size in dict.fromkeys(parsed.size or _SIZES):
            name = f"{site.code}-{language}-{size}"
            made += files_of(words, size, parsed.form or _FORMS, name)
    for name, content in made:
        print(write(parsed.out, name, content))
    _warn(book, parsed)
    return 0


def _warn(book: PhraseBook, parsed: argparse.Namespace) -> None:
    """What the makers should know before they print."""
    drafts = [each for each in parsed.language if book.files[each].status != "signed"]
    if drafts:
        told = ", ".join(dict.fromkeys(drafts))
        print(f"No native speaker has signed: {told}. Have one read it aloud.", file=sys.stderr)
    if not parsed.verify:
        print("Without --verify nobody can tell this poster from a forged one.", file=sys.stderr)
