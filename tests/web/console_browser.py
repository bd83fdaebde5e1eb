"""A browser without JavaScript for the console's tests: it sends only forms that a page showed.

Every page that it opens is checked: nothing inline or from elsewhere, every field has a label.
"""

from __future__ import annotations

import re
from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.house import House
from workervoice.app.washing import Washer
from workervoice.crypto.totp import code_at, step_of
from workervoice.web.console import create_console_app

COOKIE = "workervoice-80"  # of a session, at http://console.test
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def app_of(house: House, *, secure: bool = False) -> FastAPI:
    """The console over a house's real process, door and desk."""
    app = create_console_app(
        process=house.console, door=house.door, desk=house.desk, secure_cookies=secure
    )
    app.state.console = replace(app.state.console, wash=Washer(patience=60).wash)
    return app


@dataclass
class ShownForm:
    """A form as a page showed it: where it goes, what it sends by itself, what it asks for."""

    action: str
    fixed: list[tuple[str, str]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)


class PageReader(HTMLParser):
    """Collects a page's forms, and whatever should not be in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[ShownForm] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[tuple[str, bool]] = []
        self._labels = 0
        self.feed(html)
        self.faults += self._unlabelled()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.faults += _forbidden(tag, given)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "form":
            self.forms.append(ShownForm(given["action"]))
        elif tag == "label":
            self._labels += 1
            self.labelled.add(given.get("for", ""))
        elif tag in {"input", "textarea", "select", "button"}:
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._labels -= 1

    def _field(self, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "")
        if "readonly" in given:
            pass  # to be copied, not sent
        elif kind == "hidden" or (kind == "checkbox" and "checked" in given):
            self.forms[-1].fixed.append((name, given.get("value", "")))
        else:
            self.forms[-1].asked.add(name)
        if "formaction" in given:  # the same fields, sent elsewhere
            self.forms.insert(
                -1, ShownForm(given["formaction"], self.forms[-1].fixed, self.forms[-1].asked)
            )
        if tag != "button" and kind != "hidden":
            self.fields.append((given.get("id", ""), self._labels > 0))

    def _unlabelled(self) -> Iterator[str]:
        for id_, wrapped in self.fields:
            if not wrapped and id_ not in self.labelled:
                yield f"no label: {id_}"
        if len(self.ids) != len(set(self.ids)):
            yield "an id twice"


def _forbidden(tag: str, given: dict[str, str]) -> Iterator[str]:
    if tag == "script" and "src" not in given:
        yield "inline script"
    if tag == "style" or "style" in given:
        yield "inline style"
    for name, value in given.items():
        if name.startswith("on"):
            yield f"inline handler {name}"
        if name in {"src", "href", "action", "hx-get"} and not re.match(r"[/#](?!/)", value):
            yield f"from elsewhere: {name}={value}"


@dataclass
class Browser:
    """One person at the console, with the last page's HTML and the session's form token."""

    client: TestClient
    page: str = ""
    token: str = ""
    seen: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, app: FastAPI, *, secure: bool = False, hiding_faults: bool = False) -> Browser:
        """A stranger; a fault of ours is raised in the test, unless it is to be seen as a page."""
        address = f"{'https' if secure else 'http'}://console.test"
        show = not hiding_faults
        client = TestClient(
            app, base_url=address, follow_redirects=False, raise_server_exceptions=show
        )
        return cls(client)

    def sign_in_by(self, cookie: str) -> None:
        """Come with this cookie."""
        self.client.cookies.set(COOKIE, cookie, domain="console.test", path="/")

    @classmethod
    def of(cls, house: House, login: str, app: FastAPI | None = None) -> Browser:
        """Somebody of the demo's programme, signed in and at home."""
        browser = cls.at(app or app_of(house))
        browser.open("/login")
        answer = browser.submit("/login", login=login, passphrase=house.seeded.passphrases[login])
        assert answer.status_code == 303, answer.text
        while answer.status_code == 303:
            at = answer.headers["location"]
            answer = browser.open(at)
            if at == "/second" and answer.status_code == 200:
                answer = browser.submit("/second", code=house.code(login))
            elif at == "/enrol":
                answer = browser.submit(
                    "/enrol", code=browser.code_of_new_app(house, login), name=""
                )
        assert answer.status_code == 200, answer.text
        return browser

    def code_of_new_app(self, house: House, login: str = "sam") -> str:
        """What an app shows after somebody typed the secret on this page into it."""
        found = re.search("<code>([A-Z2-7]{32})</code>", self.page)
        assert found is not None, self.page
        house.apps[login] = b32decode(found[1])
        return code_at(house.apps[login], step_of(int(house.now.timestamp())))

    def open(self, path: str, **headers: str) -> Response:
        """Get a page and read it."""
        return self._read(self.client.get(path, headers=headers))

    def upload(self, path: str, file: tuple[str, bytes, str], **fields: str) -> Response:
        """Fill in a form of the last page that asks for a file, and send it with this one: name,
        content and claimed type."""
        form = next((f for f in PageReader(self.page).forms if f.action == path), None)
        assert form is not None, f"the page has no form {path}"
        assert {*fields, "file"} <= form.asked
        return self._read(
            self.client.post(path, data={**dict(form.fixed), **fields}, files={"file": file})
        )

    def submit(self, path: str, **fields: str | list[str]) -> Response:
        """Fill in a form of the last page and send it; a redirect is followed by `follow`."""
        forms = PageReader(self.page).forms
        form = next((f for f in forms if f.action == path and set(fields) <= _names(f)), None)
        assert form is not None, f"the page has no form {path} with {sorted(fields)}"
        fixed = [(name, value) for name, value in form.fixed if name not in fields]
        return self._read(self._send(path, [*fixed, *_pairs(fields)]))

    def post(self, path: str, fields: dict[str, Any], *, token: bool = True) -> Response:
        """Send what no page offered, with this session's form token unless told otherwise."""
        own = [("form_token", self.token)] if token else []
        return self._send(path, [*own, *_pairs(fields)])

    def do(self, path: str, **fields: str | list[str]) -> str:
        """Submit, expect it to be done, and return the page that follows."""
        answer = self.submit(path, **fields)
        assert answer.status_code == 303, (answer.status_code, re.findall("alert.*", answer.text))
        return self.open(answer.headers["location"]).text

    def _send(self, path: str, pairs: list[tuple[str, str]]) -> Response:
        if path.endswith("/evidence"):  # the one form that is sent as parts
            return self.client.post(path, data=dict(pairs), files={"file": ("", b"")})
        return self.client.post(path, content=urlencode(pairs), headers=FORM)

    def _read(self, answer: Response) -> Response:
        if answer.headers.get("content-type", "").startswith("text/html") and answer.text:
            assert PageReader(answer.text).faults == []
            self.page = answer.text
            found = re.search(r'name="form_token" value="(\w+)"', self.page)
            self.token = found[1] if found else self.token
            self.seen.append(answer.text)
        return answer


def steady(page: str) -> str:
    """A page without what differs each time that it is shown, and from session to session."""
    return re.sub(r'name="form(_token)?" value="\w+"', 'name="form"', page)


def _names(form: ShownForm) -> set[str]:
    return form.asked | {name for name, _ in form.fixed}


def _pairs(fields: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, each)
        for name, value in fields.items()
        for each in (value if isinstance(value, list) else [value])
    ]
