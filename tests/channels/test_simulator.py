"""The simulated phone network as a channel: its table for the contract, and its clock."""

from __future__ import annotations

import json

import pytest

from tests.channels.contract import (
    LINE,
    NUMBER,
    OUTBOX,
    TIMEOUT,
    WORDS,
    Contract,
    Table,
    a_message,
)
from tests.channels.provider import drips, hangs, provider, resets, says, writes
from workervoice.channels.base import Webhook
from workervoice.channels.simulator import (
    SimulatorReceiver,
    SimulatorSender,
    check_signature,
    signed_headers,
)
from workervoice.errors import Refused, SettingsError
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Inbound,
    MediaHandle,
    Rejected,
    Sent,
    Unknown,
)

SECRET = "a secret of the demo"
URL = "https://hotline.example/in/simulator/demo-sms"
NOW = 1_795_000_000.0
PHONE = Address(AddressKind.PHONE, NUMBER)


def _receiver(now: float = NOW) -> SimulatorReceiver:
    return SimulatorReceiver(SECRET, now=lambda: now)


def _sign(body: bytes, *, secret: str = SECRET, url: str = URL, now: float = NOW) -> Webhook:
    headers = signed_headers(secret, url, body, now=now)
    return Webhook(url, {name.lower(): value for name, value in headers.items()}, body)


def _text(**fields: object) -> bytes:
    return json.dumps({"id": "m-1", "from": PHONE.uri(), "text": WORDS, **fields}).encode()


def _status(**fields: object) -> bytes:
    return json.dumps({"id": "m-1", **fields}).encode()


def _without(name: str) -> Webhook:
    good = _sign(_text())
    return Webhook(URL, {k: v for k, v in good.headers.items() if k != name}, good.body)


