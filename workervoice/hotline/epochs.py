"""Epochs: new keys for a team, an organisation or a case, when somebody leaves or may have copied.

A new epoch shuts nobody out of what was written before; it decides who reads what comes. A team
goes first, in one transaction; its cases follow in batches. Which of them are still to do is seen
from the wraps, so an interrupted renewal is continued by asking for it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from workervoice.crypto import keyring
from workervoice.crypto.directory import Directory, Entry, sign_entry
from workervoice.crypto.keyring import Holder, Kek
from workervoice.errors import CryptoError, Declined, Forbidden, NotFound, NotTrusted
from workervoice.hotline import casefile
from workervoice.hotline.process import Pen, Process, sole
from workervoice.hotline.reading import OFFICERS, Actor, pen_of
from workervoice.message import Role
from workervoice.store import cases, keys, people
from workervoice.store.engine import Tx

BATCH = 50  # cases a transaction
GROUP_VALID = timedelta(days=730)
STAFF = frozenset({Role.HANDLER, Role.SUPERVISOR})
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry in a registrar's hands for one transaction."""

    tx: Tx
    pen: Pen
    actor: Actor

    @property
    def directory(self) -> Directory:
        """As it stood when the transaction began."""
        return self.pen.directory

    def vouch(self, entry: Entry) -> None:
        """Sign an entry and store it."""
        signed = sign_entry(entry, self.actor.id, self.actor.bundle.sign)
        keys.add_directory_entry(self.tx, signed)


@contextmanager
def registering(process: Process, actor: Actor) -> Iterator[Registry]:
    """Open the registry for a registrar. Raises `Forbidden` for anybody else."""
    with process.database.begin(actor.registrar_scope()) as tx:
        pen = pen_of(tx, process, actor, process.clock())
        if pen.directory.trusted(actor.id).kind != "registrar":
            raise Forbidden("this is a registrar's")
        yield Registry(tx, pen, actor)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a pair is wrapped to: an officer (epoch 0), or a team's or organisation's pair."""

    id: UUID
    epoch: int
    public: bytes

    @classmethod
    def of(cls, entry: Entry) -> Reader:
        return cls(entry.id, entry.epoch, entry.kem_public)


@dataclass(frozen=True, slots=True)
class Renewal:
    """How far the cases are: how many got a new epoch, and those that could not, because somebody
    changed them in the database. `only_finished`: an earlier renewal was continued, and the team
    got no new keys."""

    renewed: int
    broken: tuple[UUID, ...]
    only_finished: bool = False


def people_of(desk: Registry, kind: str, group_id: UUID | None = None) -> list[Entry]:
    """Who may hold a group's key, by the directory: a wrap that somebody wrote into the database
    makes nobody a member, and a way in that somebody deleted shuts nobody out. Less whoever was
    let go, by the log, and whose entry the root has still to end. There is one team."""
    listed = {*desk.directory.ids("officer"), *desk.directory.ids("registrar")}
    found, left = [], people.left(desk.tx, desk.pen.vault, listed)
    for entry_id in listed - left:
        try:
            entry = desk.directory.trusted(entry_id, *OFFICERS)
        except NotTrusted:
            continue
        of_team = kind == "team" and entry.role in STAFF
        of_buyer = entry.role == Role.BUYER and entry.organisation_id == group_id
        if of_team or (kind == "organisation" and of_buyer):
            found.append(entry)
    return found


def give(tx: Tx, holder: Holder, kek: Kek, reader: Reader) -> None:
    """Wrap a pair to one more reader, and store the wrap."""
    wrap = keyring.wrap(kek, holder=holder, reader_id=reader.id, reader_public=reader.public)
    keys.add_wrap(tx, holder, reader.id, wrap, reader_epoch=reader.epoch)


def found_pair(tx: Tx, pen: Pen, holder: Holder, readers: Iterable[Reader]) -> bytes:
    """A new pair, signed by whoever acts and wrapped to these readers; returns its public half."""
    pair, kek = keyring.new_pair(holder)
    signature = pen.signer.sign(keyring.statement(holder, pair.public))
    keys.add_key_pair(tx, holder, keys.SharedPair(pair, pen.signer.id, signature))
    for reader in readers:
        give(tx, holder, kek, reader)
    return pair.public


def renew_group(desk: Registry, was: Entry, *, without: Collection[UUID] = ()) -> Entry:
    """A new epoch of a team or organisation for those who are in it now; returns its entry."""
    holder = Holder(was.kind, was.id, was.epoch + 1)
    members = people_of(desk, was.kind, was.id)
    readers = [Reader.of(each) for each in members if each.id not in without]
    public = found_pair(desk.tx, desk.pen, holder, readers)
    until = int((desk.pen.now + GROUP_VALID).timestamp())
    entry = replace(
        was, version=was.version + 1, epoch=holder.epoch, kem_public=public, not_after=until
    )
    desk.vouch(entry)
    desk.pen.log(desk.tx, "recipient_changed", was.id, f"{was.kind} epoch {holder.epoch}")
    return entry


@contextmanager
def of_operator(process: Process, actor: Actor) -> Iterator[Registry]:
    """The registry for one who speaks for the whole hotline. Raises `Forbidden`."""
    with registering(process, actor) as desk:
        if desk.directory.trusted(actor.id).organisation_id is not None:
            raise Forbidden("this is for a registrar of the hotline's operator")
        yield desk


def renew_team(process: Process, actor: Actor) -> Renewal:
    """New keys for the team and then for its cases. If an earlier renewal was interrupted, its
    cases are finished instead; those that cannot get new keys hold up nothing."""
    with of_operator(process, actor) as desk:
        team = sole(desk.directory, "team")
        behind = cases.stale_cases(desk.tx, team.id, team.epoch, _FIRST, 1)
    if behind:
        finished = renew_cases(process, actor)
        if finished.renewed:
            return replace(finished, only_finished=True)
    with of_operator(process, actor) as desk:
        renew_group(desk, sole(desk.directory, "team"))
    return renew_cases(process, actor)


@dataclass(frozen=True, slots=True)
class TeamNow:
    """The team as it is: who reads, and how many cases still have older keys."""

    id: UUID
    epoch: int
    logins: tuple[str, ...]
    stale: int


def team_now(process: Process, actor: Actor) -> TeamNow:
    """For a registrar of the hotline's operator."""
    with of_operator(process, actor) as desk:
        team = sole(desk.directory, "team")
        known = people.known_officers(desk.tx, desk.pen.vault)
        team_ids = (each.id for each in people_of(desk, "team"))
        logins = (known[id_].login if id_ in known else people.UNKNOWN for id_ in team_ids)
        stale = cases.stale_cases(desk.tx, team.id, team.epoch, _FIRST, 1_000_000)
        return TeamNow(team.id, team.epoch, tuple(sorted(logins)), len(stale))


