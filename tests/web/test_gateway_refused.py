"""What is not Twilio's, or not for us: refused with a number in a counter and nothing else."""

from __future__ import annotations

import logging.handlers
import socket
import time
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest

from tests.channels.twilio_signing import ACCOUNT, TOKEN, signed
from tests.house import House
from tests.looking import rows
from tests.web.gateways import (
    BOTH_TOKENS,
    PUBLIC,
    REPORT,
    SMS,
    WHATSAPP,
    Answer,
    Gateway,
    encoded,
    form,
    running,
    tokens,
)
from workervoice.channels.twilio import TwilioReceiver
from workervoice.hotline.receive import Reception

NUMBER = "+15550102001"
WORDS = "zebra passports in the blue room"
FIELDS = form(WORDS, NUMBER)
OTHER_ACCOUNT = "AC" + "1" * 32


@pytest.fixture(scope="module")
def gateway(shared_house: House) -> Iterator[Gateway]:
    with running(shared_house) as started:
        started.post(form(REPORT, "+15550102000"))  # so that the line is known
        yield started


@pytest.fixture
def quiet(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[Gateway]:
    """The gateway, of which nothing was stored in the end and nothing was said anywhere."""
    caplog.set_level(logging.DEBUG)
    before = rows(gateway.house)

    heard = logging.handlers.BufferingHandler(
        10_000
    )  # caplog forgets, before the end, what was said
    logging.getLogger().addHandler(heard)

    yield gateway

    logging.getLogger("probe").debug("the log is heard")
    logging.getLogger().removeHandler(heard)
    told_of = logging.Formatter().format
    said = "\n".join(map(told_of, heard.buffer)) + "".join(capfd.readouterr())
    assert "the log is heard" in said
    assert rows(gateway.house) == before
    for told in ("zebra", "5550102001", quote(WORDS), FIELDS["MessageSid"], TOKEN, ACCOUNT):
        assert told not in said


def counted(gateway: Gateway, outcome: str, answer: Answer) -> tuple[int, bytes, int]:
    """The answer, and how often its outcome has been counted."""
    return (*answer, gateway.counts()[outcome])


def proof(fields: Mapping[str, str], url: str) -> dict[str, str | None]:
    return dict(signed(encoded(fields), url=url).headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-twilio-signature": None},
        {"x-twilio-signature": ""},
        {"x-twilio-signature": "="},
        {"x-twilio-signature": "\xff\xfe"},
        {"x-twilio-signature": "A" * 5000},
        proof({**FIELDS, "Body": "hello"}, PUBLIC + SMS),
        proof(FIELDS, PUBLIC + WHATSAPP),
        proof(FIELDS, PUBLIC + SMS + "?x=1"),
        proof(FIELDS, "http://hotline.example" + SMS),
        proof(FIELDS, "http://127.0.0.1" + SMS),
        {"x-twilio-webhooks-signature-settings": "key=1,algorithm=HMAC_MD5"},
        {"x-twilio-webhooks-signature-settings": "key=1,algorithm=HMAC_SHA256"},
        {"content-type": "application/json"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": None},
    ],
    ids=[
        *("no signature", "empty", "padding", "no ASCII", "long", "another text"),
        *("another line", "another query", "another scheme", "another host"),
        *("an algorithm we do not know", "another algorithm", "JSON", "multipart", "no type"),
    ],
)
def test_a_text_without_its_own_signature_is_refused(
    quiet: Gateway, headers: Mapping[str, str | None]
) -> None:
    before = quiet.counts()["refused"]
    headers = {"x-twilio-signature": None, **headers} if None in headers.values() else headers

    answer = quiet.post(FIELDS, headers=headers)

    assert counted(quiet, "refused", answer) == (403, b"", before + 1)


def test_a_signature_by_another_token_is_refused(quiet: Gateway) -> None:
    before = quiet.counts()["refused"]

    answer = quiet.post(FIELDS, token="the token of somebody else")

    assert counted(quiet, "refused", answer) == (403, b"", before + 1)


@pytest.mark.parametrize("account", [OTHER_ACCOUNT, "", ACCOUNT.lower(), ACCOUNT + " "])
def test_a_signed_text_of_another_account_is_refused(quiet: Gateway, account: str) -> None:
    before = quiet.counts()["refused"]

    answer = quiet.post({**FIELDS, "AccountSid": account})

    assert counted(quiet, "refused", answer) == (403, b"", before + 1)


def test_two_accounts_in_one_text_are_refused(quiet: Gateway) -> None:
    body = encoded(FIELDS) + b"&AccountSid=" + OTHER_ACCOUNT.encode()

    assert quiet.post(body) == (403, b"")


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Original-Host"])
def test_the_callers_word_for_our_own_address_counts_for_nothing(quiet: Gateway, name: str) -> None:
    """Signed with the right token, but for the address that the caller names."""
    forged = {**proof(FIELDS, "https://evil.example" + SMS), name: "evil.example"}
    forged |= {"X-Forwarded-Proto": "https"}

    assert quiet.post(FIELDS, headers=forged) == (403, b"")


def test_a_forged_host_does_not_spoil_a_true_signature(gateway: Gateway) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}

    answer = gateway.post(form(REPORT, "+15550102002"), headers=headers)

    assert answer == (204, b"")


