"""What is owed to a worker: text sealed to the courier, signed by whoever owes it.

Without the signature the courier sends nothing, so that writing to the database is not enough to
text a worker. A held text goes out only after the gateway signed that the worker asked for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from workervoice.crypto.seal import MESSAGE_SIZES, ctx, digest, pad
from workervoice.crypto.suite import seal_to
from workervoice.errors import IllegalMove, NotFound
from workervoice.hotline.process import Pen, sole
from workervoice.message import Role
from workervoice.store import outbox
from workervoice.store.engine import Tx
from workervoice.store.outbox import Owed, owe
from workervoice.workflow import delivery

# How long a row is kept for its worker
OWED_FOR = timedelta(hours=72)  # an automatic text that could not be sent by then is dropped
HELD_FOR = timedelta(days=180)  # an answer waits as long as a worker may take to come back

# How late a text may arrive: later, the phone may be in other hands
CONTENT_VALIDITY = timedelta(hours=4)  # it tells the matter, and was asked for; then it is held
PROMPT_VALIDITY = timedelta(hours=24)  # no matter is told, though that somebody writes to us


@dataclass(frozen=True, slots=True)
class Debt:
    """One text owed. `always` marks the answer to a worker's own text, which goes out even if that
    text paused everything else; `asks`, a question to be read before it is answered;
    `touches_matter`, an automatic text that is dropped as soon as content would be held; `direct`,
    an answer that goes at once, because the worker wants it so, and is held if it comes late;
    `not_before`, when the worker's hours begin; `media`, the URL of a voice note, which has
    no text; `template`, what says the same where WhatsApp takes no text."""

    conversation_id: UUID
    contact_id: UUID
    line_id: UUID
    text: str = field(repr=False)
    held: bool = False
    always: bool = False
    asks: bool = False
    touches_matter: bool = False
    direct: bool = False
    not_before: datetime | None = None
    media: str = field(default="", repr=False)
    template: str = ""


def outbox_info(programme: UUID, outbox_id: UUID) -> bytes:
    """The place that an outbox payload is sealed to."""
    return ctx("outbox", programme, outbox_id)


def outbox_place(
    programme: UUID, outbox_id: UUID, conversation_id: UUID, payload_digest: bytes
) -> bytes:
    """What the signature of an outbox row covers: the payload as it was first sealed."""
    return ctx("sign-outbox", programme, outbox_id, conversation_id, payload_digest)


def release_place(programme: UUID, outbox_id: UUID, signature: bytes, release_id: UUID) -> bytes:
    """What the gateway signs to let a held row go: the row as signed, and the worker's request."""
    return ctx("sign-release", programme, outbox_id, digest(signature), release_id)


def reseal_place(
    programme: UUID, outbox_id: UUID, signature: bytes, first_digest: bytes, payload: bytes
) -> bytes:
    """What the courier signs when it seals a row to its new key: the row as it was first signed,
    which it replaces, and what lies there now."""
    hashes = (digest(signature), first_digest, digest(payload))
    return ctx("sign-reseal", programme, outbox_id, *hashes)


def hour_of(moment: datetime) -> datetime:
    """The hour that it is in: finer times in clear would join our rows to a carrier's records."""
    return moment.replace(minute=0, second=0, microsecond=0)


def owe_text(tx: Tx, pen: Pen, debt: Debt) -> UUID:
    """Owe one text from now on, or hold it until the worker asks; returns its outbox id."""
    outbox_id, courier = uuid4(), sole(pen.directory, "courier")
    due = max(pen.now, debt.not_before or pen.now)
    expires_at = hour_of(due) + (HELD_FOR if debt.held or debt.direct else OWED_FOR)
    useless_at = pen.now + CONTENT_VALIDITY if debt.touches_matter else expires_at
    plain = json.dumps(
        {
            "contact": str(debt.contact_id),
            "line": str(debt.line_id),
            "text": debt.text,
            "held": debt.held,
            "always": debt.always,
            "asks": debt.asks,
            "direct": debt.direct,
            "since": int(due.timestamp()),
            "expires": int(useless_at.timestamp()),
            **({"media": debt.media} if debt.media else {}),
            **({"template": debt.template} if debt.template else {}),
        }
    ).encode()
    payload = seal_to(
        courier.kem_public, pad(plain, MESSAGE_SIZES), outbox_info(tx.programme, outbox_id)
    )
    place = outbox_place(tx.programme, outbox_id, debt.conversation_id, digest(payload))
    owe(
        tx,
        Owed(
            id=outbox_id,
            conversation_id=debt.conversation_id,
            state="held" if debt.held else "owed",
            payload=payload,
            signer_id=pen.signer.id,
            signature=pen.signer.sign(place),
            run_at=hour_of(due),
            expires_at=expires_at,
            dedupe_key=str(outbox_id),
        ),
    )
    return outbox_id


def let_go(tx: Tx, pen: Pen, outbox_id: UUID) -> None:
    """Release one held text, signed: the worker asked for it with this very message."""
    try:
        state, signature = outbox.held_signature(tx, outbox_id)
        dest = delivery.MACHINE.advance(state, "release", role=Role.WORKER)
    except (IllegalMove, NotFound):  # released before, expired, or swept away since
        return
    release_id = uuid4()
    place = release_place(tx.programme, outbox_id, signature, release_id)
    also = {
        "release_id": release_id,
        "release_signer_id": pen.signer.id,
        "release_signature": pen.signer.sign(place),
        "run_at": hour_of(pen.now),
    }
    outbox.move_delivery(tx, outbox_id, source=state, dest=dest, also=also)


def give_back(tx: Tx, pen: Pen, conversation_id: UUID) -> None:
    """Owe again what a person owed and STOP or DELETE withheld; the worker is back.

    Our own answers stay withheld: they spoke to texts from before.
    """
    holds = {"came_from_owed": True}  # nothing else is ever withheld
    for outbox_id in outbox.withheld(tx, conversation_id, but_by=pen.signer.id):
        dest = delivery.MACHINE.advance("withheld", "give_back", role=Role.WORKER, holds=holds)
        also = {"run_at": hour_of(pen.now)}
        outbox.move_delivery(tx, outbox_id, source="withheld", dest=dest, also=also)
