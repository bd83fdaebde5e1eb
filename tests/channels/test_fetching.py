"""Fetching a medium: from a provider's own hosts and nowhere else, and never for ever."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from tests.channels.contract import is_silent_about_the_worker
from tests.channels.provider import Behaviour, hangs, provider, resets, says, writes
from workervoice.channels.fetching import MOST_MEDIUM, Place, fetch
from workervoice.message import Fetched, FetchOutcome, Later, Missing

PLACE = Place((".twilio.com",), {"Authorization": "Basic secret"}, "api.twilio.com")
GOOD = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


def near(url: str, path: str = "/medium", *, seconds: float = 5, most: int = MOST_MEDIUM) -> Any:
    """From a peer of a test, which an operator's own setting names."""
    host = url.removeprefix("http://")
    place = Place((".twilio.com",), {"Authorization": "Basic secret"}, "127.0.0.1", trusted=host)
    return fetch(url + path, place, timeout=seconds, most=most)


def moved(to: str, status: int = 302) -> Behaviour:
    return writes(f"HTTP/1.1 {status} X\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name server that answers so, one after the other; returns where connections went."""
    left, went = list(answers), []

    def looked_up(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    def connected(address: tuple[str, int], timeout: float) -> socket.socket:
        went.append(address[0])
        raise OSError("nobody is there")

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(socket, "create_connection", connected)
    return went


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com/medium",
        "https://twilio.com.evil.example/medium",
        "https://eviltwilio.com/medium",
        "https://evil.example/api.twilio.com",
        "https://user:password@api.twilio.com/medium",
        "https://api.twilio.com:8443/medium",
        "https://127.0.0.1/medium",
        "https://[::1]/medium",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://api.twilio.com/medium",
        "https://",
        "https://[",
        "",
        "medium",
    ],
)
def test_an_address_that_is_not_the_providers_is_not_even_looked_up(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    went = names(monkeypatch, ["93.184.216.34"])

    assert fetch(url, PLACE, timeout=1) == Missing("address")
    assert went == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.5", "172.16.9.9", "192.168.1.1", "169.254.169.254", "0.0.0.0"),  # noqa: S104
        *("100.64.0.1", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "::7f00:1", "224.0.0.1", "2001::1"),
    ],
)
def test_the_providers_name_that_leads_inside_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    went = names(monkeypatch, [address])

    assert fetch(GOOD, PLACE, timeout=1) == Missing("address")
    assert went == []


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_a_public_address_is_gone_to_also_by_way_of_a_translator(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    went = names(monkeypatch, [address])

    fetch(GOOD, PLACE, timeout=1)

    assert went == [address]


def test_one_inner_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    went = names(monkeypatch, ["93.184.216.34", "10.0.0.5"])

    assert fetch(GOOD, PLACE, timeout=1) == Missing("address")
    assert went == []


def test_a_name_server_that_changes_its_answer_leads_nowhere_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    went = names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])

    assert fetch(GOOD, PLACE, timeout=1) == Later("no answer")
    assert went == ["93.184.216.34"]  # the address that was looked at, and no name


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/medium",
        "http://127.0.0.1:1/admin",
        "http://169.254.169.254/latest/meta-data",
        "//evil.example/medium",
        "file:///etc/passwd",
        "https://api.twilio.com.evil.example/x",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(to: str, status: int) -> None:
    with provider(moved(to, status)) as peer:
        assert near(peer.url) == Missing("address")
        assert len(peer.seen) == 1


def test_a_redirect_to_the_providers_own_name_that_leads_inside_is_not_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with provider(moved("https://media.twilio.com/x")) as peer:
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *more, **named: real("127.0.0.1", *more, **named),
        )

        assert near(peer.url) == Missing("address")


def test_redirects_end() -> None:
    with provider(moved("/again")) as peer:
        assert near(peer.url) == Missing("redirects")
        assert len(peer.seen) == 4


def test_our_login_goes_to_whom_it_is_for_and_not_on_with_a_redirect() -> None:
    with provider(says(200, b"x")) as store, provider(moved(f"{store.url}/x")) as peer:
        host = store.url.removeprefix("http://")
        place = Place((), {"Authorization": "Basic secret"}, "api.twilio.com", trusted=host)

        assert fetch(f"{store.url}/x", place, timeout=5) == Fetched(b"x", "application/json")

    assert peer.seen == []
    assert "authorization" not in store.seen[0].headers


@pytest.mark.parametrize(
    ("size", "most", "expected"),
    [(0, 10, 0), (10, 10, 10), (11, 10, None), (MOST_MEDIUM, MOST_MEDIUM, MOST_MEDIUM)],
)
def test_what_is_too_large_is_refused_by_its_own_word(
    size: int, most: int, expected: int | None
) -> None:
    with provider(says(200, b"x" * size, content_type="image/jpeg")) as peer:
        found: FetchOutcome = near(peer.url, seconds=20, most=most)

    if expected is None:
        assert found == Missing("too_large")
    else:
        assert isinstance(found, Fetched)
        assert (len(found.content), found.claimed) == (expected, "image/jpeg")


def test_what_says_nothing_of_its_size_is_cut_off_at_the_limit() -> None:
    sent = [0]

    def endless(connection: socket.socket, closing: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n")
        while not closing.is_set():
            sent[0] += connection.send(b"x" * 65536)

    with provider(endless) as peer:
        assert near(peer.url, most=1_000_000) == Missing("too_large")
    assert sent[0] < 20_000_000


def test_what_comes_a_byte_at_a_time_is_given_up_in_time() -> None:
    def drips(connection: socket.socket, closing: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n")
        while not closing.wait(0.05):
            connection.sendall(b"x")

    began = time.monotonic()
    with provider(drips) as peer:
        assert near(peer.url, seconds=1) == Later("no answer")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (says(404, {}), Missing("404")),
        (says(410, {}), Missing("410")),
        (says(401, {}), Later("401")),
        (says(429, {}), Later("429")),
        (says(500, {}), Later("500")),
        (says(204, b""), Later("204")),
        (hangs, Later("no answer")),
        (resets, Later("no answer")),
        (writes(b"HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\nhalf"), Later("no answer")),
        (writes(b"no http at all"), Later("no answer")),
        (writes(b"HTTP/1.1 302 X\r\nContent-Length: 0\r\n\r\n"), Missing("redirects")),
    ],
)
def test_every_answer_has_one_meaning(
    answer: Behaviour, expected: FetchOutcome, caplog: pytest.LogCaptureFixture
) -> None:
    with provider(answer) as peer:
        found = near(peer.url, seconds=1)

    assert found == expected
    assert is_silent_about_the_worker(found, caplog.text)
    assert "secret" not in caplog.text


def test_nothing_of_a_medium_or_its_address_shows() -> None:
    shown = repr(Fetched(b"a picture of the gate", "image/jpeg")) + repr(PLACE)

    assert "gate" not in shown
    assert "secret" not in shown
