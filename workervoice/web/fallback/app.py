"""A provider's request, checked by its signature, sealed to the gateway and put on a disk.

An answer of 204 means that it is there for good. Nothing is known here of lines, workers or of what
was taken before: the gateway checks the signature again, and tells doubles. What nobody signed
leaves nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from workervoice.channels.base import Greeter, Receiver, Webhook
from workervoice.errors import CryptoError, Malformed, NotFound, Refused, Unavailable
from workervoice.hotline.bringing import spool
from workervoice.message import DeliveryReport
from workervoice.web.fallback.draining import Drain
from workervoice.web.fallback.routes import FILE, FILES, HEALTH, MESSAGES, REPORTS, ROUTES
from workervoice.web.fallback.spool import Spool
from workervoice.web.gateway.bodies import Bodies
from workervoice.web.gateway.failing import Failing
from workervoice.web.inventory import check
from workervoice.web.limits import Limited

_ANSWERS: Mapping[type[Exception], int] = {
    Refused: 403,
    NotFound: 404,
    Malformed: 400,
    ClientDisconnect: 400,
    Unavailable: 503,
    CryptoError: 503,
    Exception: 500,
}


@dataclass(frozen=True, slots=True)
class _Fallback:
    """What the routes share."""

    receivers: Mapping[str, Receiver]
    url: str
    intake_key: bytes
    spool: Spool
    failing: Failing
    bodies: Bodies = field(default_factory=Bodies)

    async def take(self, request: Request) -> Response:
        """204 once it is on the disk. What says only what became of our own texts is dropped: the
        courier can ask for that."""
        receiver = self._receiver(request)
        async with self.bodies.of(request) as body:
            webhook = self._webhook(request, body)
            await self.bodies.check(body, lambda: receiver.verify(webhook))
            if not await self.bodies.check(body, lambda: _only_reports(receiver, webhook)):
                await asyncio.to_thread(self._keep, webhook)
        return Response(status_code=204)

    async def report(self, request: Request) -> Response:
        """Signed, and dropped."""
        receiver = self._receiver(request)
        async with self.bodies.of(request) as body:
            webhook = self._webhook(request, body)
            await self.bodies.check(body, lambda: receiver.verify(webhook))
        return Response(status_code=204)

    async def greet(self, request: Request) -> Response:
        """A provider asks once whether this address is ours."""
        receiver = self._receiver(request)
        if not isinstance(receiver, Greeter):
            raise HTTPException(405)
        said = receiver.greet(self._webhook(request, b""))
        return Response(
            said, media_type="text/plain", headers={"X-Content-Type-Options": "nosniff"}
        )

    def _keep(self, webhook: Webhook) -> None:
        name = uuid4()
        self.spool.put(name, spool(self.intake_key, name, webhook))
        self.failing.stored()

    def _webhook(self, request: Request, body: bytes) -> Webhook:
        raw, query = request.scope["raw_path"], request.scope["query_string"]
        target = raw + b"?" + query if query else raw
        return Webhook.received(self.url, target, request.scope["headers"], body)

    def _receiver(self, request: Request) -> Receiver:
        provider, line = request.path_params["provider"], request.path_params["line"]
        found = self.receivers.get(provider) or self.receivers.get(f"{provider}/{line}")
        if found is None:
            raise NotFound("no such provider")
        return found


def _only_reports(receiver: Receiver, webhook: Webhook) -> bool:
    """What cannot be read is kept: the gateway may be of a newer version."""
    try:
        events = receiver.parse(webhook)
    except Malformed:
        return False
    return bool(events) and all(isinstance(each, DeliveryReport) for each in events)


def create_fallback_app(
    receivers: Mapping[str, Receiver], url: str, intake_key: bytes, kept: Spool, secret: str
) -> FastAPI:
    """The fallback receiver's application: `url` is what providers sign, without a path."""
    failing = Failing()
    fallback = _Fallback(receivers, url, intake_key, kept, failing)
    drain = Drain(kept, secret.encode("latin-1"))
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_route(MESSAGES, fallback.take, methods=["POST"])
    app.add_route(REPORTS, fallback.report, methods=["POST"])
    app.add_api_route(MESSAGES, fallback.greet, methods=["GET"])
    app.add_api_route(FILES, drain.listed, methods=["GET"])
    app.add_api_route(FILE, drain.file, methods=["GET", "DELETE"])

    @app.get(HEALTH)
    async def health() -> Response:
        """Ill while what came last could not be written."""
        well = not tuple(failing.problems())
        return Response("ok\n" if well else "ill\n", 200 if well else 503, media_type="text/plain")

    @app.exception_handler(HTTPException)
    async def nothing_here(request: Request, exc: HTTPException) -> Response:
        return Response(status_code=exc.status_code, headers=exc.headers)

    for kind, status in _ANSWERS.items():
        app.add_exception_handler(kind, _answer(failing, status))
    check(app.routes, ROUTES)
    app.add_middleware(Limited, routes=app.routes, rules=ROUTES, refuse=_too_large)
    return app


def _too_large(request: Request) -> Response:
    return Response(status_code=413)


def _answer(failing: Failing, status: int) -> Callable[[Request, Any], Awaitable[Response]]:
    async def answer(request: Request, exc: Exception) -> Response:
        if status >= 500:
            failing.failed(exc)
        return Response(status_code=status)

    return answer
