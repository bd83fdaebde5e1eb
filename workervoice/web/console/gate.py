"""The gate: every request passes here, and nowhere else is it decided who may ask for what.

form ▸ its token (CSRF) ▸ session ▸ role ▸ ids ▸ page
"""

from __future__ import annotations

import hmac
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from workervoice.crypto.sessions import session_id
from workervoice.errors import HalfWay, NotFound
from workervoice.hotline import roster
from workervoice.hotline.act import Desk
from workervoice.hotline.doors import Door
from workervoice.hotline.lateness import KnownClocks
from workervoice.hotline.listing import Listing
from workervoice.hotline.media import Wash
from workervoice.hotline.process import Process
from workervoice.hotline.prompting import Prompter
from workervoice.hotline.reading import Actor
from workervoice.hotline.references import reference
from workervoice.hotline.roster import Registrars
from workervoice.hotline.throttle import Throttle
from workervoice.hotline.watch import Alarm, Watch
from workervoice.message import Role
from workervoice.web.console.counts import Counts
from workervoice.web.console.forms import Form, new_form_id, read_form
from workervoice.web.console.limits import is_paced
from workervoice.web.console.pace import Pace
from workervoice.web.console.pages import render
from workervoice.web.console.routes import ANYONE, HALF, HOME, LEAVING, ROUTES, UPLOADS
from workervoice.web.console.shelf import Shelf
from workervoice.web.console.uploads import read_upload
from workervoice.web.errors import Busy, NoSession, StaleForm, TooSoon, Unfinished, Waits

_PORT = re.compile(r":([0-9]{1,5})\Z")  # of a Host header
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

LOGINS_AT_ONCE = 8  # each waits for its turn at Argon2; more would take all threads
UPLOADS_AT_ONCE = 6  # each is held in memory; one of a person
WASHED_AT_ONCE = 2  # by children that may want much memory


@dataclass(frozen=True, slots=True)
class Console:
    """What all pages share."""

    process: Process
    door: Door
    desk: Desk
    secure_cookies: bool
    demo: bool
    throttle: Throttle
    prompter: Prompter
    behind_proxy: bool = False
    machine: Callable[[str, str], str] | None = None  # text and language to English
    shelf: Shelf = field(default_factory=Shelf)
    wash: Wash | None = None  # takes apart what is uploaded
    washing: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(WASHED_AT_ONCE))
    uploads: set[UUID] = field(default_factory=set)  # whose files are coming in now
    logins: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(LOGINS_AT_ONCE))
    watch: Watch = field(default_factory=Watch)
    clocks: KnownClocks = field(default_factory=KnownClocks)
    counts: Counts = field(default_factory=Counts)
    pace: Pace = field(default_factory=Pace)
    registrars: Registrars = field(default_factory=Registrars)
    confirmed: set[UUID] = field(default_factory=set)  # officers who need not wait

    def cookie(self, request: Request) -> str:
        """Its name. A browser keeps one jar for all ports of a host, so that over plain http each
        port has a name of its own: two demos would sign each other out."""
        if self.secure_cookies:
            return "__Host-workervoice"
        port = _PORT.search(request.headers.get("host", ""))
        return f"workervoice-{port[1] if port else 80}"

    def device_cookie(self, request: Request) -> str:
        return f"{self.cookie(request)}-device"

    def give_cookie(self, request: Request, response: Response, token: str) -> None:
        """Until the browser closes; the session ends earlier on our side."""
        name, secure = self.cookie(request), self.secure_cookies
        response.set_cookie(name, token, secure=secure, httponly=True, samesite="strict")

    def take_cookie(self, request: Request, response: Response) -> None:
        name, secure = self.cookie(request), self.secure_cookies
        response.delete_cookie(name, secure=secure, httponly=True, samesite="strict")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request that the gate let in, with the form it brought and whoever is signed in."""

    console: Console
    request: Request
    form: Form
    token: str = field(repr=False)
    officer: Actor | None

    @property
    def process(self) -> Process:
        return self.console.process

    @property
    def actor(self) -> Actor:
        if self.officer is None:
            raise NoSession("nobody is signed in")
        return self.officer

    def reference(self, about: UUID | str) -> str:
        """What this officer's audience calls a case, issue or disclosure."""
        return reference(self.process.vault, self.actor, UUID(str(about)))

    def id(self, name: str) -> UUID:
        """The id of this kind in the request's path, which the gate has read."""
        return UUID(self.request.path_params[f"{name}_id"])

    def once(self) -> UUID | None:
        """The id of what this form makes, so that a form that is sent twice makes it once."""
        return self.form.once(str(self.actor.id), self.request.url.path)

    def page(self, template: str, *, status: int = 200, **shown: Any) -> Response:
        """A page of the console, with the form token of this session."""
        officer = self.officer.officer if self.officer is not None else None
        frame = {
            "officer": officer,
            "home": HOME.get(officer.role, "/") if officer is not None else "/",
            "form_token": self.console.door.form_token(self.token),
            "form_id": new_form_id(),
            "demo": self.console.demo,
            "reference": self.reference,
            "alarms": self._alarms(),
            "registrar": self._is_registrar(),
        }
        return render(self.request, template, {**frame, **shown}, status)

    def _is_registrar(self) -> bool:
        who = self.officer
        return who is not None and self.console.registrars.has(self.process, who)

    def _alarms(self) -> list[Alarm]:
        """What the supervisors and the monitor of the programme are to know."""
        if self.officer is None or self.officer.role not in {Role.SUPERVISOR, Role.MONITOR}:
            return []
        return self.console.watch.alarms(self.process, self.officer)

    def listing(self, template: str, every: Listing[Any], **shown: Any) -> Response:
        """A page of lines, and of rows that could not be read, which are counted."""
        self.console.counts.unreadable(every.unreadable)
        return self.page(template, **{"lines": every, "unreadable": every.unreadable, **shown})

    def see(self, path: str) -> Response:
        """Send the browser on, so that reloading a page never repeats what was done."""
        return RedirectResponse(path, 303)


