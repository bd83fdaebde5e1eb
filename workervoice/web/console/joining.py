"""Joining: whoever was invited makes their account here, and waits to be confirmed.

    token and passphrase ▸ the printed code, shown once ▸ typed back ▸ the fingerprint to read

What lies between the two forms goes with the second one, sealed: see `hotline.enrolling`.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import (
    GuardFailed,
    Mistyped,
    NotFound,
    SealBroken,
    WrongCode,
    WrongPassphrase,
)
from workervoice.hotline import enrolling
from workervoice.hotline.enrolling import Enrolled, Prepared
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.login import first_page, turn
from workervoice.web.console.routes import HALF, ROUTES
from workervoice.web.console.sentences import sentence
from workervoice.web.console.throttling import token_lane, too_soon
from workervoice.web.errors import TooSoon, Waits

router = APIRouter()

UNKNOWN = (
    "This token is not known, or it was used, or it is too old. If you have made your account, "
    "sign in; if not, ask for another token."
)
MISTYPED_PAPER = "There is a typing error in this token: compare it with what you were given."
MISTYPED_CODE = "There is a typing error in this code: compare it with your paper."
OTHER_CODE = "This is another code. Compare it with your paper, or start again."
TOO_LATE = "This page was open for too long. Nothing was stored: start again."


@router.get("/join")
def ask(visit: Visiting) -> Response:
    return first_page(visit, "join.html")


@router.post("/join")
def begin(visit: Visiting) -> Response:
    """The code stands on this one page, and nowhere else; nothing is stored yet."""
    try:
        prepared, code = _prepared(visit)
    except WrongCode:
        return _again(visit, 401, UNKNOWN)
    except Mistyped:
        return _again(visit, 401, MISTYPED_PAPER)
    except TooSoon as refused:
        return _again(visit, 429, too_soon(refused), refused.seconds)
    except GuardFailed as refused:
        return _again(visit, 409, sentence(refused))
    door, now = visit.console.door, visit.process.clock()
    carried = enrolling.carry(door.boot_secret, visit.token, prepared, now)
    return visit.page("join_code.html", problem="", code=code, carried=carried)


def _prepared(visit: Visit) -> tuple[Prepared, str]:
    """Raises `WrongCode` for a token that is unknown, used or too old: a wrong try."""
    form, cost = visit.form, visit.console.door.cost
    given = (form.one("token"), form.one("new"), form.one("again"))
    with token_lane(visit), turn(visit.console):
        try:
            return enrolling.prepare(visit.process, *given, cost)
        except NotFound:
            raise WrongCode("no such invitation") from None


def _again(visit: Visit, status: int, problem: str, seconds: int = 0) -> Response:
    """The form with what was wrong; the token is typed anew, as passphrases are."""
    response = visit.page("join.html", status=status, problem=problem)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


@router.post("/join/code")
def finish(visit: Visiting) -> Response:
    """The account is made now, if what was typed opens it."""
    carried = visit.form.one("carried")
    try:
        made = _completed(visit, carried)
    except Mistyped:
        return _code_again(visit, carried, 401, MISTYPED_CODE)
    except WrongPassphrase:
        return _code_again(visit, carried, 401, OTHER_CODE)
    except TooSoon as refused:
        return _code_again(visit, carried, 429, too_soon(refused))
    except SealBroken:
        return _again(visit, 401, TOO_LATE)
    except NotFound:
        return _again(visit, 401, UNKNOWN)
    return visit.page("joined.html", login=made.officer.login, fingerprint=made.fingerprint)


def _completed(visit: Visit, carried: str) -> Enrolled:
    door, now = visit.console.door, visit.process.clock()
    prepared = enrolling.carried(door.boot_secret, visit.token, carried, now)
    with token_lane(visit), turn(visit.console):
        return enrolling.complete(visit.process, prepared, visit.form.one("code"))


def _code_again(visit: Visit, carried: str, status: int, problem: str) -> Response:
    """The code is not shown a second time: that would prove nothing."""
    return visit.page("join_code.html", status=status, problem=problem, code="", carried=carried)


def waiting(error: Waits) -> Response:
    """Whatever somebody asks for whom nobody has confirmed yet: this page, and no other."""
    visit: Visit = error.visit
    half = ROUTES[visit.request.method, visit.request.scope["route"].path] == HALF
    shown = {
        "name": visit.actor.officer.name,
        "fingerprint": enrolling.own_fingerprint(visit.actor.bundle),
        "leave": "/second/leave" if half else "/logout",
    }
    return replace(visit, officer=None).page("waiting.html", status=403, **shown)
