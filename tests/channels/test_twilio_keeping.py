"""What Twilio still has of our messages: fetched, deleted and listed against a server of our own
that refuses, hangs, answers half and lies."""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from tests.channels.provider import (
    Behaviour,
    Provider,
    Seen,
    closed_port,
    drips,
    hangs,
    provider,
    resets,
    says,
    writes,
)
from workervoice.channels.twilio_keeping import TwilioKeeper
from workervoice.channels.twilio_rest import Login
from workervoice.message import (
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Fetched,
    Gone,
    Inbound,
    Kept,
    Later,
    MediaHandle,
    Missing,
)

ACCOUNT = "AC" + "1" * 32
SID, MEDIUM = "MM" + "2" * 32, "ME" + "3" * 32
NUMBER, LINE = "+15550100123", "+15550100999"
WORDS = "they took my passport"
OUTBOX = UUID("6a1c2a7e-7a4b-4b7e-9d52-2d1f0a9f3c11")
HOME = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
SINCE = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
JPEG = b"\xff\xd8 a picture"

Answers = Mapping[tuple[str, str], Behaviour]


@contextmanager
def twilio(answers: Answers) -> Iterator[tuple[Provider, TwilioKeeper]]:
    """A Twilio that answers by method and path, and 404 to everything else."""

    def behave(connection: socket.socket, closing: threading.Event) -> None:
        asked: Seen = peer.seen[-1]
        found = answers.get((asked.method, urlsplit(asked.target).path))
        (found or says(404, {"code": 20404}))(connection, closing)

    with provider(behave) as peer:
        yield peer, TwilioKeeper(Login(ACCOUNT, "SK1", "secret", peer.url, 1.0))


def record(sid: str = SID, **others: object) -> dict[str, object]:
    return {
        "sid": sid,
        "direction": "inbound",
        "status": "received",
        "from": NUMBER,
        "to": LINE,
        "body": WORDS,
        "num_media": "0",
        "date_sent": "Sun, 22 Nov 2026 12:00:00 +0000",
        "date_created": "Sun, 22 Nov 2026 12:00:00 +0000",
        "error_code": None,
        **others,
    }


def page(*records: dict[str, object], following: str | None = None) -> Behaviour:
    return says(200, {"messages": list(records), "next_page_uri": following, "page": 0})


def media(*sids: str) -> Behaviour:
    uri = f"{HOME.removesuffix('.json')}/{SID}/Media"
    listed = [
        {"sid": sid, "content_type": "image/jpeg", "uri": f"{uri}/{sid}.json"} for sid in sids
    ]
    return says(200, {"media_list": listed, "next_page_uri": None, "page": 0})


def handle(path: str = f"{HOME}/{SID}/Media/{MEDIUM}") -> MediaHandle:
    return MediaHandle(f"https://api.twilio.com{path}", "image/jpeg")


# --- media ---------------------------------------------------------------------------------------


def test_a_medium_is_fetched_with_our_login() -> None:
    path = f"{HOME}/{SID}/Media/{MEDIUM}"
    with twilio({("GET", path): says(200, JPEG, content_type="image/jpeg")}) as (peer, keeper):
        fetched = keeper.fetch(handle())

    assert fetched == Fetched(JPEG, "image/jpeg")
    assert peer.seen[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/media/ME1",
        "https://api.twilio.com.evil.example/media",
        "https://eviltwilio.com/media",
        "http://api.twilio.com/media",
        "https://169.254.169.254/latest/meta-data",
        "https://user:word@api.twilio.com/media",
        "file:///etc/passwd",
        "https://api.twilio.com:8443/media",
        "https://[::1]/media",
        "",
    ],
)
def test_nothing_is_fetched_from_anywhere_else(url: str) -> None:
    with twilio({}) as (peer, _):
        keeper = TwilioKeeper(Login(ACCOUNT, "SK1", "secret", None, 1.0))
        outcome = keeper.fetch(MediaHandle(url))

    assert outcome == Missing("address")
    assert peer.seen == []


