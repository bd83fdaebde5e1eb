"""What only Twilio has: rotation of tokens, the fields of a sending, the client's base URL."""

from __future__ import annotations

import base64
import logging
import ssl
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.channels.contract import LINE, NUMBER, OUTBOX, SINCE, WORDS, a_message
from tests.channels.provider import hangs, provider, says
from tests.channels.twilio_signing import ACCOUNT, NEXT_TOKEN, TOKEN, URL, signed
from workervoice.channels.base import Webhook
from workervoice.channels.twilio import TwilioReceiver
from workervoice.channels.twilio_codes import CODES
from workervoice.channels.twilio_rest import Login
from workervoice.channels.twilio_sending import TwilioSender
from workervoice.errors import Refused, SettingsError
from workervoice.message import Accepted, Address, AddressKind, Outbound, Rejected, Unknown

SID = "SM" + "0b" * 16
BODY = urlencode(
    {"MessageSid": SID, "AccountSid": ACCOUNT, "From": NUMBER, "Body": WORDS, "Empty": ""}
).encode()


def _sender(base: str | None, timeout: float = 2.0) -> TwilioSender:
    return TwilioSender(Login(ACCOUNT, "SK1", "secret", base, timeout))


def _sent(message: Outbound) -> dict[str, str]:
    """The form that a sending of this message puts on the wire."""
    with provider(says(201, {"sid": SID})) as peer:
        assert _sender(peer.url).send(message) == Accepted(SID)
    return dict(parse_qsl(peer.seen[0].body.decode()))


@pytest.mark.parametrize("token", [TOKEN, NEXT_TOKEN])
def test_both_tokens_count_while_one_is_being_rotated(token: str) -> None:
    receiver = TwilioReceiver(ACCOUNT, (TOKEN, NEXT_TOKEN))

    receiver.verify(signed(BODY, token=token))


def test_a_token_taken_out_counts_no_more() -> None:
    receiver = TwilioReceiver(ACCOUNT, (NEXT_TOKEN,))

    with pytest.raises(Refused):
        receiver.verify(signed(BODY, token=TOKEN))


@pytest.mark.parametrize("tokens", [(), ("",)])
def test_without_a_token_everything_is_refused(tokens: tuple[str, ...]) -> None:
    receiver = TwilioReceiver(ACCOUNT, tokens)

    with pytest.raises(Refused):
        receiver.verify(signed(BODY, token=""))


def test_without_an_account_everything_is_refused() -> None:
    body = urlencode({"MessageSid": SID, "AccountSid": "", "From": NUMBER}).encode()

    with pytest.raises(Refused):
        TwilioReceiver("", (TOKEN,)).verify(signed(body))


def test_a_shared_key_signs_with_sha256() -> None:
    webhook = signed(BODY, digest="sha256", settings="key=webhooks_1,algorithm=HMAC_SHA256")

    TwilioReceiver(ACCOUNT, (TOKEN,)).verify(webhook)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/in/twilio/demo-sms",
        "https://hotline.example:8443/hotline/in/twilio/demo-sms",
        URL + "?m=6a1c2a7e-7a4b-4b7e-9d52-2d1f0a9f3c11&x=%2B%20",
    ],
)
def test_the_public_url_is_signed_as_it_stands(url: str) -> None:
    TwilioReceiver(ACCOUNT, (TOKEN,)).verify(signed(BODY, url=url))


def test_a_webhook_is_built_from_configuration_and_raw_path() -> None:
    headers = [
        (b"Host", b"evil.example"),
        (b"X-Twilio-Signature", b"one"),
        (b"x-twilio-signature", b"two"),
        (b"Content-Type", b"Application/X-WWW-Form-Urlencoded ; charset=utf-8"),
    ]

    webhook = Webhook.received("https://hotline.example/", b"/in/a%20b?m=%2F", headers, b"x")

    assert webhook.url == "https://hotline.example/in/a%20b?m=%2F"
    assert webhook.headers["x-twilio-signature"] == "one,two"
    assert webhook.content_type == "application/x-www-form-urlencoded"


