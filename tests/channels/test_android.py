"""An Android phone as a channel: its table for the contract, and what only it has."""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.channels.contract import LINE, NUMBER, OUTBOX, SINCE, WORDS, Contract, Table, a_message
from tests.channels.lines import setup_of
from tests.channels.provider import closed_port, drips, hangs, provider, resets, says, writes
from workervoice.channels.android import AndroidReceiver, Phone, signed_by
from workervoice.channels.android_sending import PROVIDER, AndroidKeeper
from workervoice.channels.base import Sender, Webhook
from workervoice.errors import Refused, SettingsError
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Fetched,
    Inbound,
    Kept,
    Later,
    MediaHandle,
    Missing,
    Outbound,
    Rejected,
    Sent,
    Unknown,
)

KEY, NEXT = "signing key of today", "signing key of tomorrow"
SECRETS = {"signing_key": KEY, "signing_key_next": NEXT, "password": "a:password"}
URL = "https://hotline.example/in/android/bd-sim"
NOW = 1_795_000_000.0
CAME = "2026-11-23T10:00:00.000+06:00"
AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PHONE = Address(AddressKind.PHONE, NUMBER)
FILE = """
provider: android
url: BASE
user: sms
country: "1"
trunk: ""
timeout_seconds: 1
"""


def _setup(base: str = "http://192.168.1.20:8080", more: str = "") -> Phone:
    return Phone.read(setup_of(FILE.replace("BASE", base) + more))


def _receiver(more: str = "", now: float = NOW) -> AndroidReceiver:
    return AndroidReceiver(
        _setup(more=more), replace(signed_by((KEY, NEXT), 86_400), now=lambda: now)
    )


def _sender(base: str, more: str = "") -> Sender:
    return PROVIDER.sender(setup_of(FILE.replace("BASE", base) + more, SECRETS))


def _keeper(base: str, more: str = "") -> AndroidKeeper:
    make = PROVIDER.keeper
    assert make is not None
    keeper = make(setup_of(FILE.replace("BASE", base) + more, SECRETS))
    assert isinstance(keeper, AndroidKeeper)
    return keeper


def _sign(body: bytes, *, key: str = KEY, at: float = NOW) -> Webhook:
    stamp = str(int(at))
    signature = hmac.new(key.encode(), body + stamp.encode(), "sha256").hexdigest()
    headers = {"content-type": "application/json", "x-signature": signature, "x-timestamp": stamp}
    return Webhook(URL, headers, body)


def _event(event: str, **payload: object) -> bytes:
    whole = {"deviceId": "d-1", "event": event, "id": "e-1", "webhookId": "w-1"}
    return json.dumps({**whole, "payload": payload}).encode()


def _text(**payload: object) -> bytes:
    said = {"messageId": "a1b2c3d4", "message": WORDS, "sender": NUMBER, "recipient": LINE}
    return _event("sms:received", **{**said, "simNumber": 1, "receivedAt": CAME, **payload})


def _report(event: str, **payload: object) -> bytes:
    return _event(event, **{"messageId": str(OUTBOX), "recipient": NUMBER, **payload})


def _inbound(text: str = WORDS, sender: Address = PHONE, at: datetime = AT) -> Inbound:
    return replace(_setup().sms(sender.value, text, at), sender=sender)


def _state(state: str, **others: object) -> dict[str, object]:
    recipients = [{"phoneNumber": NUMBER, "state": state}]
    return {
        "id": str(OUTBOX),
        "deviceId": "d-1",
        "state": state,
        "recipients": recipients,
        **others,
    }


