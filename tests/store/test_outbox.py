"""The outbox: every row is sent by one courier at a time, and what nobody knows is looked up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.house import START
from tests.store.books import Books
from workervoice.errors import IllegalMove, NotFound
from workervoice.store import outbox, taken
from workervoice.store.outbox import KEPT_AFTER, LEASE, Claimed
from workervoice.store.tables import outbox as table
from workervoice.store.taken import REFUSED_WITHIN

MOMENT = timedelta(seconds=1)


def the_row(books: Books, row_id: UUID) -> dict[str, Any]:
    row = books.row(table, row_id)
    assert row is not None
    return row


def claimed(books: Books, now: datetime = START) -> Claimed:
    with books.begin("courier") as tx:
        (one,) = outbox.claim_owed(tx, now, 10)
    return one


def lost(books: Books, now: datetime) -> int:
    with books.begin("courier") as tx:
        return outbox.lose_stale(tx, now)


def finished(books: Books, one: Claimed, dest: str, source: str = "claimed") -> bool:
    with books.begin("courier") as tx:
        return outbox.finish(tx, one, source=source, dest=dest)


def test_two_couriers_at_once_never_get_the_same_row(books: Books) -> None:
    ids = {books.owed() for _ in range(6)}

    with books.begin("courier") as mine:
        first = {one.id for one in outbox.claim_owed(mine, START, 4)}
        with books.begin("courier") as theirs:
            second = {one.id for one in outbox.claim_owed(theirs, START, 4)}
    with books.begin("courier") as tx:
        third = outbox.claim_owed(tx, START, 4)

    assert (len(first), len(second)) == (4, 2)
    assert first | second == ids
    assert third == []


def test_what_is_not_due_or_not_owed_is_not_claimed(books: Books) -> None:
    for state in ("held", "withheld", "unknown", "accepted"):
        books.owed(state=state)
    due = books.owed()

    with books.begin("courier") as tx:
        early = outbox.claim_owed(tx, START - MOMENT, 10)
        late = outbox.claim_owed(tx, START, 10)

    assert early == []
    assert [one.id for one in late] == [due]
    assert late[0].attempts == 1


def test_a_lease_that_ran_out_makes_the_outcome_unknown_and_is_never_sent_again(
    books: Books,
) -> None:
    row_id, tried = books.owed(), START + timedelta(minutes=3)
    claimed(books, tried)

    within = lost(books, tried + LEASE)
    after = lost(books, tried + LEASE + MOMENT)
    with books.begin("courier") as tx:
        again = outbox.claim_owed(tx, tried + timedelta(days=1), 10)

    row = the_row(books, row_id)
    assert (within, after) == (0, 1)
    assert again == []
    assert (row["state"], row["lease_token"], row["run_at"]) == ("unknown", None, tried)


def test_an_unknown_outcome_is_looked_up_by_one_at_a_time(books: Books) -> None:
    row_id, later = books.owed(), START + LEASE + MOMENT
    claimed(books)
    lost(books, later)

    with books.begin("courier") as tx:
        (mine,) = outbox.lease_unknown(tx, later, 10)
        theirs = outbox.lease_unknown(tx, later + LEASE, 10)
        (next_time,) = outbox.lease_unknown(tx, later + LEASE + MOMENT, 10)

    assert mine.id == next_time.id == row_id
    assert mine.token != next_time.token
    assert theirs == []
    assert the_row(books, row_id)["state"] == "unknown"


@pytest.mark.parametrize("dest", ["accepted", "failed", "owed", "unknown", "claimed"])
def test_finishing_with_a_token_that_was_taken_over_changes_nothing(
    books: Books, dest: str
) -> None:
    row_id = books.owed()
    stale = claimed(books)
    lost(books, START + LEASE + MOMENT)
    with books.begin("courier") as tx:
        (fresh,) = outbox.lease_unknown(tx, START + 2 * LEASE, 10)
    before = the_row(books, row_id)

    by_stale = [finished(books, stale, dest, source) for source in ("claimed", "unknown")]
    unchanged = the_row(books, row_id)
    by_fresh = finished(books, fresh, "accepted", "unknown")

    assert by_stale == [False, False]
    assert unchanged == before
    assert by_fresh
    assert the_row(books, row_id)["state"] == "accepted"


def test_a_lease_is_renewed_only_by_whoever_holds_it(books: Books) -> None:
    row_id, later = books.owed(), START + timedelta(seconds=50)
    one = claimed(books)

    with books.begin("courier") as tx:
        mine = outbox.renew(tx, one, source="claimed", now=later)
    kept = lost(books, START + LEASE + MOMENT)
    lost(books, later + LEASE + MOMENT)
    with books.begin("courier") as tx:
        gone = outbox.renew(tx, one, source="claimed", now=later)

    assert (mine, kept, gone) == (True, 0, False)
    assert the_row(books, row_id)["state"] == "unknown"


def test_a_callback_that_is_faster_than_the_courier_wins_and_its_reference_is_kept(
    books: Books,
) -> None:
    row_id = books.owed()
    one = claimed(books)
    with books.begin() as tx:
        outbox.move_delivery(tx, row_id, source="claimed", dest="delivered")

    late = finished(books, one, "accepted")
    with books.begin("courier") as tx:
        outbox.keep_reference(tx, row_id, b"sealed reference")

    row = the_row(books, row_id)
    assert not late
    assert (row["state"], row["provider_ref"]) == ("delivered", b"sealed reference")


def test_the_same_debt_is_owed_once(books: Books) -> None:
    row_id = books.owed(key="the only one")
    with books.house.owner.begin() as tx:
        row = tx.connection.execute(table.select().where(table.c.id == row_id)).mappings().one()
    again = outbox.Owed(
        **{name: row[name] for name in outbox.Owed.__slots__ if name not in {"id", "state"}},
        id=uuid4(),
        state="owed",
    )

    with pytest.raises(IllegalMove), books.begin() as tx:
        outbox.owe(tx, again)

    assert books.row(table, again.id) is None


def test_what_was_given_up_is_not_kept_as_text(books: Books) -> None:
    row_id = books.owed()

    finished(books, claimed(books), "failed")

    assert the_row(books, row_id)["payload"] == b""


def test_an_accepted_text_is_kept_while_the_provider_may_still_refuse_it(books: Books) -> None:
    row_id, waits = books.owed(), books.owed(state="held")
    finished(books, claimed(books), "accepted")
    kept = []

    for now in (START, START + REFUSED_WITHIN, START + REFUSED_WITHIN + MOMENT):
        with books.begin("courier") as tx:
            outbox.sweep(tx, now)
        kept.append(bool(the_row(books, row_id)["payload"]))

    assert kept == [True, True, False]
    assert the_row(books, row_id)["state"] == "accepted"
    assert the_row(books, waits)["payload"] == b"sealed to the courier"


def test_nothing_is_awaited_of_a_text_that_may_be_dropped_meanwhile() -> None:
    at_the_end = START + REFUSED_WITHIN

    assert not taken.may_be_empty(START, at_the_end - timedelta(minutes=5))
    assert taken.may_be_empty(START, at_the_end)


@pytest.mark.parametrize("dest", ["delivered", "failed"])
def test_what_the_provider_reports_as_final_is_not_kept_as_text(books: Books, dest: str) -> None:
    row_id = books.owed()
    claimed(books)

    with books.begin() as tx:
        outbox.move_delivery(tx, row_id, source="claimed", dest=dest)

    assert the_row(books, row_id)["payload"] == b""


@pytest.mark.parametrize("dest", ["owed", "held", "unknown", "accepted"])
def test_what_may_have_to_be_sent_again_is_kept(books: Books, dest: str) -> None:
    row_id = books.owed()

    finished(books, claimed(books), dest)

    assert the_row(books, row_id)["payload"] == b"sealed to the courier"


def test_what_is_past_its_time_expires_and_leaves_a_week_later(books: Books) -> None:
    end = START + timedelta(hours=2)
    late = {state: books.owed(state=state, hours=2) for state in ("owed", "held", "withheld")}
    kept = books.owed(hours=3)

    with books.begin("courier") as tx:
        at_the_end = outbox.sweep(tx, end)
        after_it = outbox.sweep(tx, end + MOMENT)
    expired = {state: the_row(books, row_id) for state, row_id in late.items()}
    with books.begin("courier") as tx:
        _, dropped = outbox.sweep(tx, end + KEPT_AFTER + MOMENT)

    assert (at_the_end, after_it) == ((0, 0), (3, 0))
    assert {(row["state"], row["payload"]) for row in expired.values()} == {("expired", b"")}
    assert dropped == 3
    assert the_row(books, kept)["state"] == "expired"


def test_stop_withholds_everything_but_what_is_being_sent(books: Books) -> None:
    under_way, waiting = books.owed(), books.owed(state="held")
    claimed(books)
    counts = []

    for row_id in (under_way, waiting):
        with books.begin() as tx:
            conversation = the_row(books, row_id)["conversation_id"]
            counts.append(outbox.withhold(tx, conversation, ("owed", "held")))

    assert counts == [0, 1]
    assert the_row(books, under_way)["state"] == "claimed"
    assert the_row(books, waiting)["state"] == "withheld"


def test_a_foreign_id_is_not_found(books: Books) -> None:
    foreign = Books(books.house).owed(state="held")

    with books.begin() as tx, pytest.raises(NotFound):
        outbox.state_of(tx, foreign)
    with books.begin() as tx, pytest.raises(NotFound):
        outbox.held_signature(tx, foreign)
    with books.begin() as tx, pytest.raises(IllegalMove):
        outbox.move_delivery(tx, foreign, source="held", dest="owed")