@pytest.mark.parametrize(
    "to", ["http://127.0.0.1:1/x", "https://evil.example/x", "https://10.0.0.8/x", "//localhost/x"]
)
def test_a_redirect_to_anywhere_else_is_not_followed(to: str) -> None:
    path = f"{HOME}/{SID}/Media/{MEDIUM}"
    moved = writes(f"HTTP/1.1 307 X\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())
    with twilio({("GET", path): moved}) as (peer, keeper):
        outcome = keeper.fetch(handle())

    assert outcome == Missing("address")
    assert len(peer.seen) == 1


def test_a_circle_of_redirects_ends() -> None:
    path = f"{HOME}/{SID}/Media/{MEDIUM}"
    moved = writes(f"HTTP/1.1 302 X\r\nLocation: {path}\r\nContent-Length: 0\r\n\r\n".encode())
    with twilio({("GET", path): moved}) as (peer, keeper):
        outcome = keeper.fetch(handle())

    assert outcome == Missing("redirects")
    assert len(peer.seen) == 4


def slowly(connection: socket.socket, closing: threading.Event) -> None:
    """A byte now and then, each well in time, without end."""
    connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n")
    while not closing.wait(0.05):
        connection.sendall(b" ")


LARGE = 17 * 1024 * 1024


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (says(404, {}), Missing("404")),
        (says(410, {}), Missing("410")),
        (says(400, {}), Missing("400")),
        (says(401, {}), Later("401")),
        (says(403, {}), Later("403")),
        (says(429, {}), Later("429")),
        (says(500, {}), Later("500")),
        (says(503, {}), Later("503")),
        (says(200, b"x" * LARGE), Missing("too_large")),
        (writes(b"HTTP/1.1 200 X\r\n\r\n" + b"x" * LARGE), Missing("too_large")),
        (writes(b"HTTP/1.1 200 X\r\nContent-Length: 50\r\n\r\nhalf"), Later("no answer")),
        (writes(b"rubbish"), Later("no answer")),
        (drips, Later("201")),  # no answer that we asked for, and its body is not waited for
        (slowly, Later("no answer")),
        (hangs, Later("no answer")),
        (resets, Later("no answer")),
        (says(200, b""), Fetched(b"", "application/json")),
    ],
    ids=[
        *("404", "410", "400", "401", "403", "429", "500", "503", "large", "large-undeclared"),
        *("cut-off", "rubbish", "drips", "slowly", "hangs", "resets", "empty"),
    ],
)
def test_what_comes_of_a_medium(
    answer: Behaviour, outcome: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with twilio({("GET", f"{HOME}/{SID}/Media/{MEDIUM}"): answer}) as (_, keeper):
        assert keeper.fetch(handle()) == outcome

    assert MEDIUM not in caplog.text


def test_a_medium_where_nobody_listens_is_asked_for_later() -> None:
    keeper = TwilioKeeper(Login(ACCOUNT, "SK1", "secret", closed_port(), 1.0))

    assert keeper.fetch(handle()) == Later("no answer")


# --- deleting ------------------------------------------------------------------------------------


def deleting(how: Behaviour, *media_sids: str) -> Answers:
    message, things = f"{HOME}/{SID}", f"{HOME}/{SID}/Media"
    return {
        ("GET", f"{things}.json"): media(*media_sids),
        **{("DELETE", f"{things}/{sid}.json"): says(204, b"") for sid in media_sids},
        ("DELETE", f"{message}.json"): how,
        ("POST", f"{message}.json"): says(200, record(body="")),
    }


def done(peer: Provider) -> list[tuple[str, str]]:
    return [
        (each.method, urlsplit(each.target).path.removeprefix(HOME).removesuffix(".json"))
        for each in peer.seen
        if each.method != "GET"
    ]


def test_media_are_deleted_before_their_message() -> None:
    with twilio(deleting(says(204, b""), MEDIUM)) as (peer, keeper):
        assert keeper.purge(SID) == Gone()

    assert done(peer) == [
        ("DELETE", f"/{SID}/Media/{MEDIUM}"),
        ("DELETE", f"/{SID}"),
    ]


def test_what_is_gone_already_is_as_good_as_deleted() -> None:
    with twilio({}) as (_, keeper):
        assert keeper.purge(SID) == Gone()


def test_what_is_not_deleted_yet_is_emptied_meanwhile() -> None:
    too_early = says(409, {"code": 20009, "message": "not yet"})
    with twilio(deleting(too_early)) as (peer, keeper):
        assert keeper.purge(SID) == Later("20009")

    assert done(peer) == [("DELETE", f"/{SID}"), ("POST", f"/{SID}")]
    assert parse_qs(peer.seen[-1].body.decode(), keep_blank_values=True) == {"Body": [""]}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (says(401, {"code": 20003}), Later("20003")),
        (says(429, {"code": 20429}), Later("20429")),
        (says(500, {"code": 20500}), Later("20500")),
        (says(500, b"<html>"), Later("500")),
        (writes(b"HTTP/1"), Later("no answer")),
        (hangs, Later("no answer")),
        (resets, Later("no answer")),
    ],
    ids=["login", "rate", "500", "html", "half", "hangs", "resets"],
)
def test_a_message_that_is_not_deleted_is_deleted_later(
    answer: Behaviour, outcome: Later, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with twilio(deleting(answer)) as (_, keeper):
        assert keeper.purge(SID) == outcome

    assert SID not in caplog.text


def test_what_is_no_message_of_twilios_is_left_alone() -> None:
    with twilio({}) as (peer, keeper):
        assert keeper.purge("../Accounts") == Kept()

    assert peer.seen == []


# --- what became of one of ours ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        ("delivered", None, DeliveryStatus.DELIVERED),
        ("read", None, DeliveryStatus.DELIVERED),
        ("sent", None, DeliveryStatus.ACCEPTED),
        ("undelivered", 30005, DeliveryStatus.FAILED),
        ("failed", 21610, DeliveryStatus.STOPPED),
    ],
)
def test_a_text_of_ours_is_looked_at(status: str, code: int | None, told: DeliveryStatus) -> None:
    sent = record(direction="outbound-api", status=status, error_code=code)
    with twilio({("GET", f"{HOME}/{SID}.json"): says(200, sent)}) as (_, keeper):
        report = keeper.look(SID, OUTBOX)

    assert report == DeliveryReport(OUTBOX, told, str(code or ""), SID)


