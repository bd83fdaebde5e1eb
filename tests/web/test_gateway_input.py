"""Strange texts, strange forms: taken and readable to the letter, or refused; never an error."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.twilio_signing import ACCOUNT
from tests.house import House
from tests.looking import cases_of, read_by_a_handler, rows
from tests.web.gateways import REPORT, SMS, WHATSAPP, Gateway, encoded, form, running
from workervoice.message import Address, AddressKind

_NUMBERS = count(15550103000)


@pytest.fixture(scope="module")
def gateway(shared_house: House) -> Iterator[Gateway]:
    with running(shared_house) as started:
        yield started


def a_number() -> str:
    return f"+{next(_NUMBERS)}"


STRANGE = (
    *("", "x", " ", "\n", "\0", "a\0b\0", "\x1b[2J\x07\x7f", "line one\r\nline two\tend"),
    *("\u200f\u202eلم يدفعوا لنا\u202c", "\u2066\u2069", "ﷺ" * 50, "e\u0301\u0301\u0301"),
    *("😀", "👩🏽\u200d🏭👨\u200d👩\u200d👧 🇧🇩", "\ufeff\ufffe\ufdd0", "\ud7ff\ue000\U0010ffff"),
    *("a&b=c%20+d;e", "<script>alert(1)</script>{{7*7}}", "'; DROP TABLE cases; --"),
    "  leading and trailing  ",
)


@pytest.mark.parametrize("text", STRANGE, ids=lambda text: ascii(text)[:24])
def test_a_strange_text_is_read_by_a_handler_to_the_letter(gateway: Gateway, text: str) -> None:
    known = cases_of(gateway.house)

    answer = gateway.post(form(text, a_number()))

    (case_id,) = cases_of(gateway.house) - known
    assert answer == (204, b"")
    assert read_by_a_handler(gateway.house, case_id) == [text]


@pytest.mark.parametrize("letter", ["a", "word ", "😀", "بي", "\0"], ids=ascii)
def test_a_hundred_thousand_characters_are_read_to_the_last(gateway: Gateway, letter: str) -> None:
    known, text = cases_of(gateway.house), (letter * 100_000)[:100_000]

    answer = gateway.post(form(text, a_number()))

    (case_id,) = cases_of(gateway.house) - known
    assert answer == (204, b"")
    assert read_by_a_handler(gateway.house, case_id) == [text]


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"passport %ff%fe end", "passport \ufffd\ufffd end"),
        (b"passport \xff\xfe end", "passport \ufffd\ufffd end"),
        (b"%ed%a0%80 surrogate", "\ufffd\ufffd\ufffd surrogate"),
        (b"cut %e0%a6", "cut \ufffd"),
        (b"100% %zz %", "100% %zz %"),
    ],
)
def test_bytes_that_are_no_utf8_lose_only_themselves(
    gateway: Gateway, raw: bytes, read: str
) -> None:
    known, fields = cases_of(gateway.house), form("", a_number())
    del fields["Body"]

    answer = gateway.post(encoded(fields) + b"&Body=" + raw)

    (case_id,) = cases_of(gateway.house) - known
    assert answer == (204, b"")
    assert read_by_a_handler(gateway.house, case_id) == [read]


def test_a_medium_without_text_is_a_case_of_its_own(gateway: Gateway) -> None:
    known = cases_of(gateway.house)
    medium = {"NumMedia": "1", "MediaUrl0": "https://api.example/m/1", "MediaContentType0": "a/b"}

    answer = gateway.post(form("", "whatsapp:" + a_number(), **medium), WHATSAPP)

    (case_id,) = cases_of(gateway.house) - known
    assert answer == (204, b"")
    assert read_by_a_handler(gateway.house, case_id) == [""]


def test_parameters_that_nobody_knows_are_signed_and_ignored(gateway: Gateway) -> None:
    known = cases_of(gateway.house)
    unknown = {"Zukunft": "ü&=", "WaId": "15550100123", "ProfileName": "A. Worker", "Ключ": ""}
    unknown |= {"ChannelMetadata": '{"type":"whatsapp","data":{"ProfileName":"A. Worker"}}'}

    answer = gateway.post(form(REPORT, a_number(), **unknown))

    (case_id,) = cases_of(gateway.house) - known
    assert answer == (204, b"")
    assert read_by_a_handler(gateway.house, case_id) == [REPORT]


def test_a_repeated_parameter_that_says_the_same_is_taken(gateway: Gateway) -> None:
    known, fields = cases_of(gateway.house), form(REPORT, a_number())
    body = encoded(fields)

    answer = gateway.post(body + b"&" + body)

    (case_id,) = cases_of(gateway.house) - known
    assert answer == (204, b"")
    assert read_by_a_handler(gateway.house, case_id) == [REPORT]


@pytest.mark.parametrize("name", ["Body", "From", "MessageSid"])
def test_a_repeated_parameter_that_contradicts_itself_is_refused(
    gateway: Gateway, name: str
) -> None:
    before, refused = rows(gateway.house), gateway.counts()["malformed"]

    answer = gateway.post(encoded(form(REPORT, a_number())) + f"&{name}=another".encode())

    assert answer == (400, b"")
    assert rows(gateway.house) == before
    assert gateway.counts()["malformed"] == refused + 1


@pytest.mark.parametrize(
    "change",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM/../"},
        {"MessageSid": "SM\0"},
        {"MessageSid": "SM" + "1" * 33},
        {"From": ""},
        {"From": "+1555\n0100"},
        {"From": "+" + "1" * 400},
    ],
    ids=ascii,
)
def test_a_text_that_names_no_sender_or_id_is_refused(
    gateway: Gateway, change: dict[str, str]
) -> None:
    before = rows(gateway.house)

    answer = gateway.post({**form(REPORT, a_number()), **change})

    assert answer == (400, b"")
    assert rows(gateway.house) == before


@pytest.mark.parametrize("path", [SMS, WHATSAPP], ids=["sms", "whatsapp"])
@pytest.mark.parametrize(
    "sender",
    [
        *("12345", "MYBANK", "My Bank+1", "0101 555", "messenger:123", "rcs:agent_1", "whatsapp:"),
        *("whatsapp:passport", "কর্মী"),
    ],
    ids=ascii,
)
def test_a_text_from_a_sender_of_an_unknown_kind_is_a_case_as_any_other(
    gateway: Gateway, path: str, sender: str
) -> None:
    """It may be the only one. Whether it can be answered is Twilio's to say."""
    house, known = gateway.house, cases_of(gateway.house)
    before = rows(house)["conversation"]
    sender = f"{sender}{path[-3:]}"

    answers = [gateway.post(form(text, sender), path) for text in (REPORT, "They hit us too")]
    house.deliver()

    (case_id,) = cases_of(house) - known
    assert answers == [(204, b"")] * 2
    assert rows(house)["conversation"] == before + 1
    assert read_by_a_handler(house, case_id) == [REPORT, "They hit us too"]
    assert house.phones.received[-1].to == Address(AddressKind.OTHER, sender)


