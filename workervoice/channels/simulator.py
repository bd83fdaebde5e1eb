"""The simulated phone network of the demo and the tests: real HTTP, a small signed JSON format.

    POST /in/simulator/{line}      {"id", "from", "also": ["..."], "text",
                                    "media": [{"url", "type"}],
                                    "sent", "latitude", "longitude"}
    POST /status/simulator/{line}  {"id", "status", "code"}    (the URL that came with the send)
    POST {phone}/api/send          {"outbox", "from", "to", "text", "validity_seconds",
                                    "status_callback"}  ->  201 {"id"} | 4xx {"code", "permanent"}
    POST {phone}/api/find          {"outbox"}           ->  200 {"id": "..." | null}

Addresses are written as `Address.uri()`: "tel:+15550100123", "wa:+…", "wa-bsuid:US.…".

What it keeps, as a provider does, is asked for in `simulator_keeping`.

Every request, in both directions, carries `X-Simulator-Timestamp` (unix seconds, at most five
minutes off) and `X-Simulator-Signature`: hex HMAC-SHA256 over method, path with query, timestamp
and body, each but the body ended by a newline. This is a provider's wire format, as Twilio's
signature is, and no part of our sealing; hence the standard library's hmac here.
"""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from workervoice.channels.base import Webhook, opaque, outbox_id_of, place_of
from workervoice.channels.wire import Answer, NoAnswer, NotSent, base_url, declined, exchange
from workervoice.errors import Malformed, Refused
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Inbound,
    MediaHandle,
    Outbound,
    Rejected,
    SendOutcome,
    Sent,
    Unknown,
)

FRESH_SECONDS = 300
_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_-]{0,32}", re.ASCII)


def signed_headers(secret: str, url: str, body: bytes, *, now: float) -> dict[str, str]:
    """The headers of a POST of `body` to `url`."""
    stamp = str(int(now))
    return {
        "Content-Type": "application/json",
        "X-Simulator-Timestamp": stamp,
        "X-Simulator-Signature": _signature(secret, url, stamp, body),
    }


def check_signature(secret: str, webhook: Webhook, *, now: float) -> None:
    """Return if who holds `secret` sent this, just now; raises `Refused`."""
    stamp = webhook.headers.get("x-simulator-timestamp", "")
    given = webhook.headers.get("x-simulator-signature", "")
    if not secret or not re.fullmatch(r"[0-9]{1,12}", stamp, re.ASCII):
        raise Refused("no secret or no timestamp")
    if abs(now - int(stamp)) > FRESH_SECONDS:
        raise Refused("too old")
    try:
        expected = _signature(secret, webhook.url, stamp, webhook.body)
    except ValueError:  # a URL that cannot be taken apart
        raise Refused("unreadable URL") from None
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise Refused("wrong signature")


def read_json(body: bytes) -> dict[str, Any]:
    """Read a JSON object; raises `Malformed`. Text in it is cleaned by `words`."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("not a JSON object")
    return found


def words(record: Mapping[str, Any], name: str) -> str:
    """A string field, "" if absent; raises `Malformed`. Lone surrogates cannot be stored: "?"."""
    value = record.get(name) or ""
    if not isinstance(value, str):
        raise Malformed(f"{name} is no string")
    return value.encode("utf-8", "replace").decode("utf-8")


def address(uri: str) -> Address:
    """Read an address from its URI; raises `Malformed`."""
    kind, _, value = uri.partition(":")
    if kind not in {known.value for known in AddressKind}:
        raise Malformed("no such kind of address")
    return opaque(AddressKind(kind), value)


def inbound_of(record: Mapping[str, Any]) -> Inbound:
    """A worker's message; raises `Malformed`."""
    external_id = words(record, "id")
    if not _ID.fullmatch(external_id):
        raise Malformed("no usable id")
    also = tuple(address(str(uri)) for uri in _listed(record, "also"))
    media = tuple(_medium(item) for item in _listed(record, "media"))
    sender = address(words(record, "from"))
    kind, text = words(record, "sent"), words(record, "text")
    place = place_of(words(record, "latitude"), words(record, "longitude"))
    sent = Sent(kind) if kind in {known.value for known in Sent} else None
    return Inbound(external_id, sender, text, media, also, sent, place)


