"""Placing: may a line, site, organisation, supply link or poster be registered with what it says?

A mistyped emergency number or code reaches workers, and nobody notices: so all of it is looked at
before it is signed, and each refusal is one sentence. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workervoice.errors import Declined
from workervoice.hotline.countries import COUNTRIES
from workervoice.hotline.poster import can_be_typed
from workervoice.store.programme import Hanging, Line, Organisation, Site, SupplyLink
from workervoice.workflow.hours import read_hours
from workervoice.workflow.meter import tariff

Place = Line | Site | Organisation | SupplyLink | Hanging

LONGEST_NAME = 100  # characters
_SENDER = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_BOT = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,28}[Bb][Oo][Tt]", re.ASCII)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EMERGENCY = re.compile(r"\+?[0-9]{2,15}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


def check_place(place: Place) -> None:
    """Raises `Declined` with the first thing that is wrong."""
    for wrong in _wrong(place):
        raise Declined(wrong)


def _wrong(place: Place) -> Iterator[str]:
    if isinstance(place, Line):
        yield from _wrong_line(place)
    if isinstance(place, Site):
        yield from _wrong_code(place.code)
    if isinstance(place, Site | Organisation):
        yield from _wrong_name(place.name)
    if isinstance(place, SupplyLink):
        yield from _wrong_link(place)
    if isinstance(place, Hanging):
        yield from _wrong_hanging(place)
    if isinstance(place, Line | Site) and place.country not in COUNTRIES:
        yield f"{place.country} is no country's code: give two capital letters, as BD"


def _wrong_code(code: str) -> Iterator[str]:
    if not can_be_typed(code):
        yield (
            f"a worker cannot name a site by the code {code}: use capital letters and "
            "digits, at least three of them if there is no digit, at least one letter, and no "
            "word that the hotline understands, such as STOP"
        )


def _wrong_link(link: SupplyLink) -> Iterator[str]:
    if link.until is not None and link.until < link.since:
        yield "a supply link cannot end before it began"
    if not link.source.strip():
        yield "say where the supply link is known from"


def _wrong_hanging(poster: Hanging) -> Iterator[str]:
    place = poster.place
    if not place.strip() or len(place) > LONGEST_NAME or not place.isprintable():
        yield f"say in 1 to {LONGEST_NAME} characters, in one line, where the poster hangs"
    if not _LANGUAGE.fullmatch(poster.language):
        yield _no_language(poster.language)
    if poster.gone is not None and poster.gone < poster.hung:
        yield "a poster cannot be gone before it was hung"


def _no_language(code: str) -> str:
    return f"{code} is no language's code: write it in small letters, as bn"


def _wrong_line(line: Line) -> Iterator[str]:
    if not _SLUG.fullmatch(line.slug):
        yield (
            f"{line.slug} cannot stand in an address: call the line by small letters, digits and "
            "hyphens, as main-sms"
        )
    yield from _wrong_sender(line)
    yield from _wrong_looks(line)
    if not _LANGUAGE.fullmatch(line.language):
        yield _no_language(line.language)
    if not _EMERGENCY.fullmatch(line.emergency_number):
        yield (
            f"{line.emergency_number} is no number that a worker in danger can call: write digits "
            "only, as 999"
        )
    for read in (lambda: read_hours(line.reading_hours), lambda: tariff(line.price, line.budget)):
        try:
            read()
        except ValueError as wrong:
            yield str(wrong)


def _wrong_looks(line: Line) -> Iterator[str]:
    yield from line.looks.faults()
    if line.standby_for == line.slug or (
        line.standby_for and not _SLUG.fullmatch(line.standby_for)
    ):
        yield f"{line.standby_for} is no other line: write the slug of the one it stands in for"


def _wrong_sender(line: Line) -> Iterator[str]:
    if line.channel == "telegram":
        if not _BOT.fullmatch(line.sender):
            yield f"{line.sender} is no bot: write its user name without @, as our_plain_bot"
    elif not _SENDER.fullmatch(line.sender):
        yield f"{line.sender} is no number: write ours with its country's code, as +15550100000"


def _wrong_name(name: str) -> Iterator[str]:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        yield f"a name has 1 to {LONGEST_NAME} characters, in one line"
