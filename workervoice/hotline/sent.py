"""What went out: noted in the sealed record, and under the name that the provider gave it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from workervoice.crypto.custody import unwrap_any
from workervoice.crypto.seal import ctx
from workervoice.crypto.suite import seal_to
from workervoice.errors import CryptoError
from workervoice.hotline.leftovers import Leftover, leave_sent
from workervoice.hotline.process import Pen, Process, Signer, sole
from workervoice.hotline.records import ConversationRecord
from workervoice.store import intake, taken
from workervoice.store.engine import Tx
from workervoice.store.outbox import Claimed


def note_sent(tx: Tx, process: Process, claimed: Claimed) -> bool:
    """Remember in the sealed record that this text went out: its row alone could be put back.
    Unless its callback was faster and said that it did not go out after all. True if nobody, such
    as a courier that looked it up meanwhile, had noted it before."""
    row = intake.lock_conversation(tx, process.vault, claimed.conversation_id)
    if taken.was_given_back(tx, claimed.id, claimed.token):
        return False
    was = ConversationRecord.from_json(row.record)
    record = was.having_sent(claimed.id)
    intake.save_conversation(tx, process.vault, row, state=row.state, record=record.to_json())
    return not was.was_sent(claimed.id)


def reference(tx: Tx, process: Process, outbox_id: UUID, external_id: str, now: datetime) -> bytes:
    """The provider's id, sealed to the courier: needed to delete the message there later."""
    courier = sole(process.directory(tx, now), "courier")
    place = ctx("provider-ref", tx.programme, outbox_id)
    return seal_to(courier.kem_public, external_id.encode(), place)


def left_there(
    tx: Tx, process: Process, line_id: UUID, sent: tuple[UUID, str], now: datetime
) -> None:
    """Note that the provider has this text of ours, by our id and its own: to be deleted there."""
    outbox_id, external_id = sent
    signer = Signer(process.id, process.sign)
    pen = Pen(process.vault, signer, process.directory(tx, now), now)
    leave_sent(tx, pen, Leftover(line_id, external_id, now, outbox_id=outbox_id))


def known_at_provider(tx: Tx, process: Process, claimed: Claimed) -> frozenset[str]:
    """What the provider calls the other texts of this conversation; one that does not open is
    passed over."""
    found = set()
    for outbox_id, sealed in taken.references(tx, claimed.conversation_id):
        if outbox_id == claimed.id:
            continue
        with suppress(CryptoError):
            place = ctx("provider-ref", tx.programme, outbox_id)
            found.add(unwrap_any(process.custody, "courier", sealed, place)[0].decode())
    return frozenset(found)
