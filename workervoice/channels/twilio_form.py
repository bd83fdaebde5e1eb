"""What Twilio's form webhooks say, by allow-list.

Identity hides in many parameters (WaId, ProfileName, ChannelMetadata, FromCity, ...) and Twilio
adds more without notice: only those named in `inbound` and `report` are ever read.

Twilio signs names and values in the names' order and nothing between them, so that whoever holds a
signed request can move the borders and it still verifies: `NumMedia=0` may become the end of the
`MessageSid` before it, and the message a new one. What is refused against that are shapes which
Twilio never sends, and nothing that a worker could have written in good faith:

- A message's id has one length, and is the last one named in all that is signed: `SmsSid` comes
  after everything that a worker or a profile can have put there.
- No parameter that we read ends in another one's name, and no number goes on in letters.
- The text is not missing where it is signed, and does not go on in what identifies its sender.

What is left: a text can be cut at a word that would be a parameter's name between `Body` and
`From`. It is the same message by its id, so this is for those only who keep the original from us.
Sources: Twilio's pages on webhook requests and on request security.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl
from uuid import UUID

from workervoice.channels.base import opaque, place_of
from workervoice.channels.twilio_codes import ERROR_CODE, STATUS, again, undelivered
from workervoice.errors import Malformed
from workervoice.message import (
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Inbound,
    MediaHandle,
    Sent,
)

FORM = "application/x-www-form-urlencoded"
WHATSAPP = "whatsapp:"
MOST_FIELDS = 1000
MOST_MEDIA = 10
MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}", re.ASCII)

_OWN_IDS = ("MessageSid", "SmsMessageSid", "SmsSid")  # one id under three names
_NAMED_IDS = re.compile(rf"(?:MessageSid|SmsSid)({MESSAGE_SID.pattern})", re.ASCII)
_SIGNED_TEXT = re.compile(r"ApiVersion[0-9]{4}-[0-9]{2}-[0-9]{2}Body", re.ASCII)
_AFTER_TEXT = re.compile(r"ChannelMetadata\{|ExternalUserIdwhatsapp:", re.ASCII)
_REDACTED = re.compile(r"[0-9][xX*]{2,}", re.ASCII)  # as Twilio hides the last digits
_NUMBER_AND_MORE = re.compile(r"(?:whatsapp:)?\+[0-9]+[A-Za-z]", re.ASCII)
_NAMES = re.compile(  # of what may follow a sender's address or a medium's place
    r"From(?:City|Country|State|Zip)|(?:Frequently)?Forwarded|L(?:at|ong)itude|List(?:Id|Title)"
    r"|MediaContentType|MediaUrl|MessageSid|MessageType|Num(?:Media|Segments)",
    re.ASCII,
)
_OPT_OUTS = frozenset({"STOP", "START"})
_SENT = {
    "location": Sent.PLACE,
    "contact": Sent.CONTACT,
    "contacts": Sent.CONTACT,
    "sticker": Sent.STICKER,
    "reaction": Sent.REACTION,
    "poll": Sent.POLL,
    "unsupported": Sent.OTHER,
    "unknown": Sent.OTHER,
}
_USUAL = frozenset({"", "text", "button", "interactive", "image", "audio", "video", "document"})
_CARDS = frozenset({"text/vcard", "text/x-vcard", "text/directory"})
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+", re.ASCII)


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

    def signed(self) -> list[tuple[str, str]]:
        """Names and values in the order in which they are signed."""
        return [(name, value) for name in sorted(self) for value in sorted(set(self[name]))]

    def whole(self, name: str) -> str:
        """As `only`; raises `Malformed` also if another parameter's name stands in it."""
        value = self.only(name)
        if _NAMES.search(value):
            raise Malformed(f"{name} holds another parameter")
        return value

    def only(self, name: str) -> str:
        """The value of one field, "" if absent; raises `Malformed` if it has two."""
        values = set(self.get(name, ()))
        if len(values) > 1:
            raise Malformed(f"{name} is given twice")
        return values.pop() if values else ""


