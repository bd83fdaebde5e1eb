"""Leaving: what is done on the day that somebody goes.

Their ways in, sessions and wraps go, their entry ends, and whatever comes from then on is sealed to
new keys. What they signed stays theirs and stays readable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

from workervoice.crypto.directory import Entry
from workervoice.crypto.keyring import Holder
from workervoice.errors import Declined, NotFound, NotTrusted
from workervoice.hotline import factors
from workervoice.hotline.casefile import facts_now
from workervoice.hotline.ceremony import VALID_FOR
from workervoice.hotline.enrolling import person_fingerprint
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
from workervoice.store.log import marks_at, only_new
from workervoice.store.people import Officer
from workervoice.store.readers import drop_reader
from workervoice.store.rows import Place

LEAST_READERS = 2  # of a team: for everything that takes two people


@dataclass(frozen=True, slots=True)
class Left:
    """What became of it. `needs_root` if the root has still to end the entry of a registrar."""

    renewal: Renewal
    needs_root: bool


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody for whom only the leaver vouched, and since when by what they signed."""

    login: str
    name: str
    role: str
    since: date


@dataclass(frozen=True, slots=True)
class Outlook:
    """What letting somebody go would do: which group gets new keys ("team", "organisation" or ""),
    how many restricted cases do, and for whom the registrar who does it will vouch instead.

    `name` and `fingerprint` are for comparing: is it this person?
    """

    group: str = ""
    restricted: int = 0
    registrar: bool = False
    name: str = ""
    fingerprint: str = ""
    vouched: tuple[Vouched, ...] = ()


def foresee(process: Process, actor: Actor, login: str) -> Outlook:
    """What `remove` would do. Raises what it would raise."""
    with registering(process, actor) as desk:
        invited = _unclaimed(desk, login)
        if invited is not None:
            return Outlook(name=invited.name)
        officer = officer_named(desk, login)
        entry = _entry(desk, officer.id)
        if entry is None:
            return Outlook(name=officer.name)
        shown = person_fingerprint(entry.sign_public, entry.kem_public)
        if people.left(desk.tx, desk.pen.vault, [officer.id]):
            return Outlook(name=officer.name, fingerprint=shown)
        concerned: tuple[UUID, ...] = ()
        if entry.role in STAFF:
            concerned, _ = _concerned(desk, {entry.id})
            _enough_remain(desk, {entry.id}, concerned)
        group = "team" if entry.role in STAFF else ""
        group = "organisation" if entry.role == Role.BUYER else group
        registrar = entry.kind == "registrar"
        vouched = _vouched_by(desk, entry) if registrar else ()
        return Outlook(group, len(concerned), registrar, officer.name, shown, vouched)


def _vouched_by(desk: Registry, leaver: Entry) -> tuple[Vouched, ...]:
    known, found = people.known_officers(desk.tx, desk.pen.vault), []
    for each in _theirs(desk, leaver.id, "officer"):
        since = datetime.fromtimestamp(each.not_after, tz=UTC) - VALID_FOR
        who = known.get(each.id)
        login, name = (who.login, who.name) if who else (people.UNKNOWN, people.UNKNOWN)
        found.append(Vouched(login, name, each.role, since.date()))
    return tuple(sorted(found, key=lambda each: each.login))


