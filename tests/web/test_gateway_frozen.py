"""A database that stands still says nothing, not even that it is away. Twilio waits, and not long.

All processes of a real server are stopped by a signal, and go on later as if nothing had been.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.house import House, a_server, build_house
from tests.looking import asked, cases_of, read_by_a_handler, rows
from tests.web.gateways import REPORT, SMS, WHATSAPP, Answer, Gateway, form, running
from workervoice.embedded import EmbeddedServer
from workervoice.store import engine as store_engine
from workervoice.triage.engine import Engine
from workervoice.web.gateway import storing

QUICK_SECONDS = 4.0
AT_ONCE_SECONDS = 1.0
STATUS = "/status/twilio/demo-sms?m=7d444840-9dc0-11d1-b245-5ffdce74fad2"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """One of our own: others would wait for it."""
    with a_server() as started:
        yield started


@pytest.fixture(scope="module")
def frozen_house(
    server: EmbeddedServer, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    built = build_house(server, tmp_path_factory.mktemp("house") / "data", engine)
    yield built
    built.close()


@pytest.fixture
def gateway(frozen_house: House) -> Iterator[Gateway]:
    """A gateway that has seen its database, and has connections to it."""
    with running(frozen_house) as started:
        warm_until = time.monotonic() + 60  # a busy machine may be late with the first
        while started.post(form(REPORT, "+15550106000"))[0] != 204:
            assert time.monotonic() < warm_until
        yield started


@contextmanager
def frozen(server: EmbeddedServer, house: House) -> Iterator[None]:
    """The server accepts connections, for the kernel does, and does nothing else."""
    assert server.pid is not None
    pids = [server.pid, *(row.pid for row in asked(house, "SELECT pid FROM pg_stat_activity"))]
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


def timed(gateway: Gateway, fields: dict[str, str], path: str = SMS) -> tuple[Answer, float]:
    started = time.monotonic()
    return gateway.post(fields, path), time.monotonic() - started


def all_at_once(gateway: Gateway, texts: list[dict[str, str]]) -> list[tuple[Answer, float]]:
    with ThreadPoolExecutor(len(texts)) as many:
        return list(many.map(lambda fields: timed(gateway, fields), texts))


def test_a_text_to_a_frozen_database_is_told_so_and_its_repeat_is_one_message(
    gateway: Gateway, server: EmbeddedServer
) -> None:
    house, fields = gateway.house, form(REPORT, "+15550106001")
    known = cases_of(house)

    with frozen(server, house):
        away, seconds = timed(gateway, fields)
    back = gateway.post(fields)

    (case_id,) = cases_of(house) - known
    assert (away, back) == ((503, b""), (204, b""))
    assert seconds < QUICK_SECONDS
    assert read_by_a_handler(house, case_id) == [REPORT]


def test_a_text_that_was_begun_is_stored_when_the_database_goes_on_even_if_nobody_repeats_it(
    gateway: Gateway, server: EmbeddedServer
) -> None:
    house, known = gateway.house, cases_of(gateway.house)

    with frozen(server, house):
        away = gateway.post(form(REPORT, "+15550106002"))
    give_up = time.monotonic() + 10
    while gateway.counts()["late"] == 0 and time.monotonic() < give_up:
        time.sleep(0.02)

    (case_id,) = cases_of(house) - known
    counts = gateway.counts()
    assert away == (503, b"")
    assert (counts["late"], counts["unavailable"], counts["stored"]) == (1, 1, 2)
    assert read_by_a_handler(house, case_id) == [REPORT]


def test_however_long_it_stands_still_every_text_is_told_quickly_and_afterwards_all_is_well(
    gateway: Gateway, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than our patience: what waited has been given up meanwhile, and is repeated."""
    monkeypatch.setattr(store_engine, "PATIENCE_SECONDS", 0.5)
    house, threads = gateway.house, threading.active_count()
    before = rows(house)["message"]
    waves = [[form(REPORT, f"+15550106{w}{n:02d}") for n in range(20)] for w in (1, 2)]

    with frozen(server, house):
        away = [answer for wave in waves for answer in all_at_once(gateway, wave)]
        more_threads = threading.active_count() - threads
    back = [timed(gateway, fields) for wave in waves for fields in wave]

    assert [answer for answer, _ in away] == [(503, b"")] * 40
    assert max(seconds for _, seconds in away) < QUICK_SECONDS
    assert [answer for answer, _ in back] == [(204, b"")] * 40
    assert max(seconds for _, seconds in back) < QUICK_SECONDS
    assert more_threads <= storing.STORE_THREADS
    assert rows(house)["message"] == before + 40


