"""A gateway on a real socket over a whole hotline, called as Twilio calls it."""

from __future__ import annotations

import http.client
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

import uvicorn

from tests.channels.twilio_signing import ACCOUNT, NEXT_TOKEN, TOKEN, signed
from tests.house import House
from workervoice.channels.base import Receiver
from workervoice.channels.simulator import SimulatorReceiver
from workervoice.channels.twilio import TwilioReceiver
from workervoice.hotline.receive import Reception
from workervoice.hotline.tick_tried import TriedLines
from workervoice.web.gateway import Counts, create_gateway_app

PUBLIC = "https://hotline.example"
SMS, WHATSAPP = "/in/twilio/demo-sms", "/in/twilio/demo-whatsapp"
SECRET = "a secret of the simulator"
REPORT = "They took our passports"

Answer = tuple[int, bytes]


def tokens(*auth_tokens: str) -> dict[str, Receiver]:
    """The receivers of a gateway with these Twilio tokens."""
    return {
        "twilio": TwilioReceiver(ACCOUNT, auth_tokens),
        "simulator": SimulatorReceiver(SECRET),
    }


BOTH_TOKENS = (NEXT_TOKEN, TOKEN)


def form(text: str, number: str = "+15550100123", **others: str) -> dict[str, str]:
    """The form of one SMS, with the parameters that Twilio sends and nobody needs."""
    return {
        "MessageSid": f"SM{uuid4().hex}",
        "AccountSid": ACCOUNT,
        "From": number,
        "To": "+15550100000",
        "Body": text,
        "NumMedia": "0",
        "FromCity": "DHAKA",
        "ApiVersion": "2010-04-01",
        **others,
    }


def encoded(fields: Mapping[str, str]) -> bytes:
    return urlencode(fields).encode()


@dataclass
class Gateway:
    """A running gateway. Every call is a connection of its own."""

    port: int
    house: House = field(repr=False)
    measures: Counts
    tried: TriedLines
    problems: Callable[[], Iterable[str]] = tuple

    def post(
        self,
        fields: Mapping[str, str] | bytes,
        path: str = SMS,
        *,
        token: str = TOKEN,
        public: str = PUBLIC,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Post a form, signed for `public` and `path`; `headers` replace ours, or drop them."""
        body = fields if isinstance(fields, bytes) else encoded(fields)
        proof = signed(body, token=token, url=public + path).headers
        given: dict[str, str | None] = {**proof, **(headers or {})}
        return self.call("POST", path, body, {k: v for k, v in given.items() if v is not None})

    def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def counts(self) -> dict[str, int]:
        """The counters by outcome, of all providers together."""
        (told,) = [m for m in self.measures.registry.collect() if m.name == "workervoice_webhooks"]
        found: Counter[str] = Counter()
        for sample in told.samples:
            if sample.name.endswith("_total"):
                found[sample.labels["outcome"]] += int(sample.value)
        return found


@contextmanager
def running(
    house: House,
    receivers: Mapping[str, Receiver] | None = None,
    reception: Reception | None = None,
) -> Iterator[Gateway]:
    """A gateway as `workervoice gateway` runs it, on a free port."""
    counts = Counts()
    app = create_gateway_app(
        reception or house.reception, receivers or tokens(*BOTH_TOKENS), PUBLIC, counts
    )
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="off",
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        state = app.state
        yield Gateway(listener.getsockname()[1], house, counts, state.tried, state.problems)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
