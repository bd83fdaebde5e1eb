"""The second half of signing in: the second factor, or setting up the first one.

These pages are for a session that is half: nothing else opens with it, and they open with no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.crypto.totp import secret_text, uri
from workervoice.errors import WrongCode
from workervoice.hotline import factors
from workervoice.hotline.factors import PASSKEY, TOTP, Factor
from workervoice.store.factors import FactorRow
from workervoice.web.console.arriving import come_in
from workervoice.web.console.forms import id_of
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.login import leave
from workervoice.web.console.throttling import code_lane, too_soon
from workervoice.web.errors import TooSoon

router = APIRouter()

NOT_RIGHT = "This code is not right, or it was used before. Wait for the next one, and try again."
NO_PASSKEY = "This passkey was not taken. Try again."


@router.get("/second")
def ask(visit: Visiting) -> Response:
    every = visit.console.door.factors(visit.actor)
    return _page(visit, every) if every else visit.see("/enrol")


def _page(visit: Visit, every: list[Factor], problem: str = "", status: int = 401) -> Response:
    shown = {
        "officer": None,
        "problem": problem,
        "with_code": any(factor.kind == TOTP for factor in every),
        "options": options_to_use(visit, every),
    }
    return visit.page("second.html", status=status if problem else 200, **shown)


def options_to_use(visit: Visit, every: list[Factor]) -> str:
    """What the browser is to ask of a passkey; "" if there is none that works at this address."""
    door, known = visit.console.door, [f.passkey for f in every if f.kind == PASSKEY]
    if not known or not door.relying.usable:
        return ""
    return door.relying.ask(door.challenge(visit.token), known)


@router.post("/second")
def by_code(visit: Visiting) -> Response:
    door, code = visit.console.door, visit.form.one("code")
    return _tried(visit, lambda: door.pass_code(visit.token, code), NOT_RIGHT)


@router.post("/second/passkey")
def by_passkey(visit: Visiting) -> Response:
    door, answer = visit.console.door, visit.form.one("passkey")
    return _tried(visit, lambda: door.pass_passkey(visit.token, answer), NO_PASSKEY)


def _tried(visit: Visit, go: Callable[[], str], problem: str) -> Response:
    try:
        with code_lane(visit):
            token = go()
        return come_in(visit, token)
    except WrongCode:
        visit.console.counts.second_refused(visit.actor.id)
        return _page(visit, visit.console.door.factors(visit.actor), problem)
    except TooSoon as refused:
        every = visit.console.door.factors(visit.actor)
        return _page(visit, every, too_soon(refused), status=429)


@router.post("/second/leave")
def start_again(visit: Visiting) -> Response:
    return leave(visit)


# --- the first second factor ---------------------------------------------------------------------


@router.get("/enrol")
def offer(visit: Visiting) -> Response:
    if visit.console.door.factors(visit.actor):
        return visit.see("/second")
    return _offer(visit)


def _offer(visit: Visit, **problems: str) -> Response:
    shown = {"officer": None, **new_app(visit), **new_passkey(visit), **problems}
    return visit.page("enrol.html", status=401 if problems else 200, **shown)


def new_app(visit: Visit) -> dict[str, Any]:
    """What a page says of an app that is to be set up; after a wrong code still the same app."""
    factor = id_of(visit.form, "factor") or uuid4()
    secret = visit.console.door.pending_secret(visit.token, factor)
    login = visit.actor.officer.login
    said = {"secret": secret_text(secret), "uri": uri(secret, login), "problem": ""}
    return {"factor": factor, **said}


def new_passkey(visit: Visit) -> dict[str, str]:
    """What a page says of a passkey that is to be made, where that works."""
    door, who = visit.console.door, visit.actor.officer
    if not door.relying.usable:
        return {"options": "", "passkey_problem": ""}
    known = [f.passkey for f in door.factors(visit.actor) if f.kind == PASSKEY]
    options = door.relying.invite(door.challenge(visit.token), who.id, who.login, known)
    return {"options": options, "passkey_problem": ""}


@router.post("/enrol")
def first_app(visit: Visiting) -> Response:
    try:
        return come_in(visit, visit.console.door.first_factor(visit.token, app_of(visit)))
    except WrongCode:
        return _offer(visit, problem=NOT_RIGHT)


def app_of(visit: Visit) -> FactorRow:
    """The app in the form. Raises `WrongCode` unless its code is right."""
    door, form = visit.console.door, visit.form
    factor = id_of(form, "factor") or uuid4()
    secret = door.pending_secret(visit.token, factor)
    holder, now = door.holder(visit.actor), int(visit.process.clock().timestamp())
    return factors.totp_from(holder, factor, secret, form.one("name"), form.one("code"), now=now)


@router.post("/enrol/passkey")
def first_passkey(visit: Visiting) -> Response:
    try:
        return come_in(visit, visit.console.door.first_factor(visit.token, passkey_of(visit)))
    except WrongCode:
        return _offer(visit, passkey_problem=NO_PASSKEY)


def passkey_of(visit: Visit) -> FactorRow:
    """The passkey that the browser made. Raises `WrongCode`."""
    door = visit.console.door
    asked = door.asked(visit.token)
    made = door.relying.made(asked, visit.form.one("passkey"))
    holder = door.holder(visit.actor)
    return factors.new_passkey(holder, uuid4(), made, visit.form.one("name"), now=asked.now)