MEDIUM = {"url": "https://media.example/1", "type": "audio/ogg"}
TABLE = Table(
    receiver=_receiver(),
    sender=lambda base: SimulatorSender(base, SECRET, timeout=TIMEOUT, now=lambda: NOW),
    sign=_sign,
    readable={
        "sms": (_text(), Inbound("m-1", PHONE, WORDS)),
        "a place": (
            _text(text="", sent="place", latitude="23.8", longitude="90.4"),
            Inbound("m-1", PHONE, "", sent=Sent.PLACE, place="23.8, 90.4"),
        ),
        "of an unknown kind": (_text(sent="hologram"), Inbound("m-1", PHONE, WORDS)),
        "empty": (_text(text=""), Inbound("m-1", PHONE, "")),
        "one character": (_text(text="1"), Inbound("m-1", PHONE, "1")),
        "long": (_text(text="ক" * 100_000), Inbound("m-1", PHONE, "ক" * 100_000)),
        "nul": (_text(text="a\0b"), Inbound("m-1", PHONE, "a\0b")),
        "lone surrogate": (_text(text="a\ud800b"), Inbound("m-1", PHONE, "a?b")),
        "unknown field": (_text(ProfileName="M."), Inbound("m-1", PHONE, WORDS)),
        "whatsapp": (
            _text(**{"from": f"wa:{NUMBER}", "also": ["wa-bsuid:US.x1"]}),
            Inbound(
                "m-1",
                Address(AddressKind.WHATSAPP, NUMBER),
                WORDS,
                also=(Address(AddressKind.WHATSAPP_ID, "US.x1"),),
            ),
        ),
        "medium": (
            _text(text="", media=[MEDIUM]),
            Inbound("m-1", PHONE, "", (MediaHandle(MEDIUM["url"], MEDIUM["type"]),)),
        ),
    },
    unreadable={
        "no json": b"text=" + WORDS.encode(),
        "no utf-8": b'{"id": "m-1", "text": "\xff"}',
        "a list": b"[]",
        "deep": b"[" * 100_000,
        "no id": _text(id=""),
        "id of another type": _text(id=7),
        "no sender": _text(**{"from": None}),
        "unknown kind of address": _text(**{"from": f"fax:{NUMBER}"}),
        "misshapen address": _text(**{"from": f"tel:{NUMBER} or so"}),
        "text of another type": _text(text=[WORDS]),
        "misshapen media": _text(media=[1]),
    },
    status={
        "delivered": (
            _status(status="delivered"),
            DeliveryReport(OUTBOX, DeliveryStatus.DELIVERED, external_id="m-1"),
        ),
        "failed": (
            _status(status="failed", code="30003"),
            DeliveryReport(OUTBOX, DeliveryStatus.FAILED, "30003", "m-1"),
        ),
        "window closed": (
            _status(status="window_closed", code="63016"),
            DeliveryReport(OUTBOX, DeliveryStatus.WINDOW_CLOSED, "63016", "m-1"),
        ),
        "without a usable id": (
            _status(id=f"to {NUMBER}", status="delivered"),
            DeliveryReport(OUTBOX, DeliveryStatus.DELIVERED),
        ),
    },
    bad_status={
        "none": _status(),
        "unknown": _status(status="lost"),
        "code too long": _status(status="failed", code="9" * 40),
    },
    refused={
        "wrong secret": _sign(_text(), secret="another"),
        "no secret": _sign(_text(), secret=""),
        "tampered body": Webhook(URL, _sign(_text()).headers, _text(text="other")),
        "no signature": _without("x-simulator-signature"),
        "no timestamp": _without("x-simulator-timestamp"),
        "old": _sign(_text(), now=NOW - 301),
        "from the future": _sign(_text(), now=NOW + 302),
        "another path": Webhook(URL + "x", _sign(_text()).headers, _text()),
    },
    answer={
        "taken": (says(201, {"id": "p-9"}), Accepted("p-9")),
        "refused for good": (
            says(400, {"code": "21610", "permanent": True, "message": NUMBER}),
            Rejected("21610", permanent=True),
        ),
        "refused for now": (says(400, {"code": "21606"}), Rejected("21606", permanent=False)),
        "too many": (says(429, {}), Rejected("429", permanent=False)),
        "refused without json": (says(404, b"<html>"), Rejected("404", permanent=False)),
        "refused with a strange code": (
            says(400, {"code": f"to {NUMBER}"}),
            Rejected("400", permanent=False),
        ),
        "broken": (says(500, {"code": "20500"}), Unknown("20500")),
        "success without json": (says(200, b"<html>fine</html>"), Unknown("no answer")),
        "success without id": (says(201, {}), Unknown("no answer")),
        "hangs": (hangs, Unknown("no answer")),
        "drips": (drips, Unknown("no answer")),
        "resets": (resets, Unknown("no answer")),
        "half": (
            writes(b'HTTP/1.1 201 X\r\nContent-Length: 99\r\n\r\n{"id"'),
            Unknown("no answer"),
        ),
    },
    lookup={
        "there": (says(200, {"id": "p-9"}), Accepted("p-9")),
        "absent": (says(200, {"id": None}), Rejected("absent", permanent=False)),
        "another answer": (says(200, {}), Unknown("lookup failed")),
        "not found": (says(404, {}), Unknown("lookup failed")),
        "broken": (says(500, {"id": None}), Unknown("lookup failed")),
        "hangs": (hangs, Unknown("lookup failed")),
    },
)


class TestSimulator(Contract):
    """The shared contract over the table above."""

    table = TABLE


def test_a_receiver_without_a_secret_refuses_everything() -> None:
    webhook = _sign(_text(), secret="")

    with pytest.raises(Refused):
        SimulatorReceiver("", now=lambda: NOW).verify(webhook)


def test_a_sending_carries_what_the_phone_network_needs_and_a_good_signature() -> None:
    with provider(says(201, {"id": "p-9"})) as peer:
        SimulatorSender(peer.url, SECRET, now=lambda: NOW).send(a_message())

    seen = peer.seen[0]
    assert (seen.method, seen.target) == ("POST", "/api/send")
    assert json.loads(seen.body) == {
        "outbox": str(OUTBOX),
        "from": LINE,
        "to": f"tel:{NUMBER}",
        "text": WORDS,
        "validity_seconds": 7200,
        "status_callback": f"https://hotline.example/status?m={OUTBOX}",
    }
    check_signature(SECRET, Webhook(peer.url + seen.target, seen.headers, seen.body), now=NOW)


@pytest.mark.parametrize(
    "base", ["", "localhost:80", "ftp://x", "http://", "http://h?x", "http://["]
)
def test_a_base_that_is_no_url_is_a_settings_error(base: str) -> None:
    with pytest.raises(SettingsError, match="SIMULATOR_URL"):
        SimulatorSender(base, SECRET)
