"""Media in the store: sealed pictures, sounds, videos and files of a case or of a plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, select

from workervoice.crypto.keyring import Holder
from workervoice.crypto.seal import ctx, digest
from workervoice.errors import NotFound, SealBroken
from workervoice.store.engine import Tx
from workervoice.store.rows import Place, Row
from workervoice.store.tables import medium, medium_chunk


@dataclass(frozen=True, slots=True)
class MediumRow:
    """One medium: its key sealed to the holder, its head under that key, and how many chunks."""

    id: UUID
    holder_kind: str
    holder_id: UUID
    epoch: int
    chunks: int
    key: bytes = field(repr=False)
    head: bytes = field(repr=False)
    signer_id: UUID
    signature: bytes = field(repr=False)

    @property
    def holder(self) -> Holder:
        return Holder(self.holder_kind, self.holder_id, self.epoch)

    def logged(self) -> Row:
        """What the log knows of it; what the chunks are is bound to the key."""
        return Row.of("medium", (self.holder_id, self.id), 1, self.key, self.head)


def medium_place(programme: UUID, row: MediumRow) -> bytes:
    """What whoever stores it signs."""
    where = (row.holder_kind, row.holder_id, row.epoch, row.id, row.chunks)
    return ctx("sign-medium", programme, *where, digest(row.key), digest(row.head))


def add_medium(tx: Tx, row: MediumRow, chunks: Sequence[bytes]) -> None:
    """Store it whole. Raises the database's error if it is there."""
    values = {name: getattr(row, name) for name in MediumRow.__slots__}
    tx.connection.execute(medium.insert().values(programme_id=tx.programme, **values))
    for ordinal, sealed in enumerate(chunks):
        piece = {"medium_id": row.id, "ordinal": ordinal, "box": sealed}
        tx.connection.execute(medium_chunk.insert().values(programme_id=tx.programme, **piece))
    tx.stored.append(row.logged())


def media_of(tx: Tx, medium_ids: Collection[UUID]) -> dict[UUID, MediumRow]:
    """Those of these that are there."""
    columns = [medium.c[name] for name in MediumRow.__slots__]
    query = select(*columns).where(
        medium.c.programme_id == tx.programme, medium.c.id.in_(list(medium_ids))
    )
    return {row.id: MediumRow(*row) for row in tx.connection.execute(query)}


def there(tx: Tx, medium_ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these are there, for whoever may not read them."""
    query = select(medium.c.id).where(
        medium.c.programme_id == tx.programme, medium.c.id.in_(list(medium_ids))
    )
    return frozenset(tx.connection.execute(query).scalars())


def medium_by_id(tx: Tx, medium_id: UUID) -> MediumRow:
    for row in media_of(tx, [medium_id]).values():
        return row
    raise NotFound(f"medium {medium_id}")


def chunk(tx: Tx, medium_id: UUID, ordinal: int) -> bytes:
    """Raises `SealBroken` if it is gone: it does not open any more."""
    c = medium_chunk.c
    query = select(c.box).where(
        c.programme_id == tx.programme, c.medium_id == medium_id, c.ordinal == ordinal
    )
    found = tx.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise SealBroken(f"medium {medium_id} lacks a part")
    return bytes(found)


def destroy_medium(tx: Tx, medium_id: UUID) -> list[Place]:
    """Where it was, if it was there."""
    return _destroyed(tx, medium.c.id == medium_id)


def destroy_media(tx: Tx, holder_id: UUID) -> list[Place]:
    """All of a case or plan; their places."""
    return _destroyed(tx, medium.c.holder_id == holder_id)


def _destroyed(tx: Tx, which: ColumnElement[bool]) -> list[Place]:
    """Chunks first: whose they are, the medium tells."""
    c = medium.c
    found = select(c.holder_id, c.id).where(c.programme_id == tx.programme, which)
    gone = [(row.holder_id, row.id) for row in tx.connection.execute(found)]
    ids = [medium_id for _, medium_id in gone]
    for table, column in ((medium_chunk, medium_chunk.c.medium_id), (medium, c.id)):
        mine = table.delete().where(table.c.programme_id == tx.programme, column.in_(ids))
        tx.connection.execute(mine)
    return [Place("medium", each, 1) for each in gone]
