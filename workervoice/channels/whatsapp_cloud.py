"""WhatsApp without Twilio between: Meta's Cloud API. Signed JSON webhooks, many events in each.

A worker is known by a phone number, by an id that Meta makes for this business (`CC.…`), or by
both, while Meta still tells both. Sources: Meta's pages on webhooks, on business-scoped user ids
and on verifying payloads (read 2026-11).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from workervoice.channels.base import Event, Webhook, opaque, place_of
from workervoice.channels.notices import LANGUAGES, NOTICES
from workervoice.channels.proof import Signed
from workervoice.channels.record import Record, of_json
from workervoice.channels.section import Section
from workervoice.channels.setup import Setup
from workervoice.channels.whatsapp_cloud_codes import undelivered
from workervoice.errors import Malformed, Refused
from workervoice.message import (
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Inbound,
    MediaHandle,
    Sent,
)

API = "https://graph.facebook.com"
_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9._=+/-]{1,256}", re.ASCII)
_MEDIUM = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_MEDIA = ("image", "video", "audio", "document", "voice")
_SENT: Mapping[str, Sent] = MappingProxyType(
    {
        "location": Sent.PLACE,
        "contacts": Sent.CONTACT,
        "sticker": Sent.STICKER,
        "reaction": Sent.REACTION,
        "poll": Sent.POLL,
    }
)
_WORDS = (  # where the words of a kind stand: the first that is there counts
    "text.body",
    "button.text",
    "interactive.button_reply.title",
    "interactive.list_reply.title",
    "reaction.emoji",
)
STATUS: Mapping[str, DeliveryStatus] = MappingProxyType(
    {
        "sent": DeliveryStatus.ACCEPTED,
        "delivered": DeliveryStatus.DELIVERED,
        "read": DeliveryStatus.DELIVERED,
        "played": DeliveryStatus.DELIVERED,
        "failed": DeliveryStatus.FAILED,
    }
)
_KEYS = ("phone_number_id", "url", "version", "templates", "template_languages", "timeout_seconds")


@dataclass(frozen=True, slots=True)
class Business:
    """What the file says of a line. `templates` are WhatsApp's names of ours, by what they say;
    they are there in `languages`, ours."""

    phone_number_id: str
    url: str
    version: str
    templates: Mapping[str, str]
    languages: tuple[str, ...]
    timeout: int

    @classmethod
    def read(cls, setup: Setup) -> Business:
        """Raises `SettingsError`."""
        said = Section.of(setup)
        said.only(*_KEYS, "per_second")
        version = said.text("version", "v24.0")
        if not _VERSION.fullmatch(version):
            raise said.wrong("version", "has to be like v24.0")
        phone_number_id = said.text("phone_number_id")
        if not phone_number_id.isascii() or not phone_number_id.isdecimal():
            raise said.wrong(
                "phone_number_id", "is digits: Meta's id of the number, not the number"
            )
        return cls(
            phone_number_id,
            said.url("url", text="" if "url" in said.said else API),
            version,
            *_templates(said),
            said.number("timeout_seconds", 10, 1, 40),
        )

    def place(self, *names: str) -> str:
        return "/".join((self.url, self.version, *names))


def _templates(said: Section) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Raises `SettingsError`."""
    named = said.maybe("templates")
    if named is None:
        return {}, ()
    named.only(*NOTICES)
    languages = said.words("template_languages")
    foreign = sorted(set(languages) - set(LANGUAGES))
    if foreign:
        raise said.wrong("template_languages", f"has {foreign[0]}, which WhatsApp has not")
    return {key: named.text(key) for key in NOTICES if key in named.said}, languages


