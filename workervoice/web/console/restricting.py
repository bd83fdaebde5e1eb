"""Restricting a case to named people, and lifting that again: a supervisor's forms on its page."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import Declined
from workervoice.hotline import restricting
from workervoice.web.console.cases import CASE
from workervoice.web.console.forms import Form
from workervoice.web.console.gate import Visit, Visiting

router = APIRouter()


@router.post("/cases/{case_id}/restrict")
def restrict(visit: Visiting, case_id: UUID) -> Response:
    """Whoever leaves themselves out has no such case afterwards, and is sent to the others."""

    def act() -> None:
        named = _named(visit.form)
        restricting.restrict(visit.process, visit.actor, case_id, named, visit.form.one("reason"))

    answer = CASE.act(visit, "restrict", act)
    done = answer.status_code == 303
    return visit.see("/cases") if done and not _names_me(visit) else answer


@router.post("/cases/{case_id}/unrestrict")
def unrestrict(visit: Visiting, case_id: UUID) -> Response:
    reason = visit.form.one("reason")

    def act() -> None:
        restricting.unrestrict(visit.process, visit.actor, case_id, reason)

    return CASE.act(visit, "unrestrict", act)


def _names_me(visit: Visit) -> bool:
    return str(visit.actor.id) in visit.form.all("named")


def _named(form: Form) -> set[UUID]:
    """Raises `Declined` for an id that no page of ours offered."""
    try:
        return {UUID(each) for each in form.all("named")}
    except ValueError:
        raise Declined("choose from the names on the page") from None
