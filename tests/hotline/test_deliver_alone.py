"""One item that fails is counted, and the others go on: texts, clocks, whole programmes."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, asked, outbox_state
from workervoice.errors import Unavailable
from workervoice.message import Accepted, Outbound, SendOutcome

REPORT = "They took our passports"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def three(house: House) -> list[Worker]:
    """Three workers to whom the first answer is owed."""
    workers = [a_worker(house) for _ in range(3)]
    for worker in workers:
        house.text(worker.number, REPORT)
        house.wait(seconds=1)
    return workers


def arrived(house: House) -> list[str]:
    return [message.to.value for message in house.phones.received]


def corrupt(house: House, table: str, column: str, row_id: UUID) -> None:
    """Change one byte in the middle of what is sealed."""
    statement = (
        f"UPDATE {table} SET {column} = set_byte({column}, length({column}) / 2,"  # noqa: S608
        f" get_byte({column}, length({column}) / 2) # 1) WHERE id = :id RETURNING id"
    )
    assert len(asked(house, statement, id=row_id)) == 1


def oldest(house: House, table: str) -> UUID:
    query = f"SELECT id FROM {table} ORDER BY place LIMIT 1"  # noqa: S608
    return UUID(str(asked(house, query)[0].id))


def test_a_sender_that_raises_stops_no_other_text_and_says_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Senders never raise; one that does all the same may quote a number in its error."""
    workers = three(house)
    bad = workers[0].number

    def raises(message: Outbound) -> SendOutcome:
        if message.to.value == bad:
            raise RuntimeError(f"no route to {bad}: {message.text}")
        house.phones.received.append(message)
        return Accepted("SIM1")

    house.phones.answer = raises
    with caplog.at_level(logging.DEBUG):
        house.deliver()

    outbox_id = oldest(house, "outbox")
    assert arrived(house) == [worker.number for worker in workers[1:]]
    assert house.courier.failures == {"send": 1}
    assert f"send {outbox_id}: RuntimeError" in caplog.text
    assert bad not in caplog.text
    assert "We have your message" not in caplog.text


def test_what_a_raising_sender_left_is_looked_up_and_sent_once(house: House) -> None:
    workers = three(house)[:1]
    house.phones.answer = raises_at_once
    house.deliver()
    house.phones.answer = None

    house.wait(seconds=61)
    house.deliver()

    assert sorted(arrived(house)).count(workers[0].number) == 1
    assert len(arrived(house)) == 3


def raises_at_once(message: Outbound) -> SendOutcome:
    raise RuntimeError("out of order")


def test_a_lookup_that_raises_stops_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = three(house)
    house.phones.answer = raises_at_once
    house.deliver()
    house.phones.answer, find = None, house.phones.find

    def raises(message: Outbound, since: object) -> SendOutcome:
        if message.to.value == workers[0].number:
            raise RuntimeError("no such page")
        return find(message, house.now)

    monkeypatch.setattr(house.phones, "find", raises)
    house.wait(seconds=61)
    house.deliver()

    assert arrived(house) == [worker.number for worker in workers[1:]]
    assert house.courier.failures["look_up"] == 1


@pytest.mark.parametrize("column", ["payload", "signature"])
def test_a_text_that_was_tampered_with_is_not_sent_and_stops_no_other(
    house: House, column: str
) -> None:
    workers = three(house)
    outbox_id = oldest(house, "outbox")
    corrupt(house, "outbox", column, outbox_id)

    house.deliver()
    house.wait(days=1)
    house.deliver()

    assert arrived(house) == [worker.number for worker in workers[1:]]
    assert outbox_state(house, outbox_id) == ("failed", "untrusted")


@pytest.mark.parametrize(
    ("table", "column"),
    [("contact", "address"), ("contact", "signature"), ("conversation", "record")],
)
def test_a_worker_whose_rows_were_tampered_with_stops_nobody_elses_texts(
    house: House, table: str, column: str
) -> None:
    workers = three(house)
    key = "conversation_id" if table == "contact" else "id"
    query = "SELECT conversation_id FROM outbox ORDER BY place LIMIT 1"
    ((conversation_id,),) = asked(house, query)
    ((row_id,),) = asked(house, f"SELECT id FROM {table} WHERE {key} = :id", id=conversation_id)  # noqa: S608
    corrupt(house, table, column, row_id)

    house.deliver()
    house.wait(minutes=2)
    house.deliver()

    assert arrived(house) == [worker.number for worker in workers[1:]]


def test_a_rerouted_address_gets_nothing(house: House) -> None:
    """Whoever writes to the database can exchange two sealed addresses, and is found out."""
    three(house)
    (one, other, _) = asked(house, "SELECT id, address, index FROM contact")
    for row_id, with_row in ((one.id, other), (other.id, one)):
        update = "UPDATE contact SET address = :address WHERE id = :id RETURNING id"
        asked(house, update, id=row_id, address=bytes(with_row.address))

    house.deliver()

    assert len(arrived(house)) == 1


def test_a_clock_that_does_not_open_stops_no_other_clock_and_no_text(house: House) -> None:
    workers = three(house)
    bad = asked(house, "SELECT id FROM clock LIMIT 1")[0].id
    corrupt(house, "clock", "record", bad)

    house.wait(hours=2)
    house.deliver()
    house.courier.tick()

    query = "SELECT id FROM clock WHERE next_look_at <= :now"
    assert house.courier.failures == {"clock": 1}  # and is looked at again in an hour only
    assert asked(house, query, now=house.now) == []
    assert len(arrived(house)) == len(workers)


def test_a_case_that_does_not_open_stops_no_other_cases_clocks(house: House) -> None:
    workers = three(house)
    house.deliver()
    (bad,) = asked(house, "SELECT id FROM cases ORDER BY id LIMIT 1")
    for worker in workers:
        worker.say("hello?")
    corrupt(house, "cases", "queue", bad.id)
    house.now += timedelta(days=4)

    house.deliver()

    leaves = house.leaves("clock_ran_out")
    assert len(leaves) == 3  # every case's first acknowledgement is late, the bad one's too
    assert set(house.courier.failures) == {"clock"}


def test_a_database_that_is_away_stops_the_round_and_counts_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    three(house)

    def lost(message: Outbound) -> SendOutcome:
        raise Unavailable("gone")

    house.phones.answer = lost
    with pytest.raises(Unavailable):
        house.courier.tick()

    assert not house.courier.failures
