"""The simulated phones as a small web application: a page, its API, and the provider's side.

For a demo on one machine. It answers only when it is called by a loopback name (so that no
foreign page reaches it by way of DNS), takes a page's posts only from its own origin and only as
JSON, and takes the courier's only with the simulator's signature. There is no login: whoever can
open a loopback port of this machine can play the worker. Numbers stand in the query of
`/api/messages`, so run it without an access log.
"""

from __future__ import annotations

import re
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import BackgroundTasks, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from workervoice.channels.base import Webhook
from workervoice.channels.simulator import read_json, words
from workervoice.errors import Malformed, NotFound
from workervoice.web.inventory import check
from workervoice.web.limits import Limited
from workervoice.web.phone.desk import Declined, Desk
from workervoice.web.phone.network import Network, PhoneLine
from workervoice.web.phone.routes import MEDIUM_BYTES, ROUTES
from workervoice.web.phone.store import Kept, Medium

UNREADABLE = "That could not be read: send one JSON object, of 1 MB at most."
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+", re.ASCII)
_NO_FILE = "That file could not be read. It may have 16 MB at most."
_NOT_SHOWN = {"Content-Disposition": "attachment"}
STARTING_PHONES = ("+15550100101", "+15550100102")
_WEB = Path(__file__).parent.parent
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; media-src http: https:; base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_phone_app(
    *,
    gateway_url: str,
    lines: Sequence[PhoneLine],
    secret: str,
    own_url: str = "",
    now: Callable[[], float] = time.time,
) -> FastAPI:
    """Build the application; `secret` is the simulator's, which gateway and courier hold too, and
    `own_url` is where the courier reaches it."""
    app = FastAPI(title="Simulated phones", docs_url=None, redoc_url=None, openapi_url=None)
    desk = Desk(Network(lines), Kept(own_url), (gateway_url, secret), now)
    app.mount("/static", StaticFiles(directory=_WEB / "static"))
    _add_page(app, desk)
    _add_provider(app, desk)
    _add_kept(app, desk)
    check(app.routes, ROUTES)
    app.add_middleware(Limited, routes=app.routes, rules=ROUTES, refuse=_too_long)
    app.middleware("http")(_only_loopback)
    return app


def _too_long(request: Request) -> Response:
    return _problem(413, UNREADABLE)


async def _body(request: Request) -> bytes:
    """The raw body, as long as the inventory lets it be."""
    return await request.body()


Body = Annotated[bytes, Depends(_body)]


