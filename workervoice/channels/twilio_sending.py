"""Twilio: sending a message, and looking up one whose sending ended in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from workervoice.channels.twilio_codes import ERROR_CODE, STATUS
from workervoice.channels.twilio_form import WHATSAPP
from workervoice.channels.twilio_rest import RUBBISH, Declined, Login
from workervoice.channels.wire import NoAnswer, NotSent
from workervoice.errors import ChannelError
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryStatus,
    Outbound,
    Rejected,
    SendOutcome,
    Unknown,
)

_LISTED = 1000  # Twilio's largest page
_LOOKED_BACK = timedelta(days=7)  # so long we surely know the ids of all that went out
_TAKEN_AS = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)  # an answer is believed more than a form
_TRIAL = "Sent from your Twilio trial account - "


class TwilioSender:
    """Sends through the `twilio` client. `numbers` are our senders for SMS and WhatsApp where they
    are not the line's own; `content_sids` are WhatsApp's templates by our names."""

    max_text = 1600

    def __init__(
        self,
        login: Login,
        numbers: tuple[str | None, ...] = (),
        content_sids: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._numbers, self._content_sids = numbers, content_sids
        self.templates = frozenset(content_sids)
        self._client: Any = login.client()

    def send(self, message: Outbound) -> SendOutcome:
        """Create the message, in one request."""
        try:
            created = self._client.messages.create(
                to=_wire_address(message.to),
                from_=self._from(message),
                validity_period=_seconds(message.validity),
                **self._content(message),
                **_callback(message),
            )
            sid = created.sid
        except Declined as exc:
            return exc.outcome
        except NotSent:
            return Rejected("unreachable", permanent=False)
        except NoAnswer:
            return Unknown("no answer")
        except RUBBISH:
            return Unknown("unreadable")
        usable = isinstance(sid, str) and _TAKEN_AS.fullmatch(sid)
        return Accepted(sid) if usable else Unknown("unreadable")

    def find(self, message: Outbound, since: datetime) -> SendOutcome:
        """List what went to this address and compare texts; our other texts are known by their
        ids, so that no clock has to be right.

        Not by DateSent: a message that still waits at Twilio has none.
        """
        try:
            records = self._client.messages.list(
                to=_wire_address(message.to),
                from_=self._from(message),
                limit=_LISTED,
                page_size=_LISTED,
            )
            recent = [r for r in records if _is_recent(r.date_created, since - _LOOKED_BACK)]
            unknown = [r for r in recent if r.sid not in message.others]
            return _judge(message, unknown, cut=len(recent) == _LISTED)
        except (ChannelError, *RUBBISH):
            return Unknown("lookup failed")

    def _content(self, message: Outbound) -> dict[str, object]:
        """A text, a template that says the same, or a voice note, which has none."""
        if message.template:
            return {"content_sid": self._content_sids[message.template]}
        return {"media_url": [message.media]} if message.media else {"body": message.text}

    def _from(self, message: Outbound) -> str:
        """Our own address on the channel of theirs."""
        whatsapp = _wire_address(message.to).startswith(WHATSAPP)
        number = self._numbers[whatsapp] if self._numbers else None
        bare = (number or message.sender).removeprefix(WHATSAPP)
        return WHATSAPP + bare if whatsapp else bare


def _wire_address(to: Address) -> str:
    as_written = to.kind in (AddressKind.PHONE, AddressKind.OTHER)
    return to.value if as_written else WHATSAPP + to.value


def _callback(message: Outbound) -> dict[str, str]:
    return {"status_callback": message.status_callback} if message.status_callback else {}


def _seconds(validity: timedelta) -> int:
    """Twilio takes 1 to 36,000 seconds."""
    return min(max(int(validity.total_seconds()), 1), 36_000)


def _is_recent(created: object, start: datetime) -> bool:
    """True also for a record without a readable date: better looked at than missed."""
    return not isinstance(created, datetime) or created >= start


def _judge(message: Outbound, recent: Sequence[Any], *, cut: bool) -> SendOutcome:
    """Is our text among the records? Trial accounts lengthen it, redaction takes it.

    One that failed there reached nobody, whichever sending it was of: also of a text of ours that
    was put back and has another id by now.
    """
    failed = [record for record in recent if _has_failed(record)]
    went = [record for record in recent if not _has_failed(record)]
    for record in went:
        if _says(record, message) and isinstance(record.sid, str):
            return Accepted(record.sid)
    if cut or any(not record.body and not _has_media(record) for record in went):
        return Unknown("lookup")
    codes = [_code(record) for record in failed if _says(record, message)]
    return Rejected(codes[0] if codes else "absent", permanent=False)


def _says(record: Any, message: Outbound) -> bool:
    if message.media:
        return _has_media(record)
    return bool(str(record.body or "").removeprefix(_TRIAL).strip() == message.text.strip())


def _has_media(record: Any) -> bool:
    """True for a voice note: no text of ours has one."""
    return str(getattr(record, "num_media", None) or "0") != "0"


def _has_failed(record: Any) -> bool:
    return STATUS.get(str(record.status or "").lower()) is DeliveryStatus.FAILED


def _code(record: Any) -> str:
    code = str(record.error_code or "")
    return code if ERROR_CODE.fullmatch(code) else "failed"
