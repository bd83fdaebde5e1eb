"""The registry: the lines, sites, organisations and supply links that a registrar vouched for.

A row whose signature does not lead to the root is passed over as if it were not there; a line is
refused aloud, because texts come in on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from workervoice.crypto.directory import Directory
from workervoice.errors import NotTrusted
from workervoice.hotline.process import Signer
from workervoice.store.engine import Tx
from workervoice.store.programme import (
    Line,
    Organisation,
    Registered,
    Site,
    links_of,
    rows_of,
)

_Row = TypeVar("_Row", bound=Registered)


def register(programme: UUID, row: _Row, by: Signer) -> _Row:
    """The row with its registrar's signature, ready to be stored."""
    named = replace(row, signer_id=by.id)
    return replace(named, signature=by.sign(named.statement(programme)))


def vouched_line(directory: Directory, line: Line) -> Line:
    """The line, if a registrar vouched for it. Raises `NotTrusted` with the line's id."""
    if not is_vouched(directory, line.programme_id, line):
        raise NotTrusted(f"line {line.id}")
    return line


def lines(tx: Tx, directory: Directory) -> list[Line]:
    return list(_vouched(tx, directory, Line))


def sites(tx: Tx, directory: Directory) -> list[Site]:
    return list(_vouched(tx, directory, Site))


def organisations(tx: Tx, directory: Directory) -> dict[UUID, Organisation]:
    return {row.id: row for row in _vouched(tx, directory, Organisation)}


def buyers_of(tx: Tx, directory: Directory, site_id: UUID, on: date) -> list[Organisation]:
    """The buyers whose dated supply link to this site holds on that day, by name."""
    linked = {
        link.organisation_id
        for link in links_of(tx, site_id)
        if link.holds_on(on) and is_vouched(directory, tx.programme, link)
    }
    known = organisations(tx, directory)
    buyers = [known[each] for each in linked if each in known and known[each].kind == "buyer"]
    return sorted(buyers, key=lambda buyer: (buyer.name, buyer.id))


def _vouched(tx: Tx, directory: Directory, kind: type[_Row]) -> Iterator[_Row]:
    return (row for row in rows_of(tx, kind) if is_vouched(directory, tx.programme, row))


def is_vouched(directory: Directory, programme: UUID, row: Registered) -> bool:
    """True if a registrar of the hotline's operator signed this very row."""
    statement = row.statement(programme)
    try:
        who = directory.check_signature(row.signer_id, statement, row.signature, "registrar")
    except NotTrusted:
        return False
    return who.organisation_id is None  # a buyer's registrar speaks for that buyer only
