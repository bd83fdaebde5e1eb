"""Doing what a form asks for, and showing the page again if it was refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from fastapi.responses import Response

from workervoice.errors import WorkflowError
from workervoice.web.console.forms import Tried
from workervoice.web.console.gate import Visit
from workervoice.web.console.sentences import sentence

Show = Callable[[Visit, UUID, Tried | None], Response]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about: its name in paths, where it stands, and how it is shown."""

    name: str
    place: str
    show: Show

    @property
    def path(self) -> str:
        """As the inventory of routes writes it."""
        return f"{self.place}/{{{self.name}_id}}"

    def act(self, visit: Visit, form: str, do: Callable[[], object], then: str = "") -> Response:
        """Do it and go back to the page, at `then` or its top; if it was refused, show the page
        with the reason and the form as it was."""
        subject_id = visit.id(self.name)
        try:
            do()
        except WorkflowError as refused:
            return self.show(visit, subject_id, Tried(form, visit.form, sentence(refused)))
        return visit.see(f"{self.place}/{subject_id}{then}")
