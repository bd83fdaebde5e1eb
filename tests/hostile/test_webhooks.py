"""Webhooks of any shape: one of the declared answers, nothing stored of what is refused, no word of
it anywhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import count
from urllib.parse import quote, quote_plus
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.many import many
from tests.house import House
from tests.looking import rows
from tests.web.gateways import SMS, WHATSAPP, Gateway, encoded, form, running
from workervoice.hotline.receive import Reception
from workervoice.journal import fields_of

_NUMBERS = count(15550500000)
NEEDLE = "zebra-in-the-blue-room"
DECLARED = {204, 400, 403, 404, 413}
STATUS = "/status/twilio/demo-sms"

NAMES = st.sampled_from(
    [
        *("Body", "From", "To", "MessageSid", "AccountSid", "NumMedia", "MediaUrl0", "MediaUrl9"),
        *("MediaContentType0", "ExternalUserId", "MessageStatus", "ErrorCode", "Body[]", "Body[0]"),
        *("", "\0", "SmsSid", "body", "BODY"),
    ]
) | st.text(max_size=6)
VALUES = st.sampled_from(
    [
        *("", NEEDLE, "+15550599999", "whatsapp:BD.1", "whatsapp:+1", "delivered", "failed"),
        *("30003", "-1", "9" * 400, "\0", "\u202e", "[]", "{}", "null", "%00", "x" * 5000),
    ]
) | st.text(max_size=30)
ODD = st.sampled_from(
    [
        b"%",
        b"%0",
        b"%zz",
        b"%00",
        b"%u0041",
        b"%ed%a0%80",
        b"\xff\xfe",
        b"\0",
        b"&",
        b"=",
        b";",
        b"%C0%80",
        b"+",
        b"#",
        b"\r\n",
        b"%F4%90%80%80",
    ]
)
TYPES = st.sampled_from(
    [
        *("application/x-www-form-urlencoded; charset=utf-16", "APPLICATION/X-WWW-FORM-URLENCODED"),
        *("application/x-www-form-urlencoded;", "application/json", "text/plain", "", ";", "\xff"),
        *("multipart/form-data; boundary=x", "application/x-www-form-urlencoded, text/plain"),
    ]
)


@pytest.fixture(scope="module")
def gateway(shared_house: House) -> Iterator[Gateway]:
    with running(shared_house) as started:
        yield started


@pytest.fixture
def quiet(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[Gateway]:
    """The gateway, of which nothing was said anywhere in the end, and no fault was counted."""
    caplog.set_level(logging.DEBUG, "workervoice")
    yield gateway
    records = caplog.get_records("call")  # at the end, caplog itself has those of the end only
    assert "zebra" not in all_of(records) + "".join(capfd.readouterr())
    assert faults_in(records) == []
    assert gateway.counts()["broken"] == 0


def all_of(records: list[logging.LogRecord]) -> str:
    """Whatever could be said of them, with texts and traces that the journal leaves out."""
    return "\n".join(logging.Formatter().format(record) for record in records)


def faults_in(records: list[logging.LogRecord]) -> list[str]:
    """What the journal would tell of exceptions that nobody expected."""
    told = [fields_of(record)[2] for record in records]
    return [f"{fields['error']} at {fields['raised_at']}" for fields in told if "error" in fields]


def test_a_fault_of_ours_would_be_heard(
    shared_house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the silence of the tests below would mean nothing."""

    def fails(*_: object) -> None:
        raise RuntimeError(NEEDLE)

    monkeypatch.setattr(Reception, "read", fails)
    with running(shared_house) as gateway:
        status, said = gateway.post(form(NEEDLE))
        broken = gateway.counts()["broken"]

    assert (status, said, broken) == (500, b"", 1)
    assert [told.partition(" ")[0] for told in faults_in(caplog.records)] == ["RuntimeError"]
    assert NEEDLE in all_of(caplog.records)


def sent(gateway: Gateway, body: bytes, path: str, **given: str | None) -> int:
    """Post a signed body; what is refused leaves nothing."""
    before = rows(gateway.house)
    status, said = gateway.post(body, path, headers=given)
    assert status in DECLARED
    assert said == b""
    if status != 204:
        assert rows(gateway.house) == before
    return status


@many(60)
@given(
    pairs=st.lists(st.tuples(NAMES, VALUES), max_size=12),
    odd=st.lists(ODD, max_size=4),
    whole=st.booleans(),
    path=st.sampled_from([SMS, WHATSAPP]),
)
def test_a_signed_form_of_any_shape(
    quiet: Gateway, pairs: list[tuple[str, str]], odd: list[bytes], whole: bool, path: str
) -> None:
    start = encoded(form(NEEDLE, f"+{next(_NUMBERS)}")) + b"&" if whole else b""
    fields = "&".join(
        f"{quote_plus(name, errors='replace')}={quote_plus(value, errors='replace')}"
        for name, value in pairs
    )

    sent(quiet, start + fields.encode() + b"".join(odd), path)


@many(30)
@given(body=st.binary(max_size=400), kind=TYPES, path=st.sampled_from([SMS, STATUS]))
def test_bytes_of_any_kind(quiet: Gateway, body: bytes, kind: str, path: str) -> None:
    sent(quiet, body, path, **{"content-type": kind})


@pytest.mark.parametrize("fields", [999, 1000, 1001, 100_000])
@pytest.mark.parametrize("pair", [b"x=1", b"&", b"Body=zebra", b"%00=%00"], ids=ascii)
def test_any_number_of_parameters(quiet: Gateway, fields: int, pair: bytes) -> None:
    start = encoded(form("", f"+{next(_NUMBERS)}"))

    assert sent(quiet, start + b"&" + b"&".join([pair] * fields), SMS) in {204, 400, 403}


@many(60)
@given(
    named=st.sampled_from([str(uuid4()), "", "x", "0" * 32, "\0", "urn:uuid:" + str(uuid4())])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    status=VALUES,
    code=VALUES,
    more=st.text("m=&?%#", max_size=6),
)
def test_a_delivery_report_of_any_kind_changes_nothing_that_it_does_not_name(
    quiet: Gateway, named: str, status: str, code: str, more: str
) -> None:
    before = rows(quiet.house)
    fields = {**form("", f"+{next(_NUMBERS)}"), "MessageStatus": status, "ErrorCode": code}
    body = "&".join(f"{k}={quote_plus(v, errors='replace')}" for k, v in fields.items())
    path = f"{STATUS}?m={quote(named)}{more.replace('#', '').replace('%', '%25')}"

    assert sent(quiet, body.encode(), path) == 204
    assert rows(quiet.house) == before


@many(60)
@given(
    signature=st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=60),
    settings=st.sampled_from(["", "algorithm=HMAC_SHA256", "algorithm=", "=,=", "x" * 2000]),
    path=st.sampled_from(
        [SMS, STATUS, "/in/simulator/demo-sms", "/in/nobody/x", "/in/twilio/" + "x" * 900]
    ),
)
def test_no_signature_that_was_made_up_is_taken(
    quiet: Gateway, signature: str, settings: str, path: str
) -> None:
    before = rows(quiet.house)
    headers = {
        "x-twilio-signature": signature.strip(),
        "x-twilio-webhooks-signature-settings": settings,
        "x-simulator-signature": signature.strip(),
        "x-simulator-timestamp": "1",
    }

    status, said = quiet.post(form(NEEDLE), path, headers=headers)

    assert (status, said) in {(403, b""), (404, b"")}
    assert rows(quiet.house) == before
