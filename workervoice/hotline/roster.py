"""The roster: everybody whom a registrar may see, and who waits to be confirmed.

Who is a registrar, the root-signed directory says, not the role.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from workervoice.errors import Forbidden, NotFound, NotTrusted
from workervoice.hotline.enrolling import person_fingerprint
from workervoice.hotline.epochs import Registry, registering
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.registering import settle_organisation
from workervoice.message import Role
from workervoice.store import factors, people
from workervoice.store.engine import Scope
from workervoice.store.invitations import invitations
from workervoice.store.invitations import waits as invitation_waits
from workervoice.store.people import Officer
from workervoice.store.programme import Organisation, rows_of

ASKED_AGAIN_SECONDS = 60  # how long a page may show a way that leads nowhere, or leave it out


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the list of people. `state` is "invited", "waiting" (to be confirmed), "admitted"
    or "left"; only who waits has a fingerprint to compare. `second_factor`: one was set up. A
    registrar who left is one until the root ends their entry."""

    id: UUID
    login: str
    name: str
    role: str
    organisation_id: UUID
    state: str
    registrar: bool = False
    fingerprint: str = ""
    second_factor: bool = False


def list_people(process: Process, actor: Actor) -> list[Person]:
    """Everybody whom this registrar may see, by login."""
    with process.database.begin(Scope(actor.officer.programme_id)) as tx:
        with_factor = factors.officers_with_factor(tx)
    with registering(process, actor) as desk:
        open_ones = {each.id: each for each in invitations(desk.tx)}
        found = [
            Person(i.id, i.login, i.name, i.role, i.organisation_id, "invited")
            for i in open_ones.values()
            if i.keys is None
        ]
        known = people.known_officers(desk.tx, desk.pen.vault)
        left = people.left(desk.tx, desk.pen.vault, known)
        for officer in known.values():
            claimed = open_ones[officer.id].keys if officer.id in open_ones else None
            one = _person(desk, officer, claimed, officer.id in with_factor)
            found.append(replace(one, state="left") if one.id in left else one)
    return sorted(found, key=lambda person: person.login)


def person(process: Process, actor: Actor, person_id: UUID) -> Person:
    """One of them. Raises `NotFound` for anybody else."""
    for each in list_people(process, actor):
        if each.id == person_id:
            return each
    raise NotFound("no such person")


def organisations(process: Process, actor: Actor) -> list[Organisation]:
    """Where this registrar may let people in: everywhere, or into their own organisation."""
    with registering(process, actor) as desk:
        limit = desk.tx.scope.organisation
        every = rows_of(desk.tx, Organisation)
    return [each for each in every if limit in (None, each.id)]


@dataclass(slots=True)
class Registrars:
    """Who was found to be a registrar lately, so that not every page has to ask."""

    _known: dict[UUID, tuple[bool, int]] = field(default_factory=dict, repr=False)

    def has(self, process: Process, actor: Actor) -> bool:
        now = int(process.clock().timestamp())
        known, at = self._known.get(actor.id, (False, now - ASKED_AGAIN_SECONDS))
        if now - at >= ASKED_AGAIN_SECONDS:
            known = is_registrar(process, actor)
            self._known[actor.id] = (known, now)
        return known


def waits(process: Process, actor: Actor) -> bool:
    """Whether somebody made their account, and nobody has confirmed it yet. The first registrar of
    a buyer is confirmed by the root: when they come, that buyer's keys are made."""
    with process.database.begin() as tx:
        waiting = invitation_waits(tx, actor.officer)
    return waiting and not settle_organisation(process, actor)


def is_registrar(process: Process, actor: Actor) -> bool:
    """Whether the directory says that this person vouches for others."""
    if actor.role not in {Role.SUPERVISOR, Role.BUYER}:
        return False
    try:
        with registering(process, actor):
            return True
    except (Forbidden, NotTrusted):
        return False


def _person(desk: Registry, officer: Officer, claimed: bytes | None, factor: bool) -> Person:
    state, registrar = "waiting" if claimed else "left", False
    try:
        registrar = desk.directory.trusted(officer.id).kind == "registrar"
        state = "waiting" if claimed else "admitted"
    except NotTrusted:
        pass
    compare = person_fingerprint(claimed[:32], claimed[32:]) if claimed else ""
    place = (officer.name, str(officer.role), officer.organisation_id)
    return Person(officer.id, officer.login, *place, state, registrar, compare, factor)
