"""Borrowing: what a translator from outside sees. Single texts, each until its time is over; no
case, no site, no worker, and nobody's name.

What they write is sealed to the case, whose key came with the text: they cannot open it again.
"""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from workervoice.crypto import keyring
from workervoice.crypto.directory import Directory
from workervoice.crypto.keyring import Holder
from workervoice.crypto.lent import Loan, open_loan
from workervoice.errors import CryptoError, Declined, NotFound, NotTrusted
from workervoice.hotline import reading
from workervoice.hotline.lending import LENT
from workervoice.hotline.noting import refusals_noted
from workervoice.hotline.opening import OPEN_STATES
from workervoice.hotline.process import Pen, Process
from workervoice.hotline.reading import OFFICERS, Actor
from workervoice.hotline.translating import MOST
from workervoice.message import Role
from workervoice.store import lent
from workervoice.store.engine import Tx
from workervoice.store.lent import LentRow
from workervoice.store.log import Event, record_event

_LENDERS = frozenset({Role.HANDLER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Borrowed:
    """One text on loan; `text` is "" where it is broken."""

    id: UUID
    until: datetime
    language: str
    text: str = field(repr=False)
    public: bytes = field(default=b"", repr=False)

    @property
    def broken(self) -> bool:
        return not self.text


def borrowed(process: Process, actor: Actor) -> list[Borrowed]:
    """What is lent to this translator now, what ends soonest first."""
    _only_translators(actor)
    with process.database.begin(actor.scope()) as tx:
        pen = reading.pen_of(tx, process, actor, process.clock())
        rows = [row for row in lent.loans_to(tx, actor.id) if row.until > pen.now]
        return [_shown(tx, pen, actor, row) for row in rows]


def read_loan(process: Process, actor: Actor, loan_id: UUID) -> Borrowed:
    """One text. Reading it is an event of the log, once an hour."""
    _only_translators(actor)
    scope = actor.scope()
    with (
        refusals_noted(process, scope, actor.id, loan_id),
        process.database.begin(scope) as tx,
    ):
        pen = reading.pen_of(tx, process, actor, process.clock())
        found = _opened(tx, pen, actor, _mine(tx, pen, actor, loan_id))
        pen.log_reading(tx, "lent_read", loan_id)
        return found


def give_back(process: Process, actor: Actor, loan_id: UUID, text: str) -> None:
    """Write what it means: sealed to the case, and the words of the loan are gone."""
    _only_translators(actor)
    if not text.strip() or len(text) > MOST:
        raise Declined(f"write what it means, in 1 to {MOST} characters")
    scope = actor.scope()
    with (
        refusals_noted(process, scope, actor.id, loan_id),
        process.database.begin(scope) as tx,
    ):
        pen = reading.pen_of(tx, process, actor, process.clock())
        row = _mine(tx, pen, actor, loan_id)
        public = _opened(tx, pen, actor, row).public
        holder = Holder("case", row.case_id, row.epoch)
        back = keyring.seal_words(
            public, text.encode(), holder=holder, message_id=row.id, direction=LENT
        )
        signature = pen.signer.sign(lent.back_place(tx.programme, row, back))
        if not lent.give_back(tx, loan_id, back, signature):
            raise NotFound("no such loan")
        pen.log(tx, "lent_returned", loan_id)


def end_loans(tx: Tx, process: Process, now: datetime) -> None:
    """Destroy the words of every loan whose time is over, or whose case is: closed, set aside, or
    to be deleted as its worker wants."""
    for loan_id in lent.drop_over(tx, now, OPEN_STATES):
        record_event(tx, process.vault, Event("lent_over", process.id, loan_id), now)


def _only_translators(actor: Actor) -> None:
    if actor.role is not Role.TRANSLATOR:
        raise NotFound("no such page")


def _mine(tx: Tx, pen: Pen, actor: Actor, loan_id: UUID) -> LentRow:
    row = lent.loan_by_id(tx, loan_id)
    if row.officer_id != actor.id or row.returned or row.until <= pen.now:
        raise NotFound("no such loan")
    return row


def _shown(tx: Tx, pen: Pen, actor: Actor, row: LentRow) -> Borrowed:
    try:
        return _opened(tx, pen, actor, row)
    except CryptoError:
        return Borrowed(row.id, row.until, "", "")


def _opened(tx: Tx, pen: Pen, actor: Actor, row: LentRow) -> Borrowed:
    """Raises `CryptoError` unless somebody of the hotline lent just this, to just this person."""
    _check_lender(pen.directory, lent.lent_place(tx.programme, row), row)
    loan = Loan(row.case_id, row.message_id, row.id, row.officer_id)
    inside = json.loads(open_loan(actor.bundle.kem, row.words, loan))
    public = b64decode(inside["public"])
    return Borrowed(row.id, row.until, inside["language"], inside["text"], public)


def _check_lender(directory: Directory, place: bytes, row: LentRow) -> None:
    lender = directory.check_signature(row.signer_id, place, row.signature, *OFFICERS)
    if lender.role not in _LENDERS:
        raise NotTrusted(str(row.signer_id))
