"""One's own account: second factors, passphrase, recovery code, open sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import CryptoError, GuardFailed, Mistyped, WrongCode, WrongPassphrase
from workervoice.hotline import account, factors, fluency, overview
from workervoice.hotline.account import Account
from workervoice.hotline.enrolling import own_fingerprint
from workervoice.store.factors import FactorRow
from workervoice.web.console import second, words
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.login import first_page, turn
from workervoice.web.console.sentences import sentence
from workervoice.web.console.throttling import passphrase_lane, proof_lane, too_soon
from workervoice.web.errors import TooSoon

router = APIRouter()

NOT_YOURS = "This is not right. Check it, and try again."
NOT_KNOWN = "Login or recovery code is not right. Check both, and try again."
MISTYPED = "There is a typing error in this code: compare it with your paper."


def _account(visit: Visit) -> Account:
    return account.account_of(visit.console.door, visit.actor)


@router.get("/account")
def show(visit: Visiting) -> Response:
    return _page(visit)


def _page(visit: Visit, at: str = "", problem: str = "", **more: Any) -> Response:
    """The page; after a refusal with what the form `at` has to say."""
    own = _account(visit)
    shown = {
        "factors": visit.console.door.factors(visit.actor),
        "sessions": own.sessions(visit.token),
        "recovery_waits": own.recovery_waits(),
        "at": at,
        "said": problem,
        "new_code": "",
        "languages": _languages(visit),
        "fingerprint": own_fingerprint(visit.actor.bundle),
        **more,
    }
    return visit.page("account.html", status=409 if problem else 200, **shown)


def _languages(visit: Visit) -> list[tuple[str, str, bool]]:
    """What a handler or supervisor may say that they read: code, name, whether they do."""
    if visit.actor.role not in overview.STAFF:
        return []
    own = fluency.fluency(visit.process, visit.actor).own
    found = [(code, words.language(code), code in own) for code in fluency.CHOICES]
    return sorted(found, key=lambda one: one[1])


@router.post("/account/languages")
def tell_languages(visit: Visiting) -> Response:
    chosen = visit.form.all("languages")
    return _act(visit, "languages", lambda: fluency.tell(visit.process, visit.actor, chosen))


def _act(visit: Visit, at: str, do: Callable[[], object]) -> Response:
    """Do it, or show the page with the reason why not."""
    try:
        do()
    except (WrongPassphrase, WrongCode):
        return _page(visit, at, NOT_YOURS)
    except Mistyped:
        return _page(visit, at, MISTYPED)
    except TooSoon as refused:
        return _page(visit, at, too_soon(refused))
    except GuardFailed as refused:
        return _page(visit, at, sentence(refused))
    return visit.see("/account")


# --- second factors ------------------------------------------------------------------------------


@router.post("/account/factors")
def offer(visit: Visiting) -> Response:
    """A page by a form, because it is asked again before it is shown."""
    return _offer(visit)


def _offer(visit: Visit, **problems: str) -> Response:
    shown = {**second.new_app(visit), **second.new_passkey(visit), **problems}
    return visit.page("factors.html", status=401 if problems else 200, **shown)


@router.post("/account/factors/app")
def add_app(visit: Visiting) -> Response:
    try:
        row = second.app_of(visit)
    except WrongCode:
        return _offer(visit, problem=second.NOT_RIGHT)
    return _added(visit, row)


@router.post("/account/factors/passkey")
def add_passkey(visit: Visiting) -> Response:
    try:
        row = second.passkey_of(visit)
    except WrongCode:
        return _offer(visit, passkey_problem=second.NO_PASSKEY)
    return _added(visit, row)


def _added(visit: Visit, row: FactorRow) -> Response:
    holder = visit.console.door.holder(visit.actor)
    return _act(visit, "factors", lambda: factors.add(visit.process, holder, row))


@router.post("/account/factors/{factor_id}/remove")
def remove(visit: Visiting, factor_id: UUID) -> Response:
    holder = visit.console.door.holder(visit.actor)
    return _act(visit, "factors", lambda: factors.remove(visit.process, holder, factor_id))


# --- passphrase, recovery code, sessions ---------------------------------------------------------


@router.post("/account/passphrase")
def change_passphrase(visit: Visiting) -> Response:
    form, own = visit.form, _account(visit)

    def act() -> None:
        with proof_lane(visit), turn(visit.console):
            own.change_passphrase(visit.token, form.one("old"), form.one("new"), form.one("again"))

    return _act(visit, "passphrase", act)


@router.post("/account/recovery")
def new_recovery(visit: Visiting) -> Response:
    """The new code stands on this one page, and nowhere else."""
    own = _account(visit)
    try:
        with proof_lane(visit), turn(visit.console):
            code = own.new_recovery(visit.token, visit.form.one("passphrase"))
    except WrongPassphrase:
        return _page(visit, "recovery", NOT_YOURS)
    except TooSoon as refused:
        return _page(visit, "recovery", too_soon(refused))
    return _page(visit, new_code=code)


@router.post("/account/recovery/try")
def try_recovery(visit: Visiting) -> Response:
    own = _account(visit)

    def act() -> None:
        with proof_lane(visit), turn(visit.console):
            own.try_recovery(visit.form.one("code"))

    return _act(visit, "try", act)


@router.post("/account/sessions/end")
def end_session(visit: Visiting) -> Response:
    own, name = _account(visit), visit.form.one("session")
    return _act(visit, "sessions", lambda: own.end_session(name))


# --- without a session ---------------------------------------------------------------------------


@router.get("/recover")
def ask(visit: Visiting) -> Response:
    return first_page(visit, "recover.html", login="", new_code="")


@router.post("/recover")
def recover(visit: Visiting) -> Response:
    form, door = visit.form, visit.console.door
    login = form.one("login").strip()
    try:
        with passphrase_lane(visit, login), turn(visit.console):
            given = (form.one("code"), form.one("new"), form.one("again"))
            code = account.recover(door, login, *given)
    except Mistyped:
        return _again(visit, login, 401, MISTYPED)
    except GuardFailed as refused:
        return _again(visit, login, 409, sentence(refused))
    except TooSoon as refused:
        return _again(visit, login, 429, too_soon(refused))
    except CryptoError:
        visit.console.counts.login_refused()
        return _again(visit, login, 401, NOT_KNOWN)
    return visit.page("recover.html", problem="", login="", new_code=code)


def _again(visit: Visit, login: str, status: int, problem: str) -> Response:
    shown = {"problem": problem, "login": login[:200], "new_code": ""}
    return visit.page("recover.html", status=status, **shown)