class CloudReceiver:
    """Reads what Meta posts for one app."""

    by_get = False
    done = (200, "")  # whatever else is posted again, for days

    def __init__(self, business: Business, app_secrets: tuple[str, ...], verify_token: str) -> None:
        self._business, self._token = business, verify_token
        self._proof = Signed(app_secrets, "x-hub-signature-256", prefix="sha256=")

    @classmethod
    def of(cls, setup: Setup) -> CloudReceiver:
        """Two app secrets while one is exchanged. Raises `SettingsError`."""
        secrets = (setup.secret("app_secret"), setup.secrets.get("app_secret_next", ""))
        return cls(Business.read(setup), secrets, setup.secret("verify_token"))

    def greet(self, webhook: Webhook) -> str:
        """Meta asks once whether the address is ours. Raises `Refused`."""
        try:
            asked = dict(parse_qsl(urlsplit(webhook.url).query, max_num_fields=20))
        except ValueError:
            raise Refused("far too many words") from None
        token, said = self._token.encode(), asked.get("hub.challenge", "")
        known = hmac.compare_digest(token, asked.get("hub.verify_token", "").encode())
        if asked.get("hub.mode") != "subscribe" or not known or not _CHALLENGE.fullmatch(said):
            raise Refused("not the word that we agreed on")
        return said

    def verify(self, webhook: Webhook) -> None:
        """Over the raw body; raises `Refused`."""
        self._proof.check(webhook)

    def parse(self, webhook: Webhook) -> tuple[Event, ...]:
        """Messages and reports in their order; of other numbers of the same app, too: they name
        theirs. One that cannot be read keeps no other back. Raises `Malformed` if none can."""
        return tuple(self._events(webhook))

    def parse_status(self, webhook: Webhook, named: str) -> tuple[DeliveryReport, ...]:
        """Nothing of Meta's is expected here. Raises `Malformed`, and `Refused` for a worker's
        message, which would else be lost by a slip of whoever set the address."""
        events = tuple(self._events(webhook))
        if any(isinstance(each, Inbound) for each in events):
            raise Refused("a message that came to the address of reports")
        if not events:
            raise Malformed("no report")
        return tuple(each for each in events if isinstance(each, DeliveryReport))

    def _events(self, webhook: Webhook) -> list[Event]:
        found: list[Event] = []
        unread: list[Malformed] = []
        whole = of_json(webhook.body).one()
        if whole.get("object") != "whatsapp_business_account":
            raise Malformed("not of WhatsApp")
        for entry in whole.each("entry"):
            for change in entry.each("changes"):
                if change.get("field") == "messages":
                    found += self._changed(change.one("value"), unread)
        if unread and not found:
            raise unread[0]
        return found

    def _changed(self, value: Record, unread: list[Malformed]) -> Iterator[Event]:
        """What cannot be read is put into `unread`: Meta would post the same again, with all that
        is beside it."""
        own = value.get("metadata.phone_number_id") or ""
        known = _user_ids(value)
        for message in value.each("messages") if "messages" in value.said else ():
            if (message.get("type") or "") == "system":  # of WhatsApp's, and no worker's
                continue
            try:
                yield self._message(message, own, known)
            except Malformed as exc:
                unread.append(exc)
        for status in value.each("statuses") if "statuses" in value.said else ():
            report = _report(status)
            if report is not None:
                yield report

    def _message(self, message: Record, own: str, known: Mapping[str, str]) -> Inbound:
        external_id, kind = message.get("id") or "", message.get("type") or ""
        if not _ID.fullmatch(external_id):
            raise Malformed("no usable id")
        sender, also = _sender(message, known)
        media = self._media(message, kind)
        text = next((words for at in _WORDS if (words := message.get(at)) is not None), "")
        text = text or message.get(f"{kind}.caption") or ""
        north, east = message.get("location.latitude"), message.get("location.longitude")
        place = place_of(north or "", east or "") if kind == "location" else ""
        sent = _SENT.get(kind) or (None if media or text or kind == "text" else Sent.OTHER)
        return Inbound(external_id, sender, text, media, also, sent, place, own)

    def _media(self, message: Record, kind: str) -> tuple[MediaHandle, ...]:
        if kind not in _MEDIA:
            return ()
        medium_id = message.get(f"{kind}.id") or ""
        if not _MEDIUM.fullmatch(medium_id):
            raise Malformed("a medium without an id")
        said = (message.get(f"{kind}.mime_type") or "").partition(";")[0].strip().lower()
        return (MediaHandle(self._business.place(medium_id), said),)


def _user_ids(value: Record) -> Mapping[str, str]:
    """By number: who wrote is named beside the messages, not in them, by older versions."""
    told = value.each("contacts") if "contacts" in value.said else ()
    return {each.get("wa_id") or "": each.get("user_id") or "" for each in told}


def _sender(message: Record, known: Mapping[str, str]) -> tuple[Address, tuple[Address, ...]]:
    """Raises `Malformed`."""
    number = message.get("from") or ""
    user_id = message.get("from_user_id") or known.get(number) or ""
    named = opaque(AddressKind.WHATSAPP_ID, user_id) if user_id else None
    if number[:3].isalpha() or "." in number:  # the id stands where the number did
        named, number = opaque(AddressKind.WHATSAPP_ID, number), ""
    if number:
        return opaque(AddressKind.WHATSAPP, f"+{number}"), (named,) if named else ()
    if named is None:
        raise Malformed("no sender")
    return named, ()


def _report(status: Record) -> DeliveryReport | None:
    """None for a text that is none of ours, and for a status that nobody told us of."""
    told, code = STATUS.get(status.get("status") or ""), status.code("errors.0.code")
    try:
        outbox_id = UUID(status.get("biz_opaque_callback_data") or "")
    except ValueError:
        return None
    if told is None:
        return None
    external_id = status.get("id") or ""
    known_as = external_id if _ID.fullmatch(external_id) else ""
    if told is DeliveryStatus.FAILED:
        return DeliveryReport(outbox_id, undelivered(code), code, known_as)
    return DeliveryReport(outbox_id, told, "", known_as)
