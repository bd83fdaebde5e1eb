"""Webhooks: verify, parse and read in the event loop, store in a bounded pool, answer nothing.

An answer of 204 means that the message is durable. A refused request leaves a number in a counter
and nothing else; no parameter of any request is ever logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from fastapi import FastAPI, Request, Response

from workervoice.channels.base import Receiver, Webhook
from workervoice.errors import Malformed, NotFound, Refused, Unavailable
from workervoice.hotline.dossier import Arrival
from workervoice.hotline.receive import Reception, line_of, take_report
from workervoice.store.programme import Line
from workervoice.web.gateway.counts import Counts

BODY_BYTES = 4 * 1024 * 1024  # a text of 100,000 characters, percent-encoded, and room to spare
STORE_THREADS = 4
LONG_TEXT = 2000  # characters; longer ones are read off the event loop
LINE_SECONDS = 5.0


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

    async def line(self, slug: str) -> Line:
        """The line of this name, looked up at most every few seconds."""
        loop = asyncio.get_running_loop()
        known = self.lines.get(slug)
        if known is not None and loop.time() - known[0] < LINE_SECONDS:
            return known[1]
        line = await loop.run_in_executor(self.pool, line_of, self.reception.process, slug)
        self.lines[slug] = (loop.time(), line)
        return line

    async def webhook(self, request: Request) -> Webhook:
        """The request as it came, under our configured address. `Malformed` if it is too large."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES:
                raise Malformed("too large")
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
        loop = asyncio.get_running_loop()
        if len(inbound.text) > LONG_TEXT:
            reading = await loop.run_in_executor(self.pool, self.reception.read, inbound)
        else:
            reading = self.reception.read(inbound)
        arrival = Arrival(line, inbound, reading)
        taken = await loop.run_in_executor(self.pool, self.reception.receive, arrival)
        self.counts.add(str(taken))
        return Response(status_code=204)

    async def report(self, provider: str, slug: str, request: Request) -> Response:
        """A delivery report: one that does not name a message of ours is counted and dropped."""
        receiver = self._receiver(provider)
        line = await self.line(slug)
        webhook = await self.webhook(request)
        receiver.verify(webhook)
        try:
            outbox_id = UUID(request.query_params.get("m", ""))
        except ValueError:
            self.counts.add("status_unnamed")
            return Response(status_code=204)
        told = receiver.parse_status(webhook, outbox_id)
        loop = asyncio.get_running_loop()
        try:
            moved = await loop.run_in_executor(
                self.pool, take_report, self.reception.process, line, told
            )
        except NotFound:
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
    Unavailable: (503, "unavailable"),
}


def create_gateway_app(
    reception: Reception, receivers: Mapping[str, Receiver], public_url: str
) -> FastAPI:
    """The gateway's application; `public_url` is what providers sign, without a path."""
    gateway = _Gateway(reception, receivers, public_url)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

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
