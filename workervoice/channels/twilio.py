"""Twilio: SMS and WhatsApp. Signed form webhooks in, the `twilio` client out.

What a form may hold is read in `twilio_form`, what codes mean stands in `twilio_codes`; this is
the only module that imports `twilio`.
Sources: Twilio's pages on request security, the Message resource and errors.
"""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    RequestValidator,
    get_signature_algorithm,
)
from twilio.rest import Client

from workervoice.channels.base import Webhook
from workervoice.channels.twilio_codes import ERROR_CODE, STATUS, outcome
from workervoice.channels.twilio_form import FORM, WHATSAPP, Form, inbound, report
from workervoice.channels.wire import NoAnswer, NotSent, base_url, exchange
from workervoice.errors import ChannelError, Malformed, Refused
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Inbound,
    Outbound,
    Rejected,
    SendOutcome,
    Unknown,
)

_LISTED = 1000  # Twilio's largest page
_LOOKED_BACK = timedelta(days=7)  # so long we surely know the ids of all that went out
_TAKEN_AS = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)  # an answer is believed more than a form
_TRIAL = "Sent from your Twilio trial account - "

# What the client raises when a success is no JSON, or JSON of something else.
_RUBBISH = (
    TwilioException,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)

# Twilio's own HTTP client writes URLs, and so numbers, to this logger. Ours replaces it.
logging.getLogger("twilio.http_client").disabled = True


class TwilioReceiver:
    """Reads Twilio's webhooks for one account; several tokens while one is being rotated."""

    def __init__(self, account_sid: str, auth_tokens: tuple[str, ...]) -> None:
        self._account_sid = account_sid
        self._validators = tuple(RequestValidator(token) for token in auth_tokens if token)

    def verify(self, webhook: Webhook) -> None:
        """Check signature and account; raises `Refused`.

        Only forms: Twilio sends messages in no other way, and a JSON body is not under the
        signature unless the URL carries its hash.
        """
        signature = webhook.headers.get("x-twilio-signature", "")
        if not self._validators or not signature or webhook.content_type != FORM:
            raise Refused("no token, no signature or not a form")
        try:
            form = _form(webhook)
            signed = self._is_signed(webhook, form, signature)
            account = form.only("AccountSid")
        except (ValueError, Malformed):  # ValueError: a URL that cannot be taken apart or encoded
            raise Refused("unreadable request") from None
        if not signed or not self._account_sid or account != self._account_sid:
            raise Refused("wrong signature or account")

    def _is_signed(self, webhook: Webhook, form: Form, signature: str) -> bool:
        algorithm = _algorithm(webhook.headers.get("x-twilio-webhooks-signature-settings", ""))
        return algorithm is not None and any(
            validator.validate(webhook.url, form, signature, algorithm)
            for validator in self._validators
        )

    def parse(self, webhook: Webhook) -> Inbound:
        """Read a message from the parameters we allow; raises `Malformed`."""
        return inbound(_form(webhook))

    def parse_status(self, webhook: Webhook, outbox_id: UUID) -> DeliveryReport:
        """Read a delivery callback; raises `Malformed`."""
        return report(_form(webhook), outbox_id)


def _form(webhook: Webhook) -> Form:
    """Its form, taken apart once. Raises `Malformed`."""
    if not webhook.read:
        webhook.read.append(Form.read(webhook.body))
    form: Form = webhook.read[0]
    return form


