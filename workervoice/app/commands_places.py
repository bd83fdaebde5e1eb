"""The commands about what a programme is about: organisations, lines, sites and supply links."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import Any
from uuid import UUID, uuid4

_OF_A_LINE = (
    ("sender", "our number, as +15550100000; of Telegram, the user name of our bot"),
    ("country", "two letters"),
    ("language", "what to answer in at first, as bn"),
    ("emergency-number", "what a worker in danger is told to call there"),
    ("reading-hours", "when people read, as '8:00-20:00 Asia/Dhaka' or 'always Asia/Dhaka'"),
)
_MONEY = (
    ("price", "what the provider takes for a segment, as '0.0475 EUR'; without it none is counted"),
    ("budget", "what a month may cost, in the same currency, as 200"),
)
_LOOKS = (
    ("display-name", "the name that workers see on WhatsApp or Telegram"),
    ("photo", "what its picture shows, in words"),
    ("website", "the address that its profile names"),
    ("looked-on", "the day on which somebody looked at it on another phone, as 2026-01-31"),
    ("standby-for", "the slug of the line that this one stands in for"),
)


def declare(commands: Any) -> None:
    """Add these commands to the command line's parser."""
    organisations = _group(commands, "organisations", "operators, buyers and NGOs")
    one = add(organisations, "add", _organisation, "register an organisation", "name")
    one.add_argument("--kind", required=True, choices=("buyer", "ngo", "operator", "partner"))
    listing(organisations, "organisation")
    lines = _group(commands, "lines", "the numbers that workers write to")
    one = add(lines, "add", _line, "register a line", "slug")
    one.add_argument("--channel", required=True, choices=("sms", "whatsapp", "telegram"))
    for name, about in _OF_A_LINE:
        one.add_argument(f"--{name}", required=True, help=about)
    for name, about in (*_MONEY, *_LOOKS):
        one.add_argument(f"--{name}", default="", help=about)
    one = add(lines, "change", _change_line, "correct what a line says", "slug")
    for name, about in (*_OF_A_LINE, *_MONEY, *_LOOKS):
        one.add_argument(f"--{name}", help=about)
    listing(lines, "line")
    sites = _group(commands, "sites", "places of work")
    one = add(sites, "add", _site, "register a site", "code")
    one.add_argument("--name", required=True)
    one.add_argument("--country", required=True, help="two letters")
    one = add(sites, "change", _change_site, "correct what a site says", "code")
    one.add_argument("--name")
    one.add_argument("--country", help="two letters")
    listing(sites, "site")
    _declare_links(commands)
    programmes = _group(commands, "programmes", "what this database is for")
    every = programmes.add_parser("list", help="all of them", description="every programme")
    every.set_defaults(run=_programmes)


def _declare_links(commands: Any) -> None:
    links = _group(commands, "links", "who buys from which site")
    one = add(links, "add", _link, "register a supply link")
    one.add_argument("--site", required=True, help="its code")
    one.add_argument("--organisation", required=True, help="its name")
    one.add_argument("--since", required=True, type=date.fromisoformat, help="a day: 2026-01-31")
    one.add_argument("--until", type=date.fromisoformat, help="the last day (default: open)")
    one.add_argument("--source", required=True, help="where this is known from")
    one = add(links, "end", _end_link, "say when a supply link ends", "link")
    one.add_argument("--until", required=True, type=date.fromisoformat, help="the last day")
    listing(links, "supply link")


def _group(commands: Any, name: str, about: str) -> Any:
    return commands.add_parser(name, help=about).add_subparsers(required=True, metavar="DO")


