"""When the database is away the provider is told so, quickly, and its repeat is stored."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.house import House
from tests.looking import cases_of, read_by_a_handler, rows
from tests.web.gateways import REPORT, SMS, Answer, Gateway, form, running
from tests.web.wires import Wire, wired

QUICK_SECONDS = 3.0
STATUS = "/status/twilio/demo-sms?m=7d444840-9dc0-11d1-b245-5ffdce74fad2"


@pytest.fixture
def line(shared_house: House) -> Iterator[tuple[Gateway, Wire]]:
    """A gateway at the end of a wire, over which a first text has come."""
    with (
        wired(shared_house) as (wire, reception),
        running(shared_house, None, reception) as gateway,
    ):
        assert gateway.post(form(REPORT, "+15550104000"))[0] == 204
        yield gateway, wire


def timed(gateway: Gateway, fields: dict[str, str]) -> tuple[Answer, float]:
    started = time.monotonic()
    return gateway.post(fields), time.monotonic() - started


def test_a_database_that_is_gone_is_said_at_once_and_the_repeat_is_stored(
    line: tuple[Gateway, Wire],
) -> None:
    gateway, wire = line
    house, fields = gateway.house, form(REPORT, "+15550104001")
    before, known, refused = rows(house), cases_of(house), gateway.counts()["unavailable"]

    wire.hang_up()
    away = [timed(gateway, fields) for _ in range(3)]
    stored_meanwhile = rows(house)
    wire.cut = False
    back = gateway.post(fields)

    assert [answer for answer, _ in away] == [(503, b"")] * 3
    assert max(seconds for _, seconds in away) < QUICK_SECONDS
    assert stored_meanwhile == before
    assert gateway.counts()["unavailable"] == refused + 3
    assert back == (204, b"")
    (case_id,) = cases_of(house) - known
    assert read_by_a_handler(house, case_id) == [REPORT]


def test_a_gateway_that_never_saw_its_database_says_so_quickly(shared_house: House) -> None:
    with (
        wired(shared_house) as (wire, reception),
        running(shared_house, None, reception) as gateway,
    ):
        wire.cut = True
        away, seconds = timed(gateway, form(REPORT, "+15550104002"))
        healthy = gateway.call("GET", "/health")
        wire.cut = False
        back = gateway.post(form(REPORT, "+15550104002"))

    assert away == (503, b"")
    assert seconds < QUICK_SECONDS
    assert healthy[0] == 200
    assert back == (204, b"")


def test_a_host_that_swallows_every_packet_is_given_up_quickly(shared_house: House) -> None:
    with (
        wired(shared_house) as (wire, reception),
        running(shared_house, None, reception) as gateway,
    ):
        wire.flowing.clear()
        away, seconds = timed(gateway, form(REPORT, "+15550104003"))
        wire.flowing.set()
        back = gateway.post(form(REPORT, "+15550104003"))

    assert away == (503, b"")
    assert seconds < QUICK_SECONDS
    assert back == (204, b"")


def test_many_texts_during_silence_are_all_answered_in_time_and_none_doubled(
    line: tuple[Gateway, Wire],
) -> None:
    """The connections that are open fall silent: no error comes, only no answer either."""
    gateway, wire = line
    house = gateway.house
    before = rows(house)["message"]
    texts = [form(f"{REPORT} {n}", f"+155501041{n:02d}") for n in range(12)]

    wire.flowing.clear()
    with ThreadPoolExecutor(12) as twelve:
        away = list(twelve.map(lambda fields: timed(gateway, fields), texts))
    wire.flowing.set()
    back = [gateway.post(fields) for fields in texts]

    assert [answer for answer, _ in away] == [(503, b"")] * 12
    assert max(seconds for _, seconds in away) < QUICK_SECONDS
    assert back == [(204, b"")] * 12
    assert rows(house)["message"] == before + 12


@pytest.mark.parametrize("moment", ["break_before_commit", "break_after_commit"])
def test_a_connection_lost_at_the_commit_loses_and_doubles_nothing(
    line: tuple[Gateway, Wire], moment: str
) -> None:
    gateway, wire = line
    house, fields = gateway.house, form(REPORT, f"+1555010420{len(moment)}")
    before, known = rows(house), cases_of(house)

    setattr(wire, moment, True)
    lost = gateway.post(fields)
    setattr(wire, moment, False)
    kept = rows(house)["message"] - before["message"]
    back = gateway.post(fields)

    (case_id,) = cases_of(house) - known
    assert lost == (503, b"")
    assert kept == (moment == "break_after_commit")
    assert back == (204, b"")
    assert read_by_a_handler(house, case_id) == [REPORT]
    assert rows(house)["outbox"] == before["outbox"] + 1


def test_a_status_report_during_an_outage_is_not_taken_for_noted(
    line: tuple[Gateway, Wire],
) -> None:
    gateway, wire = line
    fields = {**form("", "+15550104300"), "MessageStatus": "delivered"}

    wire.hang_up()
    away = gateway.post(fields, STATUS)
    wire.cut = False
    back = gateway.post(fields, STATUS)

    assert away == (503, b"")
    assert back == (204, b"")


@pytest.mark.parametrize("path", [SMS, "/in/twilio/nobody", "/in/simulator/demo-sms", STATUS])
def test_what_nobody_signed_is_refused_without_a_database(shared_house: House, path: str) -> None:
    """The line is asked for after the signature: a forgery says nothing of the database."""
    with (
        wired(shared_house) as (wire, reception),
        running(shared_house, None, reception) as gateway,
    ):
        wire.cut = True
        forged = gateway.post(form(REPORT), path, token="the token of somebody else")

    assert forged == (403, b"")