def repeated(gateway: Gateway, fields: dict[str, str]) -> Answer:
    """As a provider does until it is taken, for a few seconds at most."""
    ends = time.monotonic() + 5
    while (answer := gateway.post(fields)) != (204, b"") and time.monotonic() < ends:
        time.sleep(0.05)
    return answer


def test_when_many_wait_for_a_database_that_stands_still_the_next_is_told_at_once(
    gateway: Gateway, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "MANY_WAITING", 2)
    house, before = gateway.house, rows(gateway.house)["message"]
    first, next_ones = ([form(REPORT, f"+15550106{w}{n:02d}") for n in range(6)] for w in (3, 4))

    with frozen(server, house):
        waited = all_at_once(gateway, first)
        told = all_at_once(gateway, next_ones)
    back = [repeated(gateway, fields) for fields in (*first, *next_ones)]

    assert [answer for answer, _ in (*waited, *told)] == [(503, b"")] * 12
    assert min(seconds for _, seconds in waited) > AT_ONCE_SECONDS
    assert max(seconds for _, seconds in told) < AT_ONCE_SECONDS
    assert back == [(204, b"")] * 12
    assert rows(house)["message"] == before + 12


def test_no_more_waits_than_the_memory_holds(
    gateway: Gateway, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "MANY_WAITING", 6)
    monkeypatch.setattr(storing, "MOST_WAITING", 6)
    before = rows(gateway.house)["message"]
    texts = [form(REPORT, f"+155501066{n:02d}") for n in range(12)]

    with frozen(server, gateway.house):
        away = all_at_once(gateway, texts)
    back = [gateway.post(fields) for fields in texts]

    assert [answer for answer, _ in away] == [(503, b"")] * 12
    assert sum(seconds < AT_ONCE_SECONDS for _, seconds in away) == 6
    assert back == [(204, b"")] * 12
    assert rows(gateway.house)["message"] == before + 12


def test_of_a_burst_none_is_refused_while_the_database_works(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "MANY_WAITING", 2)
    before = rows(gateway.house)["message"]
    texts = [form(REPORT, f"+155501065{n:02d}") for n in range(40)]

    taken = all_at_once(gateway, texts)

    assert [answer for answer, _ in taken] == [(204, b"")] * 40
    assert rows(gateway.house)["message"] == before + 40


def test_a_report_of_a_delivery_to_a_frozen_database_is_not_taken_for_noted(
    gateway: Gateway, server: EmbeddedServer
) -> None:
    fields = {**form("", "+15550106400"), "MessageStatus": "delivered"}

    with frozen(server, gateway.house):
        away, seconds = timed(gateway, fields, STATUS)

    assert (away, gateway.post(fields, STATUS)) == ((503, b""), (204, b""))
    assert seconds < QUICK_SECONDS


@pytest.mark.parametrize("path", [SMS, WHATSAPP, "/in/twilio/nobody", STATUS])
@pytest.mark.parametrize("provider", ["twilio", "simulator"])
def test_what_nobody_signed_is_refused_at_once_and_costs_no_look_into_the_database(
    gateway: Gateway, server: EmbeddedServer, path: str, provider: str
) -> None:
    path = path.replace("twilio", provider)

    with frozen(server, gateway.house):
        started = time.monotonic()
        answers = [gateway.post(form(REPORT), path, token="somebody else's") for _ in range(8)]
        seconds = time.monotonic() - started

    assert answers == [(403, b"")] * 8
    assert seconds < AT_ONCE_SECONDS
