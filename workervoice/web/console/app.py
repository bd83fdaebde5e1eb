"""The console as one web application: the pages, the gate before them, one answer to refusals."""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from workervoice.errors import Contradicted, Unavailable, WorkervoiceError, WorkflowError
from workervoice.hotline.act import Desk
from workervoice.hotline.doors import Door
from workervoice.hotline.process import Process
from workervoice.hotline.prompting import Prompter
from workervoice.hotline.throttle import Rules, Throttle
from workervoice.triage.engine import Engine
from workervoice.web.console import (
    account,
    agreement,
    bursts,
    cases,
    disclosures,
    drafting,
    entries,
    guarding,
    issues,
    joining,
    lending,
    limits,
    lines,
    login,
    machine,
    media,
    monitor,
    packs,
    people,
    practising,
    restored,
    restricting,
    sameworker,
    second,
    suggesting,
    translating,
)
from workervoice.web.console.fresh import ask, fresh
from workervoice.web.console.gate import Console, gate
from workervoice.web.console.headers import SafeHeaders, safe_headers
from workervoice.web.console.joining import waiting
from workervoice.web.console.pages import refusal
from workervoice.web.console.routes import ROUTES
from workervoice.web.console.sentences import sentence
from workervoice.web.errors import Busy, NoSession, NotFresh, TooSoon, Unfinished, Waits, status_of
from workervoice.web.inventory import check
from workervoice.web.limits import Limited

ROUTERS = tuple(
    subject.router
    for subject in (
        *(login, joining, second, account, people),
        *(
            cases,
            drafting,
            entries,
            suggesting,
            translating,
            bursts,
            lines,
            *(lending, machine, media),
            restored,
            practising,
            restricting,
            guarding,
            sameworker,
            issues,
            disclosures,
            packs,
            agreement,
            monitor,
        ),
    )
)
RETRY_SECONDS = "5"
BUSY = "Too many are doing this at once. Nothing was stored. Go back and try again in a minute."
CONTRADICTED = (
    "What is stored is not what the log says, so nothing is shown or changed, and the log has a "
    "note of it. Please tell whoever looks after this hotline's server:"
)


def create_console_app(
    *,
    process: Process,
    door: Door,
    desk: Desk,
    secure_cookies: bool,
    demo: bool = False,
    rules: Rules | None = None,
) -> FastAPI:
    """Build the console. Raises `ValueError` if a page has no rule about who may see it."""
    app = FastAPI(
        title="Workervoice console",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(gate), Depends(fresh)],
    )
    sizes, rules = limits.rules(), rules or Rules()
    throttle = Throttle(process.database, rules.longest)
    app.state.console = Console(
        *(process, door, desk, secure_cookies, demo, throttle),
        Prompter(Engine.load, desk.phrases),
        rules.behind_proxy,
    )
    for router in ROUTERS:
        app.include_router(router)
    check(app.routes, ROUTES)
    every = [route for router in ROUTERS for route in router.routes]
    app.add_middleware(Limited, routes=every, rules=sizes, refuse=_too_long)
    app.add_middleware(SafeHeaders, secure=secure_cookies)
    app.add_exception_handler(WorkervoiceError, _refuse)
    app.add_exception_handler(RequestValidationError, _nothing_here)
    app.add_exception_handler(HTTPException, _nothing_here)
    app.add_exception_handler(Exception, _broken)
    return app


def _refuse(request: Request, error: Exception) -> Response:
    """The page of the error's status. Without a session, a page that was asked for is the login."""
    if isinstance(error, NoSession) and request.method == "GET":
        return _to(request, "/second" if isinstance(error, Unfinished) else "/login")
    if isinstance(error, NotFresh):
        return ask(error)
    if isinstance(error, Waits):
        return waiting(error)
    status = status_of(error) if isinstance(error, WorkervoiceError) else 500
    advice = sentence(error) if isinstance(error, WorkflowError) else ""
    if isinstance(error, Busy):
        advice = BUSY
    if isinstance(error, Contradicted):
        advice = f"{CONTRADICTED} {error}."
    response = refusal(request, status, advice)
    if isinstance(error, TooSoon):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _to(request: Request, path: str) -> Response:
    """htmx would follow a redirect in the background: it is told to send the whole page on."""
    if request.headers.get("hx-request") == "true":
        return Response(status_code=403, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def _nothing_here(request: Request, error: Exception) -> Response:
    """An unknown path, a malformed id, a method that a page does not have: all the same."""
    return refusal(request, 404)


def _too_long(request: Request) -> Response:
    return refusal(request, 413)


def _broken(request: Request, error: Exception) -> Response:
    """Outside the middleware, so it brings the headers itself."""
    response = refusal(request, 500)
    response.headers.update(safe_headers(secure=request.app.state.console.secure_cookies))
    return response