async def taken_in(request: Request) -> AsyncIterator[Form]:
    """The form of a request. One that may bring a file is read only for somebody who is signed in,
    and few at once. Raises `NoSession`, `Waits`, `NotFound`, `Busy`, `TooLarge` or `Unreadable`."""
    place = request.method, request.scope["route"].path
    if place not in UPLOADS:
        yield await read_form(request)
        return
    console: Console = request.app.state.console
    token = request.cookies.get(console.cookie(request), "")
    sender = await run_in_threadpool(_check_sender, console, token, request)
    if sender in console.uploads or len(console.uploads) >= UPLOADS_AT_ONCE:
        raise Busy("too many files at once")
    console.uploads.add(sender)
    try:
        yield await read_upload(request)
    finally:
        console.uploads.discard(sender)


def _check_sender(console: Console, token: str, request: Request) -> UUID:
    """Whatever can be known of who sends, before the form is read; who it is."""
    actor = _recognise(console, token, request)
    _check_confirmed(Visit(console, request, Form(), token, actor))
    if actor.role not in ROUTES[request.method, request.scope["route"].path]:
        raise NotFound("no such page for this role")
    return actor.id


def gate(request: Request, form: Annotated[Form, Depends(taken_in)]) -> Visit:
    """Let a request in, or raise `StaleForm`, `NoSession`, `TooSoon` or `NotFound`."""
    console: Console = request.app.state.console
    token = request.cookies.get(console.cookie(request), "")
    allowed = ROUTES[request.method, request.scope["route"].path]
    if request.method == "POST":
        _check_form(console, token, form, request)
    if allowed == ANYONE:
        return Visit(console, request, form, token, None)
    actor = _half(console, token) if allowed == HALF else _recognise(console, token, request)
    if is_paced(request.method, request.scope["route"].path):
        _check_pace(console, token)
    _check_confirmed(Visit(console, request, form, token, actor))
    if allowed == HALF:
        return Visit(console, request, form, token, actor)
    if actor.role not in allowed:
        raise NotFound("no such page for this role")
    _check_ids(request.path_params)
    return Visit(console, request, form, token, actor)


def _check_form(console: Console, token: str, form: Form, request: Request) -> None:
    """A form of this session, and where the browser says so, from a page of ours."""
    given = form.one("form_token").encode()
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") in {"cross-site", "same-site"}
    if (
        elsewhere
        or not token
        or not hmac.compare_digest(given, console.door.form_token(token).encode())
    ):
        console.counts.form_refused()
        raise StaleForm("not a form of this session")


def _check_pace(console: Console, token: str) -> None:
    wait = console.pace.take(session_id(token))
    if wait:
        raise TooSoon(wait)


def _check_ids(params: Mapping[str, str]) -> None:
    """A thing has one address: its id is written in one way, and no other leads anywhere."""
    for name, given in params.items():
        if name.endswith("_id") and not _ID.fullmatch(given):
            raise NotFound("no such page")


def _recognise(console: Console, token: str, request: Request) -> Actor:
    """Whose session this is. A page that refreshes itself does not keep a session awake; a person
    who types does, whose draft is kept meanwhile."""
    by_itself = request.method == "GET" and request.headers.get("hx-request") == "true"
    try:
        return console.door.recognise(token, awake=not by_itself)
    except HalfWay:
        raise Unfinished("the second factor is missing") from None
    except NotFound:
        raise NoSession("no such session") from None


def _check_confirmed(visit: Visit) -> None:
    """Raises `Waits` for somebody whom no registrar has confirmed. Nobody has to wait twice."""
    confirmed, who = visit.console.confirmed, visit.actor
    if who.id in confirmed or visit.request.scope["route"].path in LEAVING:
        return
    if roster.waits(visit.process, who):
        raise Waits(visit)
    confirmed.add(who.id)


def _half(console: Console, token: str) -> Actor:
    try:
        return console.door.half(token)
    except NotFound:
        raise NoSession("no such session") from None


Visiting = Annotated[Visit, Depends(gate)]
