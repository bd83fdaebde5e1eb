"""Every request that we make of Twilio's API, against Twilio's own description of it.

The description is not ours and not here: `WORKERVOICE_TEST_TWILIO_DESCRIPTION` names the file (the
OpenAPI description `twilio_api_v2010.json` that Twilio publishes). Without it these tests say so
and are skipped.
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.channels.contract import NUMBER, OUTBOX, SINCE, a_message
from tests.channels.provider import Behaviour, Provider, Seen, provider, says
from tests.channels.twilio_signing import ACCOUNT
from workervoice.channels.twilio_keeping import TwilioKeeper
from workervoice.channels.twilio_rest import Login
from workervoice.channels.twilio_sending import TwilioSender
from workervoice.message import Address, AddressKind, MediaHandle

USUAL = Path(__file__).resolve().parents[3] / "shared" / "peers" / "twilio_api_v2010.json"
FILE = Path(os.getenv("WORKERVOICE_TEST_TWILIO_DESCRIPTION") or USUAL)
pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason="no description of Twilio's: WORKERVOICE_TEST_TWILIO_DESCRIPTION"
)
FORM = "application/x-www-form-urlencoded"
MESSAGE, MEDIUM = "SM" + "a" * 32, "ME" + "b" * 32
MEDIUM_THERE = {"sid": MEDIUM, "parent_sid": MESSAGE, "account_sid": ACCOUNT}
MEDIA = {"media_list": [MEDIUM_THERE], "next_page_uri": None, "page": 0}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return read


def operation(described: dict[str, Any], seen: Seen) -> tuple[dict[str, Any], dict[str, str]]:
    """What the description says of this request, and the parts of its path by name."""
    path = urlsplit(seen.target).path
    for place, known in described["paths"].items():
        shape = re.sub(
            r"{(\w+)}", r"(?P<\1>[^/]+)", re.escape(place).replace(r"\{", "{").replace(r"\}", "}")
        )
        found = re.fullmatch(shape, path)
        if found and seen.method.lower() in known:
            return known[seen.method.lower()], found.groupdict()
    raise AssertionError(f"Twilio describes no {seen.method} {path}")


def faults(described: dict[str, Any], seen: Seen) -> Iterator[str]:
    """What in this request is not as Twilio describes it: names that it does not know, too."""
    told, parts = operation(described, seen)
    known = {(each["in"], each["name"]): each["schema"] for each in told.get("parameters", ())}
    query = dict(parse_qsl(urlsplit(seen.target).query, keep_blank_values=True))
    given = {("path", name): value for name, value in parts.items()}
    given |= {("query", name): value for name, value in query.items()}
    for place, value in given.items():
        if place not in known:
            yield f"{place} is not known"
        else:
            yield from _wrong(described, known[place], value, str(place))
    content = told.get("requestBody", {}).get("content", {})
    if content:
        yield from _form(described, content[FORM]["schema"], seen)
    elif seen.body:
        yield "a body that nobody wants"


def _form(described: dict[str, Any], schema: dict[str, Any], seen: Seen) -> Iterator[str]:
    if seen.headers.get("content-type", "").partition(";")[0] != FORM:
        yield "not a form"
    form = dict(parse_qsl(seen.body.decode(), keep_blank_values=True))
    for name in schema.get("required", ()):
        if name not in form:
            yield f"{name} is missing"
    for name, value in form.items():
        if name not in schema["properties"]:
            yield f"{name} is not known"
        else:
            yield from _wrong(described, schema["properties"][name], value, name)


def _wrong(
    described: dict[str, Any], schema: dict[str, Any], text: str, name: str
) -> Iterator[str]:
    """A form's values are texts: each as the type that the schema has."""
    kind = schema.get("type")
    value: object = [text] if kind == "array" else text
    if kind == "integer" and text.lstrip("-").isdecimal():
        value = int(text)
    if kind == "boolean" and text in ("true", "false"):
        value = text == "true"
    validator: Any = jsonschema.Draft202012Validator
    checker = validator({**schema, "components": described["components"]})
    for error in checker.iter_errors(value):
        yield f"{name}: {error.validator}"


