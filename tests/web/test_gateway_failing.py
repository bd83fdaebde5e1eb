"""A gateway that cannot store says so: in its journal, and to whoever asks whether it is ready."""

from __future__ import annotations

import logging

import pytest

from tests.house import House
from tests.web.gateways import REPORT, form, running
from workervoice.errors import Unavailable
from workervoice.web.gateway.failing import LINE_SECONDS, RECENT_SECONDS, Failing

FULL = (
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'zebracrossing' USING ERRCODE = 'disk_full'; END $$;"
    "CREATE TRIGGER full_disk BEFORE INSERT ON message"
    " FOR EACH STATEMENT EXECUTE FUNCTION full_disk()"
)
ROOM = "DROP TRIGGER full_disk ON message"


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_a_full_disk_is_a_line_of_the_journal_and_so_is_its_end(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "workervoice")
    with running(house) as gateway:
        with house.owner.begin() as tx:
            tx.connection.exec_driver_sql(FULL)
        refused = [gateway.post(form(REPORT, f"+1555010470{n}"))[0] for n in range(6)]
        not_ready = list(gateway.problems())
        with house.owner.begin() as tx:
            tx.connection.exec_driver_sql(ROOM)
        taken = gateway.post(form(REPORT, "+15550104700"))[0]
        ready = list(gateway.problems())

    assert (refused, taken) == ([503] * 6, 204)
    assert lines(caplog) == [
        "what a provider brought could not be stored: DiskFull (1 since the start)",
        "what providers bring is stored again",
    ]
    assert not_ready == ["what a provider brought last could not be stored (DiskFull)"]
    assert ready == []
    assert "zebra" not in caplog.text


def test_while_nothing_can_be_stored_there_is_a_line_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "workervoice")
    now = [1000.0]
    failing = Failing(lambda: now[0])

    for _ in range(int(2 * LINE_SECONDS)):
        failing.failed(Unavailable("the database does not answer"))
        now[0] += 1

    told = "what a provider brought could not be stored: Unavailable ({} since the start)"
    assert lines(caplog) == [told.format(1), told.format(61)]


def test_one_that_comes_and_goes_writes_no_more_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "workervoice")
    now = [1000.0]
    failing = Failing(lambda: now[0])

    for _ in range(20):
        failing.failed(Unavailable("the database does not answer"))
        failing.stored()
        now[0] += 1

    assert len(lines(caplog)) == 2


def test_a_failure_that_nothing_followed_says_nothing_of_now() -> None:
    now = [1000.0]
    failing = Failing(lambda: now[0])
    failing.failed(Unavailable("the database does not answer"))

    at_once = list(failing.problems())
    now[0] += RECENT_SECONDS

    assert len(at_once) == 1
    assert list(failing.problems()) == []
