"""Leaving: what is done on the day that somebody goes.

Their ways in, sessions and wraps go, their entry ends, and whatever comes from then on is sealed to
new keys. What they signed stays theirs and stays readable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from workervoice.crypto.directory import Entry
from workervoice.crypto.keyring import Holder
from workervoice.errors import Declined, NotFound, NotTrusted
from workervoice.hotline import factors
from workervoice.hotline.casefile import facts_now
from workervoice.hotline.epochs import (
    STAFF,
    Registry,
    Renewal,
    people_of,
    readers_now,
    registering,
    renew_cases,
    renew_for,
    renew_group,
)
from workervoice.hotline.listing import SetAside
from workervoice.hotline.process import Process, sole
from workervoice.hotline.reading import Actor
from workervoice.message import Role
from workervoice.store import cases, keys, people
from workervoice.store.invitations import Invitation, drop_invitation, invitations
from workervoice.store.people import Officer
from workervoice.store.readers import drop_reader

LEAST_READERS = 2  # of a team: for everything that takes two people


@dataclass(frozen=True, slots=True)
class Left:
    """What became of it. `needs_root` if the root has still to end the entry of a registrar."""

    renewal: Renewal
    needs_root: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What letting somebody go would do: which group gets new keys ("team", "organisation" or ""),
    how many restricted cases do, and whether they vouch for others."""

    group: str = ""
    restricted: int = 0
    registrar: bool = False


def foresee(process: Process, actor: Actor, login: str) -> Outlook:
    """What `remove` would do. Raises what it would raise."""
    with registering(process, actor) as desk:
        if _unclaimed(desk, login) is not None:
            return Outlook()
        officer = officer_named(desk, login)
        entry = _entry(desk, officer.id)
        if entry is None or officer.id not in people.with_a_way_in(desk.tx):
            return Outlook()
        concerned: tuple[UUID, ...] = ()
        if entry.role in STAFF:
            concerned, _ = _concerned(desk, entry.id)
            _enough_remain(desk, entry, concerned)
        group = "team" if entry.role in STAFF else ""
        group = "organisation" if entry.role == Role.BUYER else group
        return Outlook(group, len(concerned), entry.kind == "registrar")


def remove(process: Process, actor: Actor, login: str) -> Left:
    """Let somebody go, or void their invitation. Asked for again, it finishes what was interrupted.

    Raises `Declined`, with nothing changed, if too few would remain.
    """
    unreadable: tuple[UUID, ...] = ()
    with registering(process, actor) as desk:
        invited = _unclaimed(desk, login)
        if invited is not None:
            drop_invitation(desk.tx, invited.id)
            desk.pen.log(desk.tx, "officer_removed", invited.id, invited.role)
            return Left(Renewal(0, ()), needs_root=False)
        officer = officer_named(desk, login)
        entry = _entry(desk, officer.id)
        if entry is None:
            _forget_guest(desk, officer)
        elif officer.id in people.with_a_way_in(desk.tx):
            unreadable = _let_go(desk, entry)
        needs_root = entry is not None and entry.kind == "registrar" and _holds(desk, entry)
    everything = actor.registrar_scope().organisation is None
    renewal = renew_cases(process, actor) if everything else Renewal(0, ())
    broken = tuple(sorted({*renewal.broken, *unreadable}))
    return Left(replace(renewal, broken=broken), needs_root)


def _unclaimed(desk: Registry, login: str) -> Invitation | None:
    """The invitation of somebody who has not made an account yet."""
    found = (i for i in invitations(desk.tx) if i.login == login and i.keys is None)
    return next(found, None)


def forget_factors(process: Process, actor: Actor, login: str) -> int:
    """They lost their second factors, and this registrar knows it from them: the next sign-in sets
    up a new one. Returns how many there were."""
    with registering(process, actor) as desk:
        officer = officer_named(desk, login)
    return factors.forget(process, actor.id, officer)


def officer_named(desk: Registry, login: str) -> Officer:
    """A colleague by their login."""
    for officer in people.officers(desk.tx).values():
        if officer.login == login:
            if officer.id == desk.actor.id:
                raise Declined("let another registrar do that for you")
            return officer
    raise NotFound(f"there is no officer {login}")


