"""Two couriers on one database: each text goes out once, whatever their own clocks say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.house import House
from tests.looking import a_worker, asked, outbox_state
from workervoice.app.processes import process_on
from workervoice.errors import Unavailable
from workervoice.hotline.tick import Courier
from workervoice.message import Accepted, Outbound, SendOutcome, Unknown
from workervoice.settings import load
from workervoice.store.engine import Tx, database_time
from workervoice.store.outbox import LEASE

REPORT = "They took our passports"
AHEAD = timedelta(minutes=3)


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


@pytest.fixture
def requests(house: House) -> list[UUID]:
    """The outbox ids of every request to send, in order."""
    return []


def owed(house: House) -> UUID:
    """A worker's first answer, owed and not sent yet."""
    house.text(a_worker(house).number, REPORT)
    ((outbox_id,),) = asked(house, "SELECT id FROM outbox WHERE state = 'owed'")
    return UUID(str(outbox_id))


def courier(
    house: House, ahead: timedelta, shared: Callable[[Tx], datetime] | None = None
) -> Courier:
    """One more courier, whose own clock is wrong by so much."""
    process = replace(
        house.courier_process,
        clock=lambda: house.now + ahead,
        shared_clock=shared or house.courier_process.shared_clock,
    )
    return replace(house.courier, process=process)


def while_sending(
    house: House, requests: list[UUID], meanwhile: Callable[[], object]
) -> Callable[[Outbound], SendOutcome]:
    """A provider that takes its time with the first text."""

    def answer(message: Outbound) -> SendOutcome:
        requests.append(message.outbox_id)
        if len(requests) == 1:
            meanwhile()
        house.phones.received.append(message)
        return Accepted(f"SIM{message.outbox_id.hex}")

    return answer


@pytest.mark.parametrize("ahead", [AHEAD, -AHEAD], ids=["ahead", "behind"])
def test_a_courier_whose_clock_differs_does_not_send_what_another_is_sending(
    todays_house: House, requests: list[UUID], ahead: timedelta
) -> None:
    house = todays_house
    outbox_id = owed(house)
    first, second = (courier(house, by, database_time) for by in (-ahead, ahead))
    house.phones.answer = while_sending(house, requests, lambda: [second.tick(), second.tick()])

    first.tick()
    second.tick()

    assert requests == [outbox_id]
    assert outbox_state(house, outbox_id) == ("accepted", None)


def test_a_text_without_an_answer_is_not_looked_up_early_by_a_clock_that_is_ahead(
    house: House, requests: list[UUID]
) -> None:
    """It may still be on its way, and the provider would say that it has none."""
    outbox_id = owed(house)

    def silent(message: Outbound) -> SendOutcome:
        requests.append(message.outbox_id)
        return Unknown("no answer")

    house.phones.answer = silent
    house.courier.tick()
    courier(house, AHEAD).tick()

    assert requests == [outbox_id]
    assert outbox_state(house, outbox_id)[0] == "unknown"


def test_what_a_courier_was_sending_when_it_was_cut_off_is_looked_up_by_the_other(
    house: House, requests: list[UUID]
) -> None:
    outbox_id = owed(house)
    second = courier(house, AHEAD)
    house.phones.answer = while_sending(house, requests, lambda: cut_off(house))

    with pytest.raises(Unavailable):
        house.courier.tick()
    let_in(house)
    second.tick()
    under_lease = outbox_state(house, outbox_id)[0]
    house.wait(seconds=LEASE.total_seconds() + 1)
    second.tick()
    second.tick()

    assert under_lease == "claimed"
    assert requests == [outbox_id]
    assert outbox_state(house, outbox_id)[0] == "accepted"


def cut_off(house: House) -> None:
    """The courier's connections end, and it gets no new one."""
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("ALTER ROLE workervoice_courier NOLOGIN")
    with house.owner.begin() as tx:
        tx.ask(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE usename = 'workervoice_courier' AND datname = current_database()"
        )


def let_in(house: House) -> None:
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("ALTER ROLE workervoice_courier LOGIN")


def test_a_courier_takes_its_leases_by_the_databases_clock(todays_house: House) -> None:
    given = {"WORKERVOICE_ENV_FILE": "", "WORKERVOICE_DATA_DIR": str(todays_house.data)}

    built = process_on(load(given), "courier", todays_house.courier_process.database)

    assert built.shared_clock is database_time