@pytest.mark.parametrize(
    ("path", "sender"), [(SMS, "whatsapp:{}"), (WHATSAPP, "{}")], ids=["whatsapp", "sms"]
)
def test_a_text_that_came_to_the_line_of_another_channel_is_not_lost(
    gateway: Gateway, path: str, sender: str
) -> None:
    """Twilio was told a wrong address for one of our numbers."""
    known = cases_of(gateway.house)

    answer = gateway.post(form(REPORT, sender.format(a_number())), path)

    (case_id,) = cases_of(gateway.house) - known
    assert answer == (204, b"")
    assert read_by_a_handler(gateway.house, case_id) == [REPORT]


@pytest.mark.parametrize("count", ["", "-1", "many", "1e9", "9" * 400, "\0"], ids=ascii)
def test_a_count_of_media_that_is_none_is_no_matter(gateway: Gateway, count: str) -> None:
    known = cases_of(gateway.house)

    answer = gateway.post(form(REPORT, a_number(), NumMedia=count))

    (case_id,) = cases_of(gateway.house) - known
    assert answer == (204, b"")
    assert read_by_a_handler(gateway.house, case_id) == [REPORT]


def test_a_text_without_a_body_is_an_empty_text(gateway: Gateway) -> None:
    known, fields = cases_of(gateway.house), form("", a_number())
    del fields["Body"], fields["NumMedia"]

    answer = gateway.post(fields)

    (case_id,) = cases_of(gateway.house) - known
    assert answer == (204, b"")
    assert read_by_a_handler(gateway.house, case_id) == [""]


