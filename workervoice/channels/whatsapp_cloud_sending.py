"""Meta's Cloud API: sending, and the media that workers sent.

Meta tells nobody which texts it has: one whose sending ended in silence stays unknown until Meta
reports on it, which it does with our own id. Sources: Meta's pages on messages, media and error
codes (read 2026-11).
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from workervoice.channels.fetching import MOST_MEDIUM, Place, fetch
from workervoice.channels.notices import LANGUAGES
from workervoice.channels.record import of_json
from workervoice.channels.setup import Provider, Setup, as_said
from workervoice.channels.whatsapp_cloud import API, Business, CloudReceiver
from workervoice.channels.whatsapp_cloud_codes import outcome
from workervoice.channels.wire import NoAnswer, NotSent, exchange
from workervoice.errors import Malformed
from workervoice.message import (
    Accepted,
    AddressKind,
    DeliveryReport,
    FetchOutcome,
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

_TAKEN_AS = re.compile(r"[A-Za-z0-9._=+/-]{1,256}", re.ASCII)
_MEDIA_HOST = "lookaside.fbsbx.com"
_PER_SECOND = 80.0  # of a number, by Meta's page on throughput


class CloudSender:
    """Sends for one number. Keeps no state."""

    max_text = 4096

    def __init__(self, business: Business, token: str) -> None:
        self._business, self._login = business, f"Bearer {token}"
        self.templates = frozenset(
            f"{key}:{language}" for key in business.templates for language in business.languages
        )

    def send(self, message: Outbound) -> SendOutcome:
        """One request, whatever comes back."""
        place = self._business.place(self._business.phone_number_id, "messages")
        headers = {"Authorization": self._login, "Content-Type": "application/json"}
        try:
            answer = exchange(
                "POST",
                place,
                headers=headers,
                body=json.dumps(self._body(message)).encode(),
                timeout=self._business.timeout,
            )
        except NotSent:
            return Rejected("unreachable", permanent=False)
        except NoAnswer:
            return Unknown("no answer")
        if not 200 <= answer.status < 300:
            return outcome(answer.status, answer.body)
        try:
            taken_as = of_json(answer.body).get("messages.0.id") or ""
        except Malformed:
            taken_as = ""
        return Accepted(taken_as) if _TAKEN_AS.fullmatch(taken_as) else Unknown("unreadable")

    def find(self, message: Outbound, since: datetime) -> SendOutcome:
        """There is nothing to ask."""
        return Unknown("no list")

    def _body(self, message: Outbound) -> dict[str, Any]:
        by_id = message.to.kind is AddressKind.WHATSAPP_ID
        to = {"recipient": message.to.value} if by_id else {"to": message.to.value.lstrip("+")}
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **to,
            **self._content(message),
            "biz_opaque_callback_data": str(message.outbox_id),
        }

    def _content(self, message: Outbound) -> dict[str, Any]:
        if message.template:
            key, _, language = message.template.partition(":")
            code = {"code": LANGUAGES[language]}
            named = {"name": self._business.templates[key], "language": code}
            return {"type": "template", "template": named}
        if message.media:
            return {"type": "audio", "audio": {"link": message.media}}
        return {"type": "text", "text": {"body": message.text, "preview_url": False}}


class CloudKeeper:
    """What Meta has of messages: media for 30 days, which nobody can be rid of by a message's id,
    and no list."""

    def __init__(self, business: Business, token: str) -> None:
        self._business = business
        home, own = urlsplit(business.url), business.url != API
        self._headers = {"Authorization": f"Bearer {token}"}
        self._place = Place(
            hosts=(_MEDIA_HOST,),
            headers=self._headers,
            proves_to=(home.hostname or "") if own else _MEDIA_HOST,
            trusted=home.netloc if own else "",
        )

    def fetch(self, handle: MediaHandle) -> FetchOutcome:
        """Where the medium lies is asked for first: that address is good for minutes."""
        if not handle.url.startswith(self._business.url + "/"):
            return Missing("address")
        timeout = self._business.timeout
        try:
            answer = exchange("GET", handle.url, headers=self._headers, body=None, timeout=timeout)
            told = of_json(answer.body).one() if answer.status == 200 else None
        except (NotSent, NoAnswer, Malformed):
            return Later("no answer")
        if told is None:
            gone = answer.status in (400, 404)
            return Missing(str(answer.status)) if gone else Later(str(answer.status))
        size = told.get("file_size") or ""
        if size.isdecimal() and int(size) > MOST_MEDIUM:
            return Missing("too_large")
        return fetch(told.get("url") or "", self._place, timeout=4.0 * timeout)

    def purge(self, external_id: str) -> PurgeOutcome:
        """Meta lets nobody delete a message there."""
        return Kept()

    def look(self, external_id: str, outbox_id: UUID) -> DeliveryReport | None:
        return None

    def listed(self, sender: str, since: datetime, until: datetime) -> tuple[Listed, ...] | None:
        return None


def _sender(setup: Setup) -> CloudSender:
    return CloudSender(Business.read(setup), setup.secret("access_token"))


def _keeper(setup: Setup) -> CloudKeeper:
    return CloudKeeper(Business.read(setup), setup.secret("access_token"))


def _per_second(setup: Setup, channel: str) -> float:
    return as_said(setup, channel) if "per_second" in setup.said else _PER_SECOND


PROVIDER = Provider(
    "whatsapp-cloud",
    frozenset({"whatsapp"}),
    CloudReceiver.of,
    _sender,
    _keeper,
    per_second=_per_second,
    own_id="phone_number_id",
)
