"""What the inventory says of sizes holds on the wire, for every route of every process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from prometheus_client import CollectorRegistry

from tests.channels.twilio_signing import ACCOUNT
from tests.house import House
from tests.looking import cases_of, read_by_a_handler, rows
from tests.web.console_browser import app_of
from tests.web.fallbacks import DRAIN_SECRET
from tests.web.gateways import BOTH_TOKENS, PUBLIC, Gateway, encoded, form, running, tokens
from tests.web.ports import head, said, served
from workervoice.app.listening import listen
from workervoice.app.ops import OpsServer
from workervoice.app.routes_page import INVENTORIES
from workervoice.web.console.routes import UPLOADS
from workervoice.web.fallback import Spool, create_fallback_app
from workervoice.web.gateway import create_gateway_app
from workervoice.web.gateway.bodies import LARGE_BYTES
from workervoice.web.phone import create_phone_app

EVERY = [(name, *place) for name, rules in INVENTORIES.items() for place in rules]
NAMES = re.findall(r"{(\w+)}", " ".join(path for _, _, path in EVERY))
THERE = {"provider": "twilio", "line": "demo-sms", "path": "phone.css", "name": "console.css"}
CHUNKED, CLOSE = "Transfer-Encoding: chunked", "Connection: close"


def chunk(size: int) -> bytes:
    return b"%x\r\n" % size + b"x" * size + b"\r\n"


@pytest.fixture(scope="module")
def ports(
    shared_house: House, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, int]]:
    """All processes' applications, as they are served."""
    gateway = create_gateway_app(shared_house.reception, tokens(*BOTH_TOKENS), PUBLIC)
    phones = create_phone_app(gateway_url="http://127.0.0.1:9", lines=[], secret="a secret")
    listening = listen("127.0.0.1", 0, "gateway_ops_port")
    ops = OpsServer(listening, CollectorRegistry(), list, list)
    with ExitStack() as started:
        kept = started.enter_context(closing(Spool(tmp_path_factory.mktemp("spool"))))
        key = shared_house.gateway.custody.public("own")
        fallback = create_fallback_app(tokens(*BOTH_TOKENS), PUBLIC, key, kept, DRAIN_SECRET)
        found = {
            "Fallback receiver": started.enter_context(served(fallback)),
            "Gateway": started.enter_context(served(gateway)),
            "Console": started.enter_context(served(app_of(shared_house))),
            "Simulated phones": started.enter_context(served(phones)),
            "Operations addresses": int(listening.getsockname()[1]),
        }
        ops.start()
        started.callback(ops.close)
        yield found


@pytest.mark.parametrize(("name", "method", "path"), EVERY, ids=str)
def test_a_byte_too_many_is_refused_and_one_fewer_is_not(
    ports: dict[str, int], name: str, method: str, path: str
) -> None:
    most, port = INVENTORIES[name][method, path].body, ports[name]
    place = path.format_map({**dict.fromkeys(NAMES, "x"), **THERE})

    over, _ = said(port, head(method, place, f"Content-Length: {most + 1}", CLOSE))
    body = b"" if (method, path) in UPLOADS else b"x" * most  # nobody reads it of a stranger
    fits, _ = said(port, head(method, place, f"Content-Length: {most}", CLOSE), body)

    assert over == 413  # and nothing of it was sent
    assert fits not in {413, 500}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Gateway", "/in/twilio/demo-sms"),
        ("Gateway", "/status/simulator/demo-sms"),
        ("Console", "/login"),
        ("Simulated phones", "/api/text"),
        ("Simulated phones", "/api/send"),
    ],
)
def test_what_does_not_say_how_long_it_is_is_read_to_the_first_byte_over(
    ports: dict[str, int], name: str, path: str
) -> None:
    rules = INVENTORIES[name]
    own = rules.get(("POST", path))
    most = own.body if own else max(rule.body for rule in rules.values())

    over, _ = said(ports[name], head("POST", path, CHUNKED), chunk(most), chunk(1))
    fits, _ = said(ports[name], head("POST", path, CHUNKED, CLOSE), chunk(most), b"0\r\n\r\n")

    assert over == 413  # and hung up on, though it would have gone on
    assert fits not in {413, 500}


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("Gateway", "GET", "/health"),
        ("Gateway", "POST", "/nowhere"),
        ("Gateway", "PUT", "/in/twilio/demo-sms"),
        ("Console", "GET", "/login"),
        ("Console", "POST", "/nowhere"),
        ("Simulated phones", "GET", "/"),
    ],
)
def test_a_body_that_nobody_reads_is_not_listened_to(
    ports: dict[str, int], name: str, method: str, path: str
) -> None:
    """Who may send without end is answered and hung up on before anything comes."""
    status, _ = said(ports[name], head(method, path, CHUNKED))

    assert status in {200, 404, 405, 413}


