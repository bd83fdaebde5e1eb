"""An Android phone: sending through it, and what it still knows of our texts and of workers'.

Our outbox id is the message's own id there: the same text sent twice is refused as a conflict, and
a look-up needs nothing else. What the phone's own SMS app keeps, nobody can delete from here.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from workervoice.channels.android import STATES, AndroidReceiver, Phone, moment
from workervoice.channels.fetching import Place, fetch
from workervoice.channels.record import Record, of_json
from workervoice.channels.setup import Provider, Setup
from workervoice.channels.wire import Answer, NoAnswer, NotSent, declined, exchange
from workervoice.errors import Malformed
from workervoice.message import (
    Accepted,
    AddressKind,
    DeliveryReport,
    FetchOutcome,
    Kept,
    Listed,
    MediaHandle,
    Outbound,
    PurgeOutcome,
    Rejected,
    SendOutcome,
    Unknown,
)

_SHORTEST_TTL = 5  # seconds, below which servers refuse
_PAGE = 500
_MOST_PAGES = 40


class AndroidSender:
    """Sends through one phone. Keeps no state."""

    def __init__(self, phone: Phone, password: str) -> None:
        self.max_text = phone.max_text
        self._phone, self._api = phone, _Api(phone, password)

    def send(self, message: Outbound) -> SendOutcome:
        """One request, whatever comes back."""
        if not message.text:  # a voice note
            return Rejected("no_text", permanent=True)
        query = {} if message.to.kind is AddressKind.PHONE else {"skipPhoneValidation": "true"}
        try:
            answer = self._api.ask("POST", "/messages", query, self._body(message))
        except NotSent:
            return Rejected("unreachable", permanent=False)
        except NoAnswer:
            return Unknown("no answer")
        if 200 <= answer.status < 300:
            taken = _id_of(answer) == str(message.outbox_id)
            return Accepted(str(message.outbox_id)) if taken else Unknown("unreadable")
        if answer.status == 409:  # it has one with this id: an earlier try
            return Unknown("409")
        return declined(answer.status, str(answer.status))

    def find(self, message: Outbound, since: datetime) -> SendOutcome:
        """By our id. What became of a text that it has, the phone reports by itself."""
        try:
            answer = self._api.ask("GET", f"/messages/{message.outbox_id}")
        except (NotSent, NoAnswer):
            return Unknown("lookup failed")
        if answer.status == 404 and _is_the_apis(answer):
            return Rejected("absent", permanent=False)
        if answer.status == 200 and _id_of(answer) == str(message.outbox_id):
            return Accepted(str(message.outbox_id))
        return Unknown("lookup failed")

    def _body(self, message: Outbound) -> dict[str, object]:
        return {
            "id": str(message.outbox_id),
            "textMessage": {"text": message.text},
            "phoneNumbers": [message.to.value],
            "ttl": max(int(message.validity.total_seconds()), _SHORTEST_TTL),
            "withDeliveryReport": True,
            **({"simNumber": self._phone.sim} if self._phone.sim is not None else {}),
            **({"deviceId": self._phone.device} if self._phone.device else {}),
        }


class AndroidKeeper:
    """What a phone still has of messages."""

    def __init__(self, phone: Phone, password: str) -> None:
        self._phone, self._api = phone, _Api(phone, password)
        home = urlsplit(phone.url)
        self._place = Place(
            hosts=(),
            headers={"Authorization": self._api.login},
            proves_to=(home.hostname or "").lower(),
            trusted=home.netloc,
        )

    def fetch(self, handle: MediaHandle) -> FetchOutcome:
        """From the phone itself."""
        return fetch(handle.url, self._place, timeout=4.0 * self._phone.timeout)

    def purge(self, external_id: str) -> PurgeOutcome:
        """Its API deletes nothing, neither in the app's list nor in the phone's."""
        return Kept()

    def look(self, external_id: str, outbox_id: UUID) -> DeliveryReport | None:
        """What became of one of ours."""
        try:
            answer = self._api.ask("GET", f"/messages/{outbox_id}")
            status = STATES.get(_record(answer).get("state") or "")
        except (NotSent, NoAnswer, Malformed):
            return None
        if answer.status != 200 or status is None or _id_of(answer) != str(outbox_id):
            return None
        return DeliveryReport(outbox_id, status, "", external_id)

    def listed(self, sender: str, since: datetime, until: datetime) -> tuple[Listed, ...] | None:
        """From the app's own list of what it received, where its version has one. What came while
        the app did not run is not in it."""
        if not self._phone.inbox:
            return None
        found: list[Listed] = []
        try:
            for page in range(_MOST_PAGES):
                records = self._page(since, until, page)
                found += [one for each in records if (one := self._listed(each)) is not None]
                if len(records) < _PAGE:
                    return tuple(sorted(found, key=lambda one: one.at))
        except (NotSent, NoAnswer, Malformed):
            return None
        return None

    def _page(self, since: datetime, until: datetime, page: int) -> tuple[Record, ...]:
        """Raises `Malformed` also for an answer that is no success."""
        asked = {
            "type": "SMS",
            "from": since.isoformat(),
            "to": until.isoformat(),
            "limit": str(_PAGE),
            "offset": str(page * _PAGE),
            **({"deviceId": self._phone.device} if self._phone.device else {}),
        }
        answer = self._api.ask("GET", "/inbox", asked)
        if answer.status != 200:
            raise Malformed("no list")
        return of_json(answer.body).rows()

    def _listed(self, record: Record) -> Listed | None:
        """One that cannot be read is no message of anybody's that could be answered."""
        if not self._phone.is_for_us(record, self._phone.device):
            return None
        try:
            at = moment(record.get("createdAt"))
            text = record.get("contentPreview") or ""  # the whole text, by the app's source
            return Listed(self._phone.sms(record.get("sender") or "", text, at), at)
        except Malformed:
            return None


class _Api:
    """One phone's API, with our login."""

    def __init__(self, phone: Phone, password: str) -> None:
        self._base, self._timeout = phone.url, phone.timeout
        self.login = "Basic " + b64encode(f"{phone.user}:{password}".encode()).decode("ascii")

    def ask(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> Answer:
        """Raises `NotSent` or `NoAnswer`."""
        url = self._base + path + ("?" + urlencode(query) if query else "")
        headers = {"Authorization": self.login}
        if body is not None:
            headers["Content-Type"] = "application/json"
        sent = json.dumps(body).encode() if body is not None else None
        return exchange(method, url, headers=headers, body=sent, timeout=self._timeout)


def _record(answer: Answer) -> Record:
    """Raises `Malformed`."""
    return of_json(answer.body).one()


def _id_of(answer: Answer) -> str:
    try:
        return _record(answer).get("id") or ""
    except Malformed:
        return ""


def _is_the_apis(answer: Answer) -> bool:
    """False for a page of whatever stands before it."""
    if not answer.body.strip():
        return True
    try:
        _record(answer)
    except Malformed:
        return False
    return True


def _sender(setup: Setup) -> AndroidSender:
    return AndroidSender(Phone.read(setup), setup.secret("password"))


def _keeper(setup: Setup) -> AndroidKeeper:
    return AndroidKeeper(Phone.read(setup), setup.secret("password"))


PROVIDER = Provider("android", frozenset({"sms"}), AndroidReceiver.of, _sender, _keeper)