TABLE = Table(
    receiver=_receiver(),
    sender=_sender,
    sign=_sign,
    readable={
        "sms": (_text(), _inbound()),
        "of an older app": (_text(sender=None, phoneNumber=NUMBER), _inbound()),
        "in another zone": (_text(receivedAt="2026-11-23T04:00:00Z"), _inbound()),
        "without a zone": (_text(receivedAt="2026-11-23T04:00:00"), _inbound()),
        "a national number": (_text(sender=NUMBER[1:]), _inbound()),
        "a name": (
            _text(sender="bKash"),
            _inbound(sender=Address(AddressKind.OTHER, "bKash")),
        ),
        "empty": (_text(message=""), _inbound("")),
        "long": (_text(message="ক" * 100_000), _inbound("ক" * 100_000)),
        "nul": (_text(message="a\0b"), _inbound("a\0b")),
        "lone surrogate": (_text(message="a\ud800b"), _inbound("a?b")),
        "unknown field": (_text(name="M."), _inbound()),
        "a ping": (_event("system:ping", health={}), ()),
        "an unknown event": (_event("app:started"), ()),
        "a binary text": (_event("sms:data-received", data="AA==", sender=NUMBER), ()),
        "a report": (
            _report("sms:delivered"),
            DeliveryReport(OUTBOX, DeliveryStatus.DELIVERED, "", str(OUTBOX)),
        ),
        "a report of somebody's text": (_report("sms:sent", messageId="zXDYfTmTVf3i"), ()),
    },
    unreadable={
        "no json": b"text=" + WORDS.encode(),
        "no utf-8": b'{"event": "\xff"}',
        "a list": b"[]",
        "two": b"[{}, {}]",
        "deep": b"[" * 100_000,
        "no payload": b'{"event": "sms:received"}',
        "a list for a payload": b'{"event": "sms:received", "payload": [{}, {}]}',
        "no text": _text(message=None),
        "no sender": _text(sender=None),
        "an endless sender": _text(sender="9" * 300),
        "no time": _text(receivedAt=None),
        "a time before all": _text(receivedAt="0001-01-01T00:00:00+14:00"),
        "an mms without an id": _event("mms:received", sender=NUMBER),
    },
    status={
        "sent": (
            _report("sms:sent", partsCount=2),
            DeliveryReport(OUTBOX, DeliveryStatus.ACCEPTED, "", str(OUTBOX)),
        ),
        "failed": (
            _report("sms:failed", reason=f"RESULT_ERROR_LIMIT_EXCEEDED for {NUMBER}"),
            DeliveryReport(
                *(OUTBOX, DeliveryStatus.FAILED, "RESULT_ERROR_LIMIT_EXCEEDED", str(OUTBOX))
            ),
        ),
        "failed without a name": (
            _report("sms:failed", reason=f"no route to {NUMBER}"),
            DeliveryReport(OUTBOX, DeliveryStatus.FAILED, "", str(OUTBOX)),
        ),
        "cancelled": (
            _report("sms:cancelled"),
            DeliveryReport(OUTBOX, DeliveryStatus.FAILED, "", str(OUTBOX)),
        ),
    },
    bad_status={
        "a ping": _event("system:ping"),
        "no event": b"{}",
        "of somebody's text": _report("sms:sent", messageId="zXDYfTmTVf3i"),
    },
    refused={
        "wrong key": _sign(_text(), key="another"),
        "no key": _sign(_text(), key=""),
        "tampered body": Webhook(URL, _sign(_text()).headers, _text(message="other")),
        "another time": Webhook(
            URL, {**_sign(_text()).headers, "x-timestamp": str(int(NOW) + 1)}, _text()
        ),
        "old": _sign(_text(), at=NOW - 86_401),
        "from the future": _sign(_text(), at=NOW + 86_401),
        "no signature": Webhook(URL, {"x-timestamp": str(int(NOW))}, _text()),
    },
    answer={
        "taken": (says(202, _state("Pending")), Accepted(str(OUTBOX))),
        "another's": (says(202, {**_state("Pending"), "id": "other"}), Unknown("unreadable")),
        "there already": (says(409, {"message": f"exists {NUMBER}"}), Unknown("409")),
        "not understood": (
            says(400, {"message": f"invalid number {NUMBER}"}),
            Rejected("400", permanent=False),
        ),
        "not let in": (says(401, b""), Rejected("401", permanent=False)),
        "too many": (says(429, {}), Rejected("429", permanent=False)),
        "broken": (says(500, {"message": WORDS}), Unknown("500")),
        "success without json": (says(200, b"<html>fine</html>"), Unknown("unreadable")),
        "a list": (says(202, [_state("Pending")]), Unknown("unreadable")),
        "hangs": (hangs, Unknown("no answer")),
        "drips": (drips, Unknown("no answer")),
        "resets": (resets, Unknown("no answer")),
        "half": (
            writes(b'HTTP/1.1 202 X\r\nContent-Length: 99\r\n\r\n{"id"'),
            Unknown("no answer"),
        ),
    },
    lookup={
        "there": (says(200, _state("Sent")), Accepted(str(OUTBOX))),
        "there, and failed": (says(200, _state("Failed")), Accepted(str(OUTBOX))),
        "absent": (says(404, b""), Rejected("absent", permanent=False)),
        "absent, in words": (says(404, {"message": "x"}), Rejected("absent", permanent=False)),
        "a page that is not there": (says(404, b"<html>"), Unknown("lookup failed")),
        "another's": (says(200, {"id": "other"}), Unknown("lookup failed")),
        "not let in": (says(401, b""), Unknown("lookup failed")),
        "broken": (says(500, _state("Sent")), Unknown("lookup failed")),
        "hangs": (hangs, Unknown("lookup failed")),
    },
    signs_url=False,
)


