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
from types import MappingProxyType
from typing import TypeVar

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

from workervoice.channels.base import Greeter, Particular, Receiver, Webhook
from workervoice.errors import (
    CryptoError,
    KeysAway,
    Malformed,
    NotFound,
    Refused,
    Unavailable,
    Unnamed,
)
from workervoice.hotline.receive import Reception, line_of
from workervoice.hotline.tick_tried import TriedLines
from workervoice.message import DeliveryReport, Inbound
from workervoice.web.gateway.bodies import Bodies
from workervoice.web.gateway.counts import FAILED, Counts
from workervoice.web.gateway.failing import Failing
from workervoice.web.gateway.media import serve_media
from workervoice.web.gateway.notice import HEADERS, Notices
from workervoice.web.gateway.routes import HEALTH, MESSAGES, NOTICE, NOTICE_IN, REPORTS, ROUTES
from workervoice.web.gateway.storing import Books
from workervoice.web.inventory import check
from workervoice.web.limits import Limited

_PLAIN = MappingProxyType({"X-Content-Type-Options": "nosniff"})
LONG_TEXT = 2000  # characters; longer ones are read off the event loop

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Gateway:
    """What the routes share."""

    reception: Reception
    receivers: Mapping[str, Receiver]
    public_url: str
    counts: Counts
    books: Books
    bodies: Bodies
    by_sender: Mapping[tuple[str, str], str]

    async def signed(
        self, receiver: Receiver, request: Request, read: Callable[[Webhook], _T]
    ) -> _T:
        """What was read from a request that its provider signed, under our configured address."""

        def work() -> _T:
            with self.counts.timed("verify"):
                receiver.verify(webhook)
            return read(webhook)

        async with self.bodies.of(request) as body:
            raw, query = request.scope["raw_path"], request.scope["query_string"]
            target = raw + b"?" + query if query else raw
            webhook = Webhook.received(self.public_url, target, request.scope["headers"], body)
            return await self.bodies.check(body, work)

    async def take(self, request: Request) -> Response:
        """Workers' messages: 204 once all of them are stored. What came before one that cannot be
        stored is a duplicate when the provider asks again."""
        provider, line = _named(request)
        receiver = self._receiver(provider, line)
        events = await self.signed(receiver, request, receiver.parse)
        for event in events:
            if isinstance(event, DeliveryReport):
                await self.books.do(partial(self.books.note, line, event), provider)
            else:
                await self._store(provider, self._meant(provider, line, event), event)
        if not events:
            await self.books.do(partial(self.books.drop, line, "nothing"), provider)
        return _taken(receiver)

    async def _store(self, provider: str, line: str, inbound: Inbound) -> None:
        with self.counts.timed("read"):
            if len(inbound.text) > LONG_TEXT or self.reception.second is not None:
                reading = await asyncio.to_thread(self.reception.read, inbound)
            else:
                reading = self.reception.read(inbound)
        with self.counts.timed("store"):
            await self.books.do(partial(self.books.store, line, inbound, reading), provider)

    def _meant(self, provider: str, line: str, inbound: Inbound) -> str:
        """A provider may bring what is for several lines to the address of one. What is for nobody
        whom we know is taken there: it must not be lost."""
        return self.by_sender.get((provider, inbound.to), line) if inbound.to else line

    async def greet(self, request: Request) -> Response:
        """A provider asks once whether this address is ours, or has no other way than GET."""
        receiver = self._receiver(*_named(request))
        if _by_get(receiver):
            return await self.take(request)
        if not isinstance(receiver, Greeter):
            raise HTTPException(405)
        raw, query = request.scope["raw_path"], request.scope["query_string"]
        headers = request.scope["headers"]
        webhook = Webhook.received(self.public_url, raw + b"?" + query, headers, b"")
        return Response(receiver.greet(webhook), media_type="text/plain", headers=dict(_PLAIN))

    async def report(self, request: Request) -> Response:
        """A delivery report: one that names no message of ours, or says nothing that we know, is
        counted and dropped. A refusal would only leave the number in the provider's error log."""
        provider, line = _named(request)
        receiver = self._receiver(provider, line)
        read = partial(_told, receiver, request.query_params.get("m", ""))
        told = await self.signed(receiver, request, read)
        if isinstance(told, str):
            await self.books.do(partial(self.books.drop, line, told), provider)
            return _taken(receiver)
        for each in told:
            await self.books.do(partial(self.books.note, line, each), provider)
        return _taken(receiver)

    async def report_by_get(self, request: Request) -> Response:
        """The same from a provider that has no other way."""
        if not _by_get(self._receiver(*_named(request))):
            raise HTTPException(405)
        return await self.report(request)

    def _receiver(self, provider: str, line: str) -> Receiver:
        found = self.receivers.get(provider) or self.receivers.get(f"{provider}/{line}")
        if found is None:
            raise NotFound("no such provider")
        return found


