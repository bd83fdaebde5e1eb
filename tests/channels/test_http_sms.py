"""Aggregators' HTTP interfaces as a channel: two tables for the contract."""

from __future__ import annotations

import hmac
import json
from urllib.parse import urlencode

import pytest

from tests.channels.contract import NUMBER, OUTBOX, WORDS, Contract, Table
from tests.channels.lines import setup_of
from tests.channels.provider import drips, hangs, resets, says, writes
from workervoice.channels.base import Sender, Webhook
from workervoice.channels.http_sms import PROVIDER
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Inbound,
    Rejected,
    Unknown,
)

SECRET, NEXT = "the word of today", "the word of tomorrow"
URL = "https://hotline.example/in/http/bd-sms"
PHONE = Address(AddressKind.PHONE, NUMBER)
LINE_FILE = """
provider: http
country: "1"
timeout_seconds: 1
trunk: ""
send:
  url: BASE/v1/send
  headers: {Authorization: "Bearer {secret:token}"}
  json:
    to: "{to:digits}"
    from: "{sender}"
    text: "{text}"
    reference: "{outbox_id}"
    ttl: "{validity_seconds:number}"
    report: "{callback}"
answer:
  accepted: {status: [200, 201], where: {status: [ok, queued]}, id: messages.0.id}
  refused:
    - {where: {error.code: [11, 12]}, code: error.code}
    - {status: 422}
  wait:
    - {where: {error.code: "7"}, code: error.code}
    - {status: 402, code: error.number}
    - {status: 503, match: "(?i)maintenance"}
look_up:
  url: BASE/v1/messages/{outbox_id}
  headers: {Authorization: "Bearer {secret:token}"}
  answer:
    there: {where: {found: true}, id: id}
    absent: [{status: 404, where: {error: not_found}}]
receive:
  body: json
  list: results
  sender: from
  text: text
  id: id
  part: udh.part
  only: {type: [mo, inbound]}
  utf16_if: {coding: [8]}
reports:
  body: json
  list: results
  only: {type: dlr}
  status: state
  values: {SENT: accepted, DELIVRD: delivered, UNDELIV: failed, STOP: stopped}
  reference: reference
  id: id
  code: error
proof:
  by: hmac-sha256
  header: X-Signature
  prefix: "sha256="
  secrets: [webhook, webhook_next]
"""
SECRETS = {"token": "key of the API", "webhook": SECRET, "webhook_next": NEXT}


def _sender(base: str) -> Sender:
    setup = setup_of(LINE_FILE.replace("BASE", base), SECRETS)
    return PROVIDER.sender(setup)


def _sign(body: bytes, *, secret: str = SECRET, header: str = "x-signature") -> Webhook:
    signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
    headers = {"content-type": "application/json", header: f"sha256={signature}"}
    return Webhook(URL, headers, body)


def _results(*records: dict[str, object]) -> bytes:
    return json.dumps({"results": records}).encode()


def _mo(**others: object) -> dict[str, object]:
    return {"type": "MO", "id": "m-1", "from": NUMBER[1:], "text": WORDS, **others}


def _dlr(**others: object) -> dict[str, object]:
    return {"type": "dlr", "id": "p-9", "state": "DELIVRD", "reference": str(OUTBOX), **others}