def inbound(form: Form) -> Inbound:
    """Read a message; raises `Malformed`."""
    sid, written, user = _message_sid(form), form.whole("From"), _external_user(form)
    if not sid:
        raise Malformed("no usable MessageSid")
    if "From" not in form or _NUMBER_AND_MORE.match(written):
        raise Malformed("no usable From")
    sender = user if user and not written else _address(written)
    also = (user,) if user and user != sender else ()
    media, place = _media(form), place_of(form.whole("Latitude"), form.whole("Longitude"))
    sent = _sent(form, media, place)
    return Inbound(sid, sender, _heard(form), media, also, sent, place)


def _heard(form: Form) -> str:
    """What was written; a word that Twilio itself took for STOP or START, in whatever language, is
    heard as that: it does not pass our texts on any more, or does so again."""
    written, taken_for = _text(form), form.whole("OptOutType")
    return taken_for if taken_for in _OPT_OUTS else written


def listed_message(
    sid: object, sender: object, body: object, media: tuple[MediaHandle, ...]
) -> Inbound:
    """A message as Twilio's own list has it; raises `Malformed`, also for one of which Twilio has
    redacted what matters: taken as it is, it would keep the true one out that comes another way."""
    if not (isinstance(sid, str) and MESSAGE_SID.fullmatch(sid) and isinstance(sender, str)):
        raise Malformed("no usable record")
    bare = tuple(MediaHandle(each.url, _bare_type(each.content_type)) for each in media)
    text = str(body or "").encode("utf-8", "replace").decode()
    if _REDACTED.search(sender) or text == "[Redacted]" or not (text or bare):
        raise Malformed("redacted, or nothing in it")
    return Inbound(sid, _address(sender), text, bare)


def report(form: Form, outbox_id: UUID) -> DeliveryReport:
    """Read a delivery callback; raises `Malformed`."""
    status, code = STATUS.get(form.only("MessageStatus").lower()), form.only("ErrorCode")
    if status is None:
        raise Malformed("unknown MessageStatus")
    if status is DeliveryStatus.FAILED:
        status = undelivered(code)
    known = code if ERROR_CODE.fullmatch(code) else ""
    return DeliveryReport(outbox_id, status, known, _message_sid(form), again(known))


def _message_sid(form: Form) -> str:
    """The message's id; "" if nothing like one is signed. `Malformed` if it is not the last one. An
    id that is another parameter's, such as that of the text replied to, does not count."""
    parts = (
        name + value
        for name, value in form.signed()
        if name in _OWN_IDS or not (name.endswith("MessageSid") and MESSAGE_SID.fullmatch(value))
    )
    named: list[str] = _NAMED_IDS.findall("".join(parts))
    last = named[-1] if named else ""
    sid = form.only("MessageSid")
    if last and sid != last:
        raise Malformed("MessageSid is not the message's id")
    return last


def _text(form: Form) -> str:
    text = form.only("Body")
    missing = "Body" not in form and _SIGNED_TEXT.search("".join(map("".join, form.signed())))
    if missing or _AFTER_TEXT.search(text):
        raise Malformed("Body has other borders than Twilio's")
    return text


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
        return opaque(AddressKind.WHATSAPP_ID, form.whole("ExternalUserId").removeprefix(WHATSAPP))
    except Malformed:
        return None


def _sent(form: Form, media: tuple[MediaHandle, ...], place: str) -> Sent | None:
    """What it is besides words, pictures and sounds. Twilio's word for it is a hint: what is there
    counts more, and a kind that nobody knows is one all the same."""
    kind = form.whole("MessageType").lower()
    if place or kind in _SENT:
        return Sent.PLACE if place else _SENT[kind]
    if media and media[0].content_type in _CARDS:
        return Sent.CONTACT
    empty = not media and not form.only("Body").strip()
    return Sent.OTHER if empty and kind not in _USUAL else None


def _media(form: Form) -> tuple[MediaHandle, ...]:
    """The media that are there, whatever NumMedia says; only the bare type of each."""
    handles = []
    for n in range(MOST_MEDIA):
        kind = form.whole(f"MediaContentType{n}")
        if url := form.whole(f"MediaUrl{n}"):
            handles.append(MediaHandle(url, _bare_type(kind)))
    return tuple(handles)


def _bare_type(written: str) -> str:
    kind = written.partition(";")[0].strip().lower()
    return kind if _MEDIA_TYPE.fullmatch(kind) else ""
