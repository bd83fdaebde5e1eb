"""Second factors in the store: what belongs to whom, sealed, and how often it was used.

Nothing here is trusted: `fixed` is signed by its owner's key, and the log knows every factor that
there is; callers check that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import select

from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.log import first_free, next_versions
from workervoice.store.people import Officer
from workervoice.store.rows import Place, Row
from workervoice.store.vault import Vault


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One second factor: `fixed` never changes, `used` does with every use, and `version` rises."""

    id: UUID
    kind: str
    fixed: bytes = field(repr=False)
    version: int
    used: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    ordinal: int = 0  # the how manieth of this person; the store says

    def logged(self, officer_id: UUID) -> Row:
        """As the log knows it: what is sealed is signed, and may be sealed to another key."""
        return Row.of("factor", officer_id, self.ordinal, self.kind, self.signature)


def add_factor(tx: Tx, vault: Vault, officer: Officer, row: FactorRow) -> None:
    row = replace(row, ordinal=first_free(tx, vault, Place("factor", (officer.id,), 1)))
    tx.stored.append(row.logged(officer.id))
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


def remove_factor(tx: Tx, vault: Vault, officer: Officer, row: FactorRow) -> None:
    """On purpose: a row that is taken away otherwise is missed."""
    c = t.second_factor.c
    tx.connection.execute(
        t.second_factor.delete().where(
            c.programme_id == officer.programme_id,
            c.officer_id == officer.id,
            c.id == row.id,
        )
    )
    note_removed(tx, vault, officer, [row.ordinal])


def note_removed(tx: Tx, vault: Vault, officer: Officer, ordinals: Iterable[int]) -> None:
    """For the log: these are gone on purpose."""
    places = [Place("factor", (officer.id,), number) for number in ordinals]
    tx.stored.extend(next_versions(tx, vault, [Row.destroyed(place) for place in places]))
