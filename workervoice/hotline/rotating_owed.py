"""Rotating: what is owed, and what the provider called it, sealed to the courier's key of now.

Whoever owes a text has signed it as it was sealed then, and is not here. So the courier signs that
it sealed it anew, and names the first row by its hash and its signature; both signatures count, and
neither does alone. Why a text may go out is asked when it does, as ever.
"""

from __future__ import annotations

from uuid import UUID

from workervoice.crypto.custody import unwrap_any
from workervoice.crypto.seal import ctx, digest
from workervoice.crypto.suite import seal_to
from workervoice.errors import SealBroken
from workervoice.hotline import newest
from workervoice.hotline.owing import outbox_info, reseal_place
from workervoice.hotline.ownkeys import COURIER, named_version
from workervoice.hotline.process import Pen, Process, Signer, sole
from workervoice.hotline.rotating_contacts import Renewed
from workervoice.store import outbox_reseal as store
from workervoice.store.engine import Scope, Tx
from workervoice.store.log import next_versions
from workervoice.store.outbox_reseal import Sealed
from workervoice.store.rows import Row

BATCH = 20
_FIRST = UUID(int=0)


def reseal_owed(process: Process, programme: UUID) -> Renewed:
    """Go once through all rows; what is being sent at the moment is left."""
    done, left, after = 0, 0, _FIRST
    broken: list[UUID] = []
    while True:
        with process.database.begin(Scope(programme)) as tx:
            now = process.clock()
            signer = Signer(process.id, process.sign)
            pen = Pen(process.vault, signer, process.directory(tx, now), now)
            found = store.sealed_after(tx, after, BATCH, process.shared_clock(tx))
            anew = [new for row in found if (new := _resealed(tx, process, pen, row)) is not None]
            free = [row for row in anew if not row.in_hand]
            stored = [row.id for row in free if _store(tx, pen, row)]
            if stored:
                pen.log(tx, "owed_resealed", programme)
        broken += [row.id for row in free if row.id not in stored]
        done, left = done + len(stored), left + len(anew) - len(free)
        if len(found) < BATCH:
            return Renewed(done, tuple(broken), left)
        after = found[-1].id


def _store(tx: Tx, pen: Pen, row: Sealed) -> bool:
    """False, with nothing stored, if the row that it replaces is not what was logged."""
    if row.was_payload is None:
        store.reseal(tx, row)
        return True
    was = Row.of("outbox", row.id, 1, row.was_payload)
    if not newest.compare(tx, pen.vault, "outbox", row.id, [was]).whole:
        return False
    store.reseal(tx, row)
    tx.stored.extend(next_versions(tx, pen.vault, [row.logged()]))
    return True


def _resealed(tx: Tx, process: Process, pen: Pen, row: Sealed) -> Sealed | None:
    """The row under the key that the directory names; None if it is already, or does not open."""
    payload = _anew(process, pen, row.payload, outbox_info(tx.programme, row.id))
    place = ctx("provider-ref", tx.programme, row.id)
    reference = _anew(process, pen, row.provider_ref or b"", place)
    if payload is None and reference is None:
        return None
    found = row.with_reference(row.provider_ref if reference is None else reference)
    if payload is None:
        return found
    first = row.first_digest or digest(row.payload)
    statement = reseal_place(tx.programme, row.id, row.signature, first, payload)
    return found.with_payload(payload, first, pen.signer.id, pen.signer.sign(statement))


def _anew(process: Process, pen: Pen, blob: bytes, info: bytes) -> bytes | None:
    if not blob:
        return None
    try:
        plain, under = unwrap_any(process.custody, COURIER, blob, info)
    except SealBroken:  # it opened for nobody before
        return None
    if under == named_version(pen.directory, process.custody):
        return None
    return seal_to(sole(pen.directory, "courier").kem_public, plain, info)
