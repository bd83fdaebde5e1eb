"""Webhooks: verify, parse and read in the event loop, store in a bounded pool, answer nothing.

An answer of 204 means that the message is durable. A refused request leaves a number in a counter
and nothing else; no parameter of any request is ever logged.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from uuid import UUID

from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from workervoice.channels.base import Receiver, Webhook
from workervoice.errors import CryptoError, Malformed, NotFound, Refused, Unavailable
from workervoice.hotline.dossier import Arrival
from workervoice.hotline.receive import Reception, line_of, take_report
from workervoice.message import AddressKind
from workervoice.store.programme import Line
from workervoice.web.gateway.counts import Counts

BODY_BYTES = 4 * 1024 * 1024  # a text of 100,000 characters, percent-encoded, and room to spare
STORE_THREADS = 4
LONG_TEXT = 2000  # characters; longer ones are read off the event loop
LINE_SECONDS = 5.0
STORE_SECONDS = 10.0  # Twilio gives up after 15

_SLUG = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_Found = TypeVar("_Found")


class _TooLarge(Malformed):
    """More than we read of one request."""


@dataclass(slots=True)
class _Gateway:
    """What the routes share."""

    reception: Reception
    receivers: Mapping[str, Receiver]
    public_url: str
    counts: Counts = field(default_factory=Counts)
    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(STORE_THREADS, thread_name_prefix="store")
    )
    lines: dict[str, tuple[float, Line]] = field(default_factory=dict)

    async def stored(self, work: Callable[[], _Found]) -> _Found:
        """Do this in the pool. What takes too long is `Unavailable` to the provider, even if it
        is stored in the end: the provider's repeat is a duplicate then."""
        doing = asyncio.get_running_loop().run_in_executor(self.pool, work)
        try:
            return await asyncio.wait_for(doing, STORE_SECONDS)
        except TimeoutError:
            raise Unavailable("the database does not answer in time") from None

    async def line(self, slug: str) -> Line:
        """The line of this name, looked up at most every few seconds."""
        loop = asyncio.get_running_loop()
        known = self.lines.get(slug)
        if known is not None and loop.time() - known[0] < LINE_SECONDS:
            return known[1]
        if not _SLUG.fullmatch(slug):
            raise NotFound("no such line")
        line = await self.stored(partial(line_of, self.reception.process, slug))
        self.lines[slug] = (loop.time(), line)
        return line

    async def webhook(self, request: Request) -> Webhook:
        """The request as it came, under our configured address. Raises `_TooLarge`."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES:
                raise _TooLarge("too large")
        raw, query = request.scope["raw_path"], request.scope["query_string"]
        target = raw + b"?" + query if query else raw
        return Webhook.received(self.public_url, target, request.scope["headers"], bytes(body))

    async def take(self, provider: str, slug: str, request: Request) -> Response:
        """A worker's message: 204 once it is stored."""
        receiver = self._receiver(provider)
        line = await self.line(slug)
        webhook = await self.webhook(request)
        receiver.verify(webhook)
        inbound = receiver.parse(webhook)
        if (line.channel == "sms") != (inbound.sender.kind is AddressKind.PHONE):
            raise Malformed("this channel's senders do not write to this line")
        if len(inbound.text) > LONG_TEXT:
            reading = await asyncio.to_thread(self.reception.read, inbound)
        else:
            reading = self.reception.read(inbound)
        arrival = Arrival(line, inbound, reading)
        taken = await self.stored(partial(self.reception.receive, arrival))
        self.counts.add(str(taken))
        return Response(status_code=204)

    async def report(self, provider: str, slug: str, request: Request) -> Response:
        """A delivery report: one that names no message of ours, or says nothing that we know, is
        counted and dropped. A refusal would only leave the number in the provider's error log."""
        receiver = self._receiver(provider)
        line = await self.line(slug)
        webhook = await self.webhook(request)
        receiver.verify(webhook)
        try:
            outbox_id = UUID(request.query_params.get("m", ""))
        except ValueError:
            self.counts.add("status_unnamed")
            return Response(status_code=204)
        try:
            told = receiver.parse_status(webhook, outbox_id)
            moved = await self.stored(partial(take_report, self.reception.process, line, told))
        except (Malformed, NotFound):
            moved = False
        self.counts.add("status_moved" if moved else "status_ignored")
        return Response(status_code=204)

    def _receiver(self, provider: str) -> Receiver:
        if provider not in self.receivers:
            raise NotFound("no such provider")
        return self.receivers[provider]


_ANSWERS: Mapping[type[Exception], tuple[int, str]] = {
    Refused: (403, "refused"),
    NotFound: (404, "unknown_line"),
    Malformed: (400, "malformed"),
    _TooLarge: (413, "too_large"),
    ClientDisconnect: (400, "malformed"),
    Unavailable: (503, "unavailable"),
    CryptoError: (503, "unavailable"),  # a key is not vouched for: the provider asks again
}


def create_gateway_app(
    reception: Reception, receivers: Mapping[str, Receiver], public_url: str
) -> FastAPI:
    """The gateway's application; `public_url` is what providers sign, without a path."""
    gateway = _Gateway(reception, receivers, public_url)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    @app.post("/in/{provider}/{line}")
    async def take(provider: str, line: str, request: Request) -> Response:
        return await gateway.take(provider, line, request)

    @app.post("/status/{provider}/{line}")
    async def report(provider: str, line: str, request: Request) -> Response:
        return await gateway.report(provider, line, request)

    @app.get("/health")
    async def health() -> Response:
        return Response("ok\n", media_type="text/plain")

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(gateway.counts.text(), media_type="text/plain")

    for kind, (status, name) in _ANSWERS.items():
        app.add_exception_handler(kind, _answer(gateway.counts, status, name))
    return app


def _answer(
    counts: Counts, status: int, name: str
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, exc: Exception) -> Response:
        counts.add(name)
        return Response(status_code=status)

    return answer