class TwilioSender:
    """Sends through the `twilio` client. Safe to share between threads: it keeps no state.

    `username` and `password` are an API key and its secret; `api_base` replaces Twilio's host
    (a region, a test peer) and may have a path. `number` is what it sends from, instead of the
    line's own sender: a demo's lines are made before anybody has a number.
    """

    max_text = 1600

    def __init__(
        self,
        account_sid: str,
        username: str,
        password: str,
        *,
        api_base: str | None,
        timeout: float,
        number: str | None = None,
    ) -> None:
        base = base_url("TWILIO_API_BASE", api_base) if api_base else None
        # a non-empty environment, or the client would read the process's own
        here = {"TWILIO_REGION": ""}
        http = _OnceClient(base, timeout)
        self._number = number
        self._client: Any = Client(
            username, password, account_sid, http_client=http, environment=here
        )

    def send(self, message: Outbound) -> SendOutcome:
        """Create the message, in one request."""
        try:
            created = self._client.messages.create(
                to=_wire_address(message.to),
                from_=_wire_sender(message, self._number),
                validity_period=_seconds(message.validity),
                **_content(message),
                **_callback(message),
            )
            sid = created.sid
        except _Declined as exc:
            return exc.outcome
        except NotSent:
            return Rejected("unreachable", permanent=False)
        except NoAnswer:
            return Unknown("no answer")
        except _RUBBISH:
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
                from_=_wire_sender(message, self._number),
                limit=_LISTED,
                page_size=_LISTED,
            )
            recent = [r for r in records if _is_recent(r.date_created, since - _LOOKED_BACK)]
            unknown = [r for r in recent if r.sid not in message.others]
            return _judge(message, unknown, cut=len(recent) == _LISTED)
        except (ChannelError, *_RUBBISH):
            return Unknown("lookup failed")


class _Declined(ChannelError):
    """Twilio's answer was no success; carries the outcome and none of Twilio's text."""

    def __init__(self, outcome: Rejected | Unknown) -> None:
        super().__init__("declined")
        self.outcome = outcome


class _OnceClient(HttpClient):  # type: ignore[misc]  # twilio has no types
    """Carries the client's requests over `wire`: timeouts, no repeat of a POST, no log line."""

    def __init__(self, base: str | None, timeout: float) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), False, timeout)
        self._base, self._seconds = base, timeout

    def request(self, method: str, uri: str, **request: Any) -> Response:
        """Make one request; raises `_Declined`, `NotSent` or `NoAnswer`."""
        headers = {**(request.get("headers") or {}), "Authorization": _basic(request["auth"])}
        data = request.get("data")
        answer = exchange(
            method.upper(),
            self._url(uri, request.get("params") or {}),
            headers=headers,
            body=urlencode(data, doseq=True).encode() if data else None,
            timeout=self._seconds,
        )
        if not 200 <= answer.status < 300:
            raise _Declined(outcome(answer.status, answer.body))
        return Response(answer.status, answer.body.decode("utf-8", "replace"))

    def _url(self, uri: str, params: Mapping[str, object]) -> str:
        parts = urlsplit(uri)
        base = self._base or f"{parts.scheme}://{parts.netloc}"
        given = {name: value for name, value in params.items() if value is not None}
        query = "&".join(part for part in (parts.query, urlencode(given, doseq=True)) if part)
        return base + parts.path + ("?" + query if query else "")


def _algorithm(settings: str) -> str | None:
    """The one the header names, if we allow it: the validator logs what it does not know."""
    named = get_signature_algorithm(settings)
    return named if named in (HMAC_SHA1, HMAC_SHA256) else None


def _wire_address(to: Address) -> str:
    as_written = to.kind in (AddressKind.PHONE, AddressKind.OTHER)
    return to.value if as_written else WHATSAPP + to.value


def _wire_sender(message: Outbound, number: str | None) -> str:
    """Our own address on the channel of theirs."""
    bare = (number or message.sender).removeprefix(WHATSAPP)
    return WHATSAPP + bare if _wire_address(message.to).startswith(WHATSAPP) else bare


def _content(message: Outbound) -> dict[str, object]:
    """A text, or a voice note, which has none."""
    return {"media_url": [message.media]} if message.media else {"body": message.text}


def _callback(message: Outbound) -> dict[str, str]:
    return {"status_callback": message.status_callback} if message.status_callback else {}


def _seconds(validity: timedelta) -> int:
    """Twilio takes 1 to 36,000 seconds."""
    return min(max(int(validity.total_seconds()), 1), 36_000)


def _basic(auth: tuple[str, str]) -> str:
    return "Basic " + b64encode(":".join(auth).encode()).decode("ascii")


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
