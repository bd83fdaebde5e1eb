"""Drafts of what people write down for workers, before there is a case: sealed to their writer."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from workervoice.crypto.seal import ctx, digest
from workervoice.store.engine import Tx
from workervoice.store.tables import entry_draft

_C = entry_draft.c


@dataclass(frozen=True, slots=True)
class EntryDraftRow:
    """One draft; its writer signs it, so that nobody puts words into their mouth."""

    officer_id: UUID
    form: str
    id: UUID
    words: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def entry_draft_place(programme: UUID, row: EntryDraftRow) -> bytes:
    """What a draft's signature covers."""
    place = (programme, row.officer_id, row.form, row.id)
    return ctx("sign-entry-draft", *place, digest(row.words))


def put_entry_draft(tx: Tx, row: EntryDraftRow) -> None:
    """In place of the last one of this person and form."""
    drop_entry_draft(tx, row.officer_id, row.form)
    values = {name: getattr(row, name) for name in EntryDraftRow.__slots__}
    tx.connection.execute(entry_draft.insert().values(programme_id=tx.programme, **values))


def entry_drafts_of(tx: Tx, officer_id: UUID) -> list[EntryDraftRow]:
    query = select(*(_C[name] for name in EntryDraftRow.__slots__)).where(
        _C.programme_id == tx.programme, _C.officer_id == officer_id
    )
    return [EntryDraftRow(*row) for row in tx.connection.execute(query.order_by(_C.form))]


def drop_entry_draft(tx: Tx, officer_id: UUID, form: str) -> None:
    mine = (_C.programme_id == tx.programme, _C.officer_id == officer_id, _C.form == form)
    tx.connection.execute(entry_draft.delete().where(*mine))
