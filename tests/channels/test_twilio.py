"""Twilio as a channel: its table for the contract. The bodies are our own."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from tests.channels.contract import (
    LINE,
    NUMBER,
    OUTBOX,
    TIMEOUT,
    WORDS,
    Contract,
    Table,
)
from tests.channels.provider import Behaviour, drips, hangs, resets, says, writes
from tests.channels.twilio_signing import ACCOUNT, NEXT_TOKEN, TOKEN, URL, signed
from workervoice.channels.base import Webhook
from workervoice.channels.twilio import TwilioReceiver
from workervoice.channels.twilio_rest import Login
from workervoice.channels.twilio_sending import TwilioSender
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Halt,
    Inbound,
    MediaHandle,
    Rejected,
    Sent,
    Unknown,
)

SID = "SM" + "0a" * 16
PHONE = Address(AddressKind.PHONE, NUMBER)
WHATSAPP = Address(AddressKind.WHATSAPP, NUMBER)
BSUID = Address(AddressKind.WHATSAPP_ID, "NP.4fT2x9Qa")
UNKNOWN_KINDS = (
    *("12345", NUMBER[1:], "MYBANK", "My Bank+1", "anonymous", "0101 555", "+123", "+১২৩৪৫৬৭"),
    *(f"messenger:{NUMBER}", "messenger:123", "rcs:agent_1", "whatsapp:", "whatsapp:passport"),
    *("whatsapp:np.4fT2x9Qa", "sip:a@b", "কর্মী", "x" * 256),
)
RTL = "\u200f\u202eلم يدفعوا لنا 😀👩🏽‍🏭\u202c"
MEDIUM = f"https://media.example/Accounts/{ACCOUNT}/Messages/{SID}/Media/ME1"
_HERE = {"Latitude": "23.810331", "Longitude": "90.4125"}
KINDS: tuple[tuple[str, dict[str, str], Sent | None, str], ...] = (
    ("location", _HERE, Sent.PLACE, "23.81033, 90.4125"),
    (
        "LOCATION",
        {**_HERE, "Label": "Riverside", "Address": "Road 1"},
        Sent.PLACE,
        "23.81033, 90.4125",
    ),
    ("location", {"Latitude": "91", "Longitude": "90"}, Sent.PLACE, ""),
    ("location", {"Latitude": "1e1", "Longitude": "nan"}, Sent.PLACE, ""),
    ("location", {"Latitude": "23.8"}, Sent.PLACE, ""),
    ("contacts", {}, Sent.CONTACT, ""),
    ("reaction", {}, Sent.REACTION, ""),
    ("poll", {}, Sent.POLL, ""),
    ("order", {}, Sent.OTHER, ""),
    ("unsupported", {}, Sent.OTHER, ""),
    ("text", {}, None, ""),
)
EVERYTHING_ELSE = {
    "SmsSid": SID,
    "To": f"whatsapp:{LINE}",
    "WaId": NUMBER[1:],
    "ProfileName": "Maryam",
    "ChannelMetadata": json.dumps({"ProfileName": "Maryam", "WaId": NUMBER[1:]}),
    "FromCity": "DHAKA",
    "Latitude": "23.81",
    "AddOns": "{}",
    "AParameterOfTheFuture": "x" * 50,
    "": "nameless",
}


def _form(**fields: str) -> bytes:
    known = {"MessageSid": SID, "AccountSid": ACCOUNT, "From": NUMBER, "Body": WORDS}
    return urlencode({**known, "NumMedia": "0", **fields}).encode()


def _read(text: str = WORDS, sender: Address = PHONE, *also: Address) -> Inbound:
    return Inbound(SID, sender, text, also=also)


def _senders(*written: str) -> dict[str, tuple[bytes, Inbound]]:
    return {
        f"from {each[:20]!a}": (_form(From=each), _read(WORDS, Address(AddressKind.OTHER, each)))
        for each in written
    }


def _texts(*texts: str) -> dict[str, tuple[bytes, Inbound]]:
    return {f"text {text[:12]!a}": (_form(Body=text), _read(text)) for text in texts}


def _told(status: DeliveryStatus, code: str = "") -> DeliveryReport:
    return DeliveryReport(OUTBOX, status, code, SID)


def _statuses(status: DeliveryStatus, *names: str) -> dict[str, tuple[bytes, DeliveryReport]]:
    return {name: (_form(MessageStatus=name), _told(status)) for name in names}


def _halted(code: str, halt: Halt) -> Rejected:
    """Refused for now, and with it whatever else this sender would send."""
    return Rejected(code, permanent=False, halt=halt)


def _undelivered(code: str, *, told: str = "undelivered") -> bytes:
    return _form(MessageStatus=told, ErrorCode=code)


def _error(code: int, status: int = 400) -> Behaviour:
    return says(status, {"code": code, "message": f"The number {NUMBER} ...", "status": status})


def _record(
    body: str | None = WORDS, created: str = "Sun, 22 Nov 2026 12:00:03 +0000", **more: object
) -> object:
    record = {"sid": SID, "body": body, "to": NUMBER, "from": LINE, "date_created": created}
    return {**record, **more}


def _failed(status: str, code: object = None, body: str | None = WORDS) -> object:
    return _record(body, sid="SM" + "0f" * 16, status=status, error_code=code)


def _page(*records: object) -> object:
    return {"messages": list(records), "page": 0, "next_page_uri": None}


GOOD = signed(_form())
TABLE = Table(
    receiver=TwilioReceiver(ACCOUNT, (TOKEN, NEXT_TOKEN)),
    sender=lambda base: TwilioSender(Login(ACCOUNT, "SK1", "secret", base, TIMEOUT)),
    sign=signed,
    readable={
        "sms": (_form(), _read()),
        **_texts("", "1", "x" * 100_000, "😀" * 20_000, "a\0b", RTL, "  kept \r\n", "&=+%", "১"),
        "no body, no media count": (
            urlencode({"MessageSid": SID, "AccountSid": ACCOUNT, "From": NUMBER}).encode(),
            _read(""),
        ),
        "no utf-8, escaped": (_form() + b"&Extra=%ff%fe", _read()),
        "no utf-8 in the text": (
            _form(Body="").replace(b"Body=", b"Body=%ed%a0%80a"),
            _read("���a"),
        ),
        "stopped at Twilio": (_form(Body="BASTA", OptOutType="STOP"), _read("STOP")),
        "back at Twilio": (_form(Body="ANDALE", OptOutType="START"), _read("START")),
        "help at Twilio": (_form(Body="AYUDA", OptOutType="HELP"), _read("AYUDA")),
        "raw utf-8": (_form(Body="").replace(b"Body=", "Body=ফেরত".encode()), _read("ফেরত")),
        "the same parameter again": (_form() + b"&NumMedia=0&NumMedia=1", _read()),
        "everything Twilio adds": (_form(**EVERYTHING_ELSE), _read()),
        "whatsapp": (_form(From=f"whatsapp:{NUMBER}"), _read(WORDS, WHATSAPP)),
        "whatsapp with a business-scoped id": (
            _form(From=f"whatsapp:{NUMBER}", ExternalUserId="whatsapp:NP.4fT2x9Qa"),
            _read(WORDS, WHATSAPP, BSUID),
        ),
        **{
            f"{kind} {fields!a:.60}": (
                _form(From=f"whatsapp:{NUMBER}", Body="", MessageType=kind, **fields),
                Inbound(SID, WHATSAPP, "", sent=sent, place=place),
            )
            for kind, fields, sent, place in KINDS
        },
        "a contact card by MMS": (
            _form(Body="", NumMedia="1", MediaUrl0=MEDIUM, MediaContentType0="text/x-vcard"),
            Inbound(SID, PHONE, "", (MediaHandle(MEDIUM, "text/x-vcard"),), sent=Sent.CONTACT),
        ),
        "a sticker": (
            _form(
                From=f"whatsapp:{NUMBER}",
                Body="",
                MessageType="sticker",
                NumMedia="1",
                MediaUrl0=MEDIUM,
                MediaContentType0="image/webp",
            ),
            Inbound(SID, WHATSAPP, "", (MediaHandle(MEDIUM, "image/webp"),), sent=Sent.STICKER),
        ),
        "a place with words": (
            _form(MessageType="location", Latitude="-6.2", Longitude="106.816666"),
            Inbound(SID, PHONE, WORDS, sent=Sent.PLACE, place="-6.2, 106.81667"),
        ),
        "whatsapp without a number": (
            _form(From="whatsapp:NP.4fT2x9Qa", ExternalUserId="whatsapp:NP.4fT2x9Qa"),
            _read(WORDS, BSUID),
        ),
        "only a business-scoped id": (
            _form(From="", ExternalUserId="whatsapp:NP.4fT2x9Qa"),
            _read(WORDS, BSUID),
        ),
        "a business-scoped id of another shape": (
            _form(From=f"whatsapp:{NUMBER}", ExternalUserId="???"),
            _read(WORDS, WHATSAPP),
        ),
        **_senders(*UNKNOWN_KINDS),
        "a count of media that is no number": (_form(NumMedia="many"), _read()),
        "a count of media that are not there": (_form(NumMedia="3"), _read()),
        "a voice note": (
            _form(
                Body="",
                NumMedia="1",
                MediaUrl0=MEDIUM,
                MediaContentType0="audio/ogg; codecs=opus",
            ),
            Inbound(SID, PHONE, "", (MediaHandle(MEDIUM, "audio/ogg"),)),
        ),
        "eleven media, of which ten are kept": (
            _form(NumMedia="11", **{f"MediaUrl{n}": MEDIUM for n in range(11)}),
            Inbound(SID, PHONE, WORDS, (MediaHandle(MEDIUM),) * 10),
        ),
    },
    unreadable={
        "nothing": b"",
        "no message id": _form(MessageSid=""),
        "a message id with a nul": _form(MessageSid=SID + "\0"),
        "two message ids": _form() + b"&MessageSid=SM1",
        "two senders": _form() + b"&From=%2B15550100124",
        "two texts": _form() + b"&Body=other",
        "no sender": _form(From=""),
        "a sender of two lines": _form(From=f"{NUMBER}\n0"),
        "a sender with a nul": _form(From=f"{NUMBER}\0"),
        "a sender without end": _form(From="x" * 257),
        "too many fields": _form() + b"&x=1" * 1001,
    },
    status={
        **_statuses(DeliveryStatus.ACCEPTED, "queued", "accepted", "sending", "sent", "scheduled"),
        **_statuses(DeliveryStatus.DELIVERED, "delivered", "read", "DELIVERED"),
        **_statuses(DeliveryStatus.FAILED, "undelivered", "failed", "canceled"),
        "failed with a code": (
            _undelivered("30005", told="failed"),
            _told(DeliveryStatus.FAILED, "30005"),
        ),
        "failed with words for a code": (
            _undelivered(f"to {NUMBER}", told="failed"),
            _told(DeliveryStatus.FAILED),
        ),
        "window closed": (_undelivered("63016"), _told(DeliveryStatus.WINDOW_CLOSED, "63016")),
        "stopped": (_undelivered("21610"), _told(DeliveryStatus.STOPPED, "21610")),
        "blocked": (_undelivered("63014", told="failed"), _told(DeliveryStatus.STOPPED, "63014")),
        "delivered in spite of a code": (
            _undelivered("63016", told="delivered"),
            _told(DeliveryStatus.DELIVERED, "63016"),
        ),
        "without a usable id": (
            _form(MessageSid=f"to {NUMBER}", MessageStatus="sent"),
            DeliveryReport(OUTBOX, DeliveryStatus.ACCEPTED),
        ),
    },
    bad_status={
        "none": _form(),
        "of an inbound message": _form(MessageStatus="received"),
        "unknown": _form(MessageStatus="teleported"),
        "two": _form(MessageStatus="sent") + b"&MessageStatus=delivered",
    },
    refused={
        "tampered body": Webhook(GOOD.url, GOOD.headers, _form(Body="other")),
        "a field added": Webhook(GOOD.url, GOOD.headers, GOOD.body + b"&x="),
        "wrong token": signed(_form(), token="another"),
        "another path": Webhook(GOOD.url + "/x", GOOD.headers, GOOD.body),
        "http for https": Webhook(GOOD.url.replace("https:", "http:"), GOOD.headers, GOOD.body),
        "the query is missing": Webhook(
            GOOD.url, signed(_form(), url=URL + "?m=1").headers, GOOD.body
        ),
        "no signature": Webhook(URL, {"content-type": GOOD.headers["content-type"]}, GOOD.body),
        "an empty signature": Webhook(URL, {**GOOD.headers, "x-twilio-signature": ""}, GOOD.body),
        "a signature of other letters": Webhook(
            URL, {**GOOD.headers, "x-twilio-signature": "é" * 28}, GOOD.body
        ),
        "another account": signed(_form(AccountSid="AC" + "1" * 32)),
        "two accounts": signed(_form() + b"&AccountSid=AC1"),
        "no account": signed(urlencode({"MessageSid": SID, "From": NUMBER}).encode()),
        "json": Webhook(URL, {**GOOD.headers, "content-type": "application/json"}, b"{}"),
        "json with a hash": signed(
            b"{}", url=URL + "?bodySHA256=" + "0" * 64, content_type="application/json"
        ),
        "multipart": Webhook(
            URL, {**GOOD.headers, "content-type": "multipart/form-data; boundary=x"}, GOOD.body
        ),
        "no content type": Webhook(
            URL, {"x-twilio-signature": GOOD.headers["x-twilio-signature"]}, GOOD.body
        ),
        "an algorithm that we do not know": signed(_form(), settings="key=k,algorithm=NONE"),
        "the other algorithm": signed(_form(), settings="key=k,algorithm=HMAC_SHA256"),
        "too many fields": signed(_form() + b"&x=1" * 1001),
    },
    answer={
        "taken": (says(201, {"sid": SID, "status": "queued"}), Accepted(SID)),
        "taken, the rest is odd": (says(201, {"sid": SID, "error_code": {}}), Accepted(SID)),
        "no such number": (_error(21211), Rejected("21211", permanent=True)),
        "stopped": (
            _error(21610),
            Rejected("21610", permanent=True, why=DeliveryStatus.STOPPED),
        ),
        "sender not ours, or not for there": (
            _error(21606),
            Rejected("21606", permanent=False),
        ),
        "sender unknown": (_error(21603), _halted("21603", Halt.BROKEN)),
        "window closed": (
            _error(63016),
            Rejected("63016", permanent=False, why=DeliveryStatus.WINDOW_CLOSED),
        ),
        "an unknown code": (_error(29999), Rejected("29999", permanent=False)),
        "a problem document": (
            says(400, {"type": "t", "title": NUMBER, "status": 500, "code": 21211}),
            Rejected("21211", permanent=True),
        ),
        "refused in html": (says(403, b"<html>"), Rejected("403", permanent=False)),
        "refused with a strange code": (
            says(400, {"code": f"to {NUMBER}"}),
            Rejected("400", permanent=False),
        ),
        "wrong key": (_error(20003, 401), _halted("20003", Halt.BROKEN)),
        "wrong key, no json": (says(401, b""), _halted("20003", Halt.BROKEN)),
        "too many": (_error(20429, 429), _halted("20429", Halt.SLOWER)),
        "too many, no json": (says(429, b"slow"), _halted("20429", Halt.SLOWER)),
        "timed out there": (says(408, b""), Unknown("408")),
        "moved": (says(307, b""), Unknown("307")),
        "broken": (_error(20500, 500), Unknown("20500")),
        "broken gateway": (says(502, b"<html>bad gateway</html>"), Unknown("502")),
        "success in html": (says(200, b"<html>fine</html>"), Unknown("unreadable")),
        "success without a body": (says(201, b""), Unknown("unreadable")),
        "success of something else": (says(201, ["x"]), Unknown("unreadable")),
        "success without an id": (says(201, {"sid": None}), Unknown("unreadable")),
        "success with a strange id": (says(201, {"sid": NUMBER}), Unknown("unreadable")),
        "success too deep": (says(201, b"[" * 100_000), Unknown("unreadable")),
        "success with an odd date": (
            says(201, {"sid": SID, "date_created": 5}),
            Unknown("unreadable"),
        ),
        "hangs": (hangs, Unknown("no answer")),
        "drips": (drips, Unknown("no answer")),
        "resets": (resets, Unknown("no answer")),
        "no http": (writes(b"SSH-2.0-x\r\n"), Unknown("no answer")),
        "half a head": (writes(b"HTTP/1.1 201 Crea"), Unknown("unreadable")),
        "half a body": (
            writes(b'HTTP/1.1 201 X\r\nContent-Length: 99\r\n\r\n{"sid": "SM1"}'),
            Unknown("no answer"),
        ),
        "half a chunk": (
            writes(b'HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"sid"'),
            Unknown("no answer"),
        ),
        "far too long": (says(201, b" " * (5 * 1024 * 1024)), Unknown("no answer")),
    },
    lookup={
        "there": (says(200, _page(_record("other"), _record())), Accepted(SID)),
        "there on a trial account": (
            says(200, _page(_record("Sent from your Twilio trial account - " + WORDS))),
            Accepted(SID),
        ),
        "there with an unreadable date": (says(200, _page(_record(created="?"))), Accepted(SID)),
        "absent": (says(200, _page()), Rejected("absent", permanent=False)),
        "only other texts": (
            says(200, _page(_record("other"))),
            Rejected("absent", permanent=False),
        ),
        "the same text, long before": (
            says(200, _page(_record(created="Sun, 15 Nov 2026 11:58:00 +0000"))),
            Rejected("absent", permanent=False),
        ),
        **{
            f"there and {status}": (says(200, _page(_record(status=status))), Accepted(SID))
            for status in ("queued", "sent", "delivered", "a status of the future")
        },
        **{
            status: (says(200, _page(_failed(status, 63016))), Rejected("63016", permanent=False))
            for status in ("failed", "undelivered")
        },
        "canceled": (says(200, _page(_failed("canceled"))), Rejected("failed", permanent=False)),
        "failed with words for a code": (
            says(200, _page(_failed("failed", f"to {NUMBER}"))),
            Rejected("failed", permanent=False),
        ),
        "failed once, and there": (
            says(200, _page(_failed("undelivered", 63016), _record())),
            Accepted(SID),
        ),
        "failed, and others are redacted": (
            says(200, _page(_failed("undelivered", 63016), _record(""))),
            Unknown("lookup"),
        ),
        "a redacted one failed": (
            says(200, _page(_failed("failed", 30003, ""))),
            Rejected("absent", permanent=False),
        ),
        "texts are redacted": (says(200, _page(_record(""))), Unknown("lookup")),
        "more than a page": (says(200, _page(*[_record("x")] * 1000)), Unknown("lookup")),
        "not allowed": (_error(20003, 401), Unknown("lookup failed")),
        "broken": (says(500, b""), Unknown("lookup failed")),
        "html": (says(200, b"<html>"), Unknown("lookup failed")),
        "no list": (says(200, {}), Unknown("lookup failed")),
        "an empty list": (says(200, []), Unknown("lookup failed")),
        "a list of null": (says(200, {"messages": None}), Unknown("lookup failed")),
        "hangs": (hangs, Unknown("lookup failed")),
    },
)


class TestTwilio(Contract):
    """The shared contract over the table above."""

    table = TABLE