def test_an_sms_carries_number_text_validity_and_callback() -> None:
    form = _sent(a_message())

    assert form == {
        "To": NUMBER,
        "From": LINE,
        "Body": WORDS,
        "ValidityPeriod": "7200",
        "StatusCallback": f"https://hotline.example/status?m={OUTBOX}",
    }


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (Address(AddressKind.WHATSAPP, NUMBER), f"whatsapp:{NUMBER}"),
        (Address(AddressKind.WHATSAPP_ID, "NP.4fT2x9Qa"), "whatsapp:NP.4fT2x9Qa"),
    ],
)
def test_whatsapp_addresses_both_ends_by_channel(to: Address, expected: str) -> None:
    form = _sent(a_message(to))

    assert (form["To"], form["From"]) == (expected, f"whatsapp:{LINE}")


@pytest.mark.parametrize(
    ("written", "sender"),
    [("12345", LINE), ("messenger:123", LINE), ("whatsapp:passport", f"whatsapp:{LINE}")],
)
def test_an_address_of_an_unknown_kind_is_answered_as_it_was_written(
    written: str, sender: str
) -> None:
    form = _sent(a_message(Address(AddressKind.OTHER, written)))

    assert (form["To"], form["From"]) == (written, sender)


@pytest.mark.parametrize(
    ("validity", "seconds"), [(timedelta(0), "1"), (timedelta(days=2), "36000")]
)
def test_the_validity_stays_within_what_twilio_takes(validity: timedelta, seconds: str) -> None:
    message = Outbound(OUTBOX, LINE, Address(AddressKind.PHONE, NUMBER), WORDS, validity)

    form = _sent(message)

    assert form["ValidityPeriod"] == seconds
    assert "StatusCallback" not in form


def test_a_sending_is_one_authenticated_post_below_the_configured_base() -> None:
    with provider(says(201, {"sid": SID})) as peer:
        _sender(peer.url + "/twilio/").send(a_message())

    seen = peer.seen[0]
    assert (seen.method, seen.target) == (
        "POST",
        f"/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
    )
    assert seen.headers["authorization"] == "Basic " + base64.b64encode(b"SK1:secret").decode()
    assert NUMBER not in str(dict(seen.headers))


def test_a_text_of_ours_that_is_known_by_its_id_is_not_taken_for_the_one_looked_up() -> None:
    record = {"sid": "SM9", "body": WORDS, "date_created": "Sun, 22 Nov 2026 12:00:03 +0000"}
    with provider(says(200, {"messages": [record], "page": 0, "next_page_uri": None})) as peer:
        another = _sender(peer.url).find(replace(a_message(), others=frozenset({"SM9"})), SINCE)
        the_one = _sender(peer.url).find(replace(a_message(), others=frozenset({"SM8"})), SINCE)

    assert another == Rejected("absent", permanent=False)
    assert the_one == Accepted("SM9")


@pytest.mark.parametrize("wrong_by", [timedelta(hours=-5), timedelta(days=3)])
def test_a_clock_that_was_wrong_does_not_hide_what_was_sent(wrong_by: timedelta) -> None:
    record = {"sid": "SM9", "body": WORDS, "date_created": "Sun, 22 Nov 2026 12:00:03 +0000"}
    with provider(says(200, {"messages": [record], "page": 0, "next_page_uri": None})) as peer:
        found = _sender(peer.url).find(a_message(), SINCE + wrong_by)

    assert found == Accepted("SM9")


def test_a_lookup_is_one_get_for_the_worker_and_the_line() -> None:
    with provider(says(200, {"messages": []})) as peer:
        _sender(peer.url).find(a_message(), SINCE)

    seen = peer.seen[0]
    assert seen.method == "GET"
    assert parse_qs(urlsplit(seen.target).query) == {
        "To": [NUMBER],
        "From": [LINE],
        "PageSize": ["1000"],
    }


