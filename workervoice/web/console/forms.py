"""Forms: what a page of ours sent, read by hand within a limit, and turned into field words.

Nothing here is ever logged or shown in a repr: forms carry passphrases, answers and reasons.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Request

from workervoice.crypto.seal import digest
from workervoice.disclosure.packet import Packet
from workervoice.errors import GuardFailed
from workervoice.hotline.planning import Promise
from workervoice.message import Priority
from workervoice.web.errors import TooLarge, Unreadable
from workervoice.workflow.consent import Ground, Override

FORM_BYTES = 128 * 1024  # two full texts in a script of three bytes a letter, encoded
FORM_FIELDS = 64
PROOF_FIELDS = ("proof_passphrase", "proof_code", "proof_passkey")  # see `fresh`
_UNSAID = {"form_token", *PROOF_FIELDS}  # fields that say nothing of what a form is about
_TYPE = "application/x-www-form-urlencoded"
_FORM_ID = re.compile("[0-9a-f]{32}")  # as `new_form_id` makes it


def new_form_id() -> str:
    """For the forms of one page as it is shown once."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a form brought, and the type that it claims to have. Its name is not kept: it
    may name a person."""

    content: bytes = field(repr=False)
    claimed: str


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form. Line ends are "\\n", and there are no NUL characters."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    file: Upload | None = field(default=None, repr=False)

    def one(self, name: str) -> str:
        """The first value of a field; "" if it is not there."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> tuple[str, ...]:
        return self.fields.get(name, ())

    def once(self, *place: str) -> UUID | None:
        """An id for what this form makes at a place: the same each time that it is sent.

        It comes from the form's own random id and from all that it says, so that a text which was
        changed and sent again is not taken for the first one. None for a form without such an id.
        """
        if not _FORM_ID.fullmatch(self.one("form")):
            return None
        said = sorted((name, value) for name, value in self.fields.items() if name not in _UNSAID)
        if self.file is not None:
            said.append(("file", (digest(self.file.content).hex(),)))
        return UUID(bytes=digest(json.dumps([place, said]).encode())[:16], version=4)


@dataclass(slots=True)
class Tried:
    """A form that was not taken: which one, what stood in it, and why, in words.

    The page may not have that form any more, because somebody changed things meanwhile: what was
    typed then stands at its end.
    """

    name: str = ""
    form: Form = Form()
    problem: str = ""
    found: bool = False  # the page has asked why, so it shows the form again

    def why(self, name: str) -> str:
        """What the form of this name has to say about itself."""
        if name != self.name:
            return ""
        self.found = True
        return self.problem

    def kept(self, name: str, column: str, default: str = "") -> str:
        """What to show again in a field of the form `name`."""
        return self.form.one(column) if name == self.name else default


async def read_form(request: Request) -> Form:
    """The form of a POST. Raises `TooLarge` or `Unreadable`; another content type has no fields."""
    if request.method != "POST":
        return Form()
    body = await read_body(request, FORM_BYTES)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TYPE:
        return Form()
    request.state.form = parse_form(body)  # for the page of a refusal
    return cast(Form, request.state.form)


async def read_body(request: Request, most: int) -> bytes:
    """Raises `TooLarge` with the first byte over."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLarge("form")
    return bytes(body)


def parse_form(body: bytes) -> Form:
    """Raises `Unreadable` for more fields than any page of ours has."""
    text = body.decode(errors="replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FORM_FIELDS)
    except ValueError:
        raise Unreadable("form") from None
    return form_of(pairs)


def form_of(pairs: Iterable[tuple[str, str]]) -> Form:
    """Of names and values as they were sent."""
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), _plain(value))
    return Form(fields)


def _plain(value: str) -> str:
    return value.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def id_of(form: Form, name: str) -> UUID | None:
    """An id that one of our pages put into its form; None for anything else."""
    try:
        return UUID(form.one(name))
    except ValueError:
        return None


def priority_of(form: Form) -> Priority:
    """Raises `GuardFailed` for none or an unknown one."""
    try:
        return Priority(form.one("priority"))
    except ValueError:
        raise GuardFailed("choose a priority from the list") from None


def site_of(form: Form) -> UUID:
    """Raises `GuardFailed` for none or a malformed one."""
    try:
        return UUID(form.one("site"))
    except ValueError:
        raise GuardFailed("choose a site from the list") from None


def held_of(form: Form) -> bool:
    """True to put under legal hold, False to lift it. Raises `GuardFailed` for neither."""
    if form.one("held") not in {"yes", "no"}:
        raise GuardFailed("say whether the legal hold is set or lifted")
    return form.one("held") == "yes"


def packet_of(form: Form, site: str, country: str) -> Packet:
    """What was drafted, complete or not: the packet itself says what is missing."""
    return Packet(
        site=site,
        country=country,
        indicators=form.all("indicators"),
        likelihood=form.one("likelihood"),
        eti_clause=form.one("eti_clause"),
        period=form.one("period").strip(),
        description=form.one("description"),
        first_steps=form.one("first_steps"),
        earliest_contact=form.one("earliest_contact").strip(),
    )


def promise_of(form: Form) -> Promise:
    """Raises `GuardFailed` for a due date that is no day, or a question left open."""
    try:
        due = date.fromisoformat(form.one("due").strip())
    except ValueError:
        raise GuardFailed("give the due date as a day, like 2026-11-30") from None
    if form.one("needs_site") not in {"yes", "no"}:
        raise GuardFailed("say whether the action needs the site")
    return Promise(
        description=form.one("description"),
        root_cause=form.one("root_cause"),
        preventive=form.one("preventive"),
        due=due,
        needs_site=form.one("needs_site") == "yes",
    )


def override_of(form: Form, by: UUID) -> Override | None:
    """The override that was filled in, or None without a ground; the hotline judges it."""
    ground = form.one("ground")
    return Override(by, form.one("reason"), cast(Ground, ground)) if ground else None
