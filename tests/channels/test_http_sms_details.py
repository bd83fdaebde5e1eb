"""What only the configurable adapter has: escaping, kinds of requests, ids, and wrong files."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.contract import LINE, NUMBER, OUTBOX, SINCE, WORDS, a_message
from tests.channels.lines import setup_of
from tests.channels.provider import Behaviour, Seen, provider, resets, says
from workervoice.channels.base import Webhook
from workervoice.channels.http_sms import PROVIDER, HttpKeeper
from workervoice.channels.http_sms_request import Request
from workervoice.channels.msisdn import Numbering
from workervoice.channels.section import Section
from workervoice.channels.setup import MOST_BYTES
from workervoice.errors import Malformed, SettingsError
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    DeliveryStatus,
    Inbound,
    Kept,
    MediaHandle,
    Missing,
    Outbound,
    Rejected,
    Unknown,
)

PHONE = Address(AddressKind.PHONE, NUMBER)
HOSTILE = [
    'a "quoted" \\ text',
    "a&to=+15550100666&b=c;d",
    "two\r\nlines\n",
    "{secret:token} {to} {{text}}",
    '", "to": "+15550100666", "x": "',
    "100% %26 + ?#/../",
    "নাম\0\u2028😀",
]
REST = """
answer: {accepted: {status: 200, id: none}}
receive: {body: form, sender: from, text: text, id: id}
proof: {by: header, header: X-Key, secrets: webhook}
"""
SECRETS = {"token": "hidden&word", "webhook": "w", "password": "p:ß"}


def _file(send: str, **others: str) -> str:
    more = "".join(f"{name}: {value}\n" for name, value in others.items())
    return f'provider: http\ncountry: "880"\nsend: {send}\n{more}{REST}'


def _sent(send: str, message: Outbound | None = None, **others: str) -> Seen:
    """What this request puts on the wire."""
    with provider(says(200, {})) as peer:
        sender = PROVIDER.sender(setup_of(_file(send.replace("BASE", peer.url), **others), SECRETS))
        assert sender.send(message or a_message()) == Accepted(str(OUTBOX))
    return peer.seen[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_in_its_place_in_json(text: str) -> None:
    seen = _sent(
        '{url: BASE/s, json: {list: [{to: "{to}"}], text: "<{text}>", key: "{secret:token}"}}',
        a_message(text=text),
    )

    assert json.loads(seen.body) == {
        "list": [{"to": NUMBER}],
        "text": f"<{text}>",
        "key": "hidden&word",
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_in_its_place_in_a_form(text: str) -> None:
    seen = _sent(
        '{url: BASE/s, form: {to: "{to}", text: "{text}", key: "{secret:token}"}}',
        a_message(text=text),
    )

    pairs = parse_qsl(seen.body.decode(), keep_blank_values=True)
    assert pairs == [("to", NUMBER), ("text", text), ("key", "hidden&word")]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_in_its_place_in_an_address(text: str) -> None:
    seen = _sent('{method: GET, url: BASE/s, query: {t: "{text}"}}', a_message(text=text))

    parts = urlsplit(seen.target)
    assert (parts.path, parts.fragment) == ("/s", "")
    assert parse_qsl(parts.query, keep_blank_values=True) == [("t", text)]
    assert seen.body == b""


@settings(max_examples=200, deadline=None, database=None)
@given(text=st.text(min_size=1, max_size=60), to=st.text(st.characters(codec="utf-8"), max_size=20))
def test_no_text_and_no_address_gets_out_of_its_place(text: str, to: str) -> None:
    message = a_message(Address(AddressKind.OTHER, to), text)

    assert parse_qsl(_body("form", message), keep_blank_values=True) == [
        ("text", text.encode("utf-8", "replace").decode()),
        ("to", to),
        ("key", "hidden&word"),
    ]
    assert json.loads(_body("json", message)) == {"text": text, "to": to, "key": "hidden&word"}


def _body(kind: str, message: Outbound) -> str:
    """What this message is in a body of this kind, without sending it."""
    fields = "{text: '{text}', to: '{to}', key: '{secret:token}'}"
    said = Section("", yaml.safe_load(f"{{url: 'https://sms.test', {kind}: {fields}}}"))
    request = Request.read(said, Numbering("880"), SECRETS.__getitem__)
    made = request.body(message)
    assert made is not None
    return made.decode()


def test_everything_that_a_request_may_carry() -> None:
    seen = _sent(
        "{method: PUT, url: 'BASE/{sender}/{outbox_id:hex}', query: {n: 7, s: '{sender:digits}'},"
        " headers: {X-Id: '{outbox_id}'}, login: {user: me, password: '{secret:password}'},"
        " unicode: {plain: text, other: 8}, json: {d: '{to:digits}', n: '{to:national}',"
        " hex: '{text:utf16}', s: '{validity_seconds:number}', m: '{validity_minutes}',"
        " u: '{unicode}', c: '{callback}', b: 'a {{b}}', o: '{outbox_id:short}',"
        " 'yes': true, none: null, n1: 1.5}}"
    )

    assert (seen.method, seen.headers["x-id"]) == ("PUT", str(OUTBOX))
    assert seen.target == f"/%2B{LINE[1:]}/{OUTBOX.hex}?n=7&s={LINE[1:]}"
    assert b64decode(seen.headers["authorization"].removeprefix("Basic ")).decode() == "me:p:ß"
    assert (
        json.loads(seen.body)
        == {
            "d": NUMBER[1:],
            "n": NUMBER[1:],  # of another country than the line's
            "hex": WORDS.encode("utf-16-be").hex(),
            "s": 7200,
            "m": "120",
            "u": "8",
            "c": f"https://hotline.example/status?m={OUTBOX}",
            "b": "a {b}",
            "o": OUTBOX.hex[-20:],
            "yes": True,
            "none": None,
            "n1": 1.5,
        }
    )


@pytest.mark.parametrize(
    ("to", "digits", "national"),
    [
        (Address(AddressKind.PHONE, "+8801711000111"), "8801711000111", "01711000111"),
        (Address(AddressKind.OTHER, "16247"), "16247", "16247"),
        (Address(AddressKind.OTHER, "bKash&x=1"), "bKash&x=1", "bKash&x=1"),
    ],
)
def test_an_address_is_written_as_the_aggregator_wants_it_or_as_it_came(
    to: Address, digits: str, national: str
) -> None:
    seen = _sent("{url: BASE/s, form: {d: '{to:digits}', n: '{to:national}'}}", a_message(to))

    assert parse_qs(seen.body.decode()) == {"d": [digits], "n": [national]}


@pytest.mark.parametrize(("text", "flag"), [("plain {text}", "0"), ("বাংলা", "1"), ("“", "1")])
def test_a_text_outside_the_alphabet_of_sms_is_flagged(text: str, flag: str) -> None:
    seen = _sent("{url: BASE/s, json: {u: '{unicode:number}'}}", a_message(text=text))

    assert json.loads(seen.body) == {"u": int(flag)}


def test_a_validity_is_at_least_one() -> None:
    message = replace(a_message(), validity=timedelta(0))
    seen = _sent("{url: BASE/s, form: {s: '{validity_seconds}', m: '{validity_minutes}'}}", message)

    assert seen.body == b"s=1&m=1"


def test_a_voice_note_is_refused_without_a_request() -> None:
    sender = PROVIDER.sender(setup_of(_file("{url: 'https://sms.test/s'}"), SECRETS))

    assert sender.send(a_message(text="")) == Rejected("no_text", permanent=True)


def test_without_a_look_up_nobody_can_tell_and_nobody_is_asked() -> None:
    sender = PROVIDER.sender(setup_of(_file("{url: 'https://sms.test/s'}"), SECRETS))

    assert sender.find(a_message(), SINCE) == Unknown("no lookup")


def test_an_id_can_be_found_in_a_line_of_text() -> None:
    answer = "{accepted: {match: '^OK', id_match: 'id=([0-9a-f]+)'}}"
    text = _file("{url: BASE/s}") + f"\nanswer: {answer}\n"
    with provider(says(202, b"OK id=0af3;", content_type="text/plain")) as peer:
        sender = PROVIDER.sender(setup_of(text.replace("BASE", peer.url), SECRETS))
        assert sender.send(a_message()) == Accepted("0af3")


def test_nothing_is_deleted_or_listed_at_an_aggregator() -> None:
    make = PROVIDER.keeper
    assert make is not None
    keeper = make(setup_of(_file("{url: 'https://sms.test/s'}")))

    assert isinstance(keeper, HttpKeeper)
    assert keeper.purge("p-9") == Kept()
    assert keeper.fetch(MediaHandle("https://sms.test/1")) == Missing("none")
    assert keeper.look("p-9", OUTBOX) is None
    assert keeper.listed(LINE, SINCE, SINCE) is None


FOLLOW = (
    '{url: BASE/dlr, query: {id: "{id}", key: "{secret:token}"}, answer: '
    "{status: Text, values: {DELIVRD: delivered, REJECTD: failed}, code: Status}}"
)


@pytest.mark.parametrize(
    ("behaviour", "report"),
    [
        (
            says(200, {"Text": "DELIVRD", "Status": "0"}),
            DeliveryReport(OUTBOX, DeliveryStatus.DELIVERED, "0", "a&b"),
        ),
        (
            says(200, {"Text": "rejectd", "Status": NUMBER}),
            DeliveryReport(OUTBOX, DeliveryStatus.FAILED, "", "a&b"),
        ),
        (says(200, {"Text": "PENDING"}), None),
        (says(500, {"Text": "DELIVRD"}), None),
        (says(200, b"<html>"), None),
        (resets, None),
    ],
)
def test_an_aggregator_may_be_asked_what_became_of_a_text(
    behaviour: Behaviour, report: DeliveryReport | None
) -> None:
    make = PROVIDER.keeper
    assert make is not None
    with provider(behaviour) as peer:
        text = _file("{url: 'https://sms.test/s'}", follow=FOLLOW.replace("BASE", peer.url))
        told = make(setup_of(text, SECRETS)).look("a&b", OUTBOX)

    assert told == report
    assert peer.seen[0].method == "GET"
    assert parse_qs(urlsplit(peer.seen[0].target).query) == {"id": ["a&b"], "key": ["hidden&word"]}


def _read(receive: str, body: bytes | dict[str, str], url: str = "https://h.test/in") -> Inbound:
    text = _file("{url: 'https://sms.test/s'}") + f"\nreceive: {receive}\n"
    raw = body if isinstance(body, bytes) else urlencode(body).encode()
    (found,) = PROVIDER.receiver(setup_of(text, SECRETS)).parse(Webhook(url, {}, raw))
    assert isinstance(found, Inbound)
    return found


def test_without_an_id_a_message_is_known_by_sender_text_and_time() -> None:
    form = "{body: form, sender: from, text: text, id: time, time: at, part: n}"
    first = {"from": "01711000111", "text": "1", "at": "2026-11-23 10:00:00"}

    known = _read(form, first).external_id
    again = _read(form, {**first, "from": "+8801711000111"}).external_id
    others = [
        _read(form, {**first, "at": "2026-11-23 10:00:01"}),
        _read(form, {**first, "text": "2"}),
        _read(form, {**first, "from": "01711000112"}),
        _read(form, {**first, "n": "2"}),
    ]

    assert again == known
    assert len({known, *(each.external_id for each in others)}) == 5
    assert "1711" not in known


def test_without_an_id_and_a_time_every_webhook_is_a_message_of_its_own() -> None:
    form = "{body: form, sender: from, text: text, id: none}"
    body = {"from": "01711000111", "text": "1"}

    assert _read(form, body).external_id != _read(form, body).external_id


def test_a_time_that_is_not_there_is_malformed() -> None:
    form = "{body: form, sender: from, text: text, id: time, time: at}"

    with pytest.raises(Malformed):
        _read(form, {"from": "01711000111", "text": "1"})


def test_a_webhook_may_say_everything_in_its_address() -> None:
    said = urlencode({"from": "8801711000111", "text": WORDS, "id": "9", "k": "w"})

    found = _read(
        "{body: query, sender: from, text: text, id: id}", b"", f"https://h.test/in?{said}"
    )

    assert found == Inbound("9", Address(AddressKind.PHONE, "+8801711000111"), WORDS)


def test_a_forms_names_may_have_dots() -> None:
    found = _read(
        "{body: form, sender: sms.from, text: sms.text, id: sms.id}",
        {"sms.from": "+8801711000111", "sms.text": "1", "sms.id": "9"},
    )

    assert (found.external_id, found.text) == ("9", "1")


def test_a_line_without_reports_reads_none() -> None:
    receiver = PROVIDER.receiver(setup_of(_file("{url: 'https://sms.test/s'}"), SECRETS))

    with pytest.raises(Malformed):
        receiver.parse_status(Webhook("https://h.test", {}, b"status=ok"), str(OUTBOX))


def test_reports_may_be_told_from_others_at_their_own_address() -> None:
    reports = "{body: form, status: s, values: {D: delivered}, only: {kind: dlr}}"
    text = _file("{url: 'https://sms.test/s'}", reports=reports)
    receiver = PROVIDER.receiver(setup_of(text, SECRETS))

    def told(body: bytes) -> tuple[DeliveryReport, ...]:
        return receiver.parse_status(Webhook("https://h.test", {}, body), str(OUTBOX))

    assert told(b"s=D&kind=dlr") == (DeliveryReport(OUTBOX, DeliveryStatus.DELIVERED),)
    assert told(b"s=D&kind=other") == ()


WHOLE: dict[str, Any] = yaml.safe_load(
    _file(
        "{url: 'https://sms.test/s', form: {t: '{text}'}}",
        reports="{body: form, status: s, values: {D: delivered}}",
        look_up="{url: 'https://sms.test/f', answer: {there: {status: 200, id: id}}}",
    )
)
SIGNED = {"by": "hmac-sha256", "header": "X-S", "secrets": "webhook"}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no country": ({"country": None}, "country is missing"),
    "a number for a country": ({"country": 880}, "country has to be a text"),
    "a country with a plus": ({"country": "+880"}, "country has to be a calling code"),
    "a trunk of letters": ({"trunk": "a"}, "trunk has to be digits"),
    "endless national numbers": ({"national_digits": [99]}, "national_digits has to be numbers"),
    "a foreign key": ({"colour": "red"}, "colour means nothing"),
    "nothing to send": ({"send": None}, "send is missing"),
    "no address": ({"send": {"form": {}}}, "send.url is missing"),
    "an address without TLS": ({"send": {"url": "http://sms.test"}}, "send.url has to begin with"),
    "an address with a query": ({"send": {"url": "https://h/?a=b"}}, "send.url has to be like"),
    "no address at all": ({"send": {"url": "https://["}}, "send.url is no address"),
    "a value as a host": ({"send": {"url": "https://{sender}/"}}, "send.url cannot have a value"),
    "words in a path": ({"send": {"url": "https://h/{text}"}}, r"send.url cannot have \{text\}"),
    "words in a header": (
        {"send": {"url": "https://h", "headers": {"X": "{text}"}}},
        r"send.headers.X cannot have \{text\}",
    ),
    "a header of ours": (
        {"send": {"url": "https://h", "headers": {"Host": "a"}}},
        "send.headers.Host is no header",
    ),
    "a header of two lines": (
        {"send": {"url": "https://h", "headers": {"X": "a\nb"}}},
        "send.headers.X would have a letter",
    ),
    "a key that is none": (
        {"send": {"url": "https://h", "json": {"a": {True: "b"}}}},
        "send.json.a.True is no key",
    ),
    "two bodies": (
        {"send": {"url": "https://h", "form": {"a": "b"}, "json": {"a": "b"}}},
        "send.form is too much",
    ),
    "a body to get": (
        {"send": {"url": "https://h", "method": "GET", "form": {"a": "b"}}},
        "send.form is too much",
    ),
    "another method": ({"send": {"url": "https://h", "method": "DELETE"}}, "send.method has to be"),
    "an unknown value": (
        {"send": {"url": "https://h", "form": {"a": "{name}"}}},
        r"send.form.a cannot have \{name\}: it may have .*\{text\}",
    ),
    "an unknown way": (
        {"send": {"url": "https://h", "form": {"a": "{to:roman}"}}},
        r"send.form.a writes \{to\} in a way that there is not: .*digits",
    ),
    "a secret without a name": (
        {"send": {"url": "https://h", "form": {"a": "{secret}"}}},
        "send.form.a has to name the secret",
    ),
    "a brace alone": (
        {"send": {"url": "https://h", "form": {"a": "{to"}}},
        "send.form.a has a brace alone",
    ),
    "a list as a field": (
        {"send": {"url": "https://h", "form": {"a": ["b"]}}},
        "send.form.a has to be a text",
    ),
    "a number inside a text": (
        {"send": {"url": "https://h", "json": {"a": "{validity_seconds:number} s"}}},
        "send.json.a has a number beside a text",
    ),
    "words in a look-up": (
        {"look_up": {"url": "https://h", "query": {"a": "{text}"}, "answer": {}}},
        "look_up.answer is missing",
    ),
    "nothing to follow": (
        {"follow": {"url": "https://h", "query": {"a": "{id}"}, "answer": {}}},
        "follow.answer is missing",
    ),
    "a number in what follows": (
        {
            "follow": {
                "url": "https://h",
                "query": {"a": "{to}"},
                "answer": {"status": "s", "values": {"D": "failed"}},
            }
        },
        r"follow.query.a cannot have \{to\}",
    ),
    "no answer": ({"answer": None}, "answer is missing"),
    "any answer": ({"answer": {"accepted": {"id": "id"}}}, "answer.accepted.status where or match"),
    "an answer without an id": ({"answer": {"accepted": {"status": 200}}}, "answer.accepted.id or"),
    "an id without brackets": (
        {"answer": {"accepted": {"match": "a", "id_match": "a"}}},
        "answer.accepted.id_match needs one pair",
    ),
    "no expression": (
        {"answer": {"accepted": {"match": "(", "id": "none"}}},
        "answer.accepted.match is no regular expression",
    ),
    "no status": (
        {"answer": {"accepted": {"status": "fine", "id": "none"}}},
        "answer.accepted.status has to be a status",
    ),
    "a refusal of everything": (
        {"answer": {"accepted": {"status": 200, "id": "none"}, "refused": [{"code": "a"}]}},
        "answer.refused.0.status where or match",
    ),
    "a refusal that is no table": (
        {"answer": {"accepted": {"status": 200, "id": "none"}, "wait": ["a"]}},
        "answer.wait has to be a list of tables",
    ),
    "no body": ({"receive": {"sender": "a", "text": "b", "id": "c"}}, "receive.body is missing"),
    "another body": ({"receive": {"body": "xml"}}, "receive.body has to be one of"),
    "no sender": ({"receive": {"body": "form"}}, "receive.(id|sender) is missing"),
    "no time": (
        {"receive": {"body": "form", "sender": "a", "text": "b", "id": "time"}},
        "receive.time is missing",
    ),
    "a list in a form": (
        {"receive": {"body": "form", "list": "x", "sender": "a", "text": "b", "id": "c"}},
        "receive.list is for JSON",
    ),
    "a strange answer of ours": (
        {
            "receive": {
                "body": "form",
                "sender": "a",
                "text": "b",
                "id": "c",
                "done": {"status": 500},
            }
        },
        "receive.done.status has to be a number",
    ),
    "an unknown status": (
        {"reports": {"body": "form", "status": "s", "values": {"D": "gone"}}},
        "reports.values.D has to be one of",
    ),
    "reports in another way": (
        {"reports": {"body": "query", "status": "s", "values": {"D": "failed"}}},
        "reports.body and receive.body",
    ),
    "no proof": ({"proof": None}, "proof is missing"),
    "a proof without secrets": ({"proof": {"by": "query", "field": "k"}}, "proof.secrets has to"),
    "another proof": ({"proof": {"by": "ip", "secrets": "a"}}, "proof.by has to be one of"),
    "no field": ({"proof": {"by": "query", "secrets": "a"}}, "proof.field is missing"),
    "no header": ({"proof": {"by": "header", "secrets": "a"}}, "proof.header is missing"),
    "a strange header": ({"proof": {**SIGNED, "header": "a b"}}, "proof.header has to be the name"),
    "a strange encoding": ({"proof": {**SIGNED, "encoding": "x"}}, "proof.encoding has to be one"),
    "no age": ({"proof": {**SIGNED, "most_age_seconds": 1}}, "proof.most_age_seconds has to be"),
    "a signature over nothing": (
        {
            "proof": SIGNED,
            "receive": {"body": "query", "sender": "a", "text": "b", "id": "c"},
            "reports": {"body": "query", "status": "s", "values": {"D": "failed"}},
        },
        "proof.by cannot be hmac-sha256",
    ),
    "endless texts": ({"max_text": 10**6}, "max_text has to be a number"),
    "a yes for a number": ({"timeout_seconds": True}, "timeout_seconds has to be a number"),
    "a word for a yes": (
        {"send": {"url": "http://h.test", "plain_http": "yes"}},
        "send.plain_http has to be true or false",
    ),
}


@pytest.mark.parametrize(("changed", "said"), WRONG.values(), ids=list(WRONG))
def test_a_mistake_is_one_sentence_in_either_process(changed: dict[str, Any], said: str) -> None:
    whole = {**WHOLE, **changed}
    text = yaml.safe_dump({name: value for name, value in whole.items() if value is not None})
    assert len(text) < MOST_BYTES

    for make in (PROVIDER.receiver, PROVIDER.sender, PROVIDER.keeper):
        assert make is not None
        with pytest.raises(
            SettingsError, match=rf"^WORKERVOICE_PROVIDERS_FILE: line bd-sms: {said}"
        ):
            make(setup_of(text, SECRETS))


def test_a_secret_that_is_missing_is_named_where_it_is_needed() -> None:
    send = "{url: 'https://sms.test/s', form: {k: '{secret:other}'}}"

    with pytest.raises(SettingsError, match="bd-sms: its secret other is missing"):
        PROVIDER.sender(setup_of(_file(send), SECRETS))
    with pytest.raises(SettingsError, match="bd-sms: its secret webhook is missing"):
        PROVIDER.receiver(setup_of(_file(send), {}))
    PROVIDER.receiver(setup_of(_file(send), {"webhook": "w"}))  # needs no secret of sending


def test_a_secret_that_no_header_can_have_is_an_error_that_does_not_quote_it() -> None:
    send = "{url: 'https://sms.test/s', headers: {X: '{secret:password}'}}"

    with pytest.raises(SettingsError, match="X would have a letter") as caught:
        PROVIDER.sender(setup_of(_file(send), SECRETS))

    assert SECRETS["password"] not in str(caught.value)


def test_an_aggregator_without_tls_has_to_be_meant() -> None:
    PROVIDER.sender(setup_of(_file("{url: 'http://sms.test/s', plain_http: true}"), SECRETS))