def test_two_signatures_are_none(quiet: Gateway) -> None:
    body, given = encoded(FIELDS), proof(FIELDS, PUBLIC + SMS)
    lines = [f"POST {SMS} HTTP/1.1", "Host: x", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in given.items()]
    lines.append("X-Twilio-Signature: AAAA")

    with socket.create_connection(("127.0.0.1", quiet.port)) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        status = connection.recv(64).split(b" ")[1]

    assert status == b"403"


UNKNOWN_LINES = (
    *("/in/twilio/nobody", "/in/twilio/%00", "/in/twilio/%ff%fe", "/in/twilio/demo-sms%20"),
    *("/in/twilio/" + "a" * 3000, "/status/twilio/nobody", "/status/twilio/nobody?m=x"),
    "/status/twilio/nobody?m=7d444840-9dc0-11d1-b245-5ffdce74fad2",
)


@pytest.mark.parametrize("path", UNKNOWN_LINES)
def test_nobody_learns_which_lines_there_are_without_a_signature(quiet: Gateway, path: str) -> None:
    before = quiet.counts()["refused"]

    answer = quiet.post(FIELDS, path, token="the token of somebody else")

    assert counted(quiet, "refused", answer) == (403, b"", before + 1)


@pytest.mark.parametrize(
    "path", [*UNKNOWN_LINES, "/in/nobody/demo-sms", "/in/%00/demo-sms", "/status/nobody/demo-sms"]
)
def test_a_line_or_provider_that_nobody_knows_is_not_found(quiet: Gateway, path: str) -> None:
    before = quiet.counts()["unknown_line"]

    answer = quiet.post(FIELDS, path)

    assert counted(quiet, "unknown_line", answer) == (404, b"", before + 1)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", [SMS, "/status/twilio/demo-sms"])
def test_a_webhook_is_posted_and_nothing_else(quiet: Gateway, method: str, path: str) -> None:
    before = quiet.counts()["unknown_path"]

    answer = quiet.call(method, path)

    assert counted(quiet, "unknown_path", answer) == (405, b"", before + 1)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json", "/favicon.ico", "/%00"),
        *("/in", "/in/", "/in/twilio", "/in/twilio/", SMS + "/", SMS + "/x", "/IN/twilio/demo-sms"),
        *("/status/twilio", "/health/", "/metrics/"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_where_nothing_is_the_answer_is_as_empty_as_any_refusal(
    quiet: Gateway, method: str, path: str
) -> None:
    before = quiet.counts()["unknown_path"]

    answer = quiet.call(method, path)

    assert counted(quiet, "unknown_path", answer) == (404, b"", before + 1)


def test_a_fault_of_our_own_is_counted_and_answers_as_emptily(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider asks again, or says in its own log that a text may be lost."""
    monkeypatch.setattr(Reception, "receive", lambda *given: 1 / 0)

    with running(shared_house) as gateway:
        answer = gateway.post(form(REPORT, "+15550102003"))

        assert counted(gateway, "broken", answer) == (500, b"", 1)


def test_no_caller_makes_a_counter(quiet: Gateway) -> None:
    names = quiet.counts().keys()

    for n in range(20):
        quiet.post(FIELDS, f"/in/twilio/line-{n}")
        quiet.post(FIELDS, f"/in/provider-{n}/demo-sms")
        quiet.post({**FIELDS, "MessageStatus": f"s{n}"}, f"/status/twilio/demo-sms?m={n}")
        quiet.post(FIELDS, f"/in/twilio/line-{n}", token="the token of somebody else")
        quiet.call("GET", f"/path-{n}")

    assert quiet.counts().keys() == names
    assert {"refused", "unknown_line", "status_unnamed", "status_ignored", "unavailable"} <= names


def test_a_body_without_end_is_not_begun_to_be_read(quiet: Gateway) -> None:
    before = quiet.counts()["too_large"]
    head = f"POST {SMS} HTTP/1.1\r\nHost: x\r\nContent-Length: 5400000\r\n\r\nBody=zebra"

    with socket.create_connection(("127.0.0.1", quiet.port), 5) as connection:
        connection.sendall(head.encode())
        said = b"".join(iter(lambda: connection.recv(4096), b""))

    assert said.startswith(b"HTTP/1.1 413 ")
    assert quiet.counts()["too_large"] == before + 1


def test_a_caller_that_hangs_up_is_counted_and_no_error(
    quiet: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    head = f"POST {SMS} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nBody=zebra"
    before = quiet.counts()["malformed"]

    with socket.create_connection(("127.0.0.1", quiet.port)) as connection:
        connection.sendall(head.encode())
    give_up = time.monotonic() + 5
    while quiet.counts()["malformed"] == before and time.monotonic() < give_up:
        time.sleep(0.01)

    assert quiet.counts()["malformed"] == before + 1
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    "receiver",
    [
        TwilioReceiver(ACCOUNT, ()),
        TwilioReceiver(ACCOUNT, ("",)),
        TwilioReceiver("", BOTH_TOKENS),
    ],
    ids=["no token", "an empty token", "no account"],
)
def test_without_a_token_and_an_account_everything_is_refused(
    shared_house: House, receiver: TwilioReceiver
) -> None:
    before = rows(shared_house)

    with running(shared_house, {**tokens(), "twilio": receiver}) as gateway:
        answers = [
            gateway.post(FIELDS, path, token=token)
            for path in (SMS, "/status/twilio/demo-sms?m=x")
            for token in (TOKEN, "", "x")
        ]

    assert answers == [(403, b"")] * 6
    assert rows(shared_house) == before
