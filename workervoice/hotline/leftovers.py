"""What is left at a provider of a message that is taken or sent, noted in the same transaction: the
courier fetches its media, and has all of it deleted there.

Sealed to the courier, and signed, so that writing to the database is not enough to have something
fetched or deleted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from workervoice.crypto.custody import Custody, unwrap_any
from workervoice.crypto.directory import Directory
from workervoice.crypto.seal import MESSAGE_SIZES, ctx, digest, pad, unpad
from workervoice.crypto.suite import seal_to
from workervoice.errors import SealBroken
from workervoice.hotline.owing import hour_of
from workervoice.hotline.process import Pen, sole
from workervoice.message import MediaHandle
from workervoice.store import leftovers as store
from workervoice.store.engine import Tx
from workervoice.store.leftovers import LeftoverRow

MAKERS = ("gateway", "courier")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A medium that is to be fetched, and what it will be called here."""

    id: UUID
    handle: MediaHandle = field(repr=False)


@dataclass(frozen=True, slots=True)
class Leftover:
    """One message at a provider. A worker's has the case that its media belong to, if there are
    any; one of ours has its outbox id."""

    line_id: UUID
    external_id: str = field(repr=False)
    at: datetime
    case_id: UUID | None = None
    media: tuple[Waiting, ...] = ()
    outbox_id: UUID | None = None


def leave(tx: Tx, pen: Pen, left: Leftover) -> None:
    """Note what is left of a worker's message."""
    store.leave(tx, _sealed(tx, pen, left, uuid4()))


def leave_sent(tx: Tx, pen: Pen, left: Leftover) -> None:
    """Note what is left of one of ours, once: the courier and a callback may both know of it."""
    store.leave_once(tx, _sealed(tx, pen, left, _only_id(left)))


def leave_less(tx: Tx, pen: Pen, row: LeftoverRow, left: Leftover) -> None:
    """What is left now: a medium that is here is not fetched again, even if somebody removes it."""
    less = _sealed(tx, pen, left, row.id)
    store.seal_anew(tx, row.id, less.payload, (less.signer_id, less.signature))


def _only_id(left: Leftover) -> UUID:
    named = ctx("leftover-id", left.outbox_id or UUID(int=0), left.external_id)
    return UUID(bytes=digest(named)[:16], version=4)


def _sealed(tx: Tx, pen: Pen, left: Leftover, leftover_id: UUID) -> LeftoverRow:
    plain = json.dumps(_written(left), separators=(",", ":")).encode()
    courier = sole(pen.directory, "courier")
    info = leftover_info(tx.programme, leftover_id)
    payload = seal_to(courier.kem_public, pad(plain, MESSAGE_SIZES), info)
    place = store.leftover_place(tx.programme, leftover_id, payload)
    hour = hour_of(pen.now)
    return LeftoverRow(leftover_id, payload, pen.signer.id, pen.signer.sign(place), hour, hour)


def leftover_info(programme: UUID, leftover_id: UUID) -> bytes:
    """The place that it is sealed to."""
    return ctx("leftover", programme, leftover_id)


def opened(tx: Tx, custody: Custody, directory: Directory, row: LeftoverRow) -> Leftover:
    """Raises `NotTrusted` for one that neither the gateway nor the courier noted, and `SealBroken`
    for one that does not open."""
    place = store.leftover_place(tx.programme, row.id, row.payload)
    directory.check_signature(row.signer_id, place, row.signature, *MAKERS)
    plain, _ = unwrap_any(custody, "courier", row.payload, leftover_info(tx.programme, row.id))
    try:
        said = json.loads(unpad(plain))
        media = tuple(Waiting(UUID(m[0]), MediaHandle(m[1], m[2])) for m in said["media"])
        return Leftover(
            UUID(said["line"]),
            said["external_id"],
            datetime.fromtimestamp(said["at"], UTC),
            UUID(said["case"]) if said["case"] else None,
            media,
            UUID(said["outbox"]) if said["outbox"] else None,
        )
    except (ValueError, KeyError, TypeError, IndexError):
        raise SealBroken(f"leftover {row.id} cannot be read") from None


def _written(left: Leftover) -> dict[str, object]:
    return {
        "line": str(left.line_id),
        "external_id": left.external_id,
        "at": int(left.at.timestamp()),
        "case": str(left.case_id) if left.case_id else "",
        "media": [[str(m.id), m.handle.url, m.handle.content_type] for m in left.media],
        "outbox": str(left.outbox_id) if left.outbox_id else "",
    }
