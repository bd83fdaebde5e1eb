"""Both ways over real HTTP: a provider that calls the gateway and that the courier calls."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.channels.lines import setup_of
from tests.channels.provider import Behaviour, Provider, provider, says
from tests.house import House
from tests.looking import asked, cases_of, outbox_state, read_by_a_handler
from tests.web.gateways import REPORT, Gateway, running
from workervoice.channels.android_sending import PROVIDER as ANDROID
from workervoice.channels.base import Receiver
from workervoice.channels.http_sms import PROVIDER as HTTP
from workervoice.channels.setup import Provider as Kind
from workervoice.hotline.reaching import Ways

IN, STATUS = "/in/http/demo-sms", "/status/http/demo-sms"
BY_GET = """
country: "880"
send:
  url: BASE/send
  form: {to: "{to:national}", text: "{text}", dlr: "{callback}&key={secret:key}", id: "{outbox_id}"}
answer: {accepted: {status: 200, match: "^OK", id_match: "^OK (.+)$"}}
receive:
  {body: query, sender: msisdn, text: message, id: id, done: {status: 200, text: ACK}}
reports: {body: query, status: state, values: {"1": delivered, "2": failed}}
proof: {by: query, field: key, secrets: webhook}
"""
BY_POST = BY_GET.replace("body: query", "body: form").replace(
    ", done: {status: 200, text: ACK}", ""
)
SECRETS = {"webhook": "w0rd", "key": "w0rd", "signing_key": "k3y", "password": "p"}
ON_A_PHONE = """
country: "880"
url: BASE
user: sms
sim: 1
"""


@contextmanager
def line(
    house: House, kind: Kind, text: str, answer: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Gateway, Provider]]:
    """The gateway and the courier of a line that this file describes, and its provider."""
    with provider(answer) as peer:
        setup = setup_of(text.replace("BASE", peer.url), SECRETS)
        sender = kind.sender(setup)
        courier = replace(
            house.courier,
            senders=lambda _line: sender,
            ways=Ways(
                lambda line, outbox_id: (
                    f"https://h.test/status/{kind.name}/{line.slug}?m={outbox_id}"
                )
            ),
        )
        monkeypatch.setattr(house, "courier", courier)
        receivers: dict[str, Receiver] = {f"{kind.name}/demo-sms": kind.receiver(setup)}
        with running(house, receivers) as gateway:
            yield gateway, peer


def test_an_aggregator_that_knows_only_get_is_heard_and_answered(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, known = shared_house, cases_of(shared_house)
    said = {"msisdn": "01711000901", "message": REPORT, "id": "get-1", "key": "w0rd"}
    with line(house, HTTP, BY_GET, says(200, b"OK p-77"), monkeypatch) as (gateway, peer):
        answer = gateway.call("GET", f"{IN}?{urlencode(said)}")
        again = gateway.call("GET", f"{IN}?{urlencode(said)}")
        house.deliver()
        sent = parse_qs(peer.seen[-1].body.decode())
        (callback,) = sent["dlr"]
        report = f"{urlsplit(callback).path}?{urlsplit(callback).query}&state=1"
        told = gateway.call("GET", report)
        counts = gateway.counts()

    (case_id,) = cases_of(house) - known
    ((outbox_id,),) = asked(house, "SELECT id FROM outbox WHERE id = :id", id=sent["id"][0])
    assert answer == again == told == (200, b"ACK")
    assert read_by_a_handler(house, case_id) == [REPORT]
    assert (counts["stored"], counts["duplicate"], counts["status_moved"]) == (1, 1, 1)
    assert sent["to"] == ["01711000901"]
    assert outbox_state(house, outbox_id) == ("delivered", None)


def _phone_posts(gateway: Gateway, event: str, **payload: object) -> tuple[int, bytes]:
    """As the app does, signed with its key and the time."""
    body = json.dumps({"deviceId": "d", "event": event, "id": "e", "payload": payload}).encode()
    stamp = str(int(time.time()))
    signature = hmac.new(b"k3y", body + stamp.encode(), "sha256").hexdigest()
    headers = {"X-Signature": signature, "X-Timestamp": stamp}
    return gateway.call("POST", "/in/android/demo-sms", body, headers)


def test_a_phone_with_a_local_sim_is_heard_and_answered(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, known = shared_house, cases_of(shared_house)
    came = {"sender": "01711000905", "message": REPORT, "receivedAt": "2026-11-23T10:00:00+06:00"}
    with line(house, ANDROID, ON_A_PHONE, says(500, {}), monkeypatch) as (gateway, peer):
        answers = [_phone_posts(gateway, "sms:received", messageId="a", **came) for _ in range(2)]
        house.deliver()  # it took the text and broke: nobody can tell
        sent = json.loads(peer.seen[-1].body)
        peer.behaviour = says(200, {"id": sent["id"], "state": "Pending"})
        house.wait(minutes=5)
        house.deliver()  # looked up, and there
        told = [
            _phone_posts(gateway, event, messageId=sent["id"], recipient="+8801711000905")
            for event in ("sms:sent", "sms:delivered", "sms:delivered")
        ]
        counts = gateway.counts()

    (case_id,) = cases_of(house) - known
    ((outbox_id,),) = asked(house, "SELECT id FROM outbox WHERE id = :id", id=sent["id"])
    assert {*answers, *told} == {(204, b"")}
    assert read_by_a_handler(house, case_id) == [REPORT]
    assert (counts["stored"], counts["duplicate"], counts["status_moved"]) == (1, 1, 1)
    assert sent["phoneNumbers"] == ["+8801711000905"]
    assert [each.method for each in peer.seen] == ["POST", "GET"]
    assert outbox_state(house, outbox_id) == ("delivered", None)


def test_get_brings_nothing_without_the_word_and_nothing_where_it_is_not_expected(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = urlencode({"msisdn": "01711000902", "message": REPORT, "id": "get-2"})
    with line(shared_house, HTTP, BY_GET, says(200, b""), monkeypatch) as (gateway, _):
        assert gateway.call("GET", f"{IN}?{said}&key=w0rt") == (403, b"")
        assert gateway.call("GET", f"{STATUS}?state=1&key=w0rt") == (403, b"")
        assert gateway.call("GET", f"{IN}x?{said}&key=w0rd") == (404, b"")
    with line(shared_house, HTTP, BY_POST, says(200, b""), monkeypatch) as (gateway, _):
        assert gateway.call("GET", f"{IN}?{said}&key=w0rd") == (405, b"")
        assert gateway.call("GET", f"{STATUS}?state=1&key=w0rd") == (405, b"")
        assert gateway.call("POST", f"{IN}?key=w0rd", said.encode()) == (204, b"")


def test_another_line_is_not_opened_by_this_lines_word(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = urlencode({"msisdn": "01711000903", "message": REPORT, "id": "post-3"}).encode()
    with line(shared_house, HTTP, BY_POST, says(200, b""), monkeypatch) as (gateway, _):
        other = gateway.call("POST", "/in/http/demo-whatsapp?key=w0rd", body)

    assert other == (404, b"")