def test_the_timeout_given_ends_the_wait() -> None:
    with provider(hangs) as peer:
        begun = time.monotonic()

        outcome = _sender(peer.url, 0.2).send(a_message())

        assert time.monotonic() - begun < 3
    assert outcome == Unknown("no answer")


def test_one_sender_serves_several_threads() -> None:
    outcomes = []
    with provider(says(201, {"sid": SID})) as peer:
        sender = _sender(peer.url)
        threads = [
            threading.Thread(target=lambda: outcomes.append(sender.send(a_message())))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert outcomes == [Accepted(SID)] * 8
    assert len(peer.seen) == 8


def test_the_clients_environment_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TWILIO_REGION", "TWILIO_EDGE", "http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with provider(says(201, {"sid": SID})) as peer:
        outcome = _sender(peer.url).send(a_message())

    assert outcome == Accepted(SID)


def test_a_provider_whose_certificate_is_not_trusted_is_sent_nothing(tmp_path: Path) -> None:
    with provider(says(201, {"sid": SID}), tls=_own_certificate(tmp_path)) as peer:
        outcome = _sender(peer.url).send(a_message())

    assert outcome == Rejected("unreachable", permanent=False)
    assert not peer.seen


def test_a_provider_whose_certificate_is_trusted_is_sent_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = _own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))

    with provider(says(201, {"sid": SID}), tls=tls) as peer:
        outcome = _sender(peer.url).send(a_message())

    assert outcome == Accepted(SID)


def test_a_provider_that_speaks_no_tls_is_sent_nothing() -> None:
    with provider(says(201, {"sid": SID})) as peer:
        outcome = _sender(peer.url.replace("http:", "https:")).send(a_message())

    assert outcome == Rejected("unreachable", permanent=False)


def _own_certificate(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate for 127.0.0.1 that nobody signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider")])
    now = datetime.fromtimestamp(time.time(), UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize("base", ["api.example", "file:///x", "https://u:p@host", "https://h?x=1"])
def test_a_base_that_is_no_url_is_a_settings_error(base: str) -> None:
    with pytest.raises(SettingsError, match="TWILIO_API_BASE"):
        _sender(base)


def test_the_log_check_sees_what_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    logging.getLogger("urllib3.connectionpool").debug("GET /Messages.json?To=%s", NUMBER)

    assert NUMBER in caplog.text


def test_codes_that_an_operator_can_mend_are_not_permanent() -> None:
    mendable = {"20003", "20429", "21606", "21608", "30001", "30002", "63016", "63018", "63024"}

    assert not any(CODES[code].permanent for code in mendable)
    assert all(CODES[code].permanent for code in ("21211", "21610", "21614"))


@pytest.mark.parametrize(
    ("kind", "wire"),
    [(AddressKind.PHONE, "+15550100888"), (AddressKind.WHATSAPP, "whatsapp:+15550100888")],
)
def test_a_number_from_the_settings_stands_in_for_the_lines_own(
    kind: AddressKind, wire: str
) -> None:
    message = a_message(Address(kind, NUMBER))

    with provider(says(201, {"sid": SID})) as peer:
        login = Login(ACCOUNT, "SK1", "secret", peer.url, 2.0)
        sender = TwilioSender(login, ("+15550100888", "+15550100888"))
        sender.send(message)

    assert dict(parse_qsl(peer.seen[0].body.decode()))["From"] == wire


def test_a_template_goes_out_by_its_sid_and_without_a_text() -> None:
    sid = "HX" + "a" * 32
    message = replace(a_message(Address(AddressKind.WHATSAPP, NUMBER)), template="reply_waits:bn")
    with provider(says(201, {"sid": "SM" + "b" * 32})) as peer:
        login = Login(ACCOUNT, "SK", "secret", peer.url, 5)
        TwilioSender(login, content_sids={"reply_waits:bn": sid}).send(message)

    form = dict(parse_qsl(peer.seen[0].body.decode()))
    assert form["ContentSid"] == sid
    assert "Body" not in form
