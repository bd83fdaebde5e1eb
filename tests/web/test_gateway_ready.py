"""A line is ready once a real message came on it, and one of ours arrived."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import House
from tests.looking import a_worker, asked
from tests.web.console_browser import Browser
from tests.web.gateways import REPORT, Gateway, form, running
from tests.web.test_gateway_status import tell
from workervoice.store.engine import Scope
from workervoice.store.lineruns import Tried, tried


@pytest.fixture
def gateway(house: House) -> Iterator[Gateway]:
    with running(house) as started:
        yield started


def known(gateway: Gateway) -> Tried:
    """What is noted once the gateway has seen to it, as it does every second."""
    house = gateway.house
    gateway.tried.note()
    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        return tried(tx).get(house.line().id, Tried())


def test_a_line_is_ready_after_a_real_message_both_ways(gateway: Gateway) -> None:
    house = gateway.house
    asha = Browser.of(house, "asha")
    assert "nothing came yet, and nothing of ours arrived" in asha.open("/lines").text

    assert gateway.post(form(REPORT))[0] == 204
    assert known(gateway) == Tried(heard_on=house.now.date())
    assert "none of ours was said to have arrived" in asha.open("/lines").text

    house.deliver()
    ((outbox_id,),) = asked(house, "SELECT id FROM outbox WHERE state = 'accepted'")
    tell(gateway, f"?m={outbox_id}", "delivered")
    assert known(gateway) == Tried(house.now.date(), house.now.date())
    assert known(gateway).ready
    assert "ready: a message came on 2026-11-22" in asha.open("/lines").text


def test_it_is_noted_once_a_day_for_each_line(gateway: Gateway) -> None:
    house = gateway.house
    for _ in range(3):
        gateway.post(form(REPORT))
        known(gateway)
    first = asked(house, "SELECT xmin FROM line_run")

    gateway.post(form(REPORT))
    known(gateway)
    assert asked(house, "SELECT xmin FROM line_run") == first

    house.wait(days=1)
    gateway.post(form(REPORT))
    assert known(gateway).heard_on == house.now.date()


def test_what_is_stored_is_stored_although_that_cannot_be_noted(gateway: Gateway) -> None:
    house, worker = gateway.house, a_worker(gateway.house)
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("REVOKE ALL ON line_run FROM workervoice_gateway")

    status = gateway.post(form(REPORT, worker.number))[0]

    gateway.tried.note()
    assert (status, len(asked(house, "SELECT 1 FROM message"))) == (204, 1)
