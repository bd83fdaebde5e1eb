"""What Twilio's form webhooks say, by allow-list.

Identity hides in many parameters (WaId, ProfileName, ChannelMetadata, FromCity, ...) and Twilio
adds more without notice: only those named in `inbound` and `report` are ever read.
Source: Twilio's page on webhook requests.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl
from uuid import UUID

from workervoice.channels.base import opaque
from workervoice.channels.twilio_codes import STATUS, UNDELIVERED
from workervoice.errors import Malformed
from workervoice.message import (
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Inbound,
    MediaHandle,
)

FORM = "application/x-www-form-urlencoded"
WHATSAPP = "whatsapp:"
MOST_FIELDS = 1000
MOST_MEDIA = 10
MESSAGE_SID = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)

_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+", re.ASCII)
_ERROR_CODE = re.compile(r"[0-9]{1,6}", re.ASCII)


class Form(dict[str, list[str]]):
    """The raw form: every field, every repetition, blank ones too, nothing stripped."""

    @classmethod
    def read(cls, body: bytes) -> Form:
        """Raises `Malformed` for too many fields; bytes that are no UTF-8 become U+FFFD."""
        form = cls()
        try:
            pairs = parse_qsl(
                body.decode("utf-8", "replace"),
                keep_blank_values=True,
                errors="replace",
                max_num_fields=MOST_FIELDS,
            )
        except ValueError:
            raise Malformed("too many form fields") from None
        for name, value in pairs:
            form.setdefault(name, []).append(value)
        return form

    def getall(self, name: str) -> list[str]:
        """All values of one field; the validator asks for them by this name."""
        return self[name]

    def only(self, name: str) -> str:
        """The value of one field, "" if absent; raises `Malformed` if it has two."""
        values = set(self.get(name, ()))
        if len(values) > 1:
            raise Malformed(f"{name} is given twice")
        return values.pop() if values else ""


def inbound(form: Form) -> Inbound:
    """Read a message; raises `Malformed`."""
    sid, written, user = form.only("MessageSid"), form.only("From"), _external_user(form)
    if not MESSAGE_SID.fullmatch(sid):
        raise Malformed("no usable MessageSid")
    sender = user if user and not written else _address(written)
    also = (user,) if user and user != sender else ()
    return Inbound(sid, sender, form.only("Body"), _media(form), also)


def report(form: Form, outbox_id: UUID) -> DeliveryReport:
    """Read a delivery callback; raises `Malformed`."""
    status, code = STATUS.get(form.only("MessageStatus").lower()), form.only("ErrorCode")
    if status is None:
        raise Malformed("unknown MessageStatus")
    if status is DeliveryStatus.FAILED:
        status = UNDELIVERED.get(code, status)
    sid = form.only("MessageSid")
    return DeliveryReport(
        outbox_id,
        status,
        code if _ERROR_CODE.fullmatch(code) else "",
        sid if MESSAGE_SID.fullmatch(sid) else "",
    )


def _address(written: str) -> Address:
    """`+…` is a phone, `whatsapp:+…` a WhatsApp number, `whatsapp:CC.…` a sender without one.

    Anything else (a short code, a word, another channel) is kept as it is written, and so can be
    answered if Twilio knows how: the message that it came with may be the only one.
    """
    value = written.removeprefix(WHATSAPP)
    if value == written:
        kind = AddressKind.PHONE
    else:
        kind = AddressKind.WHATSAPP if value[:1] == "+" else AddressKind.WHATSAPP_ID
    try:
        return opaque(kind, value)
    except Malformed:
        return opaque(AddressKind.OTHER, written)


def _external_user(form: Form) -> Address | None:
    """The business-scoped id; one of a shape that we do not know must not cost us the message."""
    try:
        return opaque(AddressKind.WHATSAPP_ID, form.only("ExternalUserId").removeprefix(WHATSAPP))
    except Malformed:
        return None


def _media(form: Form) -> tuple[MediaHandle, ...]:
    """The media that are there, whatever NumMedia says; only the bare type of each."""
    handles = []
    for n in range(MOST_MEDIA):
        if url := form.only(f"MediaUrl{n}"):
            kind = form.only(f"MediaContentType{n}").partition(";")[0].strip().lower()
            handles.append(MediaHandle(url, kind if _MEDIA_TYPE.fullmatch(kind) else ""))
    return tuple(handles)
