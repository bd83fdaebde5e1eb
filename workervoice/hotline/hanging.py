"""Posters: for which site and lines one is made, and the register of where they hang."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from uuid import UUID, uuid4

from workervoice.errors import Declined, NotFound
from workervoice.hotline.placing import check_place
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.registering import of_operator
from workervoice.hotline.registry import hangings, lines, register, sites
from workervoice.store.engine import Scope, Tx
from workervoice.store.programme import (
    Hanging,
    Line,
    Site,
    programmes,
    replace_registered,
    rows_of,
)


def what_it_says(
    process: Process, code: str, slugs: Collection[str], emergency: str = ""
) -> tuple[Site, list[Line]]:
    """The site, and the lines whose numbers its poster shows: those that are named, else all of the
    site's country. `emergency` stands there instead of the lines' own emergency number. Raises
    `NotFound` for what no registrar vouched for, and `Declined` if a reader would not know which
    number to take, or would be told another country's."""
    with process.database.begin() as tx:
        known = programmes(tx)
    for programme in known:
        with process.database.begin(Scope(programme)) as tx:
            directory = process.directory(tx, process.clock())
            vouched = {site.code: site for site in sites(tx, process.vault, directory)}
            if code in vouched:
                site = vouched[code]
                return site, _told(site, _lines_for(tx, process, site, slugs), emergency)
    raise NotFound(f"there is no site {code} that somebody vouched for")


def _lines_for(tx: Tx, process: Process, site: Site, slugs: Collection[str]) -> list[Line]:
    directory = process.directory(tx, process.clock())
    vouched = {line.slug: line for line in lines(tx, process.vault, directory)}
    for slug in slugs:
        if slug not in vouched:
            raise NotFound(f"there is no line {slug} that somebody vouched for")
    named = [vouched[slug] for slug in slugs]
    chosen = named or [line for line in vouched.values() if line.country == site.country]
    chosen.sort(key=lambda line: line.channel)
    if not chosen:
        raise NotFound(f"there is no line in {site.country}: name the poster's lines with --line")
    for channel, same in groupby(chosen, lambda line: line.channel):
        if len(list(same)) > 1:
            raise Declined(f"there are several lines on {channel}: name one of them with --line")
    return chosen


def _told(site: Site, chosen: Sequence[Line], emergency: str) -> list[Line]:
    """The lines, with the number to call in danger."""
    if emergency:
        told = [replace(line, emergency_number=emergency) for line in chosen]
        check_place(told[0])
        return told
    for line in chosen:
        if line.country != site.country:
            raise Declined(
                f"{line.slug} is a line in {line.country}, and {site.code} is in {site.country}: "
                "give the number to call in danger there with --emergency"
            )
    if len({line.emergency_number for line in chosen}) > 1:
        raise Declined(
            "these lines name different emergency numbers: choose one with --line or --emergency"
        )
    return list(chosen)


def hung_at(tx: Tx, code: str, place: str, language: str, hung: date) -> Hanging:
    """A poster that was hung at the site with this code. Who hung it is not asked: it may be
    somebody who works there."""
    found = [site.id for site in rows_of(tx, Site) if site.code == code]
    if not found:
        raise NotFound(f"there is no site {code}")
    return Hanging(uuid4(), found[0], place, language, hung, None)


def note_gone(process: Process, actor: Actor, poster_id: UUID, day: date) -> None:
    """Note that a poster is gone. Raises as registering does, and `NotFound` if there is none."""
    with of_operator(process, actor) as desk:
        known = {each.id: each for each in hangings(desk.tx, desk.pen.vault, desk.directory)}
        if poster_id not in known:
            raise NotFound("no such poster: see `workervoice posters list`")
        was = known[poster_id]
        if was.gone is not None:
            raise Declined(f"this poster is gone since {was.gone}")
        gone = replace(was, gone=day, version=was.version + 1)
        check_place(gone)
        replace_registered(desk.tx, register(desk.tx.programme, gone, actor.signer))
        desk.pen.log(desk.tx, "registered", poster_id, "poster gone")
