"""An empty programme in a shared database: rows to move, and the processes' own connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, select

from tests.house import START, House
from workervoice.store import outbox
from workervoice.store.engine import Database, Scope, Tx
from workervoice.store.intake import Conversation, save_conversation
from workervoice.store.outbox import Owed
from workervoice.store.vault import Vault

VAULT = Vault(b"v" * 32)


@dataclass
class Books:
    """One programme that nobody else uses, so that its rows are all there is."""

    house: House
    programme: UUID = field(default_factory=uuid4)

    @contextmanager
    def begin(self, process: str = "gateway") -> Iterator[Tx]:
        with self.database(process).begin(Scope(self.programme)) as tx:
            yield tx
            tx.stored.clear()  # rows of the store's own tests have no event

    def database(self, process: str) -> Database:
        known = {
            "gateway": self.house.gateway.database,
            "courier": self.house.courier_process.database,
            "owner": self.house.owner,
        }
        return known[process]

    def conversation(self) -> Conversation:
        new = Conversation(uuid4(), "greeting", 0, {"said": "nothing"})
        with self.begin() as tx:
            return save_conversation(tx, VAULT, new, state=new.state, record=new.record)

    def owed(self, *, state: str = "owed", hours: float = 72, key: str = "") -> UUID:
        """A text owed since the start; `hours` until it is of no use."""
        row_id = uuid4()
        row = Owed(
            id=row_id,
            conversation_id=self.conversation().id,
            state=state,
            payload=b"sealed to the courier",
            signer_id=uuid4(),
            signature=b"signed",
            run_at=START,
            expires_at=START + timedelta(hours=hours),
            dedupe_key=key or str(row_id),
        )
        with self.begin() as tx:
            outbox.owe(tx, row)
        return row_id

    def row(self, table: Table, row_id: UUID) -> dict[str, Any] | None:
        """The row as it lies there now, or None."""
        with self.house.owner.begin() as tx:
            found = tx.connection.execute(select(table).where(table.c.id == row_id)).mappings()
            row = found.one_or_none()
            return None if row is None else dict(row)
