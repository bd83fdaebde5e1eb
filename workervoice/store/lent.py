"""Loans in the store: single texts that translators from outside have for a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select

from workervoice.crypto.seal import ctx, digest
from workervoice.errors import NotFound
from workervoice.store.engine import Tx
from workervoice.store.tables import cases, lent


@dataclass(frozen=True, slots=True)
class LentRow:
    """One text with one translator, signed by who lent it; once it came back, `words` is empty and
    `back` is sealed to the case."""

    id: UUID
    case_id: UUID
    message_id: UUID
    officer_id: UUID
    epoch: int
    until: datetime
    returned: bool
    words: bytes = field(repr=False)
    signer_id: UUID
    signature: bytes = field(repr=False)
    back: bytes = field(default=b"", repr=False)
    back_signature: bytes = field(default=b"", repr=False)


def lent_place(programme: UUID, row: LentRow) -> bytes:
    """What the lender signs: the words, to whom they go, and until when."""
    place = (programme, row.case_id, row.message_id, row.id, row.officer_id, row.epoch)
    return ctx("sign-lent", *place, int(row.until.timestamp()), digest(row.words))


def back_place(programme: UUID, row: LentRow, back: bytes) -> bytes:
    """What the translator signs."""
    place = (programme, row.case_id, row.message_id, row.id, row.officer_id, row.epoch)
    return ctx("sign-lent-back", *place, digest(back))


def add_loan(tx: Tx, row: LentRow) -> None:
    values = {name: getattr(row, name) for name in LentRow.__slots__}
    tx.connection.execute(lent.insert().values(programme_id=tx.programme, **values))


def loans_of_case(tx: Tx, case_id: UUID) -> list[LentRow]:
    return _rows(tx, lent.c.case_id == case_id)


def loans_to(tx: Tx, officer_id: UUID) -> list[LentRow]:
    """What somebody has now and has not given back; of time nothing is asked here."""
    return _rows(tx, lent.c.officer_id == officer_id, lent.c.returned.is_(False))


def loan_by_id(tx: Tx, loan_id: UUID) -> LentRow:
    for row in _rows(tx, lent.c.id == loan_id):
        return row
    raise NotFound(f"loan {loan_id}")


def give_back(tx: Tx, loan_id: UUID, back: bytes, signature: bytes) -> bool:
    """Put the translation in the place of the words; False if that was done, or it is gone."""
    c = lent.c
    mine = (c.programme_id == tx.programme, c.id == loan_id, c.returned.is_(False))
    change = lent.update().where(*mine)
    change = change.values(returned=True, words=b"", back=back, back_signature=signature)
    return tx.connection.execute(change).rowcount == 1


def drop_loan(tx: Tx, loan_id: UUID) -> bool:
    """Destroy it; False if it is gone."""
    mine = (lent.c.programme_id == tx.programme, lent.c.id == loan_id)
    return tx.connection.execute(lent.delete().where(*mine)).rowcount == 1


def drop_loans_of(tx: Tx, case_id: UUID, message_id: UUID) -> None:
    """Destroy every loan of one entry."""
    c = lent.c
    mine = (c.programme_id == tx.programme, c.case_id == case_id, c.message_id == message_id)
    tx.connection.execute(lent.delete().where(*mine))


def drop_over(tx: Tx, now: datetime, lending: Collection[str]) -> list[UUID]:
    """Destroy what was not given back in its time, and what is of a case that is in none of the
    states in which its texts may be lent."""
    c, case = lent.c, cases.c
    may = (case.programme_id == c.programme_id, case.id == c.case_id, case.state.in_(lending))
    over = or_(c.until <= now, ~exists().where(*may))
    gone = lent.delete().where(c.programme_id == tx.programme, c.returned.is_(False), over)
    return list(tx.connection.execute(gone.returning(c.id)).scalars())


def drop_out(tx: Tx, case_id: UUID) -> bool:
    """Destroy what of a case is with translators; False if nothing is."""
    c = lent.c
    out = (c.programme_id == tx.programme, c.case_id == case_id, c.returned.is_(False))
    return tx.connection.execute(lent.delete().where(*out)).rowcount > 0


def _rows(tx: Tx, *where: object) -> list[LentRow]:
    columns = [lent.c[name] for name in LentRow.__slots__]
    query = select(*columns).where(lent.c.programme_id == tx.programme, *where)  # type: ignore[arg-type]
    return [LentRow(*row) for row in tx.connection.execute(query.order_by(lent.c.until, lent.c.id))]
