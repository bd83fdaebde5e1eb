"""Second factors in the store: what belongs to whom, sealed, and how often it was used.

Nothing here is trusted: `fixed` is signed by its owner's key, and callers check that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.people import Officer


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One second factor: `fixed` never changes, `used` does with every use, and `version` rises."""

    id: UUID
    kind: str
    fixed: bytes = field(repr=False)
    version: int
    used: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def add_factor(tx: Tx, officer: Officer, row: FactorRow) -> None:
    tx.connection.execute(
        t.second_factor.insert().values(
            programme_id=officer.programme_id,
            officer_id=officer.id,
            **{name: getattr(row, name) for name in FactorRow.__slots__},
        )
    )


def factors_of(tx: Tx, officer: Officer) -> list[FactorRow]:
    """Everything that this person set up."""
    c = t.second_factor.c
    query = select(*(c[name] for name in FactorRow.__slots__)).where(
        c.programme_id == officer.programme_id, c.officer_id == officer.id
    )
    return [FactorRow(*row) for row in tx.connection.execute(query)]


def has_factor(tx: Tx, officer: Officer) -> bool:
    """Whether there is any, even one that cannot be used."""
    return bool(factors_of(tx, officer))


def officers_with_factor(tx: Tx) -> set[UUID]:
    """The officers of the programme for whom there is any, even one that cannot be used."""
    c = t.second_factor.c
    query = select(c.officer_id).where(c.programme_id == tx.programme)
    return set(tx.connection.execute(query).scalars())


def note_use(tx: Tx, officer: Officer, factor_id: UUID, version: int, used: bytes) -> bool:
    """Keep what a use left behind as the next version; False if another use came first."""
    c = t.second_factor.c
    done = tx.connection.execute(
        t.second_factor.update()
        .where(
            c.programme_id == officer.programme_id,
            c.officer_id == officer.id,
            c.id == factor_id,
            c.version == version - 1,
        )
        .values(used=used, version=version)
    )
    return done.rowcount == 1


def remove_factor(tx: Tx, officer: Officer, factor_id: UUID) -> bool:
    """False if this person has no such factor."""
    c = t.second_factor.c
    done = tx.connection.execute(
        t.second_factor.delete().where(
            c.programme_id == officer.programme_id,
            c.officer_id == officer.id,
            c.id == factor_id,
        )
    )
    return done.rowcount == 1
