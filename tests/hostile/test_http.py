"""All HTTP, by its schema: every route of every process is asked what fits, and what does not.

The schema is made from the inventory, so that no route is left out; Schemathesis makes the requests
and checks statuses and content types. Nothing is a fault of ours, every page has its headers, and
no answer is larger than a page.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from schemathesis import GenerationMode

from tests.channels.twilio_signing import ACCOUNT, signed
from tests.hostile.many import many
from tests.hostile.test_forms import FIELDS, LOGINS, Stage
from tests.house import House
from tests.web.console_browser import COOKIE, app_of
from tests.web.console_scenes import a_plan, with_evidence
from tests.web.fallbacks import DRAIN_SECRET, PROVEN
from tests.web.gateways import BOTH_TOKENS, PUBLIC, tokens
from workervoice.app.listening import listen
from workervoice.app.ops import OpsServer
from workervoice.app.routes_page import INVENTORIES
from workervoice.channels.simulator import signed_headers
from workervoice.crypto.suite import generate_kem
from workervoice.message import Role
from workervoice.web.console.headers import ALWAYS
from workervoice.web.console.routes import UPLOADS
from workervoice.web.fallback import Spool, create_fallback_app
from workervoice.web.gateway import create_gateway_app
from workervoice.web.phone import PhoneLine, create_phone_app

MOST_BYTES = 512 * 1024  # of an answer
HTML, TEXT, JSON, NOTHING = "text/html", "text/plain", "application/json", ""
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"
ANY_TEXT = {"type": "string", "maxLength": 200}

# What each application may answer, and in which types; "" is an empty answer.
ANSWERS = {
    "Gateway": {204: "", 200: TEXT, 400: "", 403: "", 404: "", 405: "", 413: ""},
    "Console": {
        **dict.fromkeys((200, 401, 403, 404, 409, 413, 422, 429), HTML),
        204: "",
        303: "",
    },
    "Fallback receiver": {
        **dict.fromkeys((204, 400, 401, 403, 404, 405, 413), NOTHING),
        200: JSON,
    },
    "Operations addresses": {200: TEXT, 404: TEXT, 413: TEXT, 501: TEXT},
    "Simulated phones": {**dict.fromkeys((200, 201, 400, 401, 404, 413, 415, 422, 502), JSON)},
}
TWILIO = ["Body", "From", "MessageSid", "AccountSid", "MessageStatus", "ErrorCode", "NumMedia"]
PHONE = ["line", "number", "text", "to", "from", "outbox", "status_callback"]
BODIES = {
    "Gateway": (FORM, TWILIO),
    "Console": (FORM, FIELDS),
    "Fallback receiver": (FORM, TWILIO),
    "Simulated phones": (JSON, PHONE),
}


def schema_of(name: str) -> dict[str, Any]:
    """An OpenAPI document of an application, from its inventory."""
    paths: dict[str, Any] = {}
    for (method, path), rule in INVENTORIES[name].items():
        about: dict[str, Any] = {
            "parameters": [
                {"name": each, "in": "path", "required": True, "schema": ANY_TEXT}
                for each in re.findall(r"{(\w+)}", path)
            ]
            + [{"name": each, "in": "query", "schema": ANY_TEXT} for each in ("m", "number")],
            "responses": {str(status): {"description": "-"} for status in ANSWERS[name]},
        }
        if rule.body:
            kind, fields = BODIES[name]
            kind = PARTS if (method, path) in UPLOADS else kind
            properties = dict.fromkeys(fields, ANY_TEXT)
            body = {"type": "object", "properties": properties}
            about["requestBody"] = {"content": {kind: {"schema": body}}}
        paths.setdefault(path, {})[method.lower()] = about
    return {"openapi": "3.0.2", "info": {"title": name, "version": "1"}, "paths": paths}


def operations() -> Iterator[tuple[tuple[str, str, str], Any]]:
    for name in INVENTORIES:
        for found in schemathesis.openapi.from_dict(schema_of(name)).get_all_operations():
            operation: Any = found.ok()  # type: ignore[union-attr]
            yield (name, operation.method.upper(), operation.path), operation


OPERATIONS = dict(operations())


@dataclass
class Served:
    """All applications, and the people of a hotline."""

    stage: Stage
    apps: dict[str, Any]
    ops_port: int

    def there(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """What these parameters of a path are called that do exist."""
        scene = self.stage.scene
        known = {"provider": "twilio", "line": "demo-sms", "name": "console.css"}
        known |= {"path": "phone.css", "move": "close", "form": "answer"}
        known |= {
            "case_id": str(scene.case),
            "message_id": str(scene.message),
            "issue_id": str(scene.issue),
            "disclosure_id": str(scene.disclosures["nora"]),
            "action_id": str(scene.action),
            "medium_id": str(scene.file),
            "person_id": str(scene.person),
            "line_id": str(scene.line),
            "hour": "0",
        }
        return {name: known.get(name, value) for name, value in named.items()}

    def called(self, name: str, case: Any, prove: Callable[[Any], Any] | None) -> Any:
        if name == "Operations addresses":
            return case.call(base_url=f"http://127.0.0.1:{self.ops_port}")
        base = "http://127.0.0.1" if name == "Simulated phones" else "http://console.test"
        return case.call(app=self.apps[name], base_url=base, auth=prove, allow_redirects=False)


@pytest.fixture(scope="module")
def served(shared_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    listening = listen("127.0.0.1", 0, "gateway_ops_port")
    ops = OpsServer(listening, CollectorRegistry(), list, list)
    lines = [PhoneLine("demo-sms", "sms", "+15550100000", "Hotline")]
    with ExitStack() as started:
        ops.start()
        started.callback(ops.close)
        receivers = tokens(*BOTH_TOKENS)
        spool = started.enter_context(closing(Spool(tmp_path_factory.mktemp("spool"))))
        key = generate_kem().public
        yield Served(
            Stage(shared_house, with_evidence(shared_house, a_plan(shared_house))),
            {
                "Gateway": create_gateway_app(shared_house.reception, receivers, PUBLIC),
                "Console": app_of(shared_house),
                "Fallback receiver": create_fallback_app(
                    receivers, PUBLIC, key, spool, DRAIN_SECRET
                ),
                "Simulated phones": create_phone_app(
                    gateway_url="http://127.0.0.1:9", lines=lines, secret="a secret"
                ),
            },
            listening.getsockname()[1],
        )


def test_every_route_of_the_inventory_is_in_the_schema() -> None:
    declared = {(name, *place) for name, rules in INVENTORIES.items() for place in rules}

    assert set(OPERATIONS) == declared


@pytest.mark.parametrize("place", OPERATIONS, ids=str)
@many(4)
@given(data=st.data())
def test_whatever_is_asked_the_answer_is_one_that_is_declared(
    served: Served, place: tuple[str, str, str], data: st.DataObject
) -> None:
    name, operation = place[0], OPERATIONS[place]
    mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case = data.draw(operation.as_strategy(generation_mode=mode))
    if data.draw(st.integers(0, 3)):  # else: a place that there is not
        case.path_parameters = served.there(case.path_parameters or {})
    role = data.draw(st.sampled_from([None, *LOGINS]))
    prove = PROOFS.get(name) or _signed_in(served.stage, name, role, case)

    answer = served.called(name, case, prove)

    kind = answer.headers.get("content-type", [""])[0].partition(";")[0]
    assert answer.status_code in ANSWERS[name], case
    assert kind in {ANSWERS[name][answer.status_code], *_also(name, answer.status_code)}
    assert len(answer.content) <= MOST_BYTES
    if not ANSWERS[name][answer.status_code]:
        assert answer.content == b""
    for header, value in ALWAYS.items() if name == "Console" else ():
        assert answer.headers[header.lower()] == [value]


def _also(name: str, status: int) -> set[str]:
    """Files, tables, the phones' page, and answers without a body."""
    if status == 200:
        return {
            "text/css",
            "text/csv",
            "text/javascript",
            "image/svg+xml",
            "image/jpeg",
            TEXT,
            HTML,
            "",
        }
    return {TEXT} if (name, status) == ("Simulated phones", 404) else set()


