"""A process's operations address: /metrics, /health and /ready, for whoever looks after it.

It is never the public port. Threads of its own answer here, a few at most, and nobody who asks
holds up a webhook. What it says are numbers and our own sentences.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from types import MappingProxyType
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

from workervoice.web.inventory import Rule, Rules

ASK_SECONDS = 5  # that somebody may take to ask
AT_ONCE = 8
PLACE_SECONDS = 0.5
CLOSE_SECONDS = 1.0  # for those who have asked already
_TEXT = "text/plain; version=0.0.4; charset=utf-8"

METRICS, HEALTH, READY = "/metrics", "/health", "/ready"
_WHO = "whoever can open the port: on the loopback address unless the operator says otherwise"
_RATE = f"{AT_ONCE} at once, each within {ASK_SECONDS} seconds"
ROUTES: Rules = MappingProxyType(
    {
        ("GET", METRICS): Rule(_WHO, _RATE),
        ("GET", HEALTH): Rule(_WHO, _RATE),
        ("GET", READY): Rule(_WHO, _RATE),
    }
)

Problems = Callable[[], Iterable[str]]  # sentences; none if all is well


class OpsServer:
    """Answers on a listening socket until it is closed. Two processes may share the socket."""

    def __init__(
        self,
        listening: socket.socket,
        registry: CollectorRegistry,
        alive: Problems,
        ready: Problems,
    ) -> None:
        self._closing, self._closed = threading.Lock(), False
        listening.setblocking(False)  # the other process may have been faster
        pages = {HEALTH: alive, READY: ready}
        self._server = _Server(listening, registry, pages)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), daemon=True, name="ops"
        )

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Take no more, and answer who has asked; another process on the same socket answers from
        now on. May be called again, and returns when that is done."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._server.shutdown()
                self._server.socket.close()
                self._server.wait_until_idle(CLOSE_SECONDS)


class _Server(ThreadingMixIn, HTTPServer):
    daemon_threads = True

    def __init__(
        self, listening: socket.socket, registry: CollectorRegistry, pages: dict[str, Problems]
    ) -> None:
        super().__init__(listening.getsockname()[:2], _Page, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.registry, self.pages = registry, pages
        self._places = threading.Semaphore(AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for it, unless too many ask already and none of them ends."""
        if self._places.acquire(timeout=PLACE_SECONDS):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def wait_until_idle(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        for _ in range(AT_ONCE):
            if not self._places.acquire(timeout=max(0.0, ends - time.monotonic())):
                return

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked went away, or said nothing that is HTTP: nobody needs to know."""


class _Page(BaseHTTPRequestHandler):
    timeout = ASK_SECONDS
    server: _Server
    server_version, sys_version = "workervoice", ""

    def setup(self) -> None:
        super().setup()
        self._waits = threading.Timer(ASK_SECONDS, self._hang_up)
        self._waits.daemon = True
        self._waits.start()

    def finish(self) -> None:
        self._waits.cancel()
        super().finish()

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_GET(self) -> None:
        self._waits.cancel()  # it has asked
        if (self.command, self.path) not in ROUTES:
            self._answer(404, b"")
        elif self._brings_a_body():
            self._answer(413, b"")
        elif self.path == METRICS:
            self._answer(200, generate_latest(self.server.registry))
        else:
            problems = list(self.server.pages[self.path]())
            said = "\n".join(problems or ["ok"]) + "\n"
            self._answer(503 if problems else 200, said.encode())

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """A method that nothing has, or no HTTP at all: as empty as every other refusal."""
        self.close_connection, self.request_version = True, "HTTP/1.0"
        self._answer(code, b"")

    def _brings_a_body(self) -> bool:
        return "transfer-encoding" in self.headers or self.headers.get("content-length", "0") != "0"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Who asks for what is not logged."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", _TEXT)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
