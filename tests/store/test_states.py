"""A state changes only from the state that the decision was made on."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import uuid4

import pytest

from tests.store.books import VAULT, Books
from workervoice.errors import IllegalMove
from workervoice.store import tables
from workervoice.store.intake import lock_conversation, save_conversation
from workervoice.store.states import change_row, move_state


def test_a_row_moves_from_its_source_with_its_columns(books: Books) -> None:
    row_id = books.owed()

    with books.begin("courier") as tx:
        also = {"attempts": 3}
        move_state(tx, tables.outbox, row_id, source="owed", dest="claimed", also=also)

    row = books.row(tables.outbox, row_id)
    assert row is not None
    assert (row["state"], row["attempts"]) == ("claimed", 3)


def test_a_row_that_is_elsewhere_by_now_keeps_everything(books: Books) -> None:
    row_id = books.owed(state="held")
    before = books.row(tables.outbox, row_id)

    with books.begin("courier") as tx, pytest.raises(IllegalMove, match=str(row_id)):
        move_state(tx, tables.outbox, row_id, source="owed", dest="claimed", also={"attempts": 9})

    assert books.row(tables.outbox, row_id) == before


def test_an_unknown_and_a_foreign_row_do_not_move(books: Books) -> None:
    foreign = Books(books.house).owed()

    for row_id in (uuid4(), foreign):
        with books.begin("courier") as tx, pytest.raises(IllegalMove):
            move_state(tx, tables.outbox, row_id, source="owed", dest="claimed")


def test_columns_are_changed_where_a_row_stands_and_no_state_comes_along(books: Books) -> None:
    row_id = books.owed()

    with books.begin("courier") as tx:
        changed = change_row(tx, tables.outbox, row_id, {"attempts": 3})
        unknown = change_row(tx, tables.outbox, uuid4(), {"attempts": 4})
        with pytest.raises(ValueError, match="by a move only"):
            change_row(tx, tables.outbox, row_id, {"attempts": 5, "state": "claimed"})

    row = books.row(tables.outbox, row_id)
    assert (changed, unknown) == (True, False)
    assert row is not None
    assert (row["state"], row["attempts"]) == ("owed", 3)


def test_of_two_who_move_a_row_at_once_one_wins(books: Books) -> None:
    row_id, together = books.owed(), Barrier(2, timeout=5)
    won: list[str] = []
    refused: list[str] = []

    def move(dest: str) -> None:
        try:
            with books.begin("courier") as tx:
                together.wait()
                move_state(tx, tables.outbox, row_id, source="owed", dest=dest)
            won.append(dest)
        except IllegalMove:
            refused.append(dest)

    racers = [Thread(target=move, args=(dest,)) for dest in ("claimed", "expired")]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(10)

    row = books.row(tables.outbox, row_id)
    assert (len(won), len(refused)) == (1, 1)
    assert row is not None
    assert row["state"] == won[0]


def test_a_conversation_is_changed_by_one_at_a_time(books: Books) -> None:
    """Whoever comes second waits for the first, and goes on from what that one stored."""
    made, started = books.conversation(), Barrier(2, timeout=5)
    texts: list[int] = []

    def second() -> None:
        with books.begin() as tx:
            started.wait()
            row = lock_conversation(tx, VAULT, made.id)
            texts.append(row.version)
            save_conversation(tx, VAULT, row, state="safety", record={"said": "second"})

    waiting = Thread(target=second)
    with books.begin() as tx:
        row = lock_conversation(tx, VAULT, made.id)
        waiting.start()
        started.wait()
        save_conversation(tx, VAULT, row, state="greeting", record={"said": "first"})
    waiting.join(10)

    with books.begin() as tx:
        stored = lock_conversation(tx, VAULT, made.id)
    assert texts == [2]
    assert (stored.version, stored.state, stored.record) == (3, "safety", {"said": "second"})
