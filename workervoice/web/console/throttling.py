"""Tries of passphrases and codes, in their lanes: where they come from, and whether they may go on.

The address of a browser is looked at here, hashed for its lane, and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.responses import Response

from workervoice.crypto.sessions import session_id
from workervoice.errors import Mistyped, WrongCode, WrongPassphrase
from workervoice.hotline.devices import DAYS, device_of, mark, with_mark
from workervoice.hotline.throttle import Caller, Lane, at_proof
from workervoice.web.console.gate import Visit
from workervoice.web.errors import TooSoon

_WRONG = (WrongPassphrase, WrongCode, Mistyped)


@contextmanager
def passphrase_lane(visit: Visit, login: str) -> Iterator[None]:
    """A try at somebody's passphrase or recovery code. Raises `TooSoon`."""
    lanes = _caller(visit, login).at_passphrase(visit.process.vault.mac_key, login, _now(visit))
    with _in(visit, lanes):
        yield


@contextmanager
def token_lane(visit: Visit) -> Iterator[None]:
    """A try at a token for a new account. Raises `TooSoon`."""
    lanes = _caller(visit, "").at_token(visit.process.vault.mac_key, _now(visit))
    with _in(visit, lanes):
        yield


@contextmanager
def code_lane(visit: Visit) -> Iterator[None]:
    """A try at the second factor of whoever came half the way."""
    login = visit.actor.officer.login
    lanes = _caller(visit, login).at_code(visit.process.vault.mac_key, login, _now(visit))
    with _in(visit, lanes):
        yield


@contextmanager
def proof_lane(visit: Visit) -> Iterator[None]:
    """A try to prove again, within a session, who is there."""
    row = session_id(visit.token)
    with _in(visit, at_proof(visit.process.vault.mac_key, row, _now(visit))):
        yield


@contextmanager
def _in(visit: Visit, lanes: tuple[Lane, ...]) -> Iterator[None]:
    throttle = visit.console.throttle
    wait = throttle.take(lanes, _now(visit))
    if wait:
        raise TooSoon(wait)
    try:
        yield
    except _WRONG:
        raise
    except BaseException:
        throttle.undo(lanes, _now(visit))
        raise
    throttle.passed(lanes, _now(visit))


def too_soon(error: TooSoon) -> str:
    """What a page says about it."""
    seconds = "1 second" if error.seconds == 1 else f"{error.seconds} seconds"
    return f"There were too many tries. Wait {seconds}, and try again."


def remember_browser(visit: Visit, login: str, response: Response) -> None:
    """Mark this browser as one that this login was signed in with."""
    console, now = visit.console, _now(visit)
    cookie = visit.request.cookies.get(console.device_cookie(visit.request), "")
    if device_of(visit.process.vault.mac_key, login, cookie, now):
        return
    response.set_cookie(
        console.device_cookie(visit.request),
        with_mark(cookie, mark(visit.process.vault.mac_key, login, now)),
        max_age=DAYS * 24 * 3600,
        secure=console.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def _caller(visit: Visit, login: str) -> Caller:
    console, request = visit.console, visit.request
    source = request.client.host if request.client is not None else ""
    if console.behind_proxy:
        source = request.headers.get("x-real-ip", source)
    cookie = request.cookies.get(console.device_cookie(visit.request), "")
    return Caller(source, device_of(visit.process.vault.mac_key, login, cookie, _now(visit)))


def _now(visit: Visit) -> int:
    return int(visit.process.clock().timestamp())
