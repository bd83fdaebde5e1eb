"""Officers: their accounts, key slots and sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from workervoice.crypto.slots import Cost, Slot
from workervoice.errors import NotFound
from workervoice.message import Role
from workervoice.store import tables as t
from workervoice.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Officer:
    """A person with an account."""

    programme_id: UUID
    id: UUID
    organisation_id: UUID
    login: str
    name: str
    role: Role


_OFFICER = [
    t.officer.c[name] for name in ("programme_id", "id", "organisation_id", "login", "name", "role")
]


def add_officer(tx: Tx, officer: Officer, bundle: bytes) -> None:
    """Store an account with its boxed key bundle; without a slot nobody can enter."""
    columns = {name: getattr(officer, name) for name in Officer.__slots__}
    tx.connection.execute(
        t.officer.insert().values(**{**columns, "role": str(officer.role)}, bundle=bundle)
    )


def add_slot(tx: Tx, officer: Officer, slot: Slot, *, tried: bool = False) -> None:
    """Store one way in; `tried`: its owner has it at hand, for certain."""
    tx.connection.execute(
        t.slot.insert().values(
            programme_id=officer.programme_id,
            officer_id=officer.id,
            kind=slot.kind,
            salt=slot.salt,
            cost=cost_to_text(slot.cost),
            auth_hash=slot.auth_hash,
            wrapped_umk=slot.wrapped_umk,
            tried=tried,
        )
    )


def replace_slot(tx: Tx, officer: Officer, slot: Slot, *, tried: bool) -> None:
    """Store a way in, in place of the one of this kind."""
    tx.connection.execute(t.slot.delete().where(*_own_slot(officer, slot.kind)))
    add_slot(tx, officer, slot, tried=tried)


def is_untried(tx: Tx, officer: Officer, kind: str) -> bool:
    """True if there is such a way in, and nobody has ever tried it."""
    query = select(t.slot.c.tried).where(*_own_slot(officer, kind))
    return tx.connection.execute(query).scalar_one_or_none() is False


def note_tried(tx: Tx, officer: Officer, kind: str) -> None:
    tx.connection.execute(t.slot.update().where(*_own_slot(officer, kind)).values(tried=True))


def _own_slot(officer: Officer, kind: str) -> tuple[ColumnElement[bool], ...]:
    c = t.slot.c
    return (c.programme_id == officer.programme_id, c.officer_id == officer.id, c.kind == kind)


def officer_by_login(tx: Tx, login: str) -> Officer:
    """`NotFound` if nobody logs in by that name."""
    row = tx.connection.execute(select(*_OFFICER).where(t.officer.c.login == login)).one_or_none()
    return _officer(row)


def officers(tx: Tx) -> dict[UUID, Officer]:
    """Everybody of the programme, by id."""
    query = select(*_OFFICER).where(t.officer.c.programme_id == tx.programme)
    return {row.id: _officer(row) for row in tx.connection.execute(query)}


def slot_of(tx: Tx, officer: Officer, kind: str) -> tuple[Slot, bytes]:
    """A key slot and the boxed bundle that it leads to; `NotFound` without one."""
    query = (
        select(t.slot, t.officer.c.bundle)
        .join(t.officer, t.officer.c.id == t.slot.c.officer_id)
        .where(t.slot.c.officer_id == officer.id, t.slot.c.kind == kind)
    )
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"officer {officer.id} has no {kind} slot")
    cost = cost_from_text(row.cost)
    slot = Slot(row.kind, bytes(row.salt), cost, bytes(row.auth_hash), bytes(row.wrapped_umk))
    return slot, bytes(row.bundle)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as it is stored: see `crypto.sessions`."""

    id: bytes = field(repr=False)
    stage: str
    box: bytes = field(repr=False)
    proof: bytes = field(repr=False)
    challenge: bytes | None = field(default=None, repr=False)


def add_session(tx: Tx, officer: Officer, row: SessionRow, now: datetime) -> None:
    tx.connection.execute(
        t.session.insert().values(
            programme_id=officer.programme_id,
            officer_id=officer.id,
            started_at=now,
            seen_at=now,
            **{name: getattr(row, name) for name in SessionRow.__slots__},
        )
    )