class TestAndroid(Contract):
    """The shared contract over the table above."""

    table = TABLE


def _sent(message: Outbound, more: str = "") -> tuple[str, str, dict[str, object], str]:
    with provider(says(202, _state("Pending"))) as peer:
        assert _sender(peer.url, more).send(message) == Accepted(str(OUTBOX))
    seen = peer.seen[0]
    return seen.method, seen.target, json.loads(seen.body), seen.headers["authorization"]


def test_a_sending_carries_our_id_and_asks_for_a_report() -> None:
    method, target, body, login = _sent(a_message())

    assert (method, target) == ("POST", "/messages")
    assert login == "Basic " + b64encode(b"sms:a:password").decode()
    assert body == {
        "id": str(OUTBOX),
        "textMessage": {"text": WORDS},
        "phoneNumbers": [NUMBER],
        "ttl": 7200,
        "withDeliveryReport": True,
    }


def test_a_sim_and_a_device_are_named_where_the_file_names_them() -> None:
    body = _sent(a_message(), "sim: 2\ndevice: d-1\n")[2]

    assert (body["simNumber"], body["deviceId"]) == (2, "d-1")


def test_what_is_no_number_is_answered_as_it_came_and_a_short_validity_is_one() -> None:
    other = replace(a_message(Address(AddressKind.OTHER, "16247")), validity=timedelta(0))
    _, target, body, _ = _sent(other)

    assert target == "/messages?skipPhoneValidation=true"
    assert (body["phoneNumbers"], body["ttl"]) == (["16247"], 5)


def test_a_voice_note_is_refused_without_a_request() -> None:
    assert _sender(closed_port()).send(a_message(text="")) == Rejected("no_text", permanent=True)


@pytest.mark.parametrize("key", [KEY, NEXT])
def test_both_keys_count_while_the_phone_gets_another(key: str) -> None:
    _receiver().verify(_sign(_text(), key=key))


def test_a_receiver_is_made_of_the_file_and_its_secrets() -> None:
    fresh = _sign(_text(), at=time.time())
    setup = setup_of(FILE.replace("BASE", "http://10.0.0.2:8080"), {"signing_key": KEY})

    PROVIDER.receiver(setup).verify(fresh)
    with pytest.raises(SettingsError, match="its secret signing_key is missing"):
        PROVIDER.receiver(replace(setup, secrets={}))


def test_a_phone_whose_clock_is_hours_off_is_still_heard() -> None:
    _receiver(now=NOW + 20 * 3600).verify(_sign(_text()))


