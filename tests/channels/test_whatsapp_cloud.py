"""Meta's Cloud API as a channel: its table for the contract, and what only it has."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.channels.contract import NUMBER, OUTBOX, WORDS, Contract, Table, a_message
from tests.channels.lines import setup_of
from tests.channels.provider import Provider, drips, hangs, provider, resets, says, writes
from workervoice.channels.base import Greeter, Sender, Webhook
from workervoice.channels.whatsapp_cloud import Business, CloudReceiver
from workervoice.channels.whatsapp_cloud_codes import CODES, outcome, undelivered
from workervoice.channels.whatsapp_cloud_sending import PROVIDER, CloudKeeper, CloudSender
from workervoice.errors import Refused, SettingsError
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Fetched,
    Halt,
    Inbound,
    Kept,
    Later,
    MediaHandle,
    Missing,
    Rejected,
    Sent,
    Unknown,
)

SECRET, NEXT, VERIFY = "app secret", "next app secret", "a word that we agreed on"
SECRETS = {
    "app_secret": SECRET,
    "app_secret_next": NEXT,
    "verify_token": VERIFY,
    "access_token": "EAAtoken",
}
OWN, WAMID, USER = "106540352242922", "wamid.HBgLMTU1NTAxMDAxMjMVAgA=", "NP.13491208655302741918"
URL = "https://hotline.example/in/whatsapp-cloud/bd-sms"
PHONE, BY_ID = Address(AddressKind.WHATSAPP, NUMBER), Address(AddressKind.WHATSAPP_ID, USER)
FILE = f"""
provider: whatsapp-cloud
phone_number_id: "{OWN}"
url: BASE
timeout_seconds: 1
templates: {{reply_waits: wv_reply, question_waits: wv_question}}
template_languages: [bn, zh-cn]
"""
BASE = "http://127.0.0.1:9"


def _business(base: str = BASE) -> Business:
    return Business.read(setup_of(FILE.replace("BASE", base)))


def _sender(base: str) -> Sender:
    return PROVIDER.sender(setup_of(FILE.replace("BASE", base), SECRETS))


def _keeper(base: str) -> CloudKeeper:
    return CloudKeeper(_business(base), "EAAtoken")


def _sign(body: bytes, *, secret: str = SECRET) -> Webhook:
    signature = "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": signature}
    return Webhook(URL, headers, body)


def _told(*values: dict[str, Any], field: str = "messages", **more: object) -> bytes:
    """A webhook with a change for each value."""
    metadata = {"display_phone_number": "15550100999", "phone_number_id": OWN}
    changes = [
        {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
        for value in values
    ]
    whole = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}
    return json.dumps({**whole, **more}).encode()


def _message(kind: str = "text", said: object = None, **more: object) -> dict[str, Any]:
    known = {"from": NUMBER[1:], "id": WAMID, "timestamp": "1795000000", "type": kind}
    said = {"body": WORDS} if said is None and kind == "text" else said
    return {**known, **({} if said is None else {kind: said}), **more}


def _came(*messages: dict[str, Any], **more: object) -> bytes:
    return _told({"messages": list(messages), **more})


def _inbound(text: str = WORDS, **more: Any) -> Inbound:
    return replace(Inbound(WAMID, PHONE, text, to=OWN), **more)


def _status(status: str, **more: object) -> dict[str, Any]:
    return {
        "id": WAMID,
        "status": status,
        "timestamp": "1795000000",
        "recipient_id": NUMBER[1:],
        "biz_opaque_callback_data": str(OUTBOX),
        **more,
    }


def _failed(code: int) -> dict[str, Any]:
    error = {"code": code, "title": f"about {NUMBER}", "error_data": {"details": WORDS}}
    return _status("failed", errors=[error])


def _reported(status: DeliveryStatus, code: str = "") -> DeliveryReport:
    return DeliveryReport(OUTBOX, status, code, WAMID)


def _error(status: int, code: object) -> Any:
    return says(status, {"error": {"message": f"(#{code}) {NUMBER}", "code": code}})


def _medium(kind: str, **more: object) -> tuple[MediaHandle, dict[str, object]]:
    handle = MediaHandle(f"{BASE}/v24.0/998877", "audio/ogg" if kind == "audio" else "image/jpeg")
    mime = "audio/ogg; codecs=opus" if kind == "audio" else "image/jpeg"
    return handle, {"id": "998877", "mime_type": mime, "sha256": "x", **more}


CONTACTS = [{"profile": {"name": "M. Worker"}, "wa_id": NUMBER[1:], "user_id": USER}]
WITHOUT_NUMBER = {key: value for key, value in _message().items() if key != "from"}

TABLE = Table(
    receiver=CloudReceiver(_business(), (SECRET, NEXT), VERIFY),
    sender=_sender,
    sign=_sign,
    readable={
        "a text": (_came(_message()), _inbound()),
        "with a contact": (_came(_message(), contacts=CONTACTS), _inbound(also=(BY_ID,))),
        "with both": (_came(_message(from_user_id=USER)), _inbound(also=(BY_ID,))),
        "without a number": (
            _came({**WITHOUT_NUMBER, "from_user_id": USER}),
            _inbound(sender=BY_ID),
        ),
        "an id for a number": (_came(_message(**{"from": USER})), _inbound(sender=BY_ID)),
        "two, in their order": (
            _came(_message(), _message(said={"body": "2"}, id="wamid.2")),
            (_inbound(), _inbound("2", external_id="wamid.2")),
        ),
        "beside one that cannot be read": (_came(_message(id=""), _message()), _inbound()),
        "in two changes": (
            _told({"messages": [_message()]}, {"statuses": [_status("read")]}),
            (_inbound(), _reported(DeliveryStatus.DELIVERED)),
        ),
        "of another number of ours": (
            _came(_message(), metadata={"phone_number_id": "42"}),
            _inbound(to="42"),
        ),
        "a button": (_came(_message("button", {"text": "1", "payload": "p"})), _inbound("1")),
        "a choice": (
            _came(_message("interactive", {"list_reply": {"id": "x", "title": "2"}})),
            _inbound("2"),
        ),
        "a picture": (
            _came(_message("image", _medium("image", caption=WORDS)[1])),
            _inbound(media=(_medium("image")[0],)),
        ),
        "a voice note": (
            _came(_message("audio", _medium("audio", voice=True)[1])),
            _inbound("", media=(_medium("audio")[0],)),
        ),
        "a place": (
            _came(_message("location", {"latitude": 23.8103, "longitude": 90.4125})),
            _inbound("", sent=Sent.PLACE, place="23.8103, 90.4125"),
        ),
        "a place beyond": (
            _came(_message("location", {"latitude": 99, "longitude": 0})),
            _inbound("", sent=Sent.PLACE),
        ),
        "a card": (_came(_message("contacts", [{"name": {}}])), _inbound("", sent=Sent.CONTACT)),
        "a sticker": (_came(_message("sticker", {"id": "1"})), _inbound("", sent=Sent.STICKER)),
        "a sign": (
            _came(_message("reaction", {"emoji": "👍", "message_id": "x"})),
            _inbound("👍", sent=Sent.REACTION),
        ),
        "what Meta does not pass on": (
            _came(_message("unsupported", errors=[{"code": 131051}])),
            _inbound("", sent=Sent.OTHER),
        ),
        "empty": (_came(_message(said={"body": ""})), _inbound("")),
        "long": (_came(_message(said={"body": "ক" * 100_000})), _inbound("ক" * 100_000)),
        "nul": (_came(_message(said={"body": "a\0b"})), _inbound("a\0b")),
        "lone surrogate": (_came(_message(said={"body": "a\ud800b"})), _inbound("a?b")),
        "a new number": (_came(_message("system", {"wa_id": "1"})), ()),
        "something else": (_told({"event": "APPROVED"}, field="account_update"), ()),
        "nobody's status": (_told({"statuses": [{"id": WAMID, "status": "sent"}]}), ()),
        "a status that nobody knows": (_told({"statuses": [_status("warned")]}), ()),
        "the window was closed": (
            _told({"statuses": [_failed(131047)]}),
            _reported(DeliveryStatus.WINDOW_CLOSED, "131047"),
        ),
        "nobody there": (
            _told({"statuses": [_failed(131026)]}),
            _reported(DeliveryStatus.ABSENT, "131026"),
        ),
        "stopped": (
            _told({"statuses": [_failed(131050)]}),
            _reported(DeliveryStatus.STOPPED, "131050"),
        ),
    },
    unreadable={
        "no json": b"text=" + WORDS.encode(),
        "no utf-8": b'{"object": "\xff"}',
        "a list": b"[]",
        "deep": b"[" * 100_000,
        "of a page": json.dumps({"object": "page", "entry": []}).encode(),
        "no entry": b'{"object": "whatsapp_business_account"}',
        "no id": _came(_message(id="")),
        "an id with a space": _came(_message(id="wamid. 1")),
        "no sender": _came(WITHOUT_NUMBER),
        "an endless sender": _came(_message(**{"from": "9" * 300})),
        "a sender with letters": _came(_message(**{"from": "1555x"})),
        "a misshapen id": _came({**WITHOUT_NUMBER, "from_user_id": "nepal-1"}),
        "a medium without an id": _came(_message("image", {"mime_type": "image/png"})),
        "a medium elsewhere": _came(_message("image", {"id": "../../me"})),
        "messages that are none": _told({"messages": ["hello"]}),
    },
    status={
        "sent": (_told({"statuses": [_status("sent")]}), _reported(DeliveryStatus.ACCEPTED)),
        "read": (_told({"statuses": [_status("read")]}), _reported(DeliveryStatus.DELIVERED)),
        "failed": (
            _told({"statuses": [_failed(131053)]}),
            _reported(DeliveryStatus.FAILED, "131053"),
        ),
        "failed without a code": (
            _told({"statuses": [_status("failed")]}),
            _reported(DeliveryStatus.FAILED),
        ),
    },
    bad_status={
        "nothing": _told({}),
        "of nobody": _told({"statuses": [{"id": WAMID, "status": "sent"}]}),
    },
    refused={
        "wrong secret": _sign(_came(_message()), secret="another"),
        "no secret": _sign(_came(_message()), secret=""),
        "tampered body": Webhook(URL, _sign(_came(_message())).headers, _came(_message(id="w"))),
        "no signature": Webhook(URL, {}, _came(_message())),
        "another algorithm": Webhook(URL, {"x-hub-signature-256": "sha1=00"}, _came(_message())),
    },
    answer={
        "taken": (says(200, {"messages": [{"id": WAMID}]}), Accepted(WAMID)),
        "taken without an id": (says(200, {"messages": []}), Unknown("unreadable")),
        "success without json": (says(200, b"<html>fine</html>"), Unknown("unreadable")),
        "the window is closed": (
            _error(400, 131047),
            Rejected("131047", permanent=False, why=DeliveryStatus.WINDOW_CLOSED),
        ),
        "too fast": (_error(429, 130429), Rejected("130429", permanent=False, halt=Halt.SLOWER)),
        "an old token": (_error(401, 190), Rejected("190", permanent=False, halt=Halt.BROKEN)),
        "not let in": (says(403, b""), Rejected("403", permanent=False, halt=Halt.BROKEN)),
        "too many": (says(429, b""), Rejected("429", permanent=False, halt=Halt.SLOWER)),
        "went wrong": (_error(400, 131000), Unknown("131000")),
        "an error that nobody knows": (_error(400, 139999), Rejected("139999", permanent=False)),
        "a code that is a number of somebody's": (
            _error(400, int(NUMBER[1:])),
            Rejected("400", permanent=False),
        ),
        "broken": (says(500, {"error": {"message": WORDS}}), Unknown("500")),
        "hangs": (hangs, Unknown("no answer")),
        "drips": (drips, Unknown("no answer")),
        "resets": (resets, Unknown("no answer")),
        "half": (writes(b'HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{"m"'), Unknown("no answer")),
    },
    lookup={},  # Meta has no list
    signs_url=False,
)


class TestWhatsAppCloud(Contract):
    """The shared contract over the table above."""

    table = TABLE


def _sent(to: Address = PHONE, **more: Any) -> tuple[Provider, dict[str, Any]]:
    with provider(says(200, {"messages": [{"id": WAMID}]})) as peer:
        assert _sender(peer.url).send(replace(a_message(to), **more)) == Accepted(WAMID)
    return peer, json.loads(peer.seen[0].body)


def test_a_text_goes_out_with_our_id_and_without_a_preview() -> None:
    peer, body = _sent()

    seen = peer.seen[0]
    assert (seen.method, seen.target) == ("POST", f"/v24.0/{OWN}/messages")
    assert seen.headers["authorization"] == "Bearer EAAtoken"
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": NUMBER[1:],
        "type": "text",
        "text": {"body": WORDS, "preview_url": False},
        "biz_opaque_callback_data": str(OUTBOX),
    }


def test_a_worker_without_a_number_is_written_to_by_their_id() -> None:
    _, body = _sent(BY_ID)

    assert body["recipient"] == USER
    assert "to" not in body


def test_a_template_and_a_voice_note_have_no_text() -> None:
    _, template = _sent(template="reply_waits:zh-cn")
    _, note = _sent(text="", media="https://h.example/rec/a.ogg")

    assert template["template"] == {"name": "wv_reply", "language": {"code": "zh_CN"}}
    assert note["audio"] == {"link": "https://h.example/rec/a.ogg"}
    assert "text" not in {**template, **note}


def test_the_file_says_which_templates_there_are() -> None:
    sender = _sender(BASE)

    assert isinstance(sender, CloudSender)
    assert sender.templates == {
        f"{key}:{language}"
        for key in ("reply_waits", "question_waits")
        for language in ("bn", "zh-cn")
    }


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("version: 24", "version"),
        ('version: "24.0"', "version"),
        ("unknown: 1", "unknown"),
        ("template_languages: [ne]", "ne, which WhatsApp has not"),
        ("templates: {first_answer: x}", "first_answer"),
        ('phone_number_id: "+1555"', "phone_number_id"),
        ("url: http://graph.example", "https"),
    ],
)
def test_a_mistake_in_the_file_is_named(more: str, told: str) -> None:
    setup = setup_of(FILE.replace("BASE", BASE))
    said = {**setup.said, **setup_of(more).said}

    with pytest.raises(SettingsError, match=told):
        Business.read(replace(setup, said=said))


@pytest.mark.parametrize("secret", [SECRET, NEXT])
def test_both_secrets_count_while_one_is_exchanged(secret: str) -> None:
    CloudReceiver.of(setup_of(FILE.replace("BASE", BASE), SECRETS)).verify(
        _sign(_came(_message()), secret=secret)
    )


def _asked(**more: str) -> Webhook:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    return Webhook(f"{URL}?{urlencode({**asked, **more})}", {}, b"")


def test_meta_is_told_that_the_address_is_ours() -> None:
    receiver = TABLE.receiver
    assert isinstance(receiver, Greeter)

    assert receiver.greet(_asked()) == "1158201444"
    for wrong in (
        {"hub.verify_token": "x"},
        {"hub.verify_token": "é"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""},
        {"hub.challenge": "<script>"},
        {f"x{number}": "y" for number in range(30)},
    ):
        with pytest.raises(Refused):
            receiver.greet(_asked(**wrong))


def test_a_message_at_the_address_of_reports_is_asked_for_again() -> None:
    with pytest.raises(Refused):
        TABLE.receiver.parse_status(_sign(_came(_message())), str(OUTBOX))


@pytest.mark.parametrize("code", CODES)
def test_an_error_has_one_meaning_as_an_answer_and_as_a_report(code: str) -> None:
    known = CODES[code]
    refused = outcome(400, json.dumps({"error": {"code": int(code)}}).encode())

    if known.unsure:
        assert refused == Unknown(code)
    else:
        assert refused == Rejected(code, known.permanent, known.why, known.halt)
    assert undelivered(code) == (known.why or DeliveryStatus.FAILED)
    assert not (known.permanent and known.halt)
    assert known.said


def test_a_medium_is_fetched_from_where_meta_says_with_our_token() -> None:
    with provider(says(200, b"a picture", content_type="image/jpeg")) as store:
        told = {"url": f"{store.url}/secret", "mime_type": "image/jpeg", "file_size": 9}
        with provider(says(200, told)) as peer:
            keeper, handle = _keeper(peer.url), MediaHandle(f"{peer.url}/v24.0/998877")

            elsewhere = keeper.fetch(handle)  # not Meta's host
            peer.behaviour = says(200, {**told, "url": f"{peer.url}/secret"})
            itself = keeper.fetch(handle)

    assert elsewhere == Missing("address")
    assert store.seen == []
    assert isinstance(itself, Fetched)
    assert peer.seen[0].headers["authorization"] == "Bearer EAAtoken"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (says(404, {}), Missing("404")),
        (_error(400, 100), Missing("400")),
        (says(401, {}), Later("401")),
        (says(500, {}), Later("500")),
        (says(200, b"<html>"), Later("no answer")),
        (says(200, {"url": "https://169.254.169.254/x"}), Missing("address")),
        (says(200, {"url": "https://lookaside.fbsbx.com.evil.example/x"}), Missing("address")),
        (
            says(200, {"url": "https://lookaside.fbsbx.com/x", "file_size": 1 << 30}),
            Missing("too_large"),
        ),
        (hangs, Later("no answer")),
    ],
)
def test_a_medium_that_cannot_be_had_is_asked_for_again_or_given_up(
    answer: Any, told: object
) -> None:
    with provider(answer) as peer:
        assert _keeper(peer.url).fetch(MediaHandle(f"{peer.url}/v24.0/1")) == told


def test_nothing_is_deleted_or_listed_at_meta() -> None:
    keeper = _keeper(BASE)

    assert keeper.fetch(MediaHandle("https://elsewhere.example/1")) == Missing("address")
    assert keeper.purge(WAMID) == Kept()
    assert keeper.look(WAMID, OUTBOX) is None
