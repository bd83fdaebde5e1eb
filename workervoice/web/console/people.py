"""People: who is there, who is invited, confirmed and let go; for registrars.

Whether somebody is one, the signed directory says: for everybody else there is no such page.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import Declined, WorkflowError
from workervoice.hotline import leaving, roster, staffing
from workervoice.hotline.roster import Person
from workervoice.hotline.staffing import ROLES, Guest
from workervoice.message import Role
from workervoice.web.console.acting import Subject
from workervoice.web.console.forms import Form, Tried, id_of
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.sentences import sentence

router = APIRouter()


@router.get("/people")
def show_all(visit: Visiting) -> Response:
    return _list(visit)


def _list(visit: Visit, tried: Tried | None = None) -> Response:
    """Everybody, and the form to invite; after a refusal with what was tried, and 409."""
    places = roster.organisations(visit.process, visit.actor)
    shown = {
        "people": roster.list_people(visit.process, visit.actor),
        "organisations": places,
        "names": {place.id: place.name for place in places},
        "roles": _roles(visit),
        "tried": tried or Tried(),
    }
    return visit.page("people.html", status=409 if tried else 200, **shown)


def _roles(visit: Visit) -> list[Role]:
    """Whom this registrar may let in; the hotline judges it."""
    of_buyer = visit.actor.role is Role.BUYER
    return [role for role in Role if role in ROLES and (not of_buyer or role is Role.BUYER)]


@router.post("/people/invite")
def invite(visit: Visiting) -> Response:
    """The token stands on this one page, and nowhere else."""
    try:
        guest = _guest(visit.form)
        token = staffing.invite(visit.process, visit.actor, guest)
    except WorkflowError as refused:
        return _list(visit, Tried("invite", visit.form, sentence(refused)))
    return visit.page("invited.html", guest=guest, token=token)


def _guest(form: Form) -> Guest:
    """Raises `Declined` for a role or organisation that no page of ours offered."""
    place, role = id_of(form, "organisation"), form.one("role")
    if place is None or role not in {str(each) for each in ROLES}:
        raise Declined("choose a role and an organisation from the list")
    return Guest(form.one("login").strip().lower(), form.one("name").strip(), Role(role), place)


@router.get("/people/{person_id}")
def show(visit: Visiting, person_id: UUID) -> Response:
    return _page(visit, person_id)


def _page(visit: Visit, person_id: UUID, tried: Tried | None = None) -> Response:
    """One person; after a refusal with what was tried, and 409."""
    person = roster.person(visit.process, visit.actor, person_id)
    places = roster.organisations(visit.process, visit.actor)
    shown = {
        "person": person,
        "organisation": {place.id: place.name for place in places}.get(person.organisation_id, ""),
        "me": person.id == visit.actor.id,
        "tried": tried or Tried(),
    }
    return visit.page("person.html", status=409 if tried else 200, **shown)


PERSON = Subject("person", "/people", _page)


@router.post("/people/{person_id}/admit")
def admit(visit: Visiting, person_id: UUID) -> Response:
    """Vouch for somebody who waits, by the fingerprint that they read over the phone."""

    def act() -> None:
        person = roster.person(visit.process, visit.actor, person_id)
        if person.state != "waiting":
            raise Declined("this person does not wait to be confirmed: look again")
        heard = visit.form.one("fingerprint")
        staffing.admit(visit.process, visit.actor, person.login, heard)

    return PERSON.act(visit, "admit", act)


@router.get("/people/{person_id}/remove")
def ask_to_remove(visit: Visiting, person_id: UUID) -> Response:
    """What it would do, or why it cannot be."""
    person = roster.person(visit.process, visit.actor, person_id)
    try:
        outlook = leaving.foresee(visit.process, visit.actor, person.login)
    except WorkflowError as refused:
        return _refused(visit, person, sentence(refused))
    return visit.page("remove.html", person=person, outlook=outlook, problem="")


def _refused(visit: Visit, person: Person, problem: str) -> Response:
    shown = {"person": person, "outlook": leaving.Outlook(), "problem": problem}
    return visit.page("remove.html", status=409, **shown)


@router.post("/people/{person_id}/remove")
def remove(visit: Visiting, person_id: UUID) -> Response:
    """Asked for again, it finishes what was interrupted."""
    person = roster.person(visit.process, visit.actor, person_id)
    if visit.form.one("sure") != "yes":
        return visit.see(f"/people/{person_id}/remove")
    try:
        also = visit.form.all("also")
        left = leaving.remove(visit.process, visit.actor, person.login, not_vouching=also)
    except WorkflowError as refused:
        return _refused(visit, person, sentence(refused))
    return visit.page("removed.html", person=person, left=left)
