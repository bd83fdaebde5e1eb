"""Bringing: a worker's message that came by another way than a webhook, on its way to the gateway.

Two ways. What a provider's own list has is sealed to the gateway and signed by the courier, which
asked. What the fallback receiver took is the provider's request itself, sealed where it came: the
gateway checks the provider's signature again, so that it matters to nobody who carried it.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from workervoice.channels.base import Webhook
from workervoice.crypto.custody import Custody
from workervoice.crypto.directory import Directory
from workervoice.crypto.seal import MESSAGE_SIZES, ctx, digest, pad, unpad
from workervoice.crypto.suite import Suite, seal_to
from workervoice.errors import CryptoError, SealBroken
from workervoice.hotline.owing import hour_of
from workervoice.hotline.process import Pen, sole
from workervoice.message import Address, Inbound, Listed, MediaHandle
from workervoice.store import brought as store
from workervoice.store.brought import Brought
from workervoice.store.engine import Tx

OWN = "own"  # the gateway's key pair that the directory names for it
KEPT_HEADERS = frozenset(
    {
        "content-type",
        "x-twilio-signature",
        "x-twilio-webhooks-signature-settings",
        "x-hub-signature-256",
        "x-telegram-bot-api-secret-token",
    }
)
SIZES = (*MESSAGE_SIZES,)
LOOKED_BACK = timedelta(days=30)  # so long it is known what was taken before
_AROUND = {bytes([Suite.X25519]): 1 + 32 + 16, bytes([Suite.XWING]): 1 + 1120 + 16}


@dataclass(frozen=True, slots=True)
class FromList:
    """A message in a provider's list, and the line whose list it was."""

    line: str
    listed: Listed


@dataclass(frozen=True, slots=True)
class Spooled:
    """A provider's request as the fallback receiver had it."""

    webhook: Webhook = field(repr=False)


def bring_listed(tx: Tx, pen: Pen, line: str, listed: Listed) -> bool:
    """Hand over one message of a list; False if the same waits already."""
    brought_id = listed_id(tx.programme, line, listed.inbound.external_id)
    plain = json.dumps(_said(line, listed), separators=(",", ":")).encode()
    signature = pen.signer.sign(_listed_place(tx.programme, brought_id, plain))
    signed = {"by": str(pen.signer.id), "sig": _text(signature), "said": _text(plain)}
    blob = pad(json.dumps(signed).encode(), SIZES)
    public = sole(pen.directory, "gateway").kem_public
    envelope = seal_to(public, blob, ctx("brought", tx.programme, brought_id))
    return store.bring(tx, Brought(brought_id, b"L" + envelope, hour_of(pen.now)))


def bring_spooled(tx: Tx, name: UUID, sealed: bytes, now: datetime) -> bool:
    """Hand over what was spooled under this name; False if it waits already."""
    return store.bring(tx, Brought(name, b"S" + sealed, hour_of(now)))


def listed_id(programme: UUID, line: str, external_id: str) -> UUID:
    """The same for the same message, so that it waits once."""
    return UUID(bytes=digest(ctx("brought-id", programme, line, external_id))[:16], version=4)


def spool(public: bytes, name: UUID, webhook: Webhook) -> bytes:
    """Seal a request to the gateway, where it came; only what its signature is over."""
    headers = {key: value for key, value in webhook.headers.items() if key in KEPT_HEADERS}
    said = {"url": webhook.url, "headers": headers, "body": _text(webhook.body)}
    return seal_to(public, pad(json.dumps(said).encode(), SIZES), ctx("spooled", name))


def is_spooled(sealed: bytes) -> bool:
    """Whether it has the form of what `spool` makes; what is cut, empty or foreign has not."""
    padded = len(sealed) - _AROUND.get(sealed[:1], len(sealed))
    return padded in SIZES or (padded > 0 and padded % max(SIZES) == 0)


def opened(tx: Tx, custody: Custody, directory: Directory, row: Brought) -> FromList | Spooled:
    """For the gateway. Raises `NotTrusted` for a list that no courier of ours read, and
    `SealBroken` for what does not open."""
    how, sealed = row.envelope[:1], row.envelope[1:]
    try:
        if how == b"S":
            return _spooled(custody, row.id, sealed)
        blob = unpad(custody.unwrap(OWN, sealed, ctx("brought", tx.programme, row.id)))
        signed = json.loads(blob)
        plain, by = b64decode(signed["said"]), UUID(signed["by"])
        place = _listed_place(tx.programme, row.id, plain)
        directory.check_signature(by, place, b64decode(signed["sig"]), "courier")
        return _listed(json.loads(plain))
    except CryptoError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SealBroken(f"brought {row.id} cannot be read") from None


def _spooled(custody: Custody, name: UUID, sealed: bytes) -> Spooled:
    said = json.loads(unpad(custody.unwrap(OWN, sealed, ctx("spooled", name))))
    headers = {str(key): str(value) for key, value in said["headers"].items()}
    return Spooled(Webhook(str(said["url"]), headers, b64decode(said["body"])))


def _listed_place(programme: UUID, brought_id: UUID, plain: bytes) -> bytes:
    return ctx("sign-brought", programme, brought_id, digest(plain))


def _said(line: str, listed: Listed) -> dict[str, Any]:
    inbound = listed.inbound
    return {
        "line": line,
        "at": int(listed.at.timestamp()),
        "id": inbound.external_id,
        "from": inbound.sender.uri(),
        "also": [each.uri() for each in inbound.also],
        "text": inbound.text,
        "media": [[each.url, each.content_type] for each in inbound.media],
    }


def _listed(said: dict[str, Any]) -> FromList:
    inbound = Inbound(
        said["id"],
        Address.from_uri(said["from"]),
        said["text"],
        tuple(MediaHandle(str(url), str(kind)) for url, kind in said["media"]),
        tuple(map(Address.from_uri, said["also"])),
    )
    return FromList(said["line"], Listed(inbound, datetime.fromtimestamp(said["at"], UTC)))


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