@pytest.mark.parametrize("path", [SMS, "/status/twilio/demo-sms"])
@pytest.mark.parametrize("body", [b"", b"&", b"=", b"Body=hello"])
def test_a_signed_form_without_an_account_is_refused(
    gateway: Gateway, path: str, body: bytes
) -> None:
    before = rows(gateway.house)

    answer = gateway.post(body, path)

    assert answer == (403, b"")
    assert rows(gateway.house) == before


def test_a_signed_form_in_parts_is_refused(gateway: Gateway) -> None:
    """Twilio sends none, and its signature does not say what is in the parts."""
    before, fields = rows(gateway.house), form(REPORT, a_number())
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )

    answers = [
        gateway.post(body, headers={"content-type": "multipart/form-data; boundary=x"})
        for body in (f"{parts}--x--\r\n".encode(), encoded(fields))
    ]

    assert answers == [(403, b"")] * 2
    assert rows(gateway.house) == before


def test_a_thousand_and_one_parameters_are_refused(gateway: Gateway) -> None:
    before = rows(gateway.house)
    many = "&".join(f"P{n}=1" for n in range(1001)).encode()

    answer = gateway.post(encoded(form(REPORT, a_number())) + b"&" + many)

    assert answer == (403, b"")
    assert rows(gateway.house) == before


_KNOWN = "Body From To MessageSid AccountSid NumMedia MediaUrl0 MediaContentType0 ExternalUserId"
_NAMES = st.sampled_from(
    [*_KNOWN.split(), "MessageStatus", "ErrorCode", "OptOutType", ""]
) | st.text(max_size=8)
_VALUES = (
    st.sampled_from([ACCOUNT, "whatsapp:BD.1", "+15550103999", "whatsapp:+15550103998", "SM1", "1"])
    | st.sampled_from(["STOP", "DELETE", "STATUS", "delivered", "sent", "-1", "\0"])
    | st.text(max_size=40)
)


@settings(max_examples=80, deadline=None)
@given(
    fields=st.lists(st.tuples(_NAMES, _VALUES), max_size=12),
    path=st.sampled_from([SMS, WHATSAPP, "/status/twilio/demo-sms?m=x", "/status/twilio/demo-sms"]),
    whole=st.booleans(),
)
def test_no_form_at_all_is_a_fault_of_ours(
    gateway: Gateway, fields: list[tuple[str, str]], path: str, whole: bool
) -> None:
    names = {name for name, _ in fields}
    base = {k: v for k, v in form(REPORT, a_number()).items() if k not in names} if whole else {}
    pairs = [*base.items(), *fields]
    body = "&".join(
        f"{quote_plus(name, errors='replace')}={quote_plus(value, errors='replace')}"
        for name, value in pairs
    )

    status, said = gateway.post(body.encode(), path)

    assert status in {204, 400, 403}
    assert said == b""


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=300))
def test_no_bytes_at_all_are_lost_or_a_fault_of_ours(gateway: Gateway, body: bytes) -> None:
    before, fields = rows(gateway.house)["message"], form("", a_number())
    del fields["Body"]

    status, said = gateway.post(encoded(fields) + b"&Body=" + body)

    assert status in {204, 400, 403}
    assert said == b""
    assert rows(gateway.house)["message"] == before + (status == 204)
