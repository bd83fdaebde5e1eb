"""Who sent a webhook: what is signed, what is only known, and for how long either counts."""

from __future__ import annotations

import hmac
from base64 import b64encode

import pytest
import yaml

from tests.channels.lines import setup_of
from workervoice.channels.base import Webhook
from workervoice.channels.proof import Known, Proof, Signed, proof
from workervoice.channels.section import Section
from workervoice.errors import Refused, SettingsError

BODY, SECRET, NOW = b'{"text": "x"}', "a word", 1_795_000_000


def _proof(text: str, **secrets: str) -> Proof:
    return proof(Section("line x: proof.", yaml.safe_load(text)), setup_of("{}", secrets))


def _webhook(headers: dict[str, str], url: str = "https://h.test/in") -> Webhook:
    return Webhook(url, headers, BODY)


def _mac(signed: bytes) -> bytes:
    return hmac.new(SECRET.encode(), signed, "sha256").digest()


def test_a_signature_may_be_in_base64() -> None:
    known = _proof("{by: hmac-sha256, header: X-S, encoding: base64, secrets: a}", a=SECRET)

    known.check(_webhook({"x-s": b64encode(_mac(BODY)).decode()}))
    for wrong in (_mac(BODY).hex(), "=", "ß", ""):
        with pytest.raises(Refused):
            known.check(_webhook({"x-s": wrong}))


@pytest.mark.parametrize(
    ("order", "first", "signed"),
    [
        ("", False, BODY + str(NOW).encode()),
        ("between: '.'", False, BODY + b"." + str(NOW).encode()),
        ("timestamp_first: true, between: '.'", True, str(NOW).encode() + b"." + BODY),
    ],
)
def test_a_timestamp_is_signed_with_the_body(order: str, first: bool, signed: bytes) -> None:
    text = f"{{by: hmac-sha256, header: S, timestamp_header: T, secrets: a, {order}}}"
    known = _proof(text, a=SECRET)
    assert isinstance(known, Signed)
    fixed = Signed(
        known.secrets,
        known.header,
        stamp_header=known.stamp_header,
        stamp_first=known.stamp_first,
        between=known.between,
        most_age=300,
        now=lambda: NOW + 299,
    )

    assert known.stamp_first is first
    good = {"s": _mac(signed).hex(), "t": str(NOW)}
    fixed.check(_webhook(good))
    for stamp in ("", "x", "9" * 13, str(NOW + 1)):
        with pytest.raises(Refused):
            fixed.check(_webhook({**good, "t": stamp}))


@pytest.mark.parametrize("age", [-301, 301])
def test_what_is_too_old_or_too_new_is_refused_though_it_is_signed(age: int) -> None:
    known = Signed((SECRET,), "s", stamp_header="t", most_age=300, now=lambda: NOW + age)

    with pytest.raises(Refused, match="too old"):
        known.check(_webhook({"s": _mac(BODY + str(NOW).encode()).hex(), "t": str(NOW)}))


def test_a_word_may_come_in_a_header_with_something_before_it() -> None:
    known = _proof(
        "{by: header, header: Authorization, prefix: 'Bearer ', secrets: [a, b]}", a="1", b="2"
    )

    for word in ("1", "2"):
        known.check(_webhook({"authorization": f"Bearer {word}"}))
    for wrong in ("Bearer 3", "1", "bearer 1", "Bearer 1,Bearer 1", "Bearer ß", ""):
        with pytest.raises(Refused):
            known.check(_webhook({"authorization": wrong}))


def test_a_word_may_be_a_password() -> None:
    known = _proof("{by: login, user: them, secrets: a}", a="p:w")

    known.check(_webhook({"authorization": "Basic " + b64encode(b"them:p:w").decode()}))
    with pytest.raises(Refused):
        known.check(_webhook({"authorization": "Basic " + b64encode(b"them:p").decode()}))


def test_a_word_in_the_address_is_there_once() -> None:
    known = _proof("{by: query, field: k, secrets: a}", a="a b")

    known.check(_webhook({}, "https://h.test/in?x=1&k=a%20b"))
    known.check(_webhook({}, "https://h.test/in?k=a+b"))
    for query in ("", "?k=", "?k=a", "?k=a+b&k=a+b", "?K=a+b", "?" + "&".join("abc") * 1000):
        with pytest.raises(Refused):
            known.check(_webhook({}, f"https://h.test/in{query}"))


def test_an_empty_secret_opens_nothing() -> None:
    for known in (Signed(("",), "s"), Known(("",), "s"), Known(("",), "s", in_query=True)):
        for headers in ({}, {"s": ""}, {"s": hmac.new(b"", BODY, "sha256").hexdigest()}):
            with pytest.raises(Refused):
                known.check(_webhook(headers))


def test_every_secret_that_is_named_has_to_be_there() -> None:
    with pytest.raises(SettingsError, match="its secret b is missing"):
        _proof("{by: query, field: k, secrets: [a, b]}", a="1")


def test_no_secret_shows() -> None:
    both = (Signed((SECRET,), "s"), Known((SECRET,), "s"))

    assert SECRET not in f"{both!r}"
