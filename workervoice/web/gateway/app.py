"""Webhooks: verify, parse and read in the event loop, store in a few threads, answer nothing.

An answer of 204 means that the message is durable. A refused request leaves a number in a counter
and nothing else; no parameter of any request is ever logged. What nobody has signed costs no look
into the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from workervoice.channels.base import Receiver, Webhook
from workervoice.errors import CryptoError, KeysAway, Malformed, NotFound, Refused, Unavailable
from workervoice.hotline.receive import Reception
from workervoice.web.gateway.counts import Counts
from workervoice.web.gateway.storing import Books

BODY_BYTES = 4 * 1024 * 1024  # a text of 100,000 characters, percent-encoded, and room to spare
LONG_TEXT = 2000  # characters; longer ones are read off the event loop


class _TooLarge(Malformed):
    """More than we read of one request."""


@dataclass(frozen=True, slots=True)
class _Gateway:
    """What the routes share."""

    reception: Reception
    receivers: Mapping[str, Receiver]
    public_url: str
    counts: Counts
    books: Books

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

    async def take(self, provider: str, line: str, request: Request) -> Response:
        """A worker's message: 204 once it is stored."""
        receiver = self._receiver(provider)
        webhook = await self.webhook(request)
        with self.counts.timed("verify"):
            receiver.verify(webhook)
        with self.counts.timed("read"):
            inbound = receiver.parse(webhook)
            if len(inbound.text) > LONG_TEXT:
                reading = await asyncio.to_thread(self.reception.read, inbound)
            else:
                reading = self.reception.read(inbound)
        with self.counts.timed("store"):
            await self.books.do(partial(self.books.store, line, inbound, reading), provider)
        return Response(status_code=204)

    async def report(self, provider: str, line: str, request: Request) -> Response:
        """A delivery report: one that names no message of ours, or says nothing that we know, is
        counted and dropped. A refusal would only leave the number in the provider's error log."""
        receiver = self._receiver(provider)
        webhook = await self.webhook(request)
        with self.counts.timed("verify"):
            receiver.verify(webhook)
        try:
            told = receiver.parse_status(webhook, UUID(request.query_params.get("m", "")))
        except Malformed:
            await self.books.do(partial(self.books.drop, line, "status_ignored"), provider)
        except ValueError:
            await self.books.do(partial(self.books.drop, line, "status_unnamed"), provider)
        else:
            await self.books.do(partial(self.books.note, line, told), provider)
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
    KeysAway: (503, "keys_away"),
    CryptoError: (503, "untrusted"),  # a key is not vouched for: the provider asks again
    Exception: (500, "broken"),  # a fault of ours, which the log names
}


def create_gateway_app(
    reception: Reception,
    receivers: Mapping[str, Receiver],
    public_url: str,
    counts: Counts | None = None,
) -> FastAPI:
    """The gateway's application; `public_url` is what providers sign, without a path. `app.state`
    has `finish`, which waits for what was begun in the database."""
    counts = counts or Counts()
    gateway = _Gateway(reception, receivers, public_url, counts, Books(reception, counts))
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.finish = gateway.books.finish

    @app.post("/in/{provider}/{line}")
    async def take(provider: str, line: str, request: Request) -> Response:
        return await gateway.take(provider, line, request)

    @app.post("/status/{provider}/{line}")
    async def report(provider: str, line: str, request: Request) -> Response:
        return await gateway.report(provider, line, request)

    @app.get("/health")
    async def health() -> Response:
        return Response("ok\n", media_type="text/plain")

    @app.exception_handler(HTTPException)
    async def nothing_here(request: Request, exc: HTTPException) -> Response:
        """A path or a method that no route has, as empty as every other refusal."""
        counts.add("unknown_path")
        return Response(status_code=exc.status_code)

    for kind, (status, name) in _ANSWERS.items():
        app.add_exception_handler(kind, _answer(counts, status, name))
    return app


def _answer(
    counts: Counts, status: int, name: str
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, exc: Exception) -> Response:
        counts.add(name, request.path_params.get("provider", "none"))
        return Response(status_code=status)

    return answer