def find_session(
    tx: Tx, session_id: bytes, *, started_after: datetime, seen_after: datetime
) -> tuple[Officer, SessionRow]:
    """Whose live session this is; `NotFound` if ended, idle or unknown."""
    columns = [t.session.c[name].label(f"session_{name}") for name in SessionRow.__slots__]
    query = select(*_OFFICER, *columns).join(t.session, t.session.c.officer_id == t.officer.c.id)
    row = tx.connection.execute(
        query.where(
            t.session.c.id == session_id,
            t.session.c.started_at > started_after,
            t.session.c.seen_at > seen_after,
        )
    ).one_or_none()
    officer = _officer(row)
    return officer, SessionRow(*(getattr(row, column.name) for column in columns))


def set_proof(tx: Tx, session_id: bytes, proof: bytes) -> None:
    """Keep that whoever holds this session has just proved who they are."""
    tx.connection.execute(
        t.session.update().where(t.session.c.id == session_id).values(proof=proof)
    )


def set_challenge(tx: Tx, session_id: bytes, challenge: bytes) -> None:
    """What a passkey is asked to sign next, in place of what it was asked before."""
    tx.connection.execute(
        t.session.update().where(t.session.c.id == session_id).values(challenge=challenge)
    )


def take_challenge(tx: Tx, session_id: bytes) -> bytes | None:
    """What was asked, this once."""
    c = t.session.c
    asked = tx.connection.execute(
        select(c.challenge).where(c.id == session_id).with_for_update()
    ).scalar_one_or_none()
    tx.connection.execute(t.session.update().where(c.id == session_id).values(challenge=None))
    return None if asked is None else bytes(asked)


def touch_session(tx: Tx, session_id: bytes, now: datetime) -> None:
    tx.connection.execute(
        t.session.update().where(t.session.c.id == session_id).values(seen_at=now)
    )


def drop_sessions(tx: Tx, *, started_before: datetime) -> None:
    """Rows of sessions that ended by themselves."""
    tx.connection.execute(t.session.delete().where(t.session.c.started_at < started_before))


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """When a session began and was seen last."""

    id: bytes = field(repr=False)
    started_at: datetime
    seen_at: datetime


def sessions_of(tx: Tx, officer: Officer, *, started_after: datetime) -> list[SessionTimes]:
    """The sessions of one person, the newest first."""
    c = t.session.c
    query = (
        select(c.id, c.started_at, c.seen_at)
        .where(*_own_sessions(officer), c.started_at > started_after)
        .order_by(c.started_at.desc())
    )
    return [SessionTimes(*row) for row in tx.connection.execute(query)]


def end_session_of(tx: Tx, officer: Officer, session_id: bytes) -> bool:
    """False if this person has no such session."""
    mine = t.session.delete().where(*_own_sessions(officer), t.session.c.id == session_id)
    return tx.connection.execute(mine).rowcount == 1


def end_sessions(tx: Tx, officer: Officer, *, but: bytes = b"") -> None:
    """All of a person's sessions, but one."""
    others = t.session.delete().where(*_own_sessions(officer), t.session.c.id != but)
    tx.connection.execute(others)


def _own_sessions(officer: Officer) -> tuple[ColumnElement[bool], ...]:
    c = t.session.c
    return c.programme_id == officer.programme_id, c.officer_id == officer.id


def end_session(tx: Tx, session_id: bytes) -> None:
    tx.connection.execute(t.session.delete().where(t.session.c.id == session_id))


def with_a_way_in(tx: Tx) -> set[UUID]:
    """The officers who have a slot: whoever was shut out has none."""
    query = select(t.slot.c.officer_id).where(t.slot.c.programme_id == tx.programme)
    return set(tx.connection.execute(query).scalars())


def shut_out(tx: Tx, officer_id: UUID) -> None:
    """Delete an officer's ways in and every session; the account stays, for its name."""
    for table in (t.session, t.slot):
        tx.connection.execute(
            table.delete().where(
                table.c.programme_id == tx.programme, table.c.officer_id == officer_id
            )
        )


def _officer(row: object) -> Officer:
    if row is None:
        raise NotFound("no such officer")
    value = {column.name: getattr(row, column.name) for column in _OFFICER}
    return Officer(**{**value, "role": Role(value["role"])})


def cost_to_text(cost: Cost) -> str:
    """How a slot's cost is stored: memory in KiB, iterations, lanes."""
    return f"{cost.memory_kib},{cost.iterations},{cost.lanes}"


def cost_from_text(text: str) -> Cost:
    """Raises `ValueError`."""
    memory, iterations, lanes = (int(part) for part in text.split(","))
    return Cost(memory_kib=memory, iterations=iterations, lanes=lanes)
