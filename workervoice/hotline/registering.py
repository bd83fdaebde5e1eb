"""Registering: lines, sites, organisations, supply links and where posters hang, by a registrar;
and what a registrar asks the root for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid4

from workervoice.crypto.directory import Directory, Entry
from workervoice.crypto.keyring import Holder
from workervoice.errors import Declined, Forbidden, NotFound, NotTrusted
from workervoice.hotline.ceremony import VALID_FOR
from workervoice.hotline.epochs import GROUP_VALID, Reader, Registry, found_pair, registering
from workervoice.hotline.placing import Place, check_place
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.registry import is_vouched, lines, register, sites
from workervoice.hotline.staffing import claimed_entry
from workervoice.message import Role
from workervoice.store import people
from workervoice.store.engine import Tx
from workervoice.store.invitations import (
    Invitation,
    drop_invitation,
    invitation_of,
    invitations,
)
from workervoice.store.programme import (
    Hanging,
    Line,
    Organisation,
    Practice,
    Site,
    SupplyLink,
    add_registered,
    field_names,
    replace_registered,
    rows_of,
)

_BESIDE = frozenset({"programme_id", "version", "signer_id", "signature", "mark"})
_Row = TypeVar("_Row", Line, Site)
_WHAT: Mapping[str, type[Place | Practice]] = {
    "line": Line,
    "site": Site,
    "organisation": Organisation,
    "supply link": SupplyLink,
    "poster": Hanging,
    "practice": Practice,
}
_SIGNED_FOR = (Hanging, Practice)  # whose list says who did it


def add_place(process: Process, actor: Actor, make: Callable[[Tx], Place]) -> UUID:
    """Register what `make` makes, signed; returns its id. Raises `Forbidden` unless the registrar
    speaks for the whole hotline, and `Declined` for a second one of the same name."""
    with of_operator(process, actor) as desk:
        place = make(desk.tx)
        check_place(place)
        if _name(place) in {_name(row) for row in rows_of(desk.tx, type(place))}:
            raise Declined(f"there is a {_name(place)} already")
        signed = register(desk.tx.programme, place, actor.signer)
        add_registered(desk.tx, signed)
        desk.pen.log(desk.tx, "registered", place.id, type(place).__name__.lower())
        return place.id


def change_place(
    process: Process, actor: Actor, kind: type[_Row], name: str, changes: Mapping[str, Any]
) -> None:
    """Register the next version of a line or site, found by its slug or code, with what is changed.
    Raises as `add_place` does, and `NotFound` if there is none."""
    with of_operator(process, actor) as desk:
        known = sites if kind is Site else lines
        vouched = [
            row for row in known(desk.tx, desk.pen.vault, desk.directory) if _name(row) == name
        ]
        if not vouched:
            raise NotFound(f"there is no {kind.__name__.lower()} {name} that somebody vouched for")
        was = vouched[0]
        place = replace(was, version=was.version + 1, **changes)
        check_place(place)
        replace_registered(desk.tx, register(desk.tx.programme, place, actor.signer))
        detail = f"{kind.__name__.lower()} changed"
        desk.pen.log(desk.tx, "registered", place.id, detail)


@contextmanager
def of_operator(process: Process, actor: Actor) -> Iterator[Registry]:
    """Raises `Forbidden` unless the registrar speaks for the whole hotline."""
    with registering(process, actor) as desk:
        if desk.directory.trusted(actor.id).organisation_id is not None:
            raise Forbidden("this is for a registrar of the hotline's operator")
        yield desk


def link_between(
    tx: Tx, site: str, organisation: str, since: date, until: date | None, source: str
) -> SupplyLink:
    """A supply link by the site's code and the organisation's name."""
    found = [row.id for row in rows_of(tx, Site) if row.code == site]
    named = [row for row in rows_of(tx, Organisation) if row.name == organisation]
    if not found or not named:
        raise NotFound(f"there is no {'organisation' if found else 'site'} of that name")
    if named[0].kind != "buyer":
        raise Declined(f"{organisation} is no buyer: supply links lead to buyers only")
    return SupplyLink(uuid4(), found[0], named[0].id, since, until, source)


def listed(tx: Tx, directory: Directory, what: str) -> Iterator[list[str]]:
    """What every row says, field by field; one that no registrar vouched for says so."""
    kind = _WHAT[what]
    called = _names_in(tx) if kind in (SupplyLink, *_SIGNED_FOR) else {}
    who = ["signer_id"] if kind in _SIGNED_FOR else []
    names = [*(each for each in field_names(kind) if each not in _BESIDE), *who]
    for row in rows_of(tx, kind):
        values = [getattr(row, each) for each in names]
        said = ["" if v is None else called.get(v, str(v)) for v in values]
        yield said if is_vouched(directory, tx.programme, row) else [*said, "NOT VOUCHED FOR"]


def _names_in(tx: Tx) -> dict[object, str]:
    """What ids in other rows stand for: a line's slug, a site's code, an organisation's name, a
    login."""
    places: list[Place] = [*rows_of(tx, Line), *rows_of(tx, Site), *rows_of(tx, Organisation)]
    logins: dict[object, str] = {each.id: each.login for each in people.officers(tx).values()}
    return logins | {row.id: _name(row) for row in places}


def _name(place: Place) -> str:
    if isinstance(place, Line):
        return place.slug
    if isinstance(place, Site):
        return place.code
    return place.name if isinstance(place, Organisation) else str(place.id)


def end_link(process: Process, actor: Actor, link_id: UUID, until: date) -> None:
    """Say until which day an organisation buys from a site."""
    with registering(process, actor) as desk:
        link = next((row for row in rows_of(desk.tx, SupplyLink) if row.id == link_id), None)
        if link is None:
            raise NotFound("no such supply link")
        if until < link.since:
            raise Declined("a supply link cannot end before it began")
        ended = replace(link, until=until, version=link.version + 1)
        replace_registered(desk.tx, register(desk.tx.programme, ended, actor.signer))
        desk.pen.log(desk.tx, "registered", link_id, "supply link ended")


def settle_organisation(process: Process, actor: Actor) -> bool:
    """Found the key pair of a buyer whose first registrar this is; True if it was done now."""
    if actor.role is not Role.BUYER:
        return False
    try:
        with registering(process, actor) as desk:
            mine = actor.officer.organisation_id
            if mine in desk.directory.ids("organisation"):
                return False
            me = desk.directory.trusted(actor.id)
            holder = Holder("organisation", mine, 1)
            public = found_pair(desk.tx, desk.pen, holder, [Reader.of(me)])
            until = int((desk.pen.now + GROUP_VALID).timestamp())
            desk.vouch(
                Entry(
                    id=mine,
                    kind="organisation",
                    programme_id=desk.tx.programme,
                    version=1,
                    role="organisation",
                    organisation_id=mine,
                    epoch=1,
                    sign_public=b"",
                    kem_public=public,
                    not_after=until,
                )
            )
            if actor.id in {each.id for each in invitations(desk.tx)}:
                drop_invitation(desk.tx, actor.id)
            desk.pen.log(desk.tx, "recipient_changed", mine, "organisation epoch 1")
            return True
    except (Forbidden, NotTrusted):  # no registrar, or one who waits
        return False


def root_request(tx: Tx, directory: Directory, login: str, now: int, *, end: bool) -> Entry:
    """The entry that the root is asked to sign: somebody becomes a registrar, or stops being one.

    A supervisor vouches for everybody, a buyer's registrar for that buyer's people.
    """
    until = now - 1 if end else now + int(VALID_FOR.total_seconds())
    found = [o for o in people.officers(tx).values() if o.login == login]
    if not found:
        raise NotFound(f"there is no officer {login}")
    try:
        was = directory.newest(found[0].id).entry
    except NotTrusted:
        if end:
            raise Declined(f"nobody vouched for {login}: there is nothing to end") from None
        invited = invitation_of(tx, login)
        _check_invitation(directory, invited)
        entry = claimed_entry(tx, invited, until)
    else:
        entry = replace(was, version=was.version + 1, not_after=until)
    if end and entry.kind != "registrar":
        raise Declined(f"{login} is no registrar: any registrar removes them")
    if end:
        return entry
    if entry.role not in {Role.SUPERVISOR, Role.BUYER}:
        raise Declined(f"a {entry.role} cannot vouch for others")
    limit = None if entry.role == Role.SUPERVISOR else entry.organisation_id
    return replace(entry, kind="registrar", organisation_id=limit)


def _check_invitation(directory: Directory, invited: Invitation) -> None:
    """A registrar said this role in this organisation, and might say so. The keys are whoever's has
    read out their fingerprint at the root. Raises `NotTrusted`."""
    signer = directory.check_signature(
        invited.signer_id, invited.statement(), invited.signature, "registrar"
    )
    elsewhere = signer.organisation_id not in (None, invited.organisation_id)
    if elsewhere or (signer.role == Role.BUYER and invited.role != Role.BUYER):
        raise NotTrusted(str(invited.id))


def organisation_named(process: Process, actor: Actor, name: str | None) -> UUID:
    """The id of an organisation; the registrar's own without a name."""
    if name is None:
        return actor.officer.organisation_id
    with registering(process, actor) as desk:
        for row in rows_of(desk.tx, Organisation):
            if row.name == name:
                return row.id
    raise NotFound(f"there is no organisation {name}")
