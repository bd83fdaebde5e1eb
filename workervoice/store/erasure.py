"""Erasing: what a case and its conversation leave behind when a person erases them.

The keys go with the words: a row that survives in an old copy opens for nobody who has not got the
copy's keys too. The rows of cases and issues stay, blank, so that the log and the counts still have
their object.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Table, func, select

from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.media import destroy_media, destroy_medium
from workervoice.store.rows import Place


def erase_words(tx: Tx, case_id: UUID) -> None:
    """Destroy a case's messages, judgements, media, drafts, loans and keys."""
    destroy_words(tx, case_id)
    _destroy_keys(tx, "case", case_id)


def destroy_words(tx: Tx, case_id: UUID) -> list[Place]:
    """Destroy a case's messages, judgements, media, drafts and loans; returns the places of the
    first three. The keys stay: the case may be reopened, and then its new words need them."""
    _delete(tx, t.draft, "case_id", case_id)
    _delete(tx, t.lent, "case_id", case_id)
    gone = destroy_media(tx, case_id)
    for table, number in ((t.message, "ordinal"), (t.assessment, "version")):
        c = table.c
        statement = table.delete().where(c.programme_id == tx.programme, c.case_id == case_id)
        found = tx.connection.execute(statement.returning(c[number])).scalars()
        gone += [Place(table.name, (case_id,), each) for each in found]
    return gone


def destroy_entry(tx: Tx, place: Place) -> bool:
    """Destroy one message, judgement or medium; False if it is not there."""
    if place.kind == "medium":
        return bool(destroy_medium(tx, place.series[1]))
    table, number = (t.message, "ordinal") if place.kind == "message" else (t.assessment, "version")
    c = table.c
    statement = table.delete().where(
        c.programme_id == tx.programme, c.case_id == place.series[0], c[number] == place.number
    )
    return tx.connection.execute(statement).rowcount == 1


def conversations_over(tx: Tx, after: UUID, limit: int) -> list[UUID]:
    """The next conversations by id that have a case which is over."""
    c = t.cases.c
    query = (
        select(c.conversation_id)
        .distinct()
        .where(
            c.programme_id == tx.programme,
            c.state.in_(("closed", "out_of_scope")),
            c.conversation_id > after,
        )
    )
    found = tx.connection.execute(query.order_by(c.conversation_id).limit(limit))
    return list(found.scalars())


def destroy_plan(tx: Tx, issue_id: UUID) -> None:
    """Destroy the keys of an issue that was cancelled; the database refuses it for any other."""
    _destroy_keys(tx, "plan", issue_id)


def forget_contact(tx: Tx, conversation_id: UUID) -> int:
    """Destroy the addresses of a conversation and all that it was sent or is owed; returns how
    many addresses there were."""
    _delete(tx, t.outbox, "conversation_id", conversation_id)
    return _delete(tx, t.contact, "conversation_id", conversation_id)


def _destroy_keys(tx: Tx, kind: str, holder_id: UUID) -> None:
    for table in (t.key_wrap, t.key_pair):
        c = table.c
        tx.connection.execute(
            table.delete().where(
                c.programme_id == tx.programme, c.holder_kind == kind, c.holder_id == holder_id
            )
        )


def _delete(tx: Tx, table: Table, column: str, value: UUID) -> int:
    statement = table.delete().where(table.c.programme_id == tx.programme, table.c[column] == value)
    return tx.connection.execute(statement).rowcount


def count_words(tx: Tx, case_id: UUID) -> int:
    """How many messages and judgements a case has."""
    return sum(_count(tx, table, "case_id", case_id) for table in (t.message, t.assessment))


def count_contacts(tx: Tx, conversation_id: UUID) -> int:
    """How many addresses a conversation has."""
    return _count(tx, t.contact, "conversation_id", conversation_id)


def contact_of(tx: Tx, conversation_id: UUID) -> UUID | None:
    """An address of a conversation's own, by its id, if there is one."""
    c = t.contact.c
    query = select(c.id).where(c.programme_id == tx.programme, c.conversation_id == conversation_id)
    return tx.connection.execute(query.order_by(c.id).limit(1)).scalar()


def _count(tx: Tx, table: Table, column: str, value: UUID) -> int:
    query = select(func.count()).where(
        table.c.programme_id == tx.programme, table.c[column] == value
    )
    return int(tx.connection.execute(query).scalar_one())
