"""Coming in: a session is there, whole or half, and the browser is sent where it belongs."""

from __future__ import annotations

from fastapi.responses import Response

from workervoice.errors import HalfWay
from workervoice.hotline.account import account_of
from workervoice.web.console.gate import Visit
from workervoice.web.console.routes import HOME
from workervoice.web.console.throttling import remember_browser


def come_in(visit: Visit, token: str) -> Response:
    """Under its new cookie to the own pages, or to the second factor if that is missing."""
    console = visit.console
    try:
        actor = console.door.recognise(token)
    except HalfWay:
        response = visit.see("/second")
        console.give_cookie(visit.request, response, token)
        return response
    console.counts.signed_in(actor.id)
    waits = account_of(console.door, actor).recovery_waits()
    response = visit.see("/account" if waits else HOME.get(actor.role, "/"))
    console.give_cookie(visit.request, response, token)
    remember_browser(visit, actor.officer.login, response)
    return response