def login(peer: Provider) -> Login:
    return Login(ACCOUNT, "SK" + "4" * 32, "secret", peer.url, 5)


def _like_twilio(seen: Seen) -> Behaviour:
    """Where a message is too young to be deleted."""
    path = urlsplit(seen.target).path
    if seen.method == "DELETE":
        return says(204, b"") if "/Media/" in path else says(409, {"code": 20009})
    if seen.method == "GET" and path.endswith("/Media.json"):
        return says(200, MEDIA)
    if seen.method == "GET" and path.endswith("/Messages.json"):
        return says(200, {"messages": [], "next_page_uri": None, "page": 0})
    return says(201, {"sid": MESSAGE, "status": "sent"})


def made_by(name: str) -> list[Seen]:
    """The requests of one thing that we do."""
    whatsapp, at = Address(AddressKind.WHATSAPP, NUMBER), datetime(2026, 11, 23, tzinfo=UTC)
    text, sids = a_message(), {"reply_waits:bn": "HX" + "c" * 32}
    there: list[Provider] = []

    def answers(connection: socket.socket, closing: threading.Event) -> None:
        _like_twilio(there[0].seen[-1])(connection, closing)

    with provider(answers) as peer:
        there.append(peer)
        sender, keeper = TwilioSender(login(peer), content_sids=sids), TwilioKeeper(login(peer))
        made: dict[str, Callable[[], object]] = {
            "a text": lambda: sender.send(text),
            "a text on WhatsApp": lambda: sender.send(replace(text, to=whatsapp)),
            "a worker without a number": lambda: sender.send(
                replace(text, to=Address(AddressKind.WHATSAPP_ID, "NP.123"))
            ),
            "a voice note": lambda: sender.send(
                replace(text, to=whatsapp, text="", media="https://h.example/a.ogg")
            ),
            "a template": lambda: sender.send(
                replace(text, to=whatsapp, template="reply_waits:bn")
            ),
            "a look-up": lambda: sender.find(text, SINCE),
            "what became of one": lambda: keeper.look(MESSAGE, OUTBOX),
            "deleting one": lambda: keeper.purge(MESSAGE),
            "the list of a day": lambda: keeper.listed(f"tel:{NUMBER}", SINCE, at),
            "fetching a medium": lambda: keeper.fetch(
                MediaHandle(
                    f"{peer.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/{MESSAGE}/Media/{MEDIUM}.json"
                )
            ),
        }
        made[name]()
    return peer.seen


@pytest.mark.parametrize(
    ("name", "methods"),
    [
        ("a text", ["POST"]),
        ("a text on WhatsApp", ["POST"]),
        ("a worker without a number", ["POST"]),
        ("a voice note", ["POST"]),
        ("a template", ["POST"]),
        ("a look-up", ["GET"]),
        ("what became of one", ["GET"]),
        ("deleting one", ["GET", "DELETE", "DELETE", "POST"]),
        ("the list of a day", ["GET"]),
        ("fetching a medium", ["GET"]),
    ],
)
def test_what_we_ask_is_what_twilio_describes(
    described: dict[str, Any], name: str, methods: list[str]
) -> None:
    seen = made_by(name)

    assert [each.method for each in seen] == methods
    assert [list(faults(described, each)) for each in seen] == [[] for _ in seen]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"body": b"From=%2B15550100999&Body=x"}, "To is missing"),
        ({"body": b"To=%2B1&Body=x&Bdy=x"}, "Bdy is not known"),
        ({"body": b"To=%2B1&ContentSid=HX1"}, "ContentSid: minLength"),
        ({"body": b"To=%2B1&ValidityPeriod=soon"}, "ValidityPeriod: type"),
        ({"target": "/2010-04-01/Accounts/AC1/Messages.json"}, "AccountSid"),
    ],
)
def test_the_check_finds_what_is_wrong(
    described: dict[str, Any], change: dict[str, Any], fault: str
) -> None:
    (seen,) = made_by("a text")

    assert any(fault in each for each in faults(described, replace(seen, **change)))
