"""The simulated phones: real signed HTTP to a hotline and back, and a page for one machine only."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from starlette.testclient import TestClient

from tests.channels.contract import NUMBER, OUTBOX, SINCE, a_message
from tests.channels.provider import Provider, closed_port, provider, says
from workervoice.app.phones import phone_lines
from workervoice.channels.base import Webhook
from workervoice.channels.simulator import Caller, SimulatorReceiver, SimulatorSender
from workervoice.channels.simulator_keeping import SimulatorKeeper
from workervoice.channels.wire import exchange
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Fetched,
    Gone,
    Inbound,
    Later,
    MediaHandle,
    Missing,
    Outbound,
    Rejected,
)
from workervoice.settings import load
from workervoice.web.phone import PhoneLine, create_phone_app
from workervoice.web.phone.routes import MEDIUM_BYTES, TEXT_BYTES
from workervoice.web.phone.segments import segments

SECRET = "a secret of the demo"
SMS = PhoneLine("demo-sms", "sms", "+15550100999", "Hotline")
WHATSAPP = PhoneLine("demo-whatsapp", "whatsapp", "+15550100998", "Hotline on WhatsApp")
TEXT = "\u200fلم يدفعوا لنا 😀\nsecond line <b>&amp;"


def _client(gateway: str = "http://127.0.0.1:9") -> TestClient:
    app = create_phone_app(gateway_url=gateway, lines=[SMS, WHATSAPP], secret=SECRET)
    return TestClient(app, base_url="http://127.0.0.1:8090")


def _on_phone(client: TestClient, number: str = NUMBER) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get("/api/messages", params={"number": number}).json()[
        "messages"
    ]
    return found


def _type(
    client: TestClient, text: str = TEXT, line: str = "demo-sms", number: str = NUMBER
) -> int:
    record = {"number": number, "line": line, "text": text}
    status: int = client.post("/api/text", json=record).status_code
    return status


@contextmanager
def _running_phones(gateway: str) -> Iterator[str]:
    """The application behind a real server, for senders that speak real HTTP."""
    listener = socket.create_server(("127.0.0.1", 0))
    own_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = create_phone_app(
        gateway_url=gateway, lines=[SMS, WHATSAPP], secret=SECRET, own_url=own_url
    )
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield own_url
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _webhook(gateway: Provider, number: int = 0) -> Webhook:
    seen = gateway.seen[number]
    return Webhook(gateway.url + seen.target, seen.headers, seen.body)


@pytest.mark.parametrize(
    ("line", "number", "kind"),
    [
        ("demo-sms", NUMBER, AddressKind.PHONE),
        ("demo-whatsapp", NUMBER, AddressKind.WHATSAPP),
        ("demo-whatsapp", "NP.worker1", AddressKind.WHATSAPP_ID),
    ],
)
def test_a_typed_text_reaches_the_hotline_as_a_signed_webhook(
    line: str, number: str, kind: AddressKind
) -> None:
    with provider(says(204, b"")) as gateway:
        client = _client(gateway.url)

        status = _type(client, line=line, number=number)

        webhook = _webhook(gateway)
    assert status == 200
    assert gateway.seen[0].target == f"/in/simulator/{line}"
    SimulatorReceiver(SECRET).verify(webhook)
    (read,) = SimulatorReceiver(SECRET).parse(webhook)
    assert (read.sender, read.text) == (Address(kind, number), TEXT)
    assert [(b["from"], b["text"], b["state"]) for b in _on_phone(client, number)] == [
        ("worker", TEXT, "sent")
    ]


def test_every_text_has_its_own_message_id() -> None:
    with provider(says(204, b"")) as gateway:
        client = _client(gateway.url)

        _type(client)
        _type(client)

    assert len({json.loads(seen.body)["id"] for seen in gateway.seen}) == 2


@pytest.mark.parametrize("refusal", [403, 404, 503])
def test_the_page_hears_that_the_hotline_refused(refusal: int) -> None:
    with provider(says(refusal, b"")) as gateway:
        client = _client(gateway.url)

        answer = client.post(
            "/api/text", json={"number": NUMBER, "line": "demo-sms", "text": "help"}
        )

    assert answer.status_code == 502
    assert str(refusal) in answer.json()["problem"]
    assert [bubble["state"] for bubble in _on_phone(client)] == ["refused"]
    assert len(gateway.seen) == 1


def test_the_page_hears_that_the_hotline_is_not_there() -> None:
    client = _client(closed_port())

    answer = client.post("/api/text", json={"number": NUMBER, "line": "demo-sms", "text": "help"})

    assert answer.status_code == 502
    assert answer.json()["problem"] == "The hotline cannot be reached."


@pytest.mark.parametrize(
    "record",
    [
        {},
        [],
        {"number": NUMBER, "line": "no-such-line", "text": "x"},
        {"number": "15550100123", "line": "demo-sms", "text": "x"},
        {"number": "NP.worker1", "line": "demo-sms", "text": "x"},
        {"number": NUMBER, "line": "demo-sms", "text": 5},
    ],
)
def test_a_misshapen_text_goes_nowhere(record: object) -> None:
    with provider(says(204, b"")) as gateway:
        answer = _client(gateway.url).post("/api/text", json=record)

    assert answer.status_code == 400
    assert not gateway.seen


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"number": NUMBER, "line": "demo-sms"}, "There is no text in it."),
        ({"number": NUMBER, "line": "demo-sms", "text": None}, "There is no text in it."),
        ({"number": NUMBER, "line": "demo-sms", "text": ["x"]}, "There is no text in it."),
        ({"number": NUMBER, "line": "x", "text": "x"}, "That is no phone number, or there is no"),
        ([], "That could not be read: send one JSON object"),
        ("{", "That could not be read: send one JSON object"),
        ("", "That could not be read: send one JSON object"),
    ],
)
def test_what_is_wrong_with_a_text_is_said_and_nothing_is_kept(body: object, told: str) -> None:
    content = body if isinstance(body, str) else json.dumps(body)
    with provider(says(204, b"")) as gateway:
        client = _client(gateway.url)

        answer = client.post(
            "/api/text", content=content, headers={"Content-Type": "application/json"}
        )

    assert answer.status_code == 400
    assert answer.json()["problem"].startswith(told)
    assert _on_phone(client) == []
    assert not gateway.seen


@pytest.mark.parametrize(
    ("line", "kind"), [(SMS, AddressKind.PHONE), (WHATSAPP, AddressKind.WHATSAPP)]
)
def test_a_sent_message_is_on_the_phone_and_its_delivery_is_told(
    line: PhoneLine, kind: AddressKind
) -> None:
    with provider(says(204, b"")) as gateway, _running_phones(gateway.url) as phones:
        callback = f"{gateway.url}/status/simulator/{line.slug}?m={OUTBOX}"
        message = Outbound(
            OUTBOX, line.sender, Address(kind, NUMBER), TEXT, status_callback=callback
        )

        outcome = SimulatorSender(phones, SECRET).send(message)
        again = SimulatorSender(phones, SECRET).find(message, SINCE)
        _wait_for(gateway)

        webhook = _webhook(gateway)
    assert isinstance(outcome, Accepted)
    assert again == outcome
    assert gateway.seen[0].target == f"/status/simulator/{line.slug}?m={OUTBOX}"
    SimulatorReceiver(SECRET).verify(webhook)
    (report,) = SimulatorReceiver(SECRET).parse_status(webhook, str(OUTBOX))
    assert report == DeliveryReport(
        OUTBOX, DeliveryStatus.DELIVERED, external_id=outcome.external_id
    )


def _wait_for(gateway: Provider) -> None:
    end = time.monotonic() + 5
    while not gateway.seen and time.monotonic() < end:
        time.sleep(0.01)


def test_what_was_never_sent_is_surely_absent() -> None:
    with _running_phones("http://127.0.0.1:9") as phones:
        outcome = SimulatorSender(phones, SECRET).find(a_message(), SINCE)

    assert outcome == Rejected("absent", permanent=False)


@pytest.mark.parametrize(
    ("secret", "changes", "expected"),
    [
        ("another", {}, Rejected("20003", permanent=False)),
        (SECRET, {"sender": "+15550100777"}, Rejected("21606", permanent=False)),
        (
            SECRET,
            {"to": Address(AddressKind.PHONE, "nobody")},
            Rejected("21211", permanent=True),
        ),
        (SECRET, {"text": ""}, Rejected("21617", permanent=True)),
        (SECRET, {"text": "x" * 1601}, Rejected("21617", permanent=True)),
    ],
)
def test_the_network_declines_what_it_cannot_deliver(
    secret: str, changes: dict[str, object], expected: Rejected
) -> None:
    message = replace(a_message(), **{"sender": SMS.sender, **changes})  # type: ignore[arg-type]

    with _running_phones("http://127.0.0.1:9") as phones:
        outcome = SimulatorSender(phones, secret).send(message)

    assert outcome == expected


def test_one_phone_shows_nothing_of_another() -> None:
    with provider(says(204, b"")) as gateway:
        client = _client(gateway.url)

        _type(client)

        assert _on_phone(client, "+15550100124") == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "["])
def test_a_foreign_host_name_is_refused(host: str) -> None:
    client = _client()

    for path in ("/", "/api/messages", "/static/phone.css"):
        assert client.get(path, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8090", "localhost:8090", "[::1]:8090"])
def test_loopback_names_are_served(host: str) -> None:
    assert _client().get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_another_page_cannot_type_for_the_worker(headers: dict[str, str]) -> None:
    record = json.dumps({"number": NUMBER, "line": "demo-sms", "text": "x"})
    with provider(says(204, b"")) as gateway:
        answer = _client(gateway.url).post(
            "/api/text",
            content=record,
            headers={"Content-Type": "application/json", **headers},
        )

    assert answer.status_code in (403, 415)
    assert not gateway.seen


def test_the_page_names_every_line_and_loads_nothing_from_elsewhere() -> None:
    client = _client()

    page = client.get("/")

    for words in (SMS.label, SMS.sender, WHATSAPP.label, 'data-channel="whatsapp"'):
        assert words in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http" not in page.text.replace("https://www.w3.org", "")
    for asset in ("/static/phone.css", "/static/phone.js"):
        assert client.get(asset).status_code == 200


def test_a_line_is_named_once_with_its_channel_and_its_number() -> None:
    lines = phone_lines(load({"WORKERVOICE_ENV_FILE": ""}))
    app = create_phone_app(gateway_url="http://127.0.0.1:9", lines=lines, secret=SECRET)

    page = TestClient(app, base_url="http://127.0.0.1:8090").get("/").text

    shown = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    for channel, line in zip(("SMS", "WhatsApp"), lines, strict=True):
        assert shown.count(line.sender) == 1
        assert f"Hotline {channel} · {line.sender}" in shown


def test_a_body_without_end_is_not_kept() -> None:
    answer = _client().post(
        "/api/text",
        content=b"x" * (TEXT_BYTES + 1),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 413


PICTURE = b"\xff\xd8\xff a picture"


def _post(url: str, record: dict[str, object]) -> int:
    body = json.dumps(record).encode()
    headers = {"Content-Type": "application/json"}
    answer = exchange("POST", f"{url}/api/text", headers=headers, body=body, timeout=10)
    return answer.status


def _with_a_picture(text: str = "") -> dict[str, object]:
    medium = {"type": "image/jpeg", "base64": b64encode(PICTURE).decode()}
    return {"number": NUMBER, "line": "demo-whatsapp", "text": text, "media": medium}


def _keeper(url: str, secret: str = SECRET) -> SimulatorKeeper:
    return SimulatorKeeper(Caller(url, secret, 5))


def test_what_is_attached_lies_at_the_provider_until_the_hotline_deletes_it() -> None:
    with provider(says(204, b"")) as gateway, _running_phones(gateway.url) as url:
        assert _post(url, _with_a_picture("look")) == 200
        (read,) = SimulatorReceiver(SECRET).parse(_webhook(gateway))
        assert isinstance(read, Inbound)
        (handle,) = read.media
        keeper = _keeper(url)

        fetched = keeper.fetch(handle)
        strange = keeper.fetch(MediaHandle("http://127.0.0.1:9/media/x"))
        gone = keeper.purge(read.external_id)
        again = keeper.fetch(handle)

        assert (read.text, handle.content_type) == ("look", "image/jpeg")
        assert fetched == Fetched(PICTURE, "image/jpeg")
        assert strange == Missing("address")
        assert gone == keeper.purge(read.external_id) == Gone()
        assert again == Missing("404")


def test_the_network_lists_what_workers_sent_to_a_line_and_in_which_order() -> None:
    began = datetime.fromtimestamp(time.time(), UTC) - timedelta(seconds=1)
    with provider(says(503, b"")) as gateway, _running_phones(gateway.url) as url:
        for record in (_with_a_picture("one"), {**_with_a_picture("two"), "line": "demo-sms"}):
            assert _post(url, record) == 502
        assert _post(url, _with_a_picture("three")) == 502
        keeper, ends = _keeper(url), datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=1)

        found = keeper.listed(f"wa:{WHATSAPP.sender}", began, ends)
        earlier = keeper.listed(f"wa:{WHATSAPP.sender}", began - timedelta(days=1), began)
        assert found is not None
        keeper.purge(found[0].inbound.external_id)
        left = keeper.listed(f"wa:{WHATSAPP.sender}", began, ends)

    assert [each.inbound.text for each in found] == ["one", "three"]
    assert all(began <= each.at < ends and each.inbound.media for each in found)
    assert earlier == ()
    assert left == found[1:]


def test_only_the_courier_may_ask_what_the_network_keeps() -> None:
    with provider(says(204, b"")) as gateway, _running_phones(gateway.url) as url:
        _post(url, _with_a_picture("look"))
        stranger, ends = (
            _keeper(url, "another secret"),
            datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=1),
        )

        assert stranger.listed(f"wa:{WHATSAPP.sender}", SINCE, ends) is None
        assert stranger.purge("any") == Later("no answer")
        assert stranger.look("any", OUTBOX) is None
        assert _keeper(url).listed(f"wa:{WHATSAPP.sender}", SINCE, ends)


def test_the_courier_may_ask_whether_a_text_of_ours_arrived() -> None:
    with provider(says(204, b"")) as gateway, _running_phones(gateway.url) as url:
        sent = SimulatorSender(url, SECRET).send(replace(a_message(), sender=SMS.sender))
        assert isinstance(sent, Accepted)

        told = _keeper(url).look(sent.external_id, OUTBOX)

        assert told == DeliveryReport(OUTBOX, DeliveryStatus.DELIVERED, "", sent.external_id)
        assert _keeper(url).look("unknown", OUTBOX) is None


@pytest.mark.parametrize(
    ("media", "status"),
    [
        ("a picture", 400),
        ({"type": "image/png", "base64": "not base64!"}, 400),
        ({"type": 5, "base64": ""}, 400),
        ({"type": "", "base64": b64encode(b"x" * (MEDIUM_BYTES + 1)).decode()}, 413),
    ],
)
def test_what_cannot_be_attached_goes_nowhere(media: object, status: int) -> None:
    with provider(says(204, b"")) as gateway:
        client = _client(gateway.url)

        answer = client.post("/api/text", json={**_with_a_picture(), "media": media})

        assert answer.status_code == status
        assert "16 MB" in answer.json()["problem"]
        assert gateway.seen == []
        assert _on_phone(client) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("é" * 160, 1),
        ("í" * 70, 1),
        ("í" * 71, 2),
        ("ক" * 134, 2),
        ("ক" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),
    ],
)
def test_parts_are_counted_as_the_provider_counts_them(text: str, parts: int) -> None:
    assert segments(text) == parts
