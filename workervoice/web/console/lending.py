"""Lending one text to a translator from outside: the handler's side, and the translator's."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import GuardFailed, WorkflowError
from workervoice.hotline import borrowing, lending
from workervoice.hotline.lending import Wish
from workervoice.web.console.cases import CASE
from workervoice.web.console.forms import Form, Tried
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.sentences import sentence
from workervoice.workflow.lending import HOURS, HOURS_MAX

router = APIRouter()


@router.get("/cases/{case_id}/lend/{message_id}")
def look_through(visit: Visiting, case_id: UUID, message_id: UUID) -> Response:
    return _offer(visit, case_id, message_id)


def _offer(visit: Visit, case_id: UUID, message_id: UUID, tried: Tried | None = None) -> Response:
    shown = {
        "offer": lending.offer(visit.process, visit.actor, case_id, message_id),
        "case_id": case_id,
        "message_id": message_id,
        "hours": (HOURS, HOURS_MAX),
        "tried": tried or Tried(),
        "left_out": frozenset(tried.form.all("left_out")) if tried else frozenset(),
    }
    return visit.page("lend.html", status=409 if tried else 200, **shown)


@router.post("/cases/{case_id}/lend/{message_id}")
def lend(visit: Visiting, case_id: UUID, message_id: UUID) -> Response:
    try:
        wish = _wish(visit.form, message_id)
        lending.lend(visit.process, visit.actor, case_id, wish, visit.once())
    except WorkflowError as refused:
        tried = Tried("lend", visit.form, sentence(refused))
        return _offer(visit, case_id, message_id, tried)
    return visit.see(f"/cases/{case_id}#lent")


def _wish(form: Form, message_id: UUID) -> Wish:
    """Raises `GuardFailed` for what no form of ours sends."""
    try:
        to, hours = UUID(form.one("to")), int(form.one("hours"))
        left_out = frozenset(map(int, form.all("left_out")))
    except ValueError:
        raise GuardFailed("choose a translator from the list") from None
    untied = form.one("untied") == "yes"
    return Wish(message_id, to, hours, form.one("reason"), left_out, untied)


@router.post("/cases/{case_id}/lent/{lent_id}/back")
def take_back(visit: Visiting, case_id: UUID, lent_id: UUID) -> Response:
    def act() -> None:
        lending.take_back(visit.process, visit.actor, case_id, lent_id)

    return CASE.act(visit, f"back {lent_id}", act, "#lent")


@router.get("/lent")
def show_all(visit: Visiting) -> Response:
    return visit.page("lent.html", lines=borrowing.borrowed(visit.process, visit.actor))


@router.get("/lent/{loan_id}")
def show(visit: Visiting, loan_id: UUID) -> Response:
    return _loan(visit, loan_id)


def _loan(visit: Visit, loan_id: UUID, tried: Tried | None = None) -> Response:
    loan = borrowing.read_loan(visit.process, visit.actor, loan_id)
    return visit.page("loan.html", status=409 if tried else 200, loan=loan, tried=tried or Tried())


@router.post("/lent/{loan_id}")
def give_back(visit: Visiting, loan_id: UUID) -> Response:
    text = visit.form.one("text")
    try:
        borrowing.give_back(visit.process, visit.actor, loan_id, text)
    except WorkflowError as refused:
        return _loan(visit, loan_id, Tried("back", visit.form, sentence(refused)))
    return visit.see("/lent")