@pytest.mark.parametrize("answer", [says(404, {}), says(500, {}), says(200, b"no"), hangs, resets])
def test_one_that_cannot_be_looked_at_says_nothing(answer: Behaviour) -> None:
    with twilio({("GET", f"{HOME}/{SID}.json"): answer}) as (_, keeper):
        assert keeper.look(SID, OUTBOX) is None


# --- lists ---------------------------------------------------------------------------------------


def listed(keeper: TwilioKeeper, sender: str = f"tel:{LINE}") -> list[tuple[str, str]] | None:
    found = keeper.listed(sender, SINCE, SINCE + timedelta(days=1))
    if found is None:
        return None
    return [(each.inbound.external_id, each.inbound.text) for each in found]


def sid(number: int) -> str:
    return f"SM{number:032x}"


def at(minute: int) -> str:
    return f"Sun, 22 Nov 2026 12:{minute:02}:00 +0000"


def test_a_list_is_read_oldest_first_and_page_by_page() -> None:
    second = f"{HOME}.json?Page=1&PageToken=x"
    first = page(record(sid(3), date_sent=at(3)), record(sid(2), date_sent=at(2)), following=second)
    pages = iter([first, page(record(sid(1), date_sent=at(1)), record(sid(2), date_sent=at(2)))])

    def answer(connection: socket.socket, closing: threading.Event) -> None:
        next(pages)(connection, closing)

    with twilio({("GET", f"{HOME}.json"): answer}) as (peer, keeper):
        assert listed(keeper) == [(sid(n), WORDS) for n in (1, 2, 3)]

    asked = parse_qs(urlsplit(peer.seen[0].target).query)
    assert asked["To"] == [LINE]
    assert asked["DateSent>"] == ["2026-11-22T00:00:00Z"]
    assert asked["DateSent<"] == ["2026-11-23T00:00:00Z"]


def test_in_the_same_second_the_list_is_read_from_its_end() -> None:
    with twilio({("GET", f"{HOME}.json"): page(record(sid(9)), record(sid(1)))}) as (_, keeper):
        found = listed(keeper)

    assert found == [(sid(1), WORDS), (sid(9), WORDS)]


def test_our_own_texts_and_what_has_no_sense_are_passed_over() -> None:
    strange = [
        record(sid(1), direction="outbound-api"),
        record(sid(2), status="receiving"),
        record("no sid"),
        record(sid(4), **{"from": None}),
        record(sid(5)),
    ]
    with twilio({("GET", f"{HOME}.json"): page(*strange)}) as (_, keeper):
        assert listed(keeper) == [(sid(5), WORDS)]


def test_a_whatsapp_line_is_asked_for_under_twilios_name_for_it() -> None:
    sender = {"from": "whatsapp:US.abc123", "to": f"whatsapp:{LINE}"}
    with twilio({("GET", f"{HOME}.json"): page(record(**sender))}) as (peer, keeper):
        (found,) = keeper.listed(f"wa:{LINE}", SINCE, SINCE + timedelta(days=1)) or ()

    assert parse_qs(urlsplit(peer.seen[0].target).query)["To"] == [f"whatsapp:{LINE}"]
    assert found.inbound.sender == Address(AddressKind.WHATSAPP_ID, "US.abc123")
    assert found.at == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_media_of_a_listed_message_are_found_with_it() -> None:
    answers = {
        ("GET", f"{HOME}.json"): page(record(num_media="1")),
        ("GET", f"{HOME}/{SID}/Media.json"): media(MEDIUM),
    }
    with twilio(answers) as (_, keeper):
        (found,) = keeper.listed(f"tel:{LINE}", SINCE, SINCE + timedelta(days=1)) or ()

    sender = Address(AddressKind.PHONE, NUMBER)
    assert found.inbound == Inbound(SID, sender, WORDS, (handle(),))


@pytest.mark.parametrize(
    "answer",
    [says(401, {}), says(429, {}), says(500, {}), says(200, b"{"), writes(b"HTTP/1.1 2"), hangs],
    ids=["login", "rate", "500", "half-json", "half", "hangs"],
)
def test_a_list_that_cannot_be_had_whole_is_none(
    answer: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with twilio({("GET", f"{HOME}.json"): answer}) as (_, keeper):
        assert listed(keeper) is None

    assert not re.search(r"\+?1555\d+", caplog.text)


def test_a_list_whose_second_page_fails_is_none() -> None:
    second = f"{HOME}.json?Page=1&PageToken=x"
    pages = iter([page(record(sid(1)), following=second), says(500, {})])

    def answer(connection: socket.socket, closing: threading.Event) -> None:
        next(pages)(connection, closing)

    with twilio({("GET", f"{HOME}.json"): answer}) as (_, keeper):
        assert listed(keeper) is None