@dataclass(frozen=True, slots=True)
class Caller:
    """Posts what is signed to the simulated network."""

    base: str
    secret: str = field(repr=False)
    timeout: float = 10.0

    def post(self, path: str, record: Mapping[str, object], *, now: float) -> Answer:
        """Raises `NotSent` or `NoAnswer`."""
        url, body = self.base + path, json.dumps(record).encode()
        headers = signed_headers(self.secret, url, body, now=now)
        return exchange("POST", url, headers=headers, body=body, timeout=self.timeout)


class SimulatorReceiver:
    """Reads what the simulated phone network posts."""

    def __init__(self, secret: str, *, now: Callable[[], float] = time.time) -> None:
        self._secret, self._now = secret, now

    def verify(self, webhook: Webhook) -> None:
        """Check signature and age; raises `Refused`."""
        check_signature(self._secret, webhook, now=self._now())

    def parse(self, webhook: Webhook) -> tuple[Inbound]:
        """Read a message; raises `Malformed`."""
        return (inbound_of(read_json(webhook.body)),)

    def parse_status(self, webhook: Webhook, named: str) -> tuple[DeliveryReport]:
        """Read a delivery callback; raises `Malformed`."""
        outbox_id, record = outbox_id_of(named), read_json(webhook.body)
        status, code = words(record, "status"), words(record, "code")
        if status not in {known.value for known in DeliveryStatus} or not _CODE.fullmatch(code):
            raise Malformed("unknown status")
        external_id = words(record, "id")
        known_as = external_id if _ID.fullmatch(external_id) else ""
        return (DeliveryReport(outbox_id, DeliveryStatus(status), code, known_as),)


class SimulatorSender:
    """Sends to the simulated phone network at `base_url`. Keeps no state."""

    max_text = 1600

    def __init__(
        self,
        base: str,
        secret: str,
        *,
        timeout: float = 10.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._caller = Caller(base_url("SIMULATOR_URL", base), secret, timeout)
        self._now = now

    def send(self, message: Outbound) -> SendOutcome:
        """Post the message, once."""
        record = {
            "outbox": str(message.outbox_id),
            "from": message.sender,
            "to": message.to.uri(),
            "text": message.text,
            "validity_seconds": int(message.validity.total_seconds()),
            "status_callback": message.status_callback,
            **({"media": message.media} if message.media else {}),
        }
        try:
            return _outcome(self._caller.post("/api/send", record, now=self._now()))
        except NotSent:
            return Rejected("unreachable", permanent=False)
        except (NoAnswer, Malformed):
            return Unknown("no answer")

    def find(self, message: Outbound, since: datetime) -> SendOutcome:
        """Ask for our outbox id, which the simulator keeps; `since` is not needed for that."""
        try:
            asked = {"outbox": str(message.outbox_id)}
            answer = self._caller.post("/api/find", asked, now=self._now())
            found = read_json(answer.body) if answer.status == 200 else {}
            if found.get("id", "") is None:
                return Rejected("absent", permanent=False)
            return Accepted(_id(found))
        except (NotSent, NoAnswer, Malformed):
            return Unknown("lookup failed")


def _outcome(answer: Answer) -> SendOutcome:
    """Raises `Malformed` for a success that names no id."""
    if 200 <= answer.status < 300:
        return Accepted(_id(read_json(answer.body)))
    try:
        error = read_json(answer.body)
    except Malformed:
        error = {}
    code = str(error.get("code", ""))
    usable = code if code and _CODE.fullmatch(code) else str(answer.status)
    return declined(answer.status, usable, permanent=error.get("permanent") is True)


def _id(record: Mapping[str, Any]) -> str:
    external_id = words(record, "id")
    if not _ID.fullmatch(external_id):
        raise Malformed("no usable id")
    return external_id


def _listed(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name) or []
    if not isinstance(value, list):
        raise Malformed(f"{name} is no list")
    return value[:10]


def _medium(item: object) -> MediaHandle:
    if not isinstance(item, dict) or not words(item, "url"):
        raise Malformed("a medium has no url")
    return MediaHandle(words(item, "url"), words(item, "type"))


def _signature(secret: str, url: str, stamp: str, body: bytes) -> str:
    parts = urlsplit(url)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    signed = f"POST\n{target}\n{stamp}\n".encode() + body
    return hmac.new(secret.encode(), signed, "sha256").hexdigest()