@pytest.mark.parametrize(
    ("more", "body", "count"),
    [
        ("sim: 2", _text(simNumber=1), 0),
        ("sim: 2", _text(simNumber=2), 1),
        ("sim: 2", _text(simNumber=None), 1),  # some phones do not say it
        ("device: d-2", _text(), 0),
        ("device: d-1", _text(), 1),
        ("sim: 2", _report("sms:sent", simNumber=1), 0),
    ],
)
def test_another_sims_and_another_phones_events_are_no_concern(
    more: str, body: bytes, count: int
) -> None:
    assert len(_receiver(more).parse(_sign(body))) == count


def test_two_texts_with_the_phones_same_short_hash_are_two() -> None:
    first, second = (_receiver().parse(_sign(_text(message=text)))[0] for text in ("1", "2"))
    repeated = _receiver().parse(_sign(_text(message="1"), at=NOW + 60))[0]
    later = _receiver().parse(_sign(_text(message="1", receivedAt="2026-11-23T04:00:01Z")))[0]

    ids = [each.external_id for each in (first, second, repeated, later)]
    assert ids[0] == ids[2]
    assert len(set(ids)) == 3


def test_a_workers_text_at_the_address_of_reports_is_asked_for_again() -> None:
    with pytest.raises(Refused):
        _receiver().parse_status(_sign(_text()), str(OUTBOX))


def test_an_mms_is_its_words_or_said_to_be_something_else() -> None:
    body = _event("mms:downloaded", messageId="m/1", sender=NUMBER, body=WORDS, attachments=[])
    notice = _event("mms:received", messageId="m/1", sender=NUMBER, subject=None, size=9)

    (words,) = _receiver().parse(_sign(body))
    (other,) = _receiver().parse(_sign(notice))

    assert isinstance(words, Inbound)
    assert isinstance(other, Inbound)
    assert (words.text, words.media, words.sent) == (WORDS, (), None)
    assert (other.text, other.sent) == ("", Sent.OTHER)
    assert words.external_id != other.external_id


def test_the_pictures_of_an_mms_are_fetched_from_the_phone_alone() -> None:
    part = {"partId": 7, "contentType": "image/jpeg", "name": "a.jpg", "size": 3, "data": None}
    bad = {"partId": "../8", "contentType": "image/jpeg"}
    body = _event("mms:downloaded", messageId="m/1", sender=NUMBER, attachments=[part, bad])

    with provider(says(200, b"abc", content_type="image/jpeg")) as peer:
        phone = _setup(peer.url, "inbox: true\n")
        known = replace(signed_by((KEY,), 86_400), now=lambda: NOW)
        (found,) = AndroidReceiver(phone, known).parse(_sign(body))
        assert isinstance(found, Inbound)
        keeper = _keeper(peer.url)
        got = keeper.fetch(found.media[0])
        elsewhere = keeper.fetch(MediaHandle("http://127.0.0.1:1/inbox/1/attachments/1"))

    assert found.media == (MediaHandle(f"{peer.url}/inbox/m%2F1/attachments/7", "image/jpeg"),)
    assert got == Fetched(b"abc", "image/jpeg")
    assert elsewhere == Missing("address")
    assert peer.seen[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("Pending", DeliveryStatus.ACCEPTED),
        ("Processed", DeliveryStatus.ACCEPTED),
        ("Sent", DeliveryStatus.ACCEPTED),
        ("Delivered", DeliveryStatus.DELIVERED),
        ("Failed", DeliveryStatus.FAILED),
        ("Cancelled", DeliveryStatus.FAILED),
    ],
)
def test_the_phone_tells_what_became_of_a_text(state: str, status: DeliveryStatus) -> None:
    with provider(says(200, _state(state))) as peer:
        told = _keeper(peer.url).look(str(OUTBOX), OUTBOX)

    assert told == DeliveryReport(OUTBOX, status, "", str(OUTBOX))
    assert peer.seen[0].target == f"/messages/{OUTBOX}"


