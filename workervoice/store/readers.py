"""Who may read a restricted case: the officers that a supervisor named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from workervoice.store import tables as t
from workervoice.store.cases import CaseRow
from workervoice.store.engine import Tx


def readers_of(tx: Tx, case_id: UUID) -> set[UUID]:
    """Empty for a case that its whole team may read."""
    c = t.case_reader.c
    query = select(c.officer_id).where(c.programme_id == tx.programme, c.case_id == case_id)
    return set(tx.connection.execute(query).scalars())


def readers_since(tx: Tx, case_id: UUID) -> tuple[set[UUID], date | None]:
    """Who is named for a case, and since when; nobody and None if its whole team may read it."""
    c = t.case_reader.c
    query = select(c.officer_id, c.since)
    rows = tx.connection.execute(query.where(c.programme_id == tx.programme, c.case_id == case_id))
    found = {row.officer_id: row.since for row in rows}
    return set(found), min(found.values(), default=None)


def cases_read_by(tx: Tx, officer_id: UUID) -> list[UUID]:
    """The restricted cases that this officer is named for."""
    c = t.case_reader.c
    query = select(c.case_id).where(c.programme_id == tx.programme, c.officer_id == officer_id)
    return list(tx.connection.execute(query.order_by(c.case_id)).scalars())


def restricted(tx: Tx) -> dict[UUID, date]:
    """Every restricted case, and since when."""
    c = t.case_reader.c
    query = select(c.case_id, func.min(c.since).label("since"))
    rows = tx.connection.execute(query.where(c.programme_id == tx.programme).group_by(c.case_id))
    return {row.case_id: row.since for row in rows}


def restricted_of(tx: Tx, conversation_id: UUID) -> set[UUID]:
    """The restricted cases of one conversation, of which not everybody sees the rows."""
    c = t.case_reader.c
    query = select(c.case_id).where(
        c.programme_id == tx.programme, c.conversation_id == conversation_id
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
    for officer_id in officers:
        tx.connection.execute(
            t.case_reader.insert().values(
                programme_id=tx.programme,
                case_id=case.id,
                officer_id=officer_id,
                conversation_id=case.conversation_id,
                since=since,
            )
        )
