"""Signing in and out, the way home, and the few files that pages need."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, PlainTextResponse, Response

from workervoice.errors import NotFound, WrongPassphrase
from workervoice.web.console.arriving import come_in
from workervoice.web.console.gate import Console, Visit, Visiting
from workervoice.web.console.routes import HOME
from workervoice.web.console.throttling import passphrase_lane, too_soon
from workervoice.web.errors import Busy, TooSoon

router = APIRouter()

LOGIN_SHOWN = 200  # characters
WAIT_SECONDS = 10  # for a turn at the passphrase check
_STATIC = Path(__file__).parent.parent / "static"
_FILES = {
    "console.css": "text/css",
    "console.svg": "image/svg+xml",
    "htmx.min.js": "text/javascript",
    "passkey.js": "text/javascript",
}


@router.get("/health")
def health(visit: Visiting) -> Response:
    """The process answers; nothing else is touched."""
    return PlainTextResponse("ok")


@router.get("/static/{name}")
def static(visit: Visiting, name: str) -> Response:
    if name not in _FILES:
        raise NotFound("no such file")
    return FileResponse(_STATIC / name, media_type=_FILES[name])


@router.get("/login")
def ask(visit: Visiting) -> Response:
    return first_page(visit, "login.html", login="")


def first_page(visit: Visit, template: str, **shown: Any) -> Response:
    """A form; a browser without a cookie gets one, so that the form can carry its token."""
    token = visit.token or secrets.token_urlsafe(32)
    form_token = visit.console.door.form_token(token)
    response = visit.page(template, form_token=form_token, problem="", **shown)
    visit.console.give_cookie(visit.request, response, token)
    return response


@router.post("/login")
def enter(visit: Visiting) -> Response:
    """A new session under a new cookie. Every failure looks the same."""
    console = visit.console
    try:
        token = _token(visit)
    except WrongPassphrase:
        console.counts.login_refused()
        return _again(visit, 401, "Login or passphrase is not right. Check both, and try again.")
    except TooSoon as refused:
        console.counts.login_refused()
        response = _again(visit, 429, too_soon(refused))
        response.headers["Retry-After"] = str(refused.seconds)
        return response
    console.door.leave(visit.token)
    return come_in(visit, token)


def _again(visit: Visit, status: int, problem: str) -> Response:
    login = _login(visit)[:LOGIN_SHOWN]
    return visit.page("login.html", status=status, problem=problem, login=login)


def _login(visit: Visit) -> str:
    return visit.form.one("login").strip()


def _token(visit: Visit) -> str:
    login = _login(visit)
    with passphrase_lane(visit, login), turn(visit.console):
        return visit.console.door.enter(login, visit.form.one("passphrase"))


@contextmanager
def turn(console: Console) -> Iterator[None]:
    """A turn at the passphrase check. Raises `Busy` if too many others wait for theirs."""
    if not console.logins.acquire(timeout=WAIT_SECONDS):
        raise Busy("too many people are signing in")
    try:
        yield
    finally:
        console.logins.release()


@router.post("/logout")
def leave(visit: Visiting) -> Response:
    visit.console.door.leave(visit.token)
    response = visit.see("/login")
    visit.console.take_cookie(visit.request, response)
    return response


@router.get("/")
def home(visit: Visiting) -> Response:
    """Each role to its own pages; an administrator has none yet."""
    role = visit.actor.role
    return visit.see(HOME[role]) if role in HOME else visit.page("home.html")