@pytest.mark.parametrize(
    "answer",
    [
        says(200, _state("Cancelling")),
        says(200, {**_state("Sent"), "id": "x"}),
        says(404, b""),
        says(500, _state("Sent")),
        says(200, b"<html>"),
        hangs,
    ],
)
def test_what_the_phone_does_not_tell_is_not_told(answer: object) -> None:
    with provider(answer) as peer:  # type: ignore[arg-type]
        assert _keeper(peer.url).look(str(OUTBOX), OUTBOX) is None


def test_nothing_is_deleted_from_a_phone() -> None:
    assert _keeper("http://10.0.0.2").purge(str(OUTBOX)) == Kept()


def _row(**others: object) -> dict[str, object]:
    row = {"id": "r-1", "type": "SMS", "sender": NUMBER, "recipient": LINE, "simNumber": 1}
    return {**row, "contentPreview": WORDS, "createdAt": CAME, **others}


def test_what_the_phone_lists_is_the_same_message_that_its_webhook_brings() -> None:
    rows = [_row(contentPreview="later", createdAt="2026-11-23T05:00:00Z"), _row(), _row(sender="")]
    with provider(says(200, rows)) as peer:
        listed = _keeper(peer.url, "inbox: true\n").listed(LINE, SINCE, SINCE + timedelta(days=1))

    assert listed is not None
    assert [each.inbound.text for each in listed] == [WORDS, "later"]
    assert listed[0].inbound == _receiver().parse(_sign(_text()))[0]
    assert listed[0].at == AT
    assert peer.seen[0].target.startswith("/inbox?type=SMS&from=2026-11-22T12%3A00%3A00%2B00%3A00")


@pytest.mark.parametrize(
    "answer", [says(501, {}), says(200, {"message": "x"}), says(200, b"<html>"), hangs]
)
def test_a_list_that_is_not_whole_is_none(answer: object) -> None:
    with provider(answer) as peer:  # type: ignore[arg-type]
        assert _keeper(peer.url, "inbox: true\n").listed(LINE, SINCE, SINCE) is None


def test_a_phone_that_cannot_be_asked_is_not_asked() -> None:
    assert _keeper(closed_port()).listed(LINE, SINCE, SINCE) is None
    assert isinstance(_keeper(closed_port()).fetch(MediaHandle("http://127.0.0.1/1")), Missing)
    assert isinstance(_keeper(base := closed_port()).fetch(MediaHandle(f"{base}/1")), Later)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://phone.example", "has to begin with https"),
        ("http://8.8.8.8:8080", "has to begin with https"),
        ("http://0.0.0.0", "has to begin with https"),
        ("ftp://10.0.0.2", "has to be like"),
        ("https://me:word@phone.example", "has to be like"),
        ("https://phone.example?x", "has to be like"),
    ],
)
def test_a_phone_outside_the_own_network_needs_tls(url: str, said: str) -> None:
    with pytest.raises(SettingsError, match=f"line bd-sms: url {said}"):
        _setup(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.1.20:8080",
        "http://localhost:8080",
        "http://[fd00::1]:8080",
        "https://api.sms-gate.app/3rdparty/v1",
    ],
)
def test_a_phone_nearby_needs_none(url: str) -> None:
    assert _setup(url + "/").url == url


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("colour: red", "colour means nothing"),
        ("sim: 0", "sim has to be a number from 1 to 3"),
        ("inbox: 'yes'", "inbox has to be true or false"),
        ("most_age_seconds: 1", "most_age_seconds has to be a number"),
        ("max_text: 1", "max_text has to be a number"),
        ("device: 7", "device has to be a text"),
        ("user: ''", "user has to be a text"),
        ("country: x", "country has to be a calling code"),
    ],
)
def test_a_mistake_about_a_phone_is_one_sentence(more: str, said: str) -> None:
    with pytest.raises(SettingsError, match=f"^WORKERVOICE_PROVIDERS_FILE: line bd-sms: {said}"):
        _setup(more=more)


def test_a_phone_needs_a_password_to_send_through_it() -> None:
    with pytest.raises(SettingsError, match="its secret password is missing"):
        PROVIDER.sender(setup_of(FILE.replace("BASE", "http://10.0.0.2")))
