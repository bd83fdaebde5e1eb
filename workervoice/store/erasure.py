"""Erasing: what a case and its conversation leave behind when a person erases them.

The keys go with the words: a row that survives in an old copy opens for nobody who has not got the
copy's keys too. The rows of cases and issues stay, blank, so that the log and the counts still have
their object.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Table

from workervoice.store import tables as t
from workervoice.store.engine import Tx


def erase_words(tx: Tx, case_id: UUID) -> None:
    """Destroy a case's messages, judgements, drafts and keys."""
    for table in (t.message, t.assessment, t.draft):
        _delete(tx, table, "case_id", case_id)
    _destroy_keys(tx, "case", case_id)


def destroy_plan(tx: Tx, issue_id: UUID) -> None:
    """Destroy the keys of an issue that was cancelled; the database refuses it for any other."""
    _destroy_keys(tx, "plan", issue_id)


def forget_contact(tx: Tx, conversation_id: UUID) -> None:
    """Destroy the addresses of a conversation and all that it was sent or is owed."""
    for table in (t.outbox, t.contact):
        _delete(tx, table, "conversation_id", conversation_id)


def _destroy_keys(tx: Tx, kind: str, holder_id: UUID) -> None:
    for table in (t.key_wrap, t.key_pair):
        c = table.c
        tx.connection.execute(
            table.delete().where(
                c.programme_id == tx.programme, c.holder_kind == kind, c.holder_id == holder_id
            )
        )


def _delete(tx: Tx, table: Table, column: str, value: UUID) -> None:
    tx.connection.execute(
        table.delete().where(table.c.programme_id == tx.programme, table.c[column] == value)
    )
