"""Telegram: sending, and the media that workers sent.

Telegram says at once whether a text is in the chat, and never whether a phone showed it. It has no
list of what a bot sent: one whose sending ended in silence stays unknown. The bot's token stands in
every address, so none is ever shown. Source: Telegram's Bot API (read 2026-11).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from workervoice.channels.fetching import Place, fetch
from workervoice.channels.record import of_json
from workervoice.channels.setup import Provider, Setup, as_said
from workervoice.channels.telegram import MEDIUM, Bot, TelegramReceiver
from workervoice.channels.wire import Answer, NoAnswer, NotSent, declined, exchange
from workervoice.errors import Malformed
from workervoice.message import (
    Accepted,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    FetchOutcome,
    Halt,
    Kept,
    Later,
    Listed,
    MediaHandle,
    Missing,
    Outbound,
    PurgeOutcome,
    Rejected,
    SendOutcome,
    Unknown,
)

_PATH = re.compile(r"[A-Za-z0-9_./-]{1,200}", re.ASCII)
_PER_SECOND = 25.0  # of a bot; Telegram says about 30, and one a second to each chat


@dataclass(frozen=True, slots=True)
class Error:
    """What an answer means. `about` is a part of Telegram's description, which is read for nothing
    else and never kept."""

    code: int
    about: str
    said: str
    permanent: bool = False
    why: DeliveryStatus | None = None
    halt: Halt | None = None


ERRORS: Mapping[str, Error] = MappingProxyType(
    {
        "blocked": Error(
            *(403, "blocked by the user", "the worker blocked the bot"),
            permanent=True,
            why=DeliveryStatus.STOPPED,
        ),
        "deactivated": Error(
            *(403, "user is deactivated", "the worker's account is gone"), permanent=True
        ),
        "not_begun": Error(
            *(403, "initiate conversation", "the worker never wrote to this bot"), permanent=True
        ),
        "forbidden": Error(403, "", "the bot may not do this"),
        "no_chat": Error(400, "chat not found", "there is no such chat", permanent=True),
        "too_long": Error(400, "message is too long", "the text is too long", permanent=True),
        "empty": Error(400, "text is empty", "there is no text", permanent=True),
        "bad": Error(400, "", "a field is wrong"),
        "token": Error(401, "", "the bot's token is not valid", halt=Halt.BROKEN),
        "no_bot": Error(404, "", "there is no such bot", halt=Halt.BROKEN),
        "webhook": Error(409, "", "somebody else reads this bot's messages"),
        "too_fast": Error(429, "", "too fast", halt=Halt.SLOWER),
    }
)


class TelegramSender:
    """Sends as one bot. Keeps no state."""

    max_text = 4096
    final = True  # nothing more is ever said of a text that is in the chat

    def __init__(self, bot: Bot, token: str) -> None:
        self._api = _Api(bot, token)

    def send(self, message: Outbound) -> SendOutcome:
        """One request, whatever comes back."""
        if message.to.kind is not AddressKind.TELEGRAM:
            return Rejected("no_chat", permanent=True)
        what = "sendVoice" if message.media else "sendMessage"
        try:
            answer = self._api.ask(what, {"chat_id": message.to.value, **_content(message)})
        except NotSent:
            return Rejected("unreachable", permanent=False)
        except NoAnswer:
            return Unknown("no answer")
        if not 200 <= answer.status < 300:
            return outcome(answer)
        try:
            number = of_json(answer.body).get("result.message_id") or ""
        except Malformed:
            number = ""
        if not number.isascii() or not number.isdecimal():
            return Unknown("unreadable")
        return Accepted(f"{message.to.value}-{number}")

    def find(self, message: Outbound, since: datetime) -> SendOutcome:
        """There is nothing to ask."""
        return Unknown("no list")


class TelegramKeeper:
    """What Telegram has: everything, until its people delete it."""

    def __init__(self, bot: Bot, token: str) -> None:
        self._api, home = _Api(bot, token), urlsplit(bot.url)
        near = home.scheme == "http"
        self._place = Place(
            hosts=(home.hostname or "",),
            headers={},
            proves_to="",
            trusted=home.netloc if near else "",
        )

    def fetch(self, handle: MediaHandle) -> FetchOutcome:
        """Where a file lies is asked for first; Telegram gives bots 20 MB at most."""
        if not handle.url.startswith(MEDIUM):
            return Missing("address")
        try:
            answer = self._api.ask("getFile", {"file_id": handle.url.removeprefix(MEDIUM)})
            path = of_json(answer.body).get("result.file_path") if answer.status == 200 else None
        except (NotSent, NoAnswer, Malformed):
            return Later("no answer")
        if answer.status != 200:
            gone = answer.status == 400
            return Missing("400") if gone else Later(str(answer.status))
        if path is None or not _PATH.fullmatch(path) or ".." in path:
            return Missing("address")
        return fetch(self._api.file(path), self._place, timeout=4.0 * self._api.timeout)

    def purge(self, external_id: str) -> PurgeOutcome:
        """A bot that deletes a message takes it from the worker's phone, too: an answer perhaps
        unread. So it deletes none."""
        return Kept()

    def look(self, external_id: str, outbox_id: UUID) -> DeliveryReport | None:
        return None

    def listed(self, sender: str, since: datetime, until: datetime) -> tuple[Listed, ...] | None:
        """While a webhook is set, Telegram lists nothing; it posts again for a day."""
        return None


class _Api:
    """One bot's API."""

    def __init__(self, bot: Bot, token: str) -> None:
        self._base, self._token, self.timeout = bot.url, quote(token, safe=":"), bot.timeout

    def ask(self, what: str, record: Mapping[str, Any]) -> Answer:
        """Raises `NotSent` or `NoAnswer`."""
        return exchange(
            "POST",
            f"{self._base}/bot{self._token}/{what}",
            headers={"Content-Type": "application/json"},
            body=json.dumps(record).encode(),
            timeout=self.timeout,
        )

    def file(self, path: str) -> str:
        return f"{self._base}/file/bot{self._token}/{path}"


def outcome(answer: Answer) -> Rejected | Unknown:
    """What an answer other than 2xx means for the text; never carries Telegram's words."""
    try:
        record = of_json(answer.body).one()
        told, described = record.get("error_code") or "", record.get("description") or ""
    except Malformed:
        told, described = "", ""
    status = int(told) if told.isdecimal() and len(told) == 3 else answer.status
    for code, error in ERRORS.items():
        if error.code == status and error.about in described.lower():
            return Rejected(code, error.permanent, error.why, error.halt)
    return declined(status, str(status))


def _content(message: Outbound) -> dict[str, Any]:
    if message.media:
        return {"voice": message.media}
    return {"text": message.text, "link_preview_options": {"is_disabled": True}}


def _sender(setup: Setup) -> TelegramSender:
    return TelegramSender(Bot.read(setup), setup.secret("bot_token"))


def _keeper(setup: Setup) -> TelegramKeeper:
    return TelegramKeeper(Bot.read(setup), setup.secret("bot_token"))


def _per_second(setup: Setup, channel: str) -> float:
    return as_said(setup, channel) if "per_second" in setup.said else _PER_SECOND


PROVIDER = Provider(
    "telegram",
    frozenset({"telegram"}),
    TelegramReceiver.of,
    _sender,
    _keeper,
    per_second=_per_second,
)
