"""The comparison of machine and people as it was last published: one sealed row of a programme."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.vault import Vault

_KIND = "comparison"


def stored_comparison(tx: Tx, vault: Vault) -> Any:
    """What was published last, or None."""
    c = t.comparison.c
    query = select(c.version, c.record).where(c.programme_id == tx.programme)
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        return None
    return vault.open(_KIND, tx.programme, tx.programme, row.version, bytes(row.record))


def put_comparison(tx: Tx, vault: Vault, record: object) -> None:
    """Publish this in the place of what was published before."""
    c = t.comparison.c
    query = select(c.version).where(c.programme_id == tx.programme).with_for_update()
    version = (tx.connection.execute(query).scalar_one_or_none() or 0) + 1
    sealed = vault.seal(_KIND, tx.programme, tx.programme, version, record)
    new = insert(t.comparison).values(programme_id=tx.programme, version=version, record=sealed)
    tx.connection.execute(
        new.on_conflict_do_update(
            index_elements=[c.programme_id], set_={"version": version, "record": sealed}
        )
    )
