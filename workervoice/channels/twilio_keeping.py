"""Twilio: what it still has of our messages. Fetching media, deleting, and listing what came.

Sources: Twilio's pages on the Message and Media resources and on error 20009. A message can be
deleted once it is final, and not at once after it came; its media stay until they are deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from workervoice.channels.fetching import Place, fetch
from workervoice.channels.twilio_codes import ERROR_CODE, STATUS, undelivered
from workervoice.channels.twilio_form import MESSAGE_SID, WHATSAPP, listed_message
from workervoice.channels.twilio_rest import RUBBISH, Declined, Login, basic
from workervoice.errors import ChannelError, Malformed
from workervoice.message import (
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    FetchOutcome,
    Gone,
    Kept,
    Later,
    Listed,
    MediaHandle,
    PurgeOutcome,
)

_PAGE = 1000
_LEAST = timedelta(minutes=1)
_MOST_LISTED = 20_000  # of one sender and day
_MEDIA_HOSTS = (".twilio.com", ".twiliocdn.com")  # the API sends on to where the medium lies
_API = "https://api.twilio.com"
_STILL_MOVING = frozenset({"accepted", "scheduled", "queued", "sending", "receiving"})


class TwilioKeeper:
    """Asks Twilio's API. Keeps no state."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._client: Any = login.client()
        home = urlsplit(login.api_base or _API)
        self._place = Place(
            hosts=(home.hostname or "", *_MEDIA_HOSTS),
            headers={"Authorization": basic((login.username, login.password))},
            proves_to=home.hostname or "",
            trusted=home.netloc if login.api_base else "",
        )

    def fetch(self, handle: MediaHandle) -> FetchOutcome:
        """One medium; the login goes to Twilio's API and not to where that sends us on."""
        return fetch(self._here(handle.url), self._place, timeout=4 * self._login.timeout)

    def _here(self, url: str) -> str:
        """A test peer or region has another address than a webhook writes."""
        if not self._login.api_base or not url.startswith(_API):
            return url
        return self._login.api_base.rstrip("/") + url.removeprefix(_API)

    def purge(self, external_id: str) -> PurgeOutcome:
        """Delete its media, then the message. Where Twilio does not delete it yet, its text is
        taken out meanwhile."""
        if not MESSAGE_SID.fullmatch(external_id):
            return Kept()
        message = self._client.messages(external_id)
        try:
            for medium in _media_of(message):
                _deleted(medium.delete)
            _deleted(message.delete)
        except Declined as exc:
            if exc.outcome.code == "20009":
                self._empty(message)
            return Later(exc.outcome.code)
        except (ChannelError, *RUBBISH):
            return Later("no answer")
        return Gone()

    def _empty(self, message: Any) -> None:
        """Take the text out of a record that cannot be deleted; that it fails changes nothing."""
        try:
            message.update(body="")
        except (ChannelError, *RUBBISH):
            return

    def look(self, external_id: str, outbox_id: UUID) -> DeliveryReport | None:
        """What became of one of ours; None also for what it has no more."""
        try:
            record = self._client.messages(external_id).fetch()
        except (ChannelError, *RUBBISH):
            return None
        told = STATUS.get(str(record.status or "").lower())
        code = str(record.error_code or "")
        known = code if ERROR_CODE.fullmatch(code) else ""
        if told is DeliveryStatus.FAILED:
            told = undelivered(known)
        return DeliveryReport(outbox_id, told, known, external_id) if told is not None else None

    def _by_halves(
        self, sender: str, since: datetime, until: datetime
    ) -> tuple[Listed, ...] | None:
        """None where even a minute is too much."""
        if until - since <= _LEAST:
            return None
        middle = since + (until - since) / 2
        first, second = self.listed(sender, since, middle), self.listed(sender, middle, until)
        if first is None or second is None:
            return None
        known = {each.inbound.external_id for each in first}
        return (*first, *(each for each in second if each.inbound.external_id not in known))

    def listed(self, sender: str, since: datetime, until: datetime) -> tuple[Listed, ...] | None:
        """By Twilio's time of arrival; in the same second, as Twilio has them. A list that repeats
        a message has it once."""
        kind, _, number = sender.partition(":")
        found: dict[str, Listed] = {}
        try:
            records = self._client.messages.list(
                to=number if kind == AddressKind.PHONE else WHATSAPP + number,
                date_sent_after=since,
                date_sent_before=until,
                limit=_MOST_LISTED,
                page_size=_PAGE,
            )
            if len(records) == _MOST_LISTED:
                return self._by_halves(sender, since, until)
            for record in reversed(records):  # the newest comes first
                found.update(_listed(record))
        except (ChannelError, *RUBBISH):
            return None
        return tuple(sorted(found.values(), key=attrgetter("at")))


def _media_of(message: Any) -> list[Any]:
    """Raises as the client does; a message that is gone has none."""
    try:
        return list(message.media.list(limit=100))
    except Declined as exc:
        if exc.status == 404:
            return []
        raise


def _deleted(delete: Any) -> None:
    """What is gone already is as good as deleted."""
    try:
        delete()
    except Declined as exc:
        if exc.status != 404:
            raise


def _listed(record: Any) -> Iterator[tuple[str, Listed]]:
    """A worker's message, or nothing: our own texts stand in the same list, and one that Twilio
    still receives is found at the next look."""
    direction, status = str(record.direction or ""), str(record.status or "")
    if not direction.startswith("inbound") or status in _STILL_MOVING:
        return
    handles: tuple[MediaHandle, ...] = ()
    if str(record.num_media or "0") != "0":
        handles = tuple(_handle(each) for each in record.media.list(limit=10))
    try:
        inbound = listed_message(record.sid, record.from_, record.body, handles)
    except Malformed:
        return
    yield inbound.external_id, Listed(inbound, _moment(record))


def _handle(medium: Any) -> MediaHandle:
    url = f"{_API}{str(medium.uri).removesuffix('.json')}"
    return MediaHandle(url, str(medium.content_type or ""))


def _moment(record: Any) -> datetime:
    for at in (record.date_sent, record.date_created):
        if isinstance(at, datetime):
            return at if at.tzinfo else at.replace(tzinfo=UTC)
    return datetime.fromtimestamp(0, UTC)
