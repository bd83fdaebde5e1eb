"""A fallback receiver on a real socket, called as Twilio and as the courier call it."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from tests.channels.twilio_signing import ACCOUNT, TOKEN, signed
from tests.web.gateways import SMS, encoded
from workervoice.channels.base import Receiver
from workervoice.channels.twilio import TwilioReceiver
from workervoice.web.fallback import Spool, create_fallback_app

DRAIN_SECRET = "a-drain-secret-of-thirty-two-letters"
PROVEN = {"Authorization": f"Bearer {DRAIN_SECRET}"}


@dataclass
class Fallback:
    """A running receiver. Every call is a connection of its own."""

    port: int
    directory: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(
        self,
        fields: Mapping[str, str] | bytes,
        path: str = SMS,
        *,
        token: str = TOKEN,
        at: str = "",
    ) -> int:
        """Post a form, signed for our address or for `at`."""
        body = fields if isinstance(fields, bytes) else encoded(fields)
        proof = signed(body, token=token, url=(at or self.url) + path).headers
        return self.call("POST", path, body, proof)[0]

    def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            with suppress(BrokenPipeError, ConnectionResetError):  # it has answered already
                connection.endheaders(body or None)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def listed(self, after: str = "") -> dict[str, Any]:
        path = f"/spool?after={after}" if after else "/spool"
        status, body = self.call("GET", path, headers=PROVEN)
        assert status == 200
        found: dict[str, Any] = json.loads(body)
        return found

    def names(self) -> list[str]:
        return [each["name"] for each in self.listed()["files"]]


@contextmanager
def running(
    directory: Path,
    key: bytes,
    *,
    receivers: Mapping[str, Receiver] | None = None,
    port: int = 0,
    **bounds: int,
) -> Iterator[Fallback]:
    """A receiver as `workervoice fallback` runs it, on a free port."""
    heard = receivers or {"twilio": TwilioReceiver(ACCOUNT, (TOKEN,))}
    listener = socket.create_server(("127.0.0.1", port))
    fallback = Fallback(listener.getsockname()[1], directory)
    with closing(Spool(directory, **bounds)) as kept:
        app = create_fallback_app(heard, fallback.url, key, kept, DRAIN_SECRET)
        config = uvicorn.Config(
            app, access_log=False, log_config=None, lifespan="off", proxy_headers=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield fallback
        finally:
            server.should_exit = True
            thread.join()
            listener.close()
