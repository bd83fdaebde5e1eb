"""The programme and what it is about: its lines, sites, organisations and supply links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from workervoice.errors import NotFound
from workervoice.store import tables as t
from workervoice.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Line:
    """One of our senders on one channel ("sms" or "whatsapp")."""

    programme_id: UUID
    id: UUID
    slug: str
    channel: str
    sender: str
    country: str
    language: str
    emergency_number: str


@dataclass(frozen=True, slots=True)
class Site:
    """A place of work; `code` is what the poster shows."""

    id: UUID
    code: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """An operator, buyer or NGO."""

    id: UUID
    kind: str
    name: str


def programmes(tx: Tx) -> list[UUID]:
    """Every programme that this role may see."""
    return list(tx.connection.execute(select(t.programme.c.programme_id)).scalars())


def line_by_slug(tx: Tx, slug: str) -> Line:
    """The line that a webhook was called on; `NotFound` for a foreign one."""
    row = (
        tx.connection.execute(select(t.line).where(t.line.c.slug == slug)).mappings().one_or_none()
    )
    if row is None:
        raise NotFound("no such line")
    return Line(**row)


def lines(tx: Tx) -> list[Line]:
    rows = tx.connection.execute(
        select(t.line).where(t.line.c.programme_id == tx.programme).order_by(t.line.c.slug)
    )
    return [Line(**row) for row in rows.mappings()]


def sites(tx: Tx) -> list[Site]:
    query = select(t.site.c.id, t.site.c.code, t.site.c.name, t.site.c.country)
    rows = tx.connection.execute(
        query.where(t.site.c.programme_id == tx.programme).order_by(t.site.c.code)
    )
    return [Site(**row) for row in rows.mappings()]


def organisations(tx: Tx) -> dict[UUID, Organisation]:
    query = select(t.organisation.c.id, t.organisation.c.kind, t.organisation.c.name)
    rows = tx.connection.execute(query.where(t.organisation.c.programme_id == tx.programme))
    return {row.id: Organisation(**row) for row in rows.mappings()}


def buyers_of(tx: Tx, site_id: UUID, on: date) -> list[Organisation]:
    """The buyers whose dated supply link to this site holds on that day."""
    link, who = t.supply_link, t.organisation
    query = (
        select(who.c.id, who.c.kind, who.c.name)
        .join(
            link, (link.c.programme_id == who.c.programme_id) & (link.c.organisation_id == who.c.id)
        )
        .where(
            who.c.programme_id == tx.programme,
            who.c.kind == "buyer",
            link.c.site_id == site_id,
            link.c.since <= on,
            or_(link.c.until.is_(None), link.c.until >= on),
        )
        .distinct()
        .order_by(who.c.name)
    )
    return [Organisation(**row) for row in tx.connection.execute(query).mappings()]


def add_programme(tx: Tx, name: str) -> None:
    tx.connection.execute(t.programme.insert().values(programme_id=tx.programme, name=name))


def add_line(tx: Tx, line: Line) -> None:
    columns = {name: getattr(line, name) for name in Line.__slots__}
    tx.connection.execute(t.line.insert().values(**columns))


def add_site(tx: Tx, site: Site) -> None:
    columns = {name: getattr(site, name) for name in Site.__slots__}
    tx.connection.execute(t.site.insert().values(programme_id=tx.programme, **columns))


def add_organisation(tx: Tx, organisation: Organisation) -> None:
    columns = {name: getattr(organisation, name) for name in Organisation.__slots__}
    tx.connection.execute(t.organisation.insert().values(programme_id=tx.programme, **columns))


def add_supply_link(
    tx: Tx, link_id: UUID, *, site_id: UUID, organisation_id: UUID, since: date, source: str
) -> None:
    tx.connection.execute(
        t.supply_link.insert().values(
            programme_id=tx.programme,
            id=link_id,
            site_id=site_id,
            organisation_id=organisation_id,
            since=since,
            source=source,
        )
    )
