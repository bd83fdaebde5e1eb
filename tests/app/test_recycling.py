"""Relieved workers: after so many requests the next process serves, and nobody is refused."""

from __future__ import annotations

import http.client
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from tests.app.running import Running, running
from tests.app.test_up import _by_name, begun, data, log_in
from workervoice.app.children import RELIEVE, UP
from workervoice.app.leaving import STOP_SECONDS
from workervoice.app.listening import listen
from workervoice.app.ops_addresses import addresses
from workervoice.app.recycling import Recycled
from workervoice.settings import load

__all__ = ["begun", "data"]  # fixtures

EVERY = 40  # requests
THREADS = 4
RELIEFS = 3
SECONDS = 90
DATABASE_SECONDS = 3


class Hammer:
    """Clients that ask without pause: half of them keep their connection, half make new ones."""

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url).netloc
        self._stop = threading.Event()
        self.served = 0
        self.refused: list[str] = []
        self._counting = threading.Lock()
        self._threads = [
            threading.Thread(target=self._ask, args=(number % 2 == 0,)) for number in range(THREADS)
        ]

    def __enter__(self) -> Hammer:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, keep: bool) -> None:
        connection = http.client.HTTPConnection(self._at, timeout=30)
        while not self._stop.is_set():
            try:
                connection.request("GET", "/nowhere")
                answer = connection.getresponse()
                answer.read()
                well = answer.status == 404
            except (OSError, http.client.HTTPException) as exc:
                connection.close()
                with self._counting:
                    self.refused.append(repr(exc))
                continue
            if not keep:
                connection.close()
            with self._counting:
                self.served += well
        connection.close()


def gateways(up: Running) -> Iterator[int]:
    """Each gateway in turn, as one follows the other."""
    known: set[int] = set()
    while True:
        now = {pid for name, pid in _by_name(up.process.pid).items() if name == "gateway"}
        yield from now - known
        known |= now
        time.sleep(0.1)


def test_no_request_is_refused_while_gateways_relieve_each_other(begun: Path) -> None:
    """Neither at the public port nor at the operations address; and told to end, all of them are
    gone in time, though a caller never ends its request."""
    with running(begun, "--demo", RECYCLE_REQUESTS=str(EVERY)) as up:
        seen, ends = [], time.monotonic() + SECONDS
        watched = addresses(load({"WORKERVOICE_ENV_FILE": "", "WORKERVOICE_DATA_DIR": str(begun)}))
        public = up.address("Twilio webhook")
        with Hammer(public) as hammer, Hammer(watched["gateway"]) as watching:
            for pid in gateways(up):
                seen.append(pid)
                if len(seen) > RELIEFS or time.monotonic() > ends:
                    break
        told = up.output
        host, _, port = urlsplit(public).netloc.partition(":")
        with socket.create_connection((host, int(port))) as half:
            half.sendall(
                b"POST /in/twilio/demo-sms HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
            )
            time.sleep(0.2)
            began = time.monotonic()
            code = up.stop()
            seconds = time.monotonic() - began

    assert len(seen) > RELIEFS
    assert hammer.refused == watching.refused == []
    assert hammer.served > RELIEFS * EVERY
    assert watching.served > RELIEFS
    assert "ended unexpectedly" not in told
    assert code == 0
    assert seconds < STOP_SECONDS + DATABASE_SECONDS


def test_a_session_survives_the_console_that_it_began_with(begun: Path) -> None:
    with running(begun, "--demo", RECYCLE_REQUESTS=str(EVERY)) as up:
        browser = log_in(up, "asha", up.passphrase("asha"))
        first = _by_name(up.process.pid)["console"]
        ends = time.monotonic() + SECONDS
        while _alive(first) and time.monotonic() < ends:
            assert browser.get("/cases").url.endswith("/cases")
        page = browser.get("/cases")
        told = up.output

    assert not _alive(first)
    assert page.url.endswith("/cases")
    assert "ended unexpectedly" not in told


def served(
    limit: int, requests: int, tell: Callable[[bytes], None] | None, path: str = "/"
) -> list[str]:
    """Ask a server of our own, over one connection, and note what it says of the connection."""
    listening = listen("127.0.0.1", 0, "gateway_port")
    url = f"127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(answering, lifespan="off", log_config=None, loop="asyncio")
    server = Recycled(config, limit, tell)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    said: list[str] = []
    connection = http.client.HTTPConnection(url, timeout=10)
    while len(said) < requests and "close" not in said:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.read() == b"well"
        said.append(answer.getheader("connection") or "kept")
        time.sleep(0.03)
    connection.close()
    thread.join(2)
    said.append("stays" if thread.is_alive() else "gone")
    server.should_exit = True
    thread.join(20)
    return said


async def answering(scope: object, receive: object, send: Callable[[object], Any]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"well"})


def test_a_server_without_supervisor_goes_by_itself_and_says_so_to_who_is_connected() -> None:
    said = served(limit=5, requests=40, tell=None)

    assert said[0] == "kept"
    assert "close" in said
    assert said[-1] == "gone"


def test_a_server_with_a_supervisor_tells_it_once_and_serves_on() -> None:
    told: list[bytes] = []

    said = served(limit=5, requests=20, tell=told.append)

    assert told == [UP, RELIEVE]
    assert set(said) == {"kept", "stays"}


@pytest.mark.parametrize("path", ["/health", "/static/console.css"])
def test_what_anybody_may_ask_for_wears_no_server_out(path: str) -> None:
    told: list[bytes] = []

    said = served(limit=5, requests=40, tell=told.append, path=path)

    assert told == [UP]
    assert said[-1] == "stays"


def test_a_server_without_limit_stays() -> None:
    assert served(limit=0, requests=20, tell=None)[-1] == "stays"


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
