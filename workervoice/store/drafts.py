"""Drafts in the store: what one person is writing in one form of a case, sealed to the case."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from workervoice.crypto.seal import ctx, digest
from workervoice.store.engine import Tx
from workervoice.store.tables import draft


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft; its writer signs it, so that nobody puts words into their mouth."""

    id: UUID
    case_id: UUID
    officer_id: UUID
    epoch: int
    form: str
    words: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def draft_place(programme: UUID, row: DraftRow) -> bytes:
    """What a draft's signature covers."""
    place = (programme, row.case_id, row.officer_id, row.epoch, row.id, row.form)
    return ctx("sign-draft", *place, digest(row.words))


def put_draft(tx: Tx, row: DraftRow) -> None:
    """In place of the last one of this person, case and form."""
    drop_draft(tx, row.case_id, row.officer_id, row.form)
    values = {name: getattr(row, name) for name in DraftRow.__slots__}
    tx.connection.execute(draft.insert().values(programme_id=tx.programme, **values))


def drafts_of(tx: Tx, case_id: UUID, officer_id: UUID) -> list[DraftRow]:
    c = draft.c
    query = select(*(c[name] for name in DraftRow.__slots__)).where(
        c.programme_id == tx.programme, c.case_id == case_id, c.officer_id == officer_id
    )
    return [DraftRow(*row) for row in tx.connection.execute(query)]


def drop_draft(tx: Tx, case_id: UUID, officer_id: UUID, form: str) -> None:
    c = draft.c
    mine = (c.programme_id == tx.programme, c.case_id == case_id, c.officer_id == officer_id)
    tx.connection.execute(draft.delete().where(*mine, c.form == form))
