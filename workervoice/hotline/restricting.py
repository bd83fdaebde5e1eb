"""Restricting: a supervisor lets only named people read a case.

Its words get new keys, wrapped to them alone, and those of before are wrapped to them and taken
from the team. Who is named stands in the signed facts, which lists and pages go by; row-level
security hides the row itself, with its facts, from everybody else. What a colleague has read before
cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from workervoice.crypto.keyring import Holder, Kek
from workervoice.errors import Declined, Forbidden, IllegalMove, NotFound
from workervoice.hotline import casefile, reading
from workervoice.hotline.casefile import facts_now
from workervoice.hotline.epochs import Reader, Registry, give, people_of, renew_for
from workervoice.hotline.process import Process, sole
from workervoice.hotline.reading import Actor
from workervoice.message import Role
from workervoice.store import cases, keys, lent, people, readers


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be named for a case."""

    id: UUID
    name: str
    role: str


def colleagues(process: Process, actor: Actor) -> list[Colleague]:
    """The team, for a supervisor who names some of them; by name."""
    with _as_supervisor(process, actor) as desk:
        names = people.names(desk.tx, desk.pen.vault)
        team = people_of(desk, "team")
        found = [Colleague(each.id, names.get(each.id, people.UNKNOWN), each.role) for each in team]
    return sorted(found, key=lambda each: (each.name, each.id))


def restrict(
    process: Process, actor: Actor, case_id: UUID, named: Collection[UUID], reason: str
) -> None:
    """Let only these people read the case from now on, and its old words too. What of it was with
    translators is taken back."""
    with _supervising(process, actor, reason) as desk:
        staff = {entry.id: entry for entry in people_of(desk, "team")}
        if not named or set(named) - staff.keys():
            raise Declined("name handlers or supervisors who are with the hotline")
        _wrap_anew(desk, case_id, [Reader.of(staff[each]) for each in sorted(set(named))])
        row = cases.case_by_id(desk.tx, case_id)
        readers.set_readers(desk.tx, row, sorted(set(named)), desk.pen.now.date())
        if lent.drop_out(desk.tx, case_id):
            desk.pen.log(desk.tx, "lent_taken_back", case_id)
        _noted(desk, case_id, "case_restricted", f"Restricted to named people: {reason}")


def unrestrict(process: Process, actor: Actor, case_id: UUID, reason: str) -> None:
    """Give the case back to its team; by a supervisor who is named for it."""
    with _supervising(process, actor, reason) as desk:
        if not facts_now(desk.tx, process.vault, desk.directory, case_id).readers:
            raise IllegalMove(f"case {case_id} is not restricted")
        _wrap_anew(desk, case_id, [Reader.of(sole(desk.directory, "team"))])
        readers.drop_readers(desk.tx, case_id)
        _noted(desk, case_id, "case_unrestricted", f"The team's again: {reason}")


@contextmanager
def _supervising(process: Process, actor: Actor, reason: str) -> Iterator[Registry]:
    if not reason.strip():
        raise Declined("say why, in a few words")
    with _as_supervisor(process, actor) as desk:
        yield desk


@contextmanager
def _as_supervisor(process: Process, actor: Actor) -> Iterator[Registry]:
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden("a restriction is a supervisor's")
    with process.database.begin(actor.registrar_scope()) as tx:
        yield Registry(tx, reading.pen_of(tx, process, actor, process.clock()), actor)


def _wrap_anew(desk: Registry, case_id: UUID, who: list[Reader]) -> None:
    """Every epoch's pair to these and to nobody else, and a new one for what comes."""
    row = cases.case_by_id(desk.tx, case_id, lock=True)
    if row.state == "erased":
        raise NotFound("no such case")
    keks = _keks(desk, case_id)
    keys.drop_wraps(desk.tx, holder=("case", case_id))
    for holder, kek in keks:
        for reader in who:
            give(desk.tx, holder, kek, reader)
    renew_for(desk, case_id, who)


def _keks(desk: Registry, case_id: UUID) -> list[tuple[Holder, Kek]]:
    """Those of every epoch. Raises `NotFound` unless this supervisor can read all of it."""
    held = [Holder("case", case_id, e) for e in keys.epochs_of(desk.tx, "case", case_id)]
    return [(h, reading.kek_of(desk.tx, desk.actor, desk.directory, h)) for h in held]


def _noted(desk: Registry, case_id: UUID, event: str, text: str) -> None:
    row = cases.case_by_id(desk.tx, case_id)
    casefile.add_words(
        desk.tx, desk.pen, row, direction="note", words={"kind": "note", "text": text}
    )
    desk.pen.log(desk.tx, event, case_id)
