"""The commands about what a programme is about: organisations, lines, sites and supply links."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any
from uuid import UUID, uuid4


def declare(commands: Any) -> None:
    """Add these commands to the command line's parser."""
    organisations = _group(commands, "organisations", "operators, buyers and NGOs")
    one = _add(organisations, "add", _organisation, "register an organisation", "name")
    one.add_argument("--kind", required=True, choices=("buyer", "ngo", "operator", "partner"))
    _listing(organisations, "organisation")
    lines = _group(commands, "lines", "the numbers that workers write to")
    one = _add(lines, "add", _line, "register a line", "slug")
    one.add_argument("--channel", required=True, choices=("sms", "whatsapp"))
    for name, about in (
        ("sender", "our number, as +15550100000"),
        ("country", "two letters"),
        ("language", "what to answer in at first, as bn"),
        ("emergency-number", "what a worker in danger is told to call there"),
    ):
        one.add_argument(f"--{name}", required=True, help=about)
    _listing(lines, "line")
    sites = _group(commands, "sites", "places of work")
    one = _add(sites, "add", _site, "register a site", "code")
    one.add_argument("--name", required=True)
    one.add_argument("--country", required=True, help="two letters")
    _listing(sites, "site")
    _declare_links(commands)
    _listing(_group(commands, "programmes", "what this database is for"), "programme")


def _declare_links(commands: Any) -> None:
    links = _group(commands, "links", "who buys from which site")
    one = _add(links, "add", _link, "register a supply link")
    one.add_argument("--site", required=True, help="its code")
    one.add_argument("--organisation", required=True, help="its name")
    one.add_argument("--since", required=True, type=date.fromisoformat, help="a day: 2026-01-31")
    one.add_argument("--until", type=date.fromisoformat, help="the last day (default: open)")
    one.add_argument("--source", required=True, help="where this is known from")
    one = _add(links, "end", _end_link, "say when a supply link ends", "link")
    one.add_argument("--until", required=True, type=date.fromisoformat, help="the last day")
    _listing(links, "supply link")


def _group(commands: Any, name: str, about: str) -> Any:
    return commands.add_parser(name, help=about).add_subparsers(required=True, metavar="DO")


def _add(
    parts: Any, name: str, run: Any, about: str, argument: str | None = None
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = parts.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    if argument is not None:
        parser.add_argument(argument)
    parser.add_argument("--as", dest="login_as", required=True, metavar="LOGIN", help="who you are")
    return parser


def _listing(parts: Any, what: str) -> None:
    parser = parts.add_parser("list", help="all of them", description=f"every {what}")
    parser.set_defaults(run=_list, what=what)


def _organisation(parsed: argparse.Namespace) -> int:
    from workervoice.store.programme import Organisation  # noqa: PLC0415 - `triage` starts fast

    return _register(parsed, lambda _: Organisation(uuid4(), parsed.kind, parsed.name))


def _line(parsed: argparse.Namespace) -> int:
    from workervoice.store.programme import Line  # noqa: PLC0415

    said = (parsed.slug, parsed.channel, parsed.sender, parsed.country, parsed.language)
    number = parsed.emergency_number
    return _register(parsed, lambda tx: Line(tx.programme, uuid4(), *said, number))


def _site(parsed: argparse.Namespace) -> int:
    from workervoice.store.programme import Site  # noqa: PLC0415

    return _register(parsed, lambda _: Site(uuid4(), parsed.code, parsed.name, parsed.country))


def _link(parsed: argparse.Namespace) -> int:
    from workervoice.hotline.registering import link_between  # noqa: PLC0415

    between = (parsed.site, parsed.organisation)
    ends = (parsed.since, parsed.until)
    return _register(parsed, lambda tx: link_between(tx, *between, *ends, parsed.source))


def _register(parsed: argparse.Namespace, make: Any) -> int:
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
