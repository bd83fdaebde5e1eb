"""Which languages each officer reads: a sealed row a person, of whose truth only a list's order
depends."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workervoice.errors import SealBroken
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.states import change_row
from workervoice.store.vault import Vault

_LABEL = "fluency"


def fluencies(tx: Tx, vault: Vault) -> dict[UUID, frozenset[str]]:
    """By officer. A row that does not open says nothing about anybody: it is passed over."""
    found = {}
    for row in tx.connection.execute(
        select(t.fluency).where(t.fluency.c.programme_id == tx.programme)
    ).all():
        try:
            said = vault.open(_LABEL, tx.programme, row.id, row.version, bytes(row.record))
        except SealBroken:
            continue
        found[row.id] = frozenset(map(str, said["languages"]))
    return found


def put_fluency(tx: Tx, vault: Vault, officer_id: UUID, languages: Iterable[str]) -> None:
    """What this officer reads from now on."""
    c, record = t.fluency.c, {"languages": sorted(languages)}
    new = vault.seal(_LABEL, tx.programme, officer_id, 1, record)
    columns = {"programme_id": tx.programme, "id": officer_id, "version": 1, "record": new}
    added = insert(t.fluency).values(**columns).on_conflict_do_nothing().returning(c.id)
    if tx.connection.execute(added).one_or_none() is not None:
        return
    own = select(c.version).where(c.programme_id == tx.programme, c.id == officer_id)
    version = tx.connection.execute(own.with_for_update()).scalar_one() + 1
    sealed = vault.seal(_LABEL, tx.programme, officer_id, version, record)
    change_row(tx, t.fluency, officer_id, {"version": version, "record": sealed})
