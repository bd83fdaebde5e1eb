"""Whom a supervisor named for a restricted case, as row-level security reads it. The truth of it is
in the case's signed facts; nobody but the database goes by these rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select

from workervoice.store import tables as t
from workervoice.store.cases import CaseRow
from workervoice.store.engine import Tx
from workervoice.store.writing import inserted


def readers_since(tx: Tx, case_id: UUID) -> tuple[set[UUID], date | None]:
    """Who is named for a case, and since when; nobody and None if its whole team may read it."""
    c = t.case_reader.c
    query = select(c.officer_id, c.since)
    rows = tx.connection.execute(query.where(c.programme_id == tx.programme, c.case_id == case_id))
    found = {row.officer_id: row.since for row in rows}
    return set(found), min(found.values(), default=None)


def restricted_of(tx: Tx, conversation_id: UUID) -> set[UUID]:
    """The restricted cases of one conversation that are not erased; not everybody sees their
    rows."""
    c, k = t.case_reader.c, t.cases.c
    over = select(k.id).where(k.programme_id == tx.programme, k.state == "erased")
    query = select(c.case_id).where(
        c.programme_id == tx.programme,
        c.conversation_id == conversation_id,
        c.case_id.not_in(over.where(k.conversation_id == conversation_id)),
    )
    return set(tx.connection.execute(query).scalars())


def drop_readers(tx: Tx, case_id: UUID) -> None:
    """Nobody is named: the case is its team's, or gone."""
    c = t.case_reader.c
    tx.connection.execute(
        t.case_reader.delete().where(c.programme_id == tx.programme, c.case_id == case_id)
    )


def drop_reader(tx: Tx, officer_id: UUID) -> None:
    """This officer is named for no case any more."""
    c = t.case_reader.c
    tx.connection.execute(
        t.case_reader.delete().where(c.programme_id == tx.programme, c.officer_id == officer_id)
    )


def set_readers(tx: Tx, case: CaseRow, officers: Iterable[UUID], since: date) -> None:
    """These and no others."""
    drop_readers(tx, case.id)
    add_readers(tx, case, officers, since)


def add_readers(tx: Tx, case: CaseRow, officers: Iterable[UUID], since: date) -> None:
    """Of a case that names nobody yet: it may be stored in the same statement."""
    for officer_id in officers:
        columns = {
            "programme_id": tx.programme,
            "case_id": case.id,
            "officer_id": officer_id,
            "conversation_id": case.conversation_id,
            "since": since,
        }
        tx.write(inserted(t.case_reader, columns))
