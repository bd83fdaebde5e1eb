"""Files that show what was done: the routes that staff's and buyers' pages of a plan share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from workervoice.errors import Declined, GuardFailed, Unavailable
from workervoice.hotline import evidence
from workervoice.hotline.evidence import Evidence
from workervoice.hotline.planning import OpenPlan
from workervoice.wash.outcome import Washed
from workervoice.web.console.acting import Subject
from workervoice.web.console.gate import Visit, Visiting
from workervoice.web.console.media import small_picture, whole
from workervoice.web.console.mediawords import medium_why

Opening = Callable[[Visit, UUID], AbstractContextManager[OpenPlan]]


@dataclass(frozen=True, slots=True)
class Openings:
    """How whoever may read a subject's plan gets it to look at, and to work on."""

    to_read: Opening
    to_change: Opening


def add_evidence(router: APIRouter, subject: Subject, opened: Openings) -> None:
    """Serve the files of the plan that lies under a subject."""
    place = f"{subject.path}/actions/{{action_id}}"

    @router.post(f"{place}/evidence")
    def add(visit: Visiting, action_id: UUID) -> Response:
        def act() -> None:
            says = visit.form.one("note")
            with opened.to_change(visit, visit.id(subject.name)) as plan:
                evidence.may_add(plan, action_id, says)
            brought = Evidence(says, _washed(visit))  # outside of the transaction: it may take long
            with opened.to_change(visit, visit.id(subject.name)) as plan:
                evidence.add(plan, action_id, brought, visit.once())

        return subject.act(visit, f"action {action_id} evidence", act, "#plan")

    @router.get(f"{place}/media/{{medium_id}}")
    def medium(visit: Visiting, action_id: UUID, medium_id: UUID) -> Response:
        with opened.to_read(visit, visit.id(subject.name)) as plan:
            found = evidence.medium_of(plan, action_id, medium_id, whole=True)
        return whole(visit, medium_id, *found)

    @router.get(f"{place}/media/{{medium_id}}/small")
    def small(visit: Visiting, action_id: UUID, medium_id: UUID) -> Response:
        with opened.to_read(visit, visit.id(subject.name)) as plan:
            head, _ = evidence.medium_of(plan, action_id, medium_id, whole=False)
        return small_picture(head)


def add_removal(router: APIRouter, subject: Subject, opened: Opening) -> None:
    """Serve the removal of such a file: the hotline's people only."""

    @router.post(f"{subject.path}/actions/{{action_id}}/media/{{medium_id}}/remove")
    def remove(visit: Visiting, action_id: UUID, medium_id: UUID) -> Response:
        def act() -> None:
            with opened(visit, visit.id(subject.name)) as plan:
                evidence.remove(plan, action_id, medium_id, visit.form.one("reason"))

        return subject.act(visit, f"remove {medium_id}", act, "#plan")


def _washed(visit: Visit) -> Washed:
    """The file of the form, taken apart. Raises `GuardFailed` for none, and for one that cannot be
    washed: what nobody looked into goes to nobody."""
    file, wash = visit.form.file, visit.console.wash
    if file is None:
        raise GuardFailed("choose a file")
    if wash is None:
        raise Unavailable("files cannot be taken apart here")
    with visit.console.washing:
        outcome = wash(file.content, file.claimed)
    if isinstance(outcome, Washed):
        return outcome
    raise Declined(f"the file was not taken: {medium_why(outcome.reason)}")