DELIVERED = DeliveryReport(OUTBOX, DeliveryStatus.DELIVERED, "", "p-9")
TABLE = Table(
    receiver=PROVIDER.receiver(setup_of(LINE_FILE.replace("BASE", "https://sms.test"), SECRETS)),
    sender=_sender,
    sign=_sign,
    readable={
        "sms": (_results(_mo()), Inbound("m-1", PHONE, WORDS)),
        "with a plus": (_results(_mo(**{"from": NUMBER})), Inbound("m-1", PHONE, WORDS)),
        "two": (
            _results(_mo(), _mo(id="m-2", text="1")),
            (Inbound("m-1", PHONE, WORDS), Inbound("m-2", PHONE, "1")),
        ),
        "none": (_results(), ()),
        "of another type": (_results(_mo(type="call")), ()),
        "a message and a report": (
            _results(_mo(), _dlr()),
            (Inbound("m-1", PHONE, WORDS), DELIVERED),
        ),
        "a report of nobody": (_results(_dlr(reference="theirs")), ()),
        "a report of an unknown state": (_results(_dlr(state="?")), ()),
        "empty": (_results(_mo(text="")), Inbound("m-1", PHONE, "")),
        "a number as a text": (_results(_mo(id=7, text=1)), Inbound("7", PHONE, "1")),
        "long": (_results(_mo(text="ক" * 100_000)), Inbound("m-1", PHONE, "ক" * 100_000)),
        "nul": (_results(_mo(text="a\0b")), Inbound("m-1", PHONE, "a\0b")),
        "lone surrogate": (_results(_mo(text="a\ud800b")), Inbound("m-1", PHONE, "a?b")),
        "second part": (
            _results(_mo(udh={"part": 2})),
            Inbound("m-1#2", PHONE, WORDS),
        ),
        "in hex": (
            _results(_mo(coding=8, text=WORDS.encode("utf-16-be").hex())),
            Inbound("m-1", PHONE, WORDS),
        ),
        "said to be in hex": (_results(_mo(coding=8)), Inbound("m-1", PHONE, WORDS)),
        "a name instead of a number": (
            _results(_mo(**{"from": "bKash"})),
            Inbound("m-1", Address(AddressKind.OTHER, "bKash"), WORDS),
        ),
        "unknown field": (_results(_mo(name="M.")), Inbound("m-1", PHONE, WORDS)),
    },
    unreadable={
        "no json": b"text=" + WORDS.encode(),
        "no utf-8": b'{"results": "\xff"}',
        "no list": b'{"results": 7}',
        "a list of others": b'{"results": [7]}',
        "deep": b"[" * 100_000,
        "too many": b'{"results": [' + b"{}," * 1000 + b"{}]}",
        "no id": _results(_mo(id="")),
        "an id of control characters": _results(_mo(id="a\nb")),
        "no sender": _results(_mo(**{"from": None})),
        "an endless sender": _results(_mo(**{"from": "9" * 300})),
        "no text": _results(_mo(text=None)),
        "a table as a text": _results(_mo(text={"a": WORDS})),
    },
    status={
        "delivered": (_results(_dlr()), DELIVERED),
        "in lower case": (_results(_dlr(state="delivrd")), DELIVERED),
        "failed": (
            _results(_dlr(state="UNDELIV", error=5)),
            DeliveryReport(OUTBOX, DeliveryStatus.FAILED, "5", "p-9"),
        ),
        "stopped": (
            _results(_dlr(state="STOP", reference=OUTBOX.hex, id=None)),
            DeliveryReport(OUTBOX, DeliveryStatus.STOPPED),
        ),
        "with a number for a code": (_results(_dlr(error=NUMBER)), DELIVERED),
        "two": (
            _results(_dlr(), _dlr(state="SENT")),
            (DELIVERED, DeliveryReport(OUTBOX, DeliveryStatus.ACCEPTED, "", "p-9")),
        ),
    },
    bad_status={
        "none": _results(_dlr(state=None)),
        "unknown": _results(_dlr(state="lost")),
        "of nobody": _results(_dlr(reference="theirs")),
        "named by its address alone, which is not signed": _results(_dlr(reference=None)),
    },
    refused={
        "wrong secret": _sign(_results(_mo()), secret="another"),
        "no secret": _sign(_results(_mo()), secret=""),
        "tampered body": Webhook(URL, _sign(_results(_mo())).headers, _results(_mo(text="other"))),
        "another header": _sign(_results(_mo()), header="x-signed"),
        "no prefix": Webhook(URL, {"x-signature": "0" * 64}, b""),
        "no hex": Webhook(URL, {"x-signature": "sha256=ß"}, b""),
    },
    answer={
        "taken": (
            says(200, {"status": "OK", "messages": [{"id": "p-9"}]}),
            Accepted("p-9"),
        ),
        "taken, with a number for an id": (
            says(201, {"status": "queued", "messages": [{"id": 9}]}),
            Accepted("9"),
        ),
        "refused for good": (
            says(200, {"error": {"code": 11, "text": NUMBER}}),
            Rejected("11", permanent=True),
        ),
        "refused for good by its status": (says(422, b"<html>"), Rejected("422", permanent=True)),
        "too much waits": (says(200, {"error": {"code": 7}}), Rejected("7", permanent=False)),
        "no credit, and a number for a code": (
            says(402, {"error": {"number": NUMBER[1:]}}),
            Rejected("402", permanent=False),
        ),
        "maintenance": (says(503, b"Maintenance!"), Rejected("503", permanent=False)),
        "too many": (says(429, {}), Rejected("429", permanent=False)),
        "not let in": (says(401, {}), Rejected("401", permanent=False)),
        "an error that the file does not name": (says(400, {"error": {}}), Unknown("400")),
        "broken": (says(500, {}), Unknown("500")),
        "success without json": (says(200, b"<html>fine</html>"), Unknown("200")),
        "success without id": (
            says(200, {"status": "ok", "messages": []}),
            Unknown("unreadable"),
        ),
        "success with a strange id": (
            says(200, {"status": "ok", "messages": [{"id": "a b"}]}),
            Unknown("unreadable"),
        ),
        "a redirect": (says(302, {}), Unknown("302")),
        "hangs": (hangs, Unknown("no answer")),
        "drips": (drips, Unknown("no answer")),
        "resets": (resets, Unknown("no answer")),
        "half": (
            writes(b'HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{"id"'),
            Unknown("no answer"),
        ),
    },
    lookup={
        "there": (says(200, {"found": True, "id": "p-9"}), Accepted("p-9")),
        "absent": (
            says(404, {"error": "not_found"}),
            Rejected("absent", permanent=False),
        ),
        "another 404": (says(404, b"<html>"), Unknown("lookup failed")),
        "another answer": (says(200, {}), Unknown("lookup failed")),
        "there without an id": (says(200, {"found": True}), Unknown("lookup failed")),
        "broken": (says(500, {"found": True}), Unknown("lookup failed")),
        "hangs": (hangs, Unknown("lookup failed")),
    },
    signs_url=False,
)