def _entry(desk: Registry, officer_id: UUID) -> Entry | None:
    try:
        return desk.directory.newest(officer_id).entry
    except NotTrusted:
        return None


def _holds(desk: Registry, entry: Entry) -> bool:
    return entry.not_after >= int(desk.pen.now.timestamp())


def _forget_guest(desk: Registry, officer: Officer) -> None:
    """Somebody who waited and whom nobody ever vouched for."""
    drop_invitation(desk.tx, officer.id)
    people.shut_out(desk.tx, officer.id)
    desk.pen.log(desk.tx, "officer_removed", officer.id, str(officer.role))


def _let_go(desk: Registry, entry: Entry) -> tuple[UUID, ...]:
    """Returns the cases that could not be read, of which nobody can say whether they need keys."""
    concerned, unreadable = _concerned(desk, entry.id) if entry.role in STAFF else ((), ())
    if entry.role in STAFF:
        _enough_remain(desk, entry, concerned)
    for case_id in concerned:
        renew_for(desk, case_id, readers_now(desk, case_id, without=entry.id))
    renewed = _renew_groups(desk, entry)
    if entry.kind == "registrar":
        _vouch_again(desk, entry.id, besides=renewed)
    elif _holds(desk, entry):
        ended = int(desk.pen.now.timestamp()) - 1
        desk.vouch(replace(entry, version=entry.version + 1, not_after=ended))
    people.shut_out(desk.tx, entry.id)
    keys.drop_wraps(desk.tx, reader=entry.id)
    drop_reader(desk.tx, entry.id)
    desk.pen.log(desk.tx, "officer_removed", entry.id, entry.role)
    return unreadable


def _concerns(desk: Registry, case_id: UUID, leaver: UUID) -> bool:
    """True for a restricted case that the leaver reads, or whose newest pair is of their making."""
    record = facts_now(desk.tx, desk.pen.vault, desk.directory, case_id)
    if not record.readers:
        return False
    row = cases.case_by_id(desk.tx, case_id)
    made_by = keys.key_pair_of(desk.tx, Holder("case", case_id, row.epoch)).signer_id
    return made_by == leaver or leaver in record.readers


def _concerned(desk: Registry, leaver: UUID) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """The restricted cases that get new keys when they go, and those that nobody can say it of."""
    found, aside = [], SetAside()
    for case_id, *_ in sorted(cases.case_glimpses(desk.tx)):
        with aside.if_broken("case", case_id):
            if _concerns(desk, case_id, leaver):
                found.append(case_id)
    return tuple(found), tuple(row.id for row in aside.rows)


def _enough_remain(desk: Registry, entry: Entry, concerned: Iterable[UUID]) -> None:
    team = people_of(desk, "team", entry.id)
    rest = [each for each in team if each.id != entry.id]
    if len(rest) < LEAST_READERS:
        raise Declined(f"{len(rest)} would remain in the team: admit somebody first")
    if not any(each.role == Role.SUPERVISOR for each in rest):
        raise Declined("no supervisor would remain to release anything: admit one first")
    for case_id in concerned:
        try:
            readers_now(desk, case_id, without=entry.id)
        except Declined:
            raise Declined(
                f"only they can read the restricted case {case_id}: "
                "let them name somebody else or lift the restriction first"
            ) from None


def _renew_groups(desk: Registry, entry: Entry) -> set[UUID]:
    """New keys for the group that this person was in."""
    if entry.role in STAFF:
        group = sole(desk.directory, "team")
    elif entry.role == Role.BUYER and entry.organisation_id is not None:
        group = desk.directory.trusted(entry.organisation_id, "organisation")
    else:
        return set()
    renew_group(desk, group, without=entry.id)
    return {group.id}


def _vouch_again(desk: Registry, leaver: UUID, *, besides: set[UUID]) -> None:
    """Sign what only the leaver vouched for, before the root ends their entry."""
    for kind in ("officer", "team", "organisation"):
        for entry_id in desk.directory.ids(kind):
            newest = desk.directory.newest(entry_id)
            mine = newest.signer_id == leaver and entry_id not in besides
            if mine and _holds(desk, newest.entry):
                desk.vouch(replace(newest.entry, version=newest.entry.version + 1))
