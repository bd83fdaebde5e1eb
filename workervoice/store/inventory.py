"""Inventory: every stored row that the log has to know, in the form in which it knows it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Table, select

from workervoice.store import tables as t
from workervoice.store.engine import Tx, streamed
from workervoice.store.keys import wrap_row
from workervoice.store.people import officer_row, slot_row
from workervoice.store.programme import registered_rows
from workervoice.store.restored import restores
from workervoice.store.rows import Row

# table: kind, ids of the series, number in it ("" for the only one), what the hash is over
_SHAPES: tuple[tuple[Table, str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    (t.conversation, "conversation", ("id",), "version", ("state", "record")),
    (t.contact, "contact", ("conversation_id", "id"), "version", ("index", "address")),
    (t.cases, "facts", ("id",), "version", ("state", "queue", "facts")),
    (t.message, "message", ("case_id",), "ordinal", ("words",)),
    (t.assessment, "assessment", ("case_id",), "version", ("words",)),
    (t.medium, "medium", ("holder_id", "id"), "", ("key", "head")),
    (t.second_factor, "factor", ("officer_id",), "ordinal", ("kind", "signature")),
    (t.key_pair, "pair", ("holder_id",), "epoch", ("public", "box")),
    (t.directory, "directory", ("id",), "version", ("body", "signature")),
    (t.outbox, "outbox", ("id",), "", ("payload",)),
    (t.issue, "issue", ("id",), "version", ("packet",)),
    (t.issue_note, "issue_note", ("issue_id",), "ordinal", ("words",)),
    (t.approval, "approval", ("issue_id", "officer_id"), "packet_version", ("signature",)),
    (t.disclosure, "disclosure", ("id",), "version", ("packet",)),
    (t.action, "action", ("id",), "version", ("words",)),
    (t.action_entry, "entry", ("action_id",), "ordinal", ("words",)),
)


def stored_rows(tx: Tx) -> Iterator[Row]:
    """In no order. A text that was sent is emptied: there is nothing left to compare."""
    c = t.key_wrap.c
    wraps = select(c.holder_id, c.epoch, c.reader_id, c.wrap).where(c.programme_id == tx.programme)
    yield from (row.logged(tx.programme) for row in registered_rows(tx))
    yield from _people(tx)
    yield from (row.logged(tx.programme) for row in restores(tx))
    for row in streamed(tx, wraps):
        yield wrap_row(row.holder_id, row.epoch, row.reader_id, row.wrap)
    for table, kind, ids, number, parts in _SHAPES:
        names = (*ids, *((number,) if number else ()), *parts)
        query = select(*(table.c[name] for name in names))
        for values in streamed(tx, query.where(table.c.programme_id == tx.programme)):
            found = dict(zip(names, values, strict=True))
            if kind == "outbox" and not found["payload"]:
                continue
            series, place = tuple(found[name] for name in ids), found[number] if number else 1
            yield Row.of(kind, series, place, *(found[name] for name in parts))


def _people(tx: Tx) -> Iterator[Row]:
    """Accounts and ways in."""
    o, s = t.officer.c, t.slot.c
    accounts = select(o.id, o.organisation_id, o.login, o.name, o.role)
    for row in streamed(tx, accounts.where(o.programme_id == tx.programme)):
        yield officer_row(row.id, row.organisation_id, row.login, row.name, row.role)
    slots = select(s.officer_id, s.kind, s.version, s.salt, s.cost, s.auth_hash, s.wrapped_umk)
    for row in streamed(tx, slots.where(s.programme_id == tx.programme)):
        parts = (row.salt, row.cost, row.auth_hash, row.wrapped_umk)
        yield slot_row(row.officer_id, row.kind, row.version, *parts)
