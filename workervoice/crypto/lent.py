"""Lent: one text of a case, sealed to one reader from outside, who has no other key of it.

It is bound to its case, its message, its loan and its reader: moved to another, it does not open.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from workervoice.crypto.seal import MESSAGE_SIZES, ctx, pad, unpad
from workervoice.crypto.suite import KemKey, open_with, seal_to
from workervoice.errors import SealBroken


@dataclass(frozen=True, slots=True)
class Loan:
    """Which text is lent to whom."""

    case_id: UUID
    message_id: UUID
    id: UUID
    reader_id: UUID

    def place(self) -> bytes:
        return ctx("lent", self.case_id, self.message_id, self.id, self.reader_id)


def seal_loan(public: bytes, plain: bytes, loan: Loan) -> bytes:
    """Seal a text to its reader. `public` must come from the signed directory."""
    return seal_to(public, pad(plain, MESSAGE_SIZES), loan.place())


def open_loan(key: KemKey, blob: bytes, loan: Loan) -> bytes:
    """Open it. Raises `SealBroken` for anybody else, and after it was blanked."""
    try:
        return unpad(open_with(key, blob, loan.place()))
    except SealBroken:
        raise SealBroken(f"loan {loan.id} does not open") from None