class TestAggregator(Contract):
    """The shared contract over the table above."""

    table = TABLE


AFRICAS_TALKING = """
provider: http
country: "254"
timeout_seconds: 1
send:
  url: BASE/version1/messaging
  headers: {apiKey: "{secret:api_key}", Accept: application/json}
  form: {username: hotline, to: "{to}", message: "{text}", from: "{sender}"}
answer:
  accepted:
    where: {SMSMessageData.Recipients.0.status: Success}
    id: SMSMessageData.Recipients.0.messageId
  refused:
    - where: {SMSMessageData.Recipients.0.statusCode: [403, 404, 406]}
      code: SMSMessageData.Recipients.0.statusCode
  wait:
    - where: {SMSMessageData.Recipients.0.statusCode: [402, 405, 407, 502]}
      code: SMSMessageData.Recipients.0.statusCode
receive: {body: form, sender: from, text: text, id: id}
proof: {by: query, field: key, secrets: webhook}
"""
AT_SECRETS = {"api_key": "key of the API", "webhook": "long-and-random"}
AT_URL = "https://hotline.example/in/http/ke-sms"


def _at(**fields: str) -> bytes:
    said = {"linkId": "l", "text": WORDS, "to": "20880", "id": "at-1", "from": NUMBER}
    return urlencode({**said, "date": "2026-11-23 10:00:00", **fields}).encode()


def _known(body: bytes, query: str = "?key=long-and-random") -> Webhook:
    return Webhook(AT_URL + query, {"content-type": "application/x-www-form-urlencoded"}, body)


def _at_answer(**recipient: object) -> dict[str, object]:
    return {"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [recipient]}}


def _at_sender(base: str) -> Sender:
    return PROVIDER.sender(setup_of(AFRICAS_TALKING.replace("BASE", base), AT_SECRETS))


WITHOUT_BASE = AFRICAS_TALKING.replace("BASE", "https://api.test")
SUCCESS = _at_answer(statusCode=101, status="Success", messageId="ATXid_1", number=NUMBER)


class TestForms(Contract):
    """Form webhooks with a word in the address, as Africa's Talking has them."""

    table = Table(
        receiver=PROVIDER.receiver(setup_of(WITHOUT_BASE, AT_SECRETS)),
        sender=_at_sender,
        sign=_known,
        readable={
            "sms": (_at(), Inbound("at-1", PHONE, WORDS)),
            "empty": (_at(text=""), Inbound("at-1", PHONE, "")),
            "in its own alphabet": (_at(text="a&b=c+d%"), Inbound("at-1", PHONE, "a&b=c+d%")),
            "no utf-8": (_at() + b"&name=%FF", Inbound("at-1", PHONE, WORDS)),
        },
        unreadable={
            "nothing": b"",
            "no id": _at(id=""),
            "no sender": _at(**{"from": ""}),
            "two senders": _at() + b"&from=254700000000",
            "too many fields": _at() + b"&a=" * 2000,
        },
        status={},
        bad_status={"none are expected": b"id=at-1&status=Success"},
        refused={
            "no word": _known(_at(), ""),
            "another word": _known(_at(), "?key=long-and-randon"),
            "twice": _known(_at(), "?key=long-and-random&key=long-and-random"),
            "an empty word": _known(_at(), "?key="),
            "in the body alone": Webhook(AT_URL, {}, _at(key="long-and-random")),
            "an unreadable address": Webhook("https://[", {}, _at()),
        },
        answer={
            "taken": (says(201, SUCCESS), Accepted("ATXid_1")),
            "an unknown number": (
                says(201, _at_answer(statusCode=403, status="InvalidPhoneNumber")),
                Rejected("403", permanent=True),
            ),
            "no credit": (
                says(201, _at_answer(statusCode=405, status="InsufficientBalance")),
                Rejected("405", permanent=False),
            ),
            "held, and nobody knows for how long": (
                says(201, _at_answer(statusCode=401, status="RiskHold")),
                Unknown("201"),
            ),
            "nobody was sent to": (says(201, {"SMSMessageData": {}}), Unknown("201")),
        },
        lookup={},
        signs_url=False,
    )


@pytest.mark.parametrize("secret", [SECRET, NEXT])
def test_every_secret_counts_while_one_is_being_changed(secret: str) -> None:
    TABLE.receiver.verify(_sign(_results(_mo()), secret=secret))
