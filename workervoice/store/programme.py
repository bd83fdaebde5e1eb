"""The programme and what it is about: its lines, sites, organisations, supply links, posters and
practices.

Each row is signed by whoever registered it, over all that it says: an emergency number or a supply
link that somebody writes into the database is nobody's word. What is read here is not checked yet;
`hotline/registry.py` does that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Table, func, select

from workervoice.crypto.seal import ctx
from workervoice.errors import NotFound
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.rows import Row
from workervoice.store.states import change_row
from workervoice.workflow.looks import Looks

PARTNER = "partner"  # an organisation without whose person nothing is released
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(ABC):
    """Who registered a row in which version, and their signature over its `statement`."""

    version: int = field(default=1, compare=False)
    signer_id: UUID = field(default=_NOBODY, compare=False)
    signature: bytes = field(default=b"", repr=False, compare=False)

    @abstractmethod
    def statement(self, programme: UUID) -> bytes:
        """All that the row says and where it belongs: what is signed."""

    def logged(self, programme: UUID) -> Row:
        """What the log knows of it."""
        values: dict[str, Any] = {name: getattr(self, name) for name in ("id", "version")}
        says = (self.statement(programme), self.signature)
        return Row.of(_TABLES[type(self)].name, values["id"], values["version"], *says)


@dataclass(frozen=True, slots=True)
class Line(Registered):
    """One of our senders on one channel ("sms", "whatsapp", "telegram")."""

    programme_id: UUID
    id: UUID
    slug: str
    channel: str
    sender: str
    country: str
    language: str
    emergency_number: str
    reading_hours: str = ""  # "8:00-20:00 Asia/Dhaka"; none in a line from before there were any
    price: str = ""  # of one segment, as "0.0475 EUR"; none: nobody counts money
    budget: str = ""  # of a month, in the same currency, as "200"
    display_name: str = ""  # how it looks on a worker's phone: see `looks`
    photo: str = ""
    website: str = ""
    looked_on: str = ""
    standby_for: str = ""  # the slug of the line that this one stands in for, if that is banned

    @property
    def looks(self) -> Looks:
        return Looks(self.display_name, self.photo, self.website, self.looked_on)

    def statement(self, programme: UUID) -> bytes:
        says = (self.slug, self.channel, self.sender, self.country, self.language)
        hours = [self.reading_hours] if self.reading_hours else []
        money = [self.price, self.budget] if self.price or self.budget else []
        looks = (self.display_name, self.photo, self.website, self.looked_on, self.standby_for)
        also = (self.emergency_number, *hours, *money, *(looks if any(looks) else ()))
        return ctx("sign-line", programme, self.id, self.version, *says, *also)


@dataclass(frozen=True, slots=True)
class Site(Registered):
    """A place of work; `code` is what the poster shows."""

    id: UUID
    code: str
    name: str
    country: str

    def statement(self, programme: UUID) -> bytes:
        return ctx(
            "sign-site", programme, self.id, self.version, self.code, self.name, self.country
        )


@dataclass(frozen=True, slots=True)
class Organisation(Registered):
    """An operator, buyer, NGO or partner of the operator."""

    id: UUID
    kind: str
    name: str

    def statement(self, programme: UUID) -> bytes:
        return ctx("sign-organisation", programme, self.id, self.version, self.kind, self.name)


@dataclass(frozen=True, slots=True)
class SupplyLink(Registered):
    """That an organisation buys from a site, between two days and according to a source."""

    id: UUID
    site_id: UUID
    organisation_id: UUID
    since: date
    until: date | None
    source: str

    def statement(self, programme: UUID) -> bytes:
        ends = "" if self.until is None else self.until.isoformat()
        between = (self.since.isoformat(), ends)
        place = (programme, self.id, self.version, self.site_id, self.organisation_id)
        return ctx("sign-supply-link", *place, *between, self.source)

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Hanging(Registered):
    """That a poster in a language hangs at a site since a day, until it is gone."""

    id: UUID
    site_id: UUID
    place: str
    language: str
    hung: date
    gone: date | None

    def statement(self, programme: UUID) -> bytes:
        ends = "" if self.gone is None else self.gone.isoformat()
        says = (self.place, self.language, self.hung.isoformat(), ends)
        return ctx("sign-hanging", programme, self.id, self.version, self.site_id, *says)


@dataclass(frozen=True, slots=True)
class Practice(Registered):
    """That on a line, texts which begin with a code are training, for some hours. The code itself
    is kept nowhere: `mark` is what it is known by."""

    id: UUID
    line_id: UUID
    mark: bytes = field(repr=False)
    begun: datetime
    until: datetime
    ended: datetime | None

    def statement(self, programme: UUID) -> bytes:
        hours = (int(self.begun.timestamp()), int(self.until.timestamp()))
        ended = 0 if self.ended is None else int(self.ended.timestamp())
        place = (programme, self.id, self.version, self.line_id)
        return ctx("sign-practice", *place, self.mark, *hours, ended)

    def runs_at(self, now: datetime) -> bool:
        return self.ended is None and self.begun <= now < self.until


_TABLES: dict[type[Registered], Table] = {
    Line: t.line,
    Site: t.site,
    Organisation: t.organisation,
    SupplyLink: t.supply_link,
    Hanging: t.hanging,
    Practice: t.practice,
}
_PLACE = frozenset({"programme_id", "id"})
_Row = TypeVar("_Row", bound=Registered)


def programmes(tx: Tx) -> list[UUID]:
    """Every programme that this role may see."""
    return list(tx.connection.execute(select(t.programme.c.programme_id)).scalars())


def is_founded(tx: Tx) -> bool:
    """Whether there is a programme that this role may see; in a database without tables there is
    none."""
    table = tx.connection.execute(select(func.to_regclass(t.programme.name))).scalar_one()
    return table is not None and bool(programmes(tx))


def programme_name(tx: Tx) -> str:
    """The name of the programme that this transaction is about."""
    query = select(t.programme.c.name).where(t.programme.c.programme_id == tx.programme)
    return str(tx.connection.execute(query).scalar_one())


def line_by_slug(tx: Tx, slug: str) -> Line:
    """The line that a webhook was called on; `NotFound` for a foreign one."""
    row = (
        tx.connection.execute(select(t.line).where(t.line.c.slug == slug)).mappings().one_or_none()
    )
    if row is None:
        raise NotFound("no such line")
    return Line(**row)


def rows_of(tx: Tx, kind: type[_Row]) -> list[_Row]:
    """Every line, site and so on of the programme, in a stable order."""
    table = _TABLES[kind]
    order = table.c.slug if kind is Line else table.c.code if kind is Site else table.c.id
    rows = tx.connection.execute(
        select(*_columns(kind)).where(table.c.programme_id == tx.programme).order_by(order)
    )
    return [kind(**row) for row in rows.mappings()]


def registered_rows(tx: Tx) -> Iterator[Registered]:
    """Every registered row of the programme."""
    for kind in _TABLES:
        yield from rows_of(tx, kind)


def links_of(tx: Tx, site_id: UUID) -> list[SupplyLink]:
    """The supply links of one site, past and future ones too."""
    where = (
        t.supply_link.c.programme_id == tx.programme,
        t.supply_link.c.site_id == site_id,
    )
    rows = tx.connection.execute(select(*_columns(SupplyLink)).where(*where))
    return [SupplyLink(**row) for row in rows.mappings()]


def add_programme(tx: Tx, name: str) -> None:
    tx.connection.execute(t.programme.insert().values(programme_id=tx.programme, name=name))


def add_registered(tx: Tx, row: Registered) -> None:
    """Store a signed line, site, organisation, supply link, poster or practice."""
    tx.connection.execute(
        _TABLES[type(row)].insert().values({**_values(row), "programme_id": tx.programme})
    )
    tx.stored.append(row.logged(tx.programme))


def replace_registered(tx: Tx, row: Registered) -> None:
    """Store the next version of one, signed anew; `NotFound` if there is none before it."""
    table, values = _TABLES[type(row)], _values(row)
    before = row.version - 1
    columns = {name: value for name, value in values.items() if name not in _PLACE}
    if not change_row(tx, table, values["id"], columns, version=before):
        raise NotFound(f"{table.name} {values['id']} has no version {before}")
    tx.stored.append(row.logged(tx.programme))


def field_names(kind: type[Registered]) -> tuple[str, ...]:
    """What such a row holds, which is also what its table's columns are called."""
    return tuple(each.name for each in fields(kind))


def _columns(kind: type[Registered]) -> list[Any]:
    return [_TABLES[kind].c[name] for name in field_names(kind)]


def _values(row: Registered) -> dict[str, Any]:
    return {name: getattr(row, name) for name in field_names(type(row))}