def add(
    parts: Any, name: str, run: Any, about: str, argument: str | None = None
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = parts.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    if argument is not None:
        parser.add_argument(argument)
    parser.add_argument("--as", dest="login_as", required=True, metavar="LOGIN", help="who you are")
    return parser


def listing(parts: Any, what: str) -> None:
    parser = parts.add_parser("list", help="all of them", description=f"every {what}")
    parser.set_defaults(run=_list, what=what)


def _organisation(parsed: argparse.Namespace) -> int:
    from workervoice.store.programme import Organisation  # noqa: PLC0415 - `triage` starts fast

    return register(parsed, lambda _: Organisation(uuid4(), parsed.kind, parsed.name))


def _line(parsed: argparse.Namespace) -> int:
    from workervoice.store.programme import Line  # noqa: PLC0415

    said = (parsed.slug, parsed.channel, parsed.sender, parsed.country, parsed.language)
    also = (parsed.emergency_number, parsed.reading_hours, parsed.price, parsed.budget)
    looks = {name.replace("-", "_"): getattr(parsed, name.replace("-", "_")) for name, _ in _LOOKS}
    code = register(parsed, lambda tx: Line(tx.programme, uuid4(), *said, *also, **looks))
    _warn_of_language(parsed.language)
    _tell_who_answers(parsed.country, parsed.channel)
    return code


def _tell_who_answers(country: str, channel: str) -> None:
    """Words that a carrier or provider answers on such a line, beside us or instead."""
    from workervoice.workflow.carriers import taken_on  # noqa: PLC0415

    for row in taken_on(country, channel):
        if row.words:
            words = ", ".join(sorted(row.words)).upper()
            print(f"On this line others answer {words}: {row.who}.", file=sys.stderr)


def _change_line(parsed: argparse.Namespace) -> int:
    from workervoice.store.programme import Line  # noqa: PLC0415

    code = _change(
        *(parsed, Line, parsed.slug),
        tuple(name.replace("-", "_") for name, _ in (*_OF_A_LINE, *_MONEY, *_LOOKS)),
    )
    _warn_of_language(parsed.language)
    return code


def _warn_of_language(language: str | None) -> None:
    """A line may begin in a language that the phrase book does not have yet."""
    from workervoice.workflow.phrasebook import PhraseBook  # noqa: PLC0415
    from workervoice.workflow.tongues import NO_LANGUAGE  # noqa: PLC0415

    spoken = PhraseBook.load().language(language)
    if language == NO_LANGUAGE:
        print(
            f"Workers on this line are written to in {spoken} until they wrote in a language that "
            "can be told, or chose one.",
            file=sys.stderr,
        )
    elif language is not None and spoken.partition("-")[0] != language.partition("-")[0]:
        print(
            f"There are no phrases in {language} yet: workers on this line are written to in "
            f"{spoken}.",
            file=sys.stderr,
        )


def _site(parsed: argparse.Namespace) -> int:
    from workervoice.store.programme import Site  # noqa: PLC0415

    return register(parsed, lambda _: Site(uuid4(), parsed.code, parsed.name, parsed.country))


def _change_site(parsed: argparse.Namespace) -> int:
    from workervoice.store.programme import Site  # noqa: PLC0415

    return _change(parsed, Site, parsed.code, ("name", "country"))


def _change(parsed: argparse.Namespace, kind: Any, name: str, fields: tuple[str, ...]) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.errors import SettingsError  # noqa: PLC0415
    from workervoice.hotline.registering import change_place  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    given = {each: getattr(parsed, each) for each in fields}
    changes = {each: value for each, value in given.items() if value is not None}
    if not changes:
        options = ", ".join(f"--{each.replace('_', '-')}" for each in fields)
        raise SettingsError(f"say what to change: {options}")
    with as_officer(load(), parsed.login_as) as (process, actor):
        change_place(process, actor, kind, name, changes)
    return 0


def _link(parsed: argparse.Namespace) -> int:
    from workervoice.hotline.registering import link_between  # noqa: PLC0415

    between = (parsed.site, parsed.organisation)
    ends = (parsed.since, parsed.until)
    return register(parsed, lambda tx: link_between(tx, *between, *ends, parsed.source))


def register(parsed: argparse.Namespace, make: Any) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.hotline.registering import add_place  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    with as_officer(load(), parsed.login_as) as (process, actor):
        print(add_place(process, actor, make))
    return 0


def _end_link(parsed: argparse.Namespace) -> int:
    from workervoice.app.as_officer import as_officer  # noqa: PLC0415
    from workervoice.errors import SettingsError  # noqa: PLC0415
    from workervoice.hotline.registering import end_link  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415

    try:
        link_id = UUID(parsed.link)
    except ValueError:
        raise SettingsError("give the supply link's id: see `workervoice links list`") from None
    with as_officer(load(), parsed.login_as) as (process, actor):
        end_link(process, actor, link_id, parsed.until)
    return 0


def _programmes(parsed: argparse.Namespace) -> int:
    from workervoice.app.ownership import owner_database  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415
    from workervoice.store.engine import Scope  # noqa: PLC0415
    from workervoice.store.programme import programme_name, programmes  # noqa: PLC0415

    with owner_database(load()) as database:
        with database.begin() as tx:
            known = programmes(tx)
        for each in known:
            with database.begin(Scope(each)) as tx:
                print(f"{each}\t{programme_name(tx)}")
    return 0


def _list(parsed: argparse.Namespace) -> int:
    from workervoice.app.ownership import programme_of_owner  # noqa: PLC0415
    from workervoice.app.processes import wall_clock  # noqa: PLC0415
    from workervoice.crypto.directory import Directory  # noqa: PLC0415
    from workervoice.hotline.registering import listed  # noqa: PLC0415
    from workervoice.settings import load  # noqa: PLC0415
    from workervoice.store.keys import directory_entries  # noqa: PLC0415

    with programme_of_owner(load()) as (tx, root_public):
        now = int(wall_clock().timestamp())
        directory = Directory(root_public, directory_entries(tx), now)
        for fields in listed(tx, directory, parsed.what):
            print("\t".join(fields))
    return 0
