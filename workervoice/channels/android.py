"""SMS through an Android phone with a local SIM: the open app "SMS Gateway for Android" (SMSGate).

The phone posts every event of a line to one address, `/in/android/{line}`, signed with its own key:
texts that came, and what became of ours. We send by its HTTP API, on the phone itself ("local
server") or on a server between ("private" or "cloud" server). Sources: the app's documentation and
its published source; see docs/providers.md for what of it has not been tried.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote

from workervoice.channels.base import Event, Webhook, outbox_id_of
from workervoice.channels.msisdn import Numbering
from workervoice.channels.proof import DAY, Proof, Signed
from workervoice.channels.record import Record, of_json
from workervoice.channels.section import Section
from workervoice.channels.setup import Setup
from workervoice.errors import Malformed, Refused
from workervoice.message import (
    Address,
    DeliveryReport,
    DeliveryStatus,
    Inbound,
    MediaHandle,
    Sent,
)

STATES: Mapping[str, DeliveryStatus] = {
    "Pending": DeliveryStatus.ACCEPTED,
    "Processed": DeliveryStatus.ACCEPTED,
    "Sent": DeliveryStatus.ACCEPTED,
    "Delivered": DeliveryStatus.DELIVERED,
    "Failed": DeliveryStatus.FAILED,
    "Cancelled": DeliveryStatus.FAILED,
}
_REPORTED: Mapping[str, DeliveryStatus] = {
    "sms:sent": DeliveryStatus.ACCEPTED,
    "sms:delivered": DeliveryStatus.DELIVERED,  # once for each part: the first one counts
    "sms:failed": DeliveryStatus.FAILED,
    "sms:cancelled": DeliveryStatus.FAILED,
}
_CAME = frozenset({"sms:received", "mms:received", "mms:downloaded"})
_REASON = re.compile(r"\bRESULT_[A-Z_]{1,25}\b", re.ASCII)  # no other word of its reason is read
_MOST_MEDIA = 10
_KEYS = ("url", "user", "sim", "device", "inbox", "most_age_seconds", "max_text", "timeout_seconds")


@dataclass(frozen=True, slots=True)
class Phone:
    """What the file says of a phone. `sim` is the slot, from 1; `device` is needed where several
    phones share one server; `inbox` if its version can be asked for what it has received."""

    url: str
    user: str
    numbering: Numbering
    sim: int | None
    device: str
    inbox: bool
    most_age: int
    max_text: int
    timeout: int

    @classmethod
    def read(cls, setup: Setup) -> Phone:
        """Raises `SettingsError`."""
        said = Section.of(setup)
        said.only(*Numbering.KEYS, *_KEYS)
        return cls(
            said.url("url"),
            said.text("user"),
            Numbering.read(said),
            said.number("sim", 1, 1, 3) if "sim" in said.said else None,
            said.text("device", ""),
            said.flag("inbox"),
            said.number("most_age_seconds", DAY, 60, 30 * DAY),
            said.number("max_text", 670, 70, 10_000),
            said.number("timeout_seconds", 10, 1, 40),
        )

    def sms(self, sender: str, text: str, came: datetime) -> Inbound:
        """A text as a webhook or the phone's own list has it: the same in both. The phone's id of a
        text is a short hash that two texts can share; ours is of who, what and when. Raises
        `Malformed`."""
        address = self.numbering.address(sender)
        return Inbound(_known_by(address, text, came), address, text)

    def is_for_us(self, told: Record, device: str) -> bool:
        """False for another SIM or phone whose events come to the same address."""
        slot = told.get("simNumber")
        other_sim = self.sim is not None and slot is not None and slot != str(self.sim)
        return not other_sim and (not self.device or device == self.device)


class AndroidReceiver:
    """Reads one phone's events."""

    def __init__(self, phone: Phone, known: Proof) -> None:
        self._phone, self._proof = phone, known

    @classmethod
    def of(cls, setup: Setup) -> AndroidReceiver:
        """Several signing keys while the phone gets another one. Raises `SettingsError`."""
        phone = Phone.read(setup)
        keys = (setup.secret("signing_key"), setup.secrets.get("signing_key_next", ""))
        return cls(phone, signed_by(keys, phone.most_age))

    def verify(self, webhook: Webhook) -> None:
        """Raises `Refused`."""
        self._proof.check(webhook)

    def parse(self, webhook: Webhook) -> tuple[Event, ...]:
        """One event; nothing if it is of no concern to us. Raises `Malformed`."""
        whole = of_json(webhook.body).one()
        event, told = whole.get("event") or "", whole.one("payload")
        if not self._phone.is_for_us(told, whole.get("deviceId") or ""):
            return ()
        if event in _CAME:
            return (self._came(event, told),)
        if event not in _REPORTED:
            return ()
        try:
            return (_report(told, _REPORTED[event]),)
        except Malformed:  # a text that somebody else sends through this phone
            return ()

    def parse_status(self, webhook: Webhook, named: str) -> tuple[DeliveryReport, ...]:
        """Nothing of a phone's is expected here. Raises `Malformed`; and `Refused` for a worker's
        text, which would else be lost by a slip of whoever registered the address."""
        whole = of_json(webhook.body).one()
        event = whole.get("event") or ""
        if event in _CAME:
            raise Refused("a text that came to the address of reports")
        if event not in _REPORTED:
            raise Malformed("no report")
        return (_report(whole.one("payload"), _REPORTED[event]),)

    def _came(self, event: str, told: Record) -> Inbound:
        sender = told.get("sender") or told.get("phoneNumber") or ""
        if event == "sms:received":
            text = told.get("message")
            if text is None:
                raise Malformed("no text")
            return self._phone.sms(sender, text, moment(told.get("receivedAt")))
        address = self._phone.numbering.address(sender)
        message_id = told.get("messageId") or told.get("transactionId")
        if not message_id:
            raise Malformed("no id")
        known = sha256(json.dumps([event, message_id, address.uri()]).encode()).hexdigest()
        text = told.get("body") or told.get("subject") or ""
        media = self._media(told, message_id)
        return Inbound(known, address, text, media, sent=None if media or text else Sent.OTHER)

    def _media(self, told: Record, message_id: str) -> tuple[MediaHandle, ...]:
        """Where the phone has them; none where it cannot be asked."""
        if not self._phone.inbox:
            return ()
        place = f"{self._phone.url}/inbox/{quote(message_id, safe='')}/attachments"
        parts = [(told.get(f"attachments.{n}.partId"), n) for n in range(_MOST_MEDIA)]
        return tuple(
            MediaHandle(f"{place}/{part}", told.get(f"attachments.{n}.contentType") or "")
            for part, n in parts
            if part is not None and part.isascii() and part.isdecimal()
        )


def signed_by(keys: tuple[str, ...], most_age: int) -> Signed:
    """The phone signs its body and then the time at which it tries."""
    return Signed(keys, "x-signature", stamp_header="x-timestamp", most_age=most_age)


def moment(written: str | None) -> datetime:
    """The phone's time with its zone, "2024-06-22T15:46:11.000+07:00". Raises `Malformed`."""
    try:
        found = datetime.fromisoformat(written or "")
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Malformed("no time") from None


def _known_by(sender: Address, text: str, came: datetime) -> str:
    said = [sender.uri(), text, round(came.timestamp() * 1000)]
    return sha256(json.dumps(said).encode()).hexdigest()


def _report(told: Record, status: DeliveryStatus) -> DeliveryReport:
    """Raises `Unnamed` for a text that is not ours."""
    message_id = told.get("messageId") or ""
    reason = _REASON.search(told.get("reason") or "")
    code = reason[0] if reason and status is DeliveryStatus.FAILED else ""
    return DeliveryReport(outbox_id_of(message_id), status, code, message_id)
