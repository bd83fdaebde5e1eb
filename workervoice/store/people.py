"""Officers: their accounts and key slots.

Nothing here is trusted: the log knows every account and every way in, and is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, select

from workervoice.crypto.seal import ctx, digest
from workervoice.crypto.slots import RECOVERY, SLOT_KIND, Cost, Slot
from workervoice.errors import NotFound
from workervoice.message import Role
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.log import first_free, mark_of, marks_at
from workervoice.store.rows import Place, Row
from workervoice.store.vault import Vault

UNKNOWN = "?"  # stands for the login and name of an account that is not as it was logged


@dataclass(frozen=True, slots=True)
class Officer:
    """A person with an account."""

    programme_id: UUID
    id: UUID
    organisation_id: UUID
    login: str
    name: str
    role: Role

    def logged(self) -> Row:
        """As the log knows it: an account never changes."""
        return officer_row(self.id, self.organisation_id, self.login, self.name, self.role)


def officer_row(officer_id: UUID, organisation_id: UUID, login: str, name: str, role: str) -> Row:
    """What the log knows of an account."""
    return Row.of("officer", (officer_id, organisation_id), 1, login, name, str(role))


def slot_place(officer_id: UUID, kind: str, version: int = 1) -> Place:
    """Where the log knows a way in; the passphrase and the code are a series each."""
    which = UUID(bytes=digest(ctx("row", "slot", kind))[:16])
    return Place("slot", (officer_id, which), version)


def slot_row(officer_id: UUID, kind: str, version: int, *parts: bytes | str) -> Row:
    """What the log knows of a way in: salt, cost, hash and wrapped key."""
    place = slot_place(officer_id, kind, version)
    return Row.of(place.kind, place.series, version, *parts)


COLUMNS = [
    t.officer.c[name] for name in ("programme_id", "id", "organisation_id", "login", "name", "role")
]


def add_officer(tx: Tx, officer: Officer, bundle: bytes) -> None:
    """Store an account with its boxed key bundle; without a slot nobody can enter."""
    columns = {name: getattr(officer, name) for name in Officer.__slots__}
    tx.connection.execute(
        t.officer.insert().values(**{**columns, "role": str(officer.role)}, bundle=bundle)
    )
    tx.stored.append(officer.logged())


def add_slot(
    tx: Tx, officer: Officer, slot: Slot, *, tried: bool = False, version: int = 1
) -> None:
    """Store one way in; `tried`: its owner has it at hand, for certain."""
    tx.connection.execute(
        t.slot.insert().values(
            programme_id=officer.programme_id,
            officer_id=officer.id,
            kind=slot.kind,
            version=version,
            salt=slot.salt,
            cost=cost_to_text(slot.cost),
            auth_hash=slot.auth_hash,
            wrapped_umk=slot.wrapped_umk,
            tried=tried,
        )
    )
    parts = (slot.salt, cost_to_text(slot.cost), slot.auth_hash, slot.wrapped_umk)
    tx.stored.append(slot_row(officer.id, slot.kind, version, *parts))


def replace_slot(tx: Tx, vault: Vault, officer: Officer, slot: Slot, *, tried: bool) -> None:
    """Store a way in, in place of the one of this kind."""
    tx.connection.execute(t.slot.delete().where(*_own_slot(officer, slot.kind)))
    version = first_free(tx, vault, slot_place(officer.id, slot.kind))
    add_slot(tx, officer, slot, tried=tried, version=version)


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
    row = tx.connection.execute(select(*COLUMNS).where(t.officer.c.login == login)).one_or_none()
    return officer_from(row)


def officers(tx: Tx) -> dict[UUID, Officer]:
    """Everybody of the programme, by id, as it is written there."""
    query = select(*COLUMNS).where(t.officer.c.programme_id == tx.programme)
    return {row.id: officer_from(row) for row in tx.connection.execute(query)}


def known_officers(tx: Tx, vault: Vault) -> dict[UUID, Officer]:
    """Everybody of the programme, by id; one whose row is not as it was logged has no login and no
    name."""
    found = officers(tx)
    marks = marks_at(tx, vault, [each.logged().place for each in found.values()])
    return {
        each.id: each
        if marks.get(each.logged().place) == mark_of(vault, each.logged())
        else replace(each, login=UNKNOWN, name=UNKNOWN)
        for each in found.values()
    }


def names(tx: Tx, vault: Vault) -> dict[UUID, str]:
    """What people are called, by id."""
    return {each.id: each.name for each in known_officers(tx, vault).values()}


def slot_of(tx: Tx, officer: Officer, kind: str) -> tuple[Slot, bytes, Row]:
    """A key slot, the boxed bundle that it leads to, and what the log should know of it;
    `NotFound` without one. A cost that cannot be read costs nothing, and the log contradicts it."""
    query = (
        select(t.slot, t.officer.c.bundle)
        .join(t.officer, t.officer.c.id == t.slot.c.officer_id)
        .where(t.slot.c.officer_id == officer.id, t.slot.c.kind == kind)
    )
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"officer {officer.id} has no {kind} slot")
    salt, hashed, wrapped = bytes(row.salt), bytes(row.auth_hash), bytes(row.wrapped_umk)
    try:
        cost = cost_from_text(row.cost)
    except ValueError:
        cost = Cost(0, 0, 0)
    slot = Slot(row.kind, salt, cost, hashed, wrapped)
    logged = slot_row(officer.id, kind, row.version, salt, row.cost, hashed, wrapped)
    return slot, bytes(row.bundle), logged


def left_row(officer_id: UUID) -> Row:
    """What the log says of whoever was let go. There is no such row, and nobody comes back."""
    return Row.of("left", officer_id, 1)


def left(tx: Tx, vault: Vault, officer_ids: Iterable[UUID]) -> set[UUID]:
    """Who of these was let go, by the log: it does not matter which of their rows are there."""
    places = [left_row(officer_id).place for officer_id in officer_ids]
    return {place.series[0] for place in marks_at(tx, vault, places)}


def shut_out(tx: Tx, vault: Vault, officer_id: UUID) -> None:
    """Delete an officer's ways in and every session; the account stays, for its name. What somebody
    put back since is deleted again."""
    _drop_ways(tx, officer_id)
    said = left_row(officer_id)
    if said.place in marks_at(tx, vault, [said.place]):
        return
    tx.stored.append(said)
    _ways_destroyed(tx, vault, officer_id)


def close_ways(tx: Tx, vault: Vault, officer_id: UUID) -> None:
    """Delete the ways in of somebody who is still one of us by what is stored: until a registrar
    has let them go, they cannot come in."""
    _drop_ways(tx, officer_id)
    _ways_destroyed(tx, vault, officer_id)


def _drop_ways(tx: Tx, officer_id: UUID) -> None:
    for table in (t.session, t.slot):
        tx.connection.execute(
            table.delete().where(
                table.c.programme_id == tx.programme, table.c.officer_id == officer_id
            )
        )


def _ways_destroyed(tx: Tx, vault: Vault, officer_id: UUID) -> None:
    for kind in (SLOT_KIND, RECOVERY):
        version = first_free(tx, vault, slot_place(officer_id, kind))
        if version > 1:
            tx.stored.append(Row.destroyed(slot_place(officer_id, kind, version)))


def officer_from(row: object) -> Officer:
    """One of the rows that have these columns; `NotFound` for none."""
    if row is None:
        raise NotFound("no such officer")
    value = {column.name: getattr(row, column.name) for column in COLUMNS}
    return Officer(**{**value, "role": Role(value["role"])})


def cost_to_text(cost: Cost) -> str:
    """How a slot's cost is stored: memory in KiB, iterations, lanes."""
    return f"{cost.memory_kib},{cost.iterations},{cost.lanes}"


def cost_from_text(text: str) -> Cost:
    """Raises `ValueError`."""
    memory, iterations, lanes = (int(part) for part in text.split(","))
    return Cost(memory_kib=memory, iterations=iterations, lanes=lanes)
