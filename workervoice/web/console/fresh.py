"""Asked again: what is grave needs a proof, not older than five minutes, of who is at the browser.

Whoever comes with an older one gets a page that asks. It carries the whole form on, sends it to
where it was going, and there the proof is taken out and checked: what was typed is not lost, and
no other page ever asks for a passphrase.
"""

from __future__ import annotations

from fastapi.responses import Response

from workervoice.errors import WrongCode, WrongPassphrase
from workervoice.hotline.factors import TOTP
from workervoice.web.console.forms import PROOF_FIELDS
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.login import turn
from workervoice.web.console.routes import asks_again
from workervoice.web.console.second import options_to_use
from workervoice.web.console.throttling import proof_lane, too_soon
from workervoice.web.errors import NotFresh, TooSoon


def fresh(visit: Visiting) -> None:
    """Let the visit go on, or raise `NotFresh`."""
    request = visit.request
    route = request.scope["route"].path
    if not asks_again(request.method, route, request.path_params.get("move", "")):
        return
    passphrase, code, passkey = (visit.form.one(name) for name in PROOF_FIELDS)
    if passphrase or code or passkey:
        _check(visit, passphrase, code, passkey)
    elif not visit.console.door.is_fresh(visit.token):
        raise NotFresh(visit)


def _check(visit: Visit, passphrase: str, code: str, passkey: str) -> None:
    door = visit.console.door
    try:
        with proof_lane(visit), turn(visit.console):
            door.prove(visit.token, visit.actor, passphrase=passphrase, code=code, answer=passkey)
    except (WrongPassphrase, WrongCode):
        raise NotFresh(visit, "This is not right. Check it, and try again.") from None
    except TooSoon as refused:
        raise NotFresh(visit, too_soon(refused)) from None


def ask(error: NotFresh) -> Response:
    """The page that asks, with the form that waits."""
    visit: Visit = error.visit
    every = visit.console.door.factors(visit.actor)
    left_out = {"form_token", *PROOF_FIELDS}
    shown = {
        "problem": error.problem,
        "action": visit.request.url.path,
        "carried": [
            (name, value)
            for name, values in visit.form.fields.items()
            if name not in left_out
            for value in values
        ],
        "with_passphrase": not every,
        "with_code": any(factor.kind == TOTP for factor in every),
        "options": options_to_use(visit, every),
    }
    return visit.page("proof.html", status=401, **shown)