def renew_cases(process: Process, actor: Actor) -> Renewal:
    """New keys for every case that still takes words for an older epoch of the team."""
    renewed, broken, after = 0, [], _FIRST
    while True:
        with registering(process, actor) as desk:
            team = sole(desk.directory, "team")
            found = cases.stale_cases(desk.tx, team.id, team.epoch, after, BATCH)
            for case_id in found:
                try:
                    with desk.tx.attempt():
                        renew_for(desk, case_id, readers_now(desk, case_id))
                    renewed += 1
                except (CryptoError, Declined):
                    broken.append(case_id)
        if len(found) < BATCH:
            return Renewal(renewed, tuple(broken))
        after = found[-1]


def renew_case(process: Process, actor: Actor, case_id: UUID) -> None:
    """New keys for one case, for those who may read it now."""
    with of_operator(process, actor) as desk:
        renew_for(desk, case_id, readers_now(desk, case_id))


def readers_now(desk: Registry, case_id: UUID, *, without: Collection[UUID] = ()) -> list[Reader]:
    """The team, or whom a supervisor named, by the signed facts: rows that name somebody count for
    nothing here. Raises `Declined` if nobody is left of these."""
    named = casefile.facts_now(desk.tx, desk.pen.vault, desk.directory, case_id).readers
    if not named:
        return [Reader.of(sole(desk.directory, "team"))]
    staff = people_of(desk, "team")
    found = [Reader.of(each) for each in staff if each.id in named - set(without)]
    if not found:
        raise Declined(f"nobody would be left who can read the restricted case {case_id}")
    return found


def renew_for(desk: Registry, case_id: UUID, readers: Collection[Reader]) -> int:
    """Let words of this case be sealed to a new pair from now on; returns its epoch. It is
    restricted if these are people, and its team's if they are the team."""
    row = cases.case_by_id(desk.tx, case_id, lock=True)
    if row.state == "erased":
        raise NotFound("no such case")
    epoch = max((row.epoch, *keys.epochs_of(desk.tx, "case", case_id))) + 1
    found_pair(desk.tx, desk.pen, Holder("case", case_id, epoch), readers)
    named = frozenset(each.id for each in readers if not each.epoch)
    casefile.change_epoch(desk.tx, desk.pen, row, epoch, named)
    desk.pen.log(desk.tx, "recipient_changed", case_id, f"case epoch {epoch}")
    return epoch