def _signed_for_the_fallback(request: Any) -> Any:
    """By the provider, or by the courier."""
    if request.path_url.startswith("/spool"):
        request.headers.update(PROVEN)
        return request
    return _signed_by_twilio(request)


def _signed_by_twilio(request: Any) -> Any:
    body = request.body or b""
    body = body if isinstance(body, bytes) else body.encode()
    url = PUBLIC + request.path_url
    if request.method == "POST" and b"AccountSid" not in body:
        body += (b"&" if body else b"") + f"AccountSid={ACCOUNT}".encode()
        request.prepare_body(body, None)
        request.headers["Content-Type"] = FORM
    request.headers.update(signed(body, url=url).headers)
    return request


def _signed_by_the_courier(request: Any) -> Any:
    body = request.body or b""
    body = body if isinstance(body, bytes) else body.encode()
    url = "http://phone" + request.path_url
    request.headers.update(signed_headers("a secret", url, body, now=time.time()))
    return request


PROOFS = {
    "Gateway": _signed_by_twilio,
    "Fallback receiver": _signed_for_the_fallback,
    "Simulated phones": _signed_by_the_courier,
}


def _signed_in(
    stage: Stage, name: str, role: Role | None, case: Any
) -> Callable[[Any], Any] | None:
    """Somebody's session, and its token in the form."""
    if name != "Console" or role is None:
        return None
    stage.house.forget_tries()
    browser = stage.browser(role)
    cookie = browser.client.cookies.get(COOKIE)
    if isinstance(case.body, dict):
        case.body["form_token"] = browser.token

    def prove(request: Any) -> Any:
        request.headers["Cookie"] = f"{COOKIE}={cookie}"
        return request

    return prove
