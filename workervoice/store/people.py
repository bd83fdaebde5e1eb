"""Officers: their accounts, key slots and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

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


def add_slot(tx: Tx, officer: Officer, slot: Slot) -> None:
    """Store one way in."""
    tx.connection.execute(
        t.slot.insert().values(
            programme_id=officer.programme_id,
            officer_id=officer.id,
            kind=slot.kind,
            salt=slot.salt,
            cost=cost_to_text(slot.cost),
            auth_hash=slot.auth_hash,
            wrapped_umk=slot.wrapped_umk,
        )
    )


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


def add_session(tx: Tx, session_id: bytes, officer: Officer, box: bytes, now: datetime) -> None:
    tx.connection.execute(
        t.session.insert().values(
            programme_id=officer.programme_id,
            id=session_id,
            officer_id=officer.id,
            box=box,
            started_at=now,
            seen_at=now,
        )
    )


def find_session(
    tx: Tx, session_id: bytes, *, started_after: datetime, seen_after: datetime
) -> tuple[Officer, bytes]:
    """Whose live session this is, and its box; `NotFound` if ended, idle or unknown."""
    query = select(*_OFFICER, t.session.c.box).join(
        t.session, t.session.c.officer_id == t.officer.c.id
    )
    row = tx.connection.execute(
        query.where(
            t.session.c.id == session_id,
            t.session.c.started_at > started_after,
            t.session.c.seen_at > seen_after,
        )
    ).one_or_none()
    return _officer(row), bytes(row.box)  # type: ignore[union-attr]


def touch_session(tx: Tx, session_id: bytes, now: datetime) -> None:
    tx.connection.execute(
        t.session.update().where(t.session.c.id == session_id).values(seen_at=now)
    )


def drop_sessions(tx: Tx, *, started_before: datetime) -> None:
    """Rows of sessions that ended by themselves."""
    tx.connection.execute(t.session.delete().where(t.session.c.started_at < started_before))


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
