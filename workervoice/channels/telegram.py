"""Telegram: a bot that workers write to. JSON webhooks with a secret word in a header.

A worker is known by the number of their chat with the bot, which is no phone number; Telegram tells
us no phone number unless they send one as a card. Source: Telegram's Bot API (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workervoice.channels.base import Event, Webhook, opaque, place_of
from workervoice.channels.proof import Known
from workervoice.channels.record import Record, of_json
from workervoice.channels.section import Section
from workervoice.channels.setup import Setup
from workervoice.errors import Malformed, Refused, SettingsError
from workervoice.message import AddressKind, DeliveryReport, Inbound, MediaHandle, Sent

API = "https://api.telegram.org"
MEDIUM = "telegram:"  # a file's id is kept as an address that nobody can call without the bot
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)
_START = re.compile(r"/start(?:@[A-Za-z0-9_]{1,64})?(?: ([A-Za-z0-9_-]{1,64}))?", re.ASCII)
_MEDIA: Mapping[str, str] = MappingProxyType(
    {
        "voice": "audio/ogg",
        "audio": "audio/mpeg",
        "video": "video/mp4",
        "video_note": "video/mp4",
        "document": "",
    }
)
_SENT: Mapping[str, Sent] = MappingProxyType(
    {
        "location": Sent.PLACE,
        "contact": Sent.CONTACT,
        "sticker": Sent.STICKER,
        "poll": Sent.POLL,
    }
)


@dataclass(frozen=True, slots=True)
class Bot:
    """What the file says of a line."""

    url: str
    timeout: int

    @classmethod
    def read(cls, setup: Setup) -> Bot:
        """Raises `SettingsError`."""
        said = Section.of(setup)
        said.only("url", "timeout_seconds", "per_second")
        return cls(
            said.url("url", text="" if "url" in said.said else API),
            said.number("timeout_seconds", 10, 1, 40),
        )


class TelegramReceiver:
    """Reads one bot's updates."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._proof = Known(words, "x-telegram-bot-api-secret-token")

    @classmethod
    def of(cls, setup: Setup) -> TelegramReceiver:
        """Two words while one is exchanged. Raises `SettingsError`."""
        Bot.read(setup)
        words = (setup.secret("secret_token"), setup.secrets.get("secret_token_next", ""))
        if not all(_SECRET.fullmatch(word) for word in words if word):
            raise SettingsError(
                f"line {setup.line}: its secret_token has to be 16 letters, digits, - or _ at least"
            )
        return cls(words)

    def verify(self, webhook: Webhook) -> None:
        """Raises `Refused`."""
        self._proof.check(webhook)

    def parse(self, webhook: Webhook) -> tuple[Event, ...]:
        """One message, or one that was changed; nothing of groups and of what else happens. Raises
        `Malformed`."""
        whole = of_json(webhook.body).one()
        for name in ("message", "edited_message"):
            if name in whole.said:
                message = whole.one(name)
                return (_inbound(message),) if _is_alone(message) else ()
        return ()

    def parse_status(self, webhook: Webhook, named: str) -> tuple[DeliveryReport, ...]:
        """Telegram tells nobody what became of a text. Raises `Malformed`, and `Refused` for a
        worker's message, which would else be lost by a slip of whoever set the address."""
        if self.parse(webhook):
            raise Refused("a message that came to the address of reports")
        raise Malformed("no report")


def _is_alone(message: Record) -> bool:
    """A chat of one worker with the bot: whatever is said elsewhere is read by others, too."""
    return message.get("chat.type") == "private"


def _inbound(message: Record) -> Inbound:
    sender = opaque(AddressKind.TELEGRAM, message.get("chat.id") or "")
    number, changed = message.get("message_id") or "", message.get("edit_date") or ""
    if not number.isascii() or not number.isdecimal() or not (changed or "0").isdecimal():
        raise Malformed("no usable id")
    media = _media(message)
    text = _said(message.get("text") or message.get("caption") or "")
    kind = next((name for name in _SENT if name in message.said), "")
    north, east = message.get("location.latitude"), message.get("location.longitude")
    sent = _SENT.get(kind)
    if sent is None and not media and "text" not in message.said:
        sent = Sent.OTHER
    place = place_of(north or "", east or "")
    known_by = "-".join(part for part in (sender.value, number, changed) if part)
    return Inbound(known_by, sender, text, media, sent=sent, place=place)


def _said(text: str) -> str:
    """Who scans a poster and presses "Start" sends the code of the place behind that word."""
    started = _START.fullmatch(text)
    return started[1] if started is not None and started[1] else text


def _media(message: Record) -> tuple[MediaHandle, ...]:
    """Of a picture the largest that Telegram made of it. Raises `Malformed`."""
    if "photo" in message.said:
        sizes = message.each("photo")
        return (_handle(sizes[-1].get("file_id"), "image/jpeg"),) if sizes else ()
    for name, usual in _MEDIA.items():
        if name in message.said:
            file = message.one(name)
            return (_handle(file.get("file_id"), file.get("mime_type") or usual),)
    return ()


def _handle(file_id: str | None, kind: str) -> MediaHandle:
    if file_id is None or not _FILE.fullmatch(file_id):
        raise Malformed("a medium without an id")
    return MediaHandle(MEDIUM + file_id, kind.partition(";")[0].strip().lower())