async def _only_loopback(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Refuse a foreign Host or Origin, and put the safety headers on every answer."""
    problem = _foreign(request.headers.get("host", ""), request.headers.get("origin"))
    response: Response = _problem(403, problem) if problem else await call_next(request)
    response.headers.update(_HEADERS)
    return response


def _foreign(host: str, origin: str | None) -> str:
    """What is wrong with where a request comes from, or ""."""
    if _name(f"http://{host}") not in _LOOPBACK:
        return "Open this page by its loopback address."
    if origin is not None and origin != f"http://{host}":
        return "Another page may not do this."
    return ""


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _problem(status: int, sentence: str, **more: object) -> JSONResponse:
    return JSONResponse({"problem": sentence, **more}, status)


def _add_page(app: FastAPI, desk: Desk) -> None:
    """The page and what its script asks for."""
    templates = Jinja2Templates(_WEB / "templates")

    @app.get("/")
    def page(request: Request) -> HTMLResponse:
        """The phones."""
        shown = {"lines": desk.network.lines.values(), "phones": STARTING_PHONES}
        return templates.TemplateResponse(request, "phone/phone.html", shown)

    @app.get("/api/messages")
    def messages(number: str = "") -> JSONResponse:
        """All messages on one phone, oldest first."""
        dialled = number.replace(" ", "+")  # a plus sign that was not escaped
        return JSONResponse({"messages": desk.network.on_phone(dialled)})

    @app.post("/api/text")
    def text(request: Request, body: Body) -> JSONResponse:
        """A worker typed a text: carry it to the hotline and say how that went."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _problem(415, "Only JSON.")
        try:
            return _typed(desk, read_json(body))
        except Malformed:
            return _problem(400, UNREADABLE)


def _typed(desk: Desk, record: dict[str, Any]) -> JSONResponse:
    if not isinstance(record.get("text"), str):  # "" is a text, too
        return _problem(400, "There is no text in it.")
    try:
        medium = _attached(record)
    except Malformed as exc:
        return _problem(413 if isinstance(exc, TooLarge) else 400, _NO_FILE)
    try:
        line = desk.network.line(words(record, "line"))
        said = words(record, "text"), medium.kind if medium else ""
        bubble = desk.network.typed(line, words(record, "number"), said, desk.now())
    except (Malformed, NotFound):
        return _problem(400, "That is no phone number, or there is no such line.")
    problem = desk.deliver(line, bubble, medium)
    desk.network.settle(bubble.id, "refused" if problem else "sent")
    return _problem(502, problem, id=bubble.id) if problem else JSONResponse({"id": bubble.id})


def _add_provider(app: FastAPI, desk: Desk) -> None:
    """What a courier asks of a provider: `channels/simulator.py` tells the format."""

    @app.post("/api/send")
    def send(request: Request, body: Body, after: BackgroundTasks) -> JSONResponse:
        """The hotline sends a text to a phone."""
        try:
            record = desk.signed(_webhook(request, body))
            bubble = desk.take(record)
        except Declined as exc:
            return JSONResponse(exc.answer(), exc.status)
        after.add_task(desk.report, record, bubble)
        return JSONResponse({"id": bubble.id}, 201)

    @app.post("/api/find")
    def find(request: Request, body: Body) -> JSONResponse:
        """Did we take the message of this outbox id?"""
        try:
            return JSONResponse({"id": desk.find(desk.signed(_webhook(request, body)))})
        except Declined as exc:
            return JSONResponse(exc.answer(), exc.status)


def _add_kept(app: FastAPI, desk: Desk) -> None:
    """What a provider still has, until it is told to delete it: `channels/simulator_keeping.py`
    tells the format."""

    @app.get("/media/{token}")
    def medium(token: str) -> Response:
        """What a worker attached. Only the courier was told where it lies."""
        found = desk.kept.medium(token)
        if found is None:
            return _problem(404, "It is not there.")
        kind = found.kind if _TYPE.fullmatch(found.kind) else "application/octet-stream"
        return Response(found.content, headers={"Content-Type": kind, **_NOT_SHOWN})

    def asked(what: Callable[[dict[str, Any]], dict[str, object]]) -> Callable[..., JSONResponse]:
        def answer(request: Request, body: Body) -> JSONResponse:
            try:
                return JSONResponse(what(desk.signed(_webhook(request, body))))
            except Declined as exc:
                return JSONResponse(exc.answer(), exc.status)

        return answer

    def deleted(record: dict[str, Any]) -> dict[str, object]:
        desk.delete(record)
        return {}

    app.post("/api/delete")(asked(deleted))
    app.post("/api/look")(asked(lambda record: {"status": desk.look(record)}))
    app.post("/api/list")(asked(lambda record: {"messages": desk.listed(record)}))


class TooLarge(Malformed):
    """More than WhatsApp lets anybody send."""


def _attached(record: dict[str, Any]) -> Medium | None:
    """Raises `Malformed`."""
    said = record.get("media")
    if said is None:
        return None
    if not isinstance(said, dict):
        raise Malformed("media is no object")
    try:
        content = b64decode(words(said, "base64"), validate=True)
    except ValueError:
        raise Malformed("media is no base64") from None
    if len(content) > MEDIUM_BYTES:
        raise TooLarge
    return Medium(content, words(said, "type")[:100])


def _webhook(request: Request, body: bytes) -> Webhook:
    query = request.scope["query_string"]
    target = request.scope["raw_path"] + (b"?" + query if query else b"")
    return Webhook.received("http://phone", target, request.headers.raw, body)
