"""The registry: the lines, sites, organisations and supply links that a registrar vouched for.

A row whose signature does not lead to the root, or of which the log knows a later version, is
passed over as if it were not there; a line is refused aloud, because texts come in on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from workervoice.crypto.directory import Directory
from workervoice.errors import Contradicted, NotTrusted
from workervoice.hotline import newest
from workervoice.hotline.process import Pen, Signer
from workervoice.store.engine import Tx
from workervoice.store.log import mark_of, marks_at
from workervoice.store.programme import (
    Hanging,
    Line,
    Organisation,
    Practice,
    Registered,
    Site,
    links_of,
    rows_of,
)
from workervoice.store.vault import Vault

_Row = TypeVar("_Row", bound=Registered)


def register(programme: UUID, row: _Row, by: Signer) -> _Row:
    """The row with its registrar's signature, ready to be stored."""
    named = replace(row, signer_id=by.id)
    return replace(named, signature=by.sign(named.statement(programme)))


def vouched_line(tx: Tx, vault: Vault, directory: Directory, line: Line) -> Line:
    """The line, if a registrar vouched for it and never for a later version of it. Raises
    `NotTrusted` with the line's id."""
    if not _newest(tx, vault, directory, [line]):
        raise NotTrusted(f"line {line.id}")
    return line


def lines(tx: Tx, vault: Vault, directory: Directory) -> list[Line]:
    return _newest(tx, vault, directory, rows_of(tx, Line))


def sites(tx: Tx, vault: Vault, directory: Directory) -> list[Site]:
    return _newest(tx, vault, directory, rows_of(tx, Site))


def hangings(tx: Tx, vault: Vault, directory: Directory) -> list[Hanging]:
    return _newest(tx, vault, directory, rows_of(tx, Hanging))


def practices(tx: Tx, vault: Vault, directory: Directory) -> list[Practice]:
    return _newest(tx, vault, directory, rows_of(tx, Practice))


def practices_running(tx: Tx, vault: Vault, directory: Directory, now: datetime) -> list[Practice]:
    running = (row for row in rows_of(tx, Practice) if row.runs_at(now))
    return _newest(tx, vault, directory, running)


def organisations(tx: Tx, vault: Vault, directory: Directory) -> dict[UUID, Organisation]:
    return {row.id: row for row in _newest(tx, vault, directory, rows_of(tx, Organisation))}


def buyers_of(tx: Tx, pen: Pen, site_id: UUID, on: date) -> list[Organisation]:
    """The buyers whose dated supply link to this site holds on that day, by name.

    Raises `Contradicted` if a link was put back to what it said before it was ended.
    """
    links = [each for each in links_of(tx, site_id) if _is_vouched(tx, pen, each)]
    newest.check(tx, pen.vault, [link.logged(tx.programme) for link in links])
    linked = {link.organisation_id for link in links if link.holds_on(on)}
    known = organisations(tx, pen.vault, pen.directory)
    buyers = [known[each] for each in linked if each in known and known[each].kind == "buyer"]
    return sorted(buyers, key=lambda buyer: (buyer.name, buyer.id))


def buyers_shown(tx: Tx, pen: Pen, site_id: UUID, on: date) -> list[Organisation]:
    """The same for a page, which is read also while a link contradicts the log: then nobody is."""
    try:
        return buyers_of(tx, pen, site_id, on)
    except Contradicted:
        return []


def _newest(tx: Tx, vault: Vault, directory: Directory, rows: Iterable[_Row]) -> list[_Row]:
    """Those that a registrar vouched for and that the log knows as they are, and no later version
    of: a signature alone does not say that its maker was still with us."""
    vouched = [row for row in rows if is_vouched(directory, tx.programme, row)]
    logged = [row.logged(tx.programme) for row in vouched]
    known = marks_at(tx, vault, [p for each in logged for p in (each.place, each.place.next())])
    return [
        row
        for row, each in zip(vouched, logged, strict=True)
        if known.get(each.place) == mark_of(vault, each) and each.place.next() not in known
    ]


def _is_vouched(tx: Tx, pen: Pen, row: Registered) -> bool:
    return is_vouched(pen.directory, tx.programme, row)


def is_vouched(directory: Directory, programme: UUID, row: Registered) -> bool:
    """True if a registrar of the hotline's operator signed this very row."""
    statement = row.statement(programme)
    try:
        who = directory.check_signature(row.signer_id, statement, row.signature, "registrar")
    except NotTrusted:
        return False
    return who.organisation_id is None  # a buyer's registrar speaks for that buyer only
