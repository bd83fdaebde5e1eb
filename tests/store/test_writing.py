"""What a transaction writes is gathered, and goes to the database in one statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.store.books import VAULT, Books
from workervoice.errors import IllegalMove
from workervoice.store import tables
from workervoice.store.engine import Tx
from workervoice.store.intake import Conversation, SeenBefore, remember_once, save_conversation
from workervoice.store.states import save_row
from workervoice.store.writing import inserted, none_there

TODAY = date(2026, 11, 22)


def seen(tx: Tx) -> set[bytes]:
    """The keyed hashes of message ids, as this transaction sees them."""
    rows = tx.connection.execute(
        select(tables.seen.c.mac).where(tables.seen.c.programme_id == tx.programme)
    )
    return {bytes(row.mac) for row in rows}


def rename(tx: Tx, row: Conversation, version: int, record: bytes) -> None:
    now = {"state": row.state, "version": version, "record": record}
    save_row(tx, tables.conversation, row.id, was=(row.state, version - 1), now=now)


def both(books: Books, row: Conversation, mac: bytes) -> None:
    with books.begin() as tx:
        save_conversation(tx, VAULT, row, state="greeting", record={})
        remember_once(tx, mac, TODAY)


def fail(tx: Tx, mac: bytes) -> None:
    with tx.attempt():
        remember_once(tx, mac, TODAY)
        raise ZeroDivisionError


@contextmanager
def journeys(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that goes past SQLAlchemy meanwhile."""
    sent: list[str] = []
    real = psycopg.RawCursor.execute

    def note(self: Any, sql: str, values: tuple[object, ...]) -> Any:
        sent.append(sql)
        return real(self, sql, values)

    with monkeypatch.context() as patched:
        patched.setattr(psycopg.RawCursor, "execute", note)
        yield sent


def test_rows_of_several_tables_go_in_one_statement(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Conversation(uuid4(), "greeting", 0, {})

    with journeys(monkeypatch) as sent, books.begin() as tx:
        remember_once(tx, b"a" * 32, TODAY)
        save_conversation(tx, VAULT, row, state="greeting", record={})

    assert len(sent) == 1
    assert books.row(tables.conversation, row.id) is not None


def test_a_question_sees_what_was_written_before_it(books: Books) -> None:
    with books.begin() as tx:
        remember_once(tx, b"b" * 32, TODAY)
        before = tx.unsent.copy()
        found = seen(tx)

    assert len(before) == 1
    assert b"b" * 32 in found


def test_a_row_may_be_made_and_changed_in_one_transaction(books: Books) -> None:
    row = Conversation(uuid4(), "greeting", 0, {})

    with books.begin() as tx:
        made = save_conversation(tx, VAULT, row, state="greeting", record={})
        rename(tx, made, 2, b"second")
        rename(tx, made, 3, b"third")

    stored = books.row(tables.conversation, row.id)
    assert stored is not None
    assert (stored["version"], bytes(stored["record"])) == (3, b"third")


def test_one_part_that_is_refused_undoes_all(books: Books) -> None:
    with books.begin() as tx:
        remember_once(tx, b"c" * 32, TODAY)
    row = Conversation(uuid4(), "greeting", 0, {})

    with pytest.raises(SeenBefore):
        both(books, row, b"c" * 32)

    assert books.row(tables.conversation, row.id) is None


def test_a_key_that_is_taken_is_the_databases_own_error_without_values(books: Books) -> None:
    row = {"programme_id": books.programme, "mac": b"d" * 32, "day": TODAY}

    with books.begin() as tx:
        tx.write(inserted(tables.seen, row))
    with pytest.raises(IntegrityError) as refused, books.begin() as tx:
        tx.write(inserted(tables.seen, row))

    assert (b"d" * 32).hex() not in str(refused.value)


def test_what_must_not_be_there_is_looked_for_when_all_is_written(books: Books) -> None:
    where = {"programme_id": books.programme, "mac": b"e" * 32}
    with books.begin() as tx:
        tx.write(none_there(tables.seen, where, SeenBefore))
    with books.begin() as tx:
        remember_once(tx, b"e" * 32, TODAY)

    with pytest.raises(SeenBefore), books.begin() as tx:
        tx.write(none_there(tables.seen, where, SeenBefore))


def test_a_row_that_somebody_changed_meanwhile_is_not_changed(books: Books) -> None:
    made = books.conversation()

    with pytest.raises(IllegalMove), books.begin() as tx:
        rename(tx, made, 5, b"of another version")

    stored = books.row(tables.conversation, made.id)
    assert stored is not None
    assert stored["version"] == 1


def test_an_attempt_that_fails_takes_along_what_it_would_have_written(books: Books) -> None:
    with books.begin() as tx:
        remember_once(tx, b"f" * 32, TODAY)
        with pytest.raises(ZeroDivisionError):
            fail(tx, b"g" * 32)
        found = seen(tx)

    assert b"f" * 32 in found
    assert b"g" * 32 not in found
