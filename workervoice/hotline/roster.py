"""The roster: everybody whom a registrar may see, and who waits to be confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from workervoice.errors import NotTrusted
from workervoice.hotline.epochs import Registry, registering
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.staffing import person_fingerprint
from workervoice.store import people
from workervoice.store.invitations import invitations
from workervoice.store.people import Officer


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the list of people. `state` is "invited", "waiting" (to be confirmed), "admitted"
    or "left"; only who waits has a fingerprint to compare."""

    id: UUID
    login: str
    name: str
    role: str
    organisation_id: UUID
    state: str
    registrar: bool = False
    fingerprint: str = ""


def list_people(process: Process, actor: Actor) -> list[Person]:
    """Everybody whom this registrar may see, by login."""
    with registering(process, actor) as desk:
        open_ones = {each.id: each for each in invitations(desk.tx)}
        found = [
            Person(i.id, i.login, i.name, i.role, i.organisation_id, "invited")
            for i in open_ones.values()
            if i.keys is None
        ]
        for officer in people.officers(desk.tx).values():
            claimed = open_ones[officer.id].keys if officer.id in open_ones else None
            found.append(_person(desk, officer, claimed))
    return sorted(found, key=lambda person: person.login)


def _person(desk: Registry, officer: Officer, claimed: bytes | None) -> Person:
    state, registrar = "waiting" if claimed else "left", False
    try:
        registrar = desk.directory.trusted(officer.id).kind == "registrar"
        state = "waiting" if claimed else "admitted"
    except NotTrusted:
        pass
    compare = person_fingerprint(claimed[:32], claimed[32:]) if claimed else ""
    place = (officer.name, str(officer.role), officer.organisation_id)
    return Person(officer.id, officer.login, *place, state, registrar, compare)