def _named(request: Request) -> tuple[str, str]:
    """The provider and the line of an address."""
    return request.path_params["provider"], request.path_params["line"]


def _by_get(receiver: Receiver) -> bool:
    return isinstance(receiver, Particular) and receiver.by_get


def _taken(receiver: Receiver) -> Response:
    """What tells the provider that it is stored."""
    status, text = receiver.done if isinstance(receiver, Particular) else (204, "")
    return PlainTextResponse(text, status, dict(_PLAIN)) if text else Response(status_code=status)


def _told(receiver: Receiver, named: str, webhook: Webhook) -> tuple[DeliveryReport, ...] | str:
    """What a report says of messages of ours, or how it is counted."""
    try:
        return receiver.parse_status(webhook, named)
    except Malformed as exc:
        return "status_unnamed" if isinstance(exc, Unnamed) else "status_ignored"


_ANSWERS: Mapping[type[Exception], tuple[int, str]] = {
    Refused: (403, "refused"),
    NotFound: (404, "unknown_line"),
    Malformed: (400, "malformed"),
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
    by_sender: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> FastAPI:
    """The gateway's application; `public_url` is what providers sign, without a path, and
    `by_sender` tells the line of a provider's own name for a sender of ours. `app.state` has
    `finish`, which waits for what was begun in the database, `problems`, which says whether what
    comes can be stored, and `tried`, which somebody has to let note what it was told."""
    counts, failing = counts or Counts(), Failing()
    tried = TriedLines(reception.process)
    books = Books(reception, counts, failing, tried)
    gateway = _Gateway(reception, receivers, public_url, counts, books, Bodies(), by_sender)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.finish, app.state.problems = books.finish, failing.problems
    app.state.tried = tried

    _serve_providers(app, gateway)
    serve_media(app, reception.voice.recordings)
    _serve_notices(app, Notices(reception.phrases, partial(line_of, reception.process)))

    @app.get(HEALTH)
    async def health() -> Response:
        return Response("ok\n", media_type="text/plain")

    @app.exception_handler(HTTPException)
    async def nothing_here(request: Request, exc: HTTPException) -> Response:
        """A path or a method that no route has, as empty as every other refusal."""
        counts.add("unknown_path")
        return Response(status_code=exc.status_code)

    for kind, (status, name) in _ANSWERS.items():
        app.add_exception_handler(kind, _answer(counts, failing, status, name))
    check(app.routes, ROUTES)
    app.add_middleware(Limited, routes=app.routes, rules=ROUTES, refuse=partial(_too_large, counts))
    return app


def _serve_providers(app: FastAPI, gateway: _Gateway) -> None:
    """Posts by Starlette's own routes: they have no parameters to check, and take half the time."""
    app.add_route(MESSAGES, gateway.take, methods=["POST"])
    app.add_route(REPORTS, gateway.report, methods=["POST"])
    app.add_api_route(MESSAGES, gateway.greet, methods=["GET"])
    app.add_api_route(REPORTS, gateway.report_by_get, methods=["GET"])


def _serve_notices(app: FastAPI, notices: Notices) -> None:
    one_at_a_time = asyncio.Lock()

    @app.get(NOTICE)
    @app.get(NOTICE_IN)
    async def notice(line: str, language: str | None = None) -> Response:
        async with one_at_a_time:
            page = await asyncio.to_thread(notices.page, line, language)
        return Response(page, media_type="text/html", headers=dict(HEADERS))


def _too_large(counts: Counts, request: Request) -> Response:
    counts.add("too_large", request.path_params.get("provider", "none"))
    return Response(status_code=413)


def _answer(
    counts: Counts, failing: Failing, status: int, name: str
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, exc: Exception) -> Response:
        counts.add(name, request.path_params.get("provider", "none"))
        if name in FAILED:
            failing.failed(exc)
        return Response(status_code=status)

    return answer