def remove(
    process: Process, actor: Actor, login: str, *, not_vouching: Collection[str] = ()
) -> Left:
    """Let somebody go, or void their invitation. Asked for again, it finishes what was interrupted.

    Of those for whom only this person vouched, `not_vouching` are let go with them. Raises
    `Declined`, with nothing changed, if too few would remain.
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
        also = _with_them(desk, entry, not_vouching)
        if entry is None:
            _forget_guest(desk, officer)
        elif people.left(desk.tx, desk.pen.vault, [officer.id]):
            _take_away(desk, entry)
        else:
            unreadable = _let_go(desk, [entry, *also])
        needs_root = entry is not None and entry.kind == "registrar" and _holds(desk, entry)
    everything = actor.registrar_scope().organisation is None
    renewal = renew_cases(process, actor) if everything else Renewal(0, ())
    broken = tuple(sorted({*renewal.broken, *unreadable}))
    return Left(replace(renewal, broken=broken), needs_root)


def _with_them(desk: Registry, leaver: Entry | None, logins: Collection[str]) -> list[Entry]:
    """Whom the leaver vouched for and who are let go, too. Raises `Declined` for anybody else."""
    theirs = {each.id: each for each in _theirs(desk, leaver.id, "officer")} if leaver else {}
    found = {login: officer_named(desk, login).id for login in sorted(set(logins))}
    for login in (login for login, id_ in found.items() if id_ not in theirs):
        raise Declined(f"{login} is none of those for whom only they vouched")
    return [theirs[id_] for id_ in found.values()]


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
    for officer in people.known_officers(desk.tx, desk.pen.vault).values():
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
    first = Place("directory", (officer.id,), 1)
    if first in marks_at(desk.tx, desk.pen.vault, [first]):
        raise Declined(
            f"somebody changed in the database who vouches for {officer.login}: nobody trusts them "
            "as it is. `workervoice log verify` names the row; put it back, then remove them"
        )
    drop_invitation(desk.tx, officer.id)
    people.shut_out(desk.tx, desk.pen.vault, officer.id)
    desk.pen.log(desk.tx, "officer_removed", officer.id, str(officer.role))


def _let_go(desk: Registry, leavers: Sequence[Entry]) -> tuple[UUID, ...]:
    """Returns the cases that could not be read, of which nobody can say whether they need keys."""
    gone, staff = {each.id for each in leavers}, any(each.role in STAFF for each in leavers)
    concerned, unreadable = _concerned(desk, gone) if staff else ((), ())
    if staff:
        _enough_remain(desk, gone, concerned)
    for case_id in concerned:
        renew_for(desk, case_id, readers_now(desk, case_id, without=gone))
    renewed: set[UUID] = set()
    for entry in leavers:
        renewed |= _renew_groups(desk, entry, gone, renewed)
    for entry in leavers:
        if entry.kind == "registrar":
            _vouch_again(desk, entry.id, besides=renewed | gone)
        _take_away(desk, entry)
    return unreadable


def _take_away(desk: Registry, entry: Entry) -> None:
    """What one person has: their entry, ways in, sessions and keys, and what was put back of it
    since they left."""
    if entry.kind != "registrar" and _holds(desk, entry):
        ended = int(desk.pen.now.timestamp()) - 1
        desk.vouch(replace(entry, version=entry.version + 1, not_after=ended))
    people.shut_out(desk.tx, desk.pen.vault, entry.id)
    keys.drop_wraps(desk.tx, reader=entry.id)
    drop_reader(desk.tx, entry.id)
    only_new(desk.tx, desk.pen.vault, "unwrapped")
    desk.pen.log(desk.tx, "officer_removed", entry.id, entry.role)


def _concerns(desk: Registry, case_id: UUID, gone: Collection[UUID]) -> bool:
    """True for a restricted case that a leaver reads, or whose newest pair is of their making."""
    record = facts_now(desk.tx, desk.pen.vault, desk.directory, case_id)
    if not record.readers:
        return False
    row = cases.case_by_id(desk.tx, case_id)
    made_by = keys.key_pair_of(desk.tx, Holder("case", case_id, row.epoch)).signer_id
    return made_by in gone or not record.readers.isdisjoint(gone)


def _concerned(desk: Registry, gone: Collection[UUID]) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """The restricted cases that get new keys when they go, and those that nobody can say it of."""
    found, aside = [], SetAside()
    for case_id, *_ in sorted(cases.case_glimpses(desk.tx)):
        with aside.if_broken("case", case_id):
            if _concerns(desk, case_id, gone):
                found.append(case_id)
    return tuple(found), tuple(row.id for row in aside.rows)


def _enough_remain(desk: Registry, gone: Collection[UUID], concerned: Iterable[UUID]) -> None:
    rest = [each for each in people_of(desk, "team") if each.id not in gone]
    if len(rest) < LEAST_READERS:
        raise Declined(f"{len(rest)} would remain in the team: admit somebody first")
    if not any(each.role == Role.SUPERVISOR for each in rest):
        raise Declined("no supervisor would remain to release anything: admit one first")
    for case_id in concerned:
        try:
            readers_now(desk, case_id, without=gone)
        except Declined:
            raise Declined(
                f"only they can read the restricted case {case_id}: "
                "let them name somebody else or lift the restriction first"
            ) from None


def _renew_groups(
    desk: Registry, entry: Entry, gone: Collection[UUID], done: Collection[UUID]
) -> set[UUID]:
    """New keys for the group that this person was in, unless it has them already."""
    if entry.role in STAFF:
        group = sole(desk.directory, "team")
    elif entry.role == Role.BUYER and entry.organisation_id is not None:
        group = desk.directory.trusted(entry.organisation_id, "organisation")
    else:
        return set()
    if group.id not in done:
        renew_group(desk, group, without=gone)
    return {group.id}


def _vouch_again(desk: Registry, leaver: UUID, *, besides: Collection[UUID]) -> None:
    """Sign what only the leaver vouched for, before the root ends their entry."""
    for kind in ("officer", "team", "organisation"):
        for entry in _theirs(desk, leaver, kind):
            if entry.id not in besides:
                desk.vouch(replace(entry, version=entry.version + 1))


def _theirs(desk: Registry, leaver: UUID, kind: str) -> Iterator[Entry]:
    """The entries of a kind that hold, and that only the leaver signed."""
    for entry_id in desk.directory.ids(kind):
        newest = desk.directory.newest(entry_id)
        if newest.signer_id == leaver and _holds(desk, newest.entry):
            yield newest.entry
