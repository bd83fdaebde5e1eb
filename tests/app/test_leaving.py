"""Told to end: what was begun is finished, the rest is refused, and everybody is gone in time."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.app.alone import Alone, alone
from tests.house import House
from tests.looking import asked, cases_of
from tests.web.test_gateway_frozen import frozen
from workervoice.app.leaving import STOP_SECONDS, Leaving
from workervoice.embedded import EmbeddedServer

WORDS = "They took our passports"
HALF = "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf"


@contextmanager
def provider(answer_after: float) -> Iterator[tuple[str, list[float]]]:
    """A provider that takes so long for its answer, and when it was asked to send a text."""
    times: list[float] = []
    ended = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.path == "/api/send":
                times.append(time.monotonic())
            self.rfile.read(int(self.headers["Content-Length"]))
            ended.wait(answer_after)
            body = b'{"id": "SIM%032d"}' % len(times)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # the courier is gone before its answer

    server = Quiet(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", times
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def wait_until(holds: Callable[[], object], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


def states(house: House) -> list[str]:
    return sorted(row.state for row in asked(house, "SELECT state FROM outbox"))


@contextmanager
def locked(house: House, table: str) -> Iterator[None]:
    """Nobody can write to this table meanwhile."""
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield


def is_refused(process: Alone) -> bool:
    try:
        socket.create_connection(("127.0.0.1", process.port), timeout=5).close()
    except OSError:
        return True
    return False


def test_everybody_is_gone_in_time_whoever_holds_something_open(todays_house: House) -> None:
    house = todays_house
    house.text("+15550106001", WORDS)
    with ExitStack() as all_:
        url, calls = all_.enter_context(provider(60))
        gateway = all_.enter_context(alone("gateway", house))
        console = all_.enter_context(alone("console", house))
        courier = all_.enter_context(alone("courier", house, "/health", SIMULATOR_URL=url))
        half = [
            all_.enter_context(socket.create_connection(("127.0.0.1", process.port)))
            for process in (gateway, console)
        ]
        half[0].sendall(HALF.format(path="/in/twilio/demo-sms").encode())
        half[1].sendall(HALF.format(path="/login").encode())
        idle = http.client.HTTPConnection("127.0.0.1", console.port)
        idle.request("GET", "/login")
        idle.getresponse().read()
        wait_until(lambda: calls)

        told = [each.tell_to_stop() for each in (gateway, courier, console)]
        wait_until(lambda: is_refused(gateway) and is_refused(console), 2)
        with ThreadPoolExecutor() as pool:
            seconds = list(pool.map(Alone.gone, (gateway, courier, console), told))
        idle.close()

    assert max(seconds) < STOP_SECONDS
    assert states(house) == ["claimed"]  # nobody knows: it is looked up when its lease is over
    assert "stopped_short" in courier.output
    assert "Traceback" not in gateway.output + courier.output + console.output


def test_everybody_is_gone_in_time_with_a_frozen_database(
    todays_house: House, server: EmbeddedServer
) -> None:
    house = todays_house
    with (
        alone("gateway", house) as gateway,
        alone("courier", house) as courier,
        alone("console", house) as console,
        ThreadPoolExecutor() as pool,
    ):
        with frozen(server, house):
            posting = pool.submit(gateway.post, WORDS, "+15550106002")
            time.sleep(0.5)
            told = [each.tell_to_stop() for each in (gateway, courier, console)]
            seconds = list(pool.map(Alone.gone, (gateway, courier, console), told))
        status = posting.result()

    assert max(seconds) < STOP_SECONDS
    assert status == 503  # the provider asks again


def test_what_waits_for_the_database_is_stored_before_the_gateway_goes(
    todays_house: House,
) -> None:
    house = todays_house
    with alone("gateway", house) as gateway, ThreadPoolExecutor() as pool:
        with locked(house, "message"):
            late = pool.submit(gateway.post, WORDS, "+15550106003")
            time.sleep(1.5)
            in_time = pool.submit(gateway.post, WORDS, "+15550106004")
            time.sleep(0.5)
            told = gateway.tell_to_stop()
            time.sleep(1)
        seconds = gateway.gone(told)
        answers = late.result(), in_time.result()

    assert answers == (503, 204)  # the first was told that it is late
    assert len(cases_of(house)) == 2
    assert seconds < 4
    assert "stopped" in gateway.output.splitlines()[-1]


def test_a_courier_finishes_the_sending_it_is_in_and_gives_back_the_rest(
    todays_house: House,
) -> None:
    house = todays_house
    for n in range(3):
        house.text(f"+1555010610{n}", WORDS)
    with (
        provider(1.5) as (url, calls),
        alone("courier", house, "/health", SIMULATOR_URL=url) as courier,
    ):
        wait_until(lambda: calls)
        seconds = courier.gone(courier.tell_to_stop())

    assert states(house) == ["accepted", "owed", "owed"]
    assert {row.attempts for row in asked(house, "SELECT attempts FROM outbox")} == {0, 1}
    assert len(calls) == 1
    assert seconds < 4
    assert courier.process.returncode == 0


def test_the_time_counts_from_the_word_and_not_from_the_start() -> None:
    left = threading.Event()
    leaving = Leaving(seconds=1.0, leave=lambda code: left.set())

    time.sleep(1.2)  # a process that has run for longer than it has to leave
    leaving.tell()

    assert not left.wait(0.7)
    assert left.wait(2)


def test_what_hangs_is_left_in_time_and_a_second_word_may_only_hasten_it() -> None:
    begun, left = threading.Event(), threading.Event()
    leaving = Leaving(
        begun.set, later=60, seconds=0.5, leave=lambda code: left.set() if code == 0 else None
    )

    leaving.tell(hurry=False)
    early = left.wait(1)
    leaving.tell()

    assert begun.is_set()
    assert not early
    assert left.wait(2)
