"""Signing in and out, the way home, and the few files that pages need."""

from __future__ import annotations

import secrets
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, PlainTextResponse, Response

from workervoice.errors import NotFound, WrongPassphrase
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.routes import HOME
from workervoice.web.errors import Busy

router = APIRouter()

LOGIN_SHOWN = 200  # characters
WAIT_SECONDS = 10  # for a turn at the passphrase check
_STATIC = Path(__file__).parent.parent / "static"
_FILES = {
    "console.css": "text/css",
    "console.svg": "image/svg+xml",
    "htmx.min.js": "text/javascript",
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
    """The form; a browser without a cookie gets one, so that the form can carry its token."""
    token = visit.token or secrets.token_urlsafe(32)
    form_token = visit.console.door.form_token(token)
    response = visit.page("login.html", form_token=form_token, problem="", login="")
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
        problem = "Login or passphrase is not right. Check both, and try again."
        return visit.page(
            "login.html", status=401, problem=problem, login=_login(visit)[:LOGIN_SHOWN]
        )
    console.door.leave(visit.token)
    officer = console.door.recognise(token)
    console.counts.signed_in(officer.id)
    response = visit.see(HOME.get(officer.role, "/"))
    console.give_cookie(visit.request, response, token)
    return response


def _login(visit: Visit) -> str:
    return visit.form.one("login").strip()


def _token(visit: Visit) -> str:
    console = visit.console
    if not console.logins.acquire(timeout=WAIT_SECONDS):
        raise Busy("too many people are signing in")
    try:
        return console.door.enter(_login(visit), visit.form.one("passphrase"))
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