def test_the_refusal_has_the_headers_of_every_other(ports: dict[str, int]) -> None:
    for name in ("Console", "Simulated phones"):
        path = "/login" if name == "Console" else "/api/text"
        _, answer = said(ports[name], head("POST", path, "Content-Length: 99000000"))

        assert b"cache-control: no-store" in answer.lower()
        assert b"x-content-type-options: nosniff" in answer.lower()


def test_an_operations_address_says_nothing_of_what_it_was_asked(ports: dict[str, int]) -> None:
    port = ports["Operations addresses"]

    for asked in (
        head("ZEBRA", "/metrics"),
        head("POST", "/metrics", "Content-Length: 0"),
        head("GET", "/zebra<b>"),
        b"GET " + b"/zebra" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /zebra HTTP/9.9\r\n\r\n",
        head("GET", "/metrics", *(f"X-{n}: zebra" for n in range(200))),
    ):
        status, answer = said(port, asked)

        assert 400 <= status <= 505
        assert b"ebra" not in answer.lower()
        assert answer.endswith(b"\r\n\r\n")


@pytest.fixture(scope="module")
def gateway(shared_house: House) -> Iterator[Gateway]:
    with running(shared_house) as started:
        yield started


WIDEST = "\U0001f63f"  # twelve bytes as it is sent


@pytest.mark.parametrize("path", ["/in/twilio/demo-sms", "/in/twilio/demo-whatsapp"])
def test_the_longest_that_a_provider_can_send_is_not_even_large(
    gateway: Gateway, path: str
) -> None:
    """4096 characters by WhatsApp, ten media, and everything else that Twilio adds."""
    known = cases_of(gateway.house)
    text = WIDEST * 4096
    more = {f"MediaUrl{n}": "https://api.example/" + "m" * 300 for n in range(10)}
    more |= {f"Parameter{n}": "ü" * 64 for n in range(40)}
    number = "+15550107001" if path.endswith("sms") else "whatsapp:+15550107002"
    fields = {**form(text, number), **more}

    answer = gateway.post(fields, path)

    (case_id,) = cases_of(gateway.house) - known
    assert len(encoded(fields)) < LARGE_BYTES
    assert answer == (204, b"")
    assert read_by_a_handler(gateway.house, case_id) == [text]


def test_a_signed_text_of_almost_the_whole_size_is_taken_once(gateway: Gateway) -> None:
    known = cases_of(gateway.house)
    fields = form("", "+15550107003")
    most = INVENTORIES["Gateway"]["POST", "/in/{provider}/{line}"].body
    text = "x" * (most - len(encoded(fields)))

    answers = [gateway.post({**fields, "Body": text}) for _ in range(2)]

    (case_id,) = cases_of(gateway.house) - known
    assert answers == [(204, b"")] * 2
    assert read_by_a_handler(gateway.house, case_id) == [text]


def test_a_large_one_that_nobody_signed_leaves_nothing(gateway: Gateway) -> None:
    before = rows(gateway.house)
    body = b"AccountSid=" + ACCOUNT.encode() + b"&Body=" + b"%41" * 1_000_000

    answer = gateway.post(body, token="somebody else's")

    assert answer == (403, b"")
    assert rows(gateway.house) == before
