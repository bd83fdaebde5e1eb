"""The console's forms, as every role that may send them: any field missing, doubled or of another
kind. The answer is a page that is declared, and never a fault of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workervoice.web
from tests.hostile.many import many
from tests.house import House
from tests.web.console_browser import FORM, Browser, app_of
from tests.web.console_scenes import ACTION, PACKET, Scene, a_plan
from workervoice.errors import WorkervoiceError
from workervoice.message import Role
from workervoice.web.console import ROUTES
from workervoice.web.console.forms import FORM_BYTES, parse_form

NEEDLE = "zebra-in-the-blue-room"
LOGINS = {
    Role.HANDLER: "ben",
    Role.SUPERVISOR: "maria",
    Role.BUYER: "nora",
    Role.MONITOR: "mina",
    Role.TRANSLATOR: "tara",
}
DECLARED = {200, 204, 303, 401, 403, 404, 409, 413, 422, 429}
ENDS = {"/logout", "/account/sessions/end"}
POSTS = [
    (path, role)
    for (method, path), allowed in ROUTES.items()
    if method == "POST" and path not in ENDS
    for role in LOGINS
    if isinstance(allowed, str) or role in allowed
]
_PAGES = Path(workervoice.web.__file__).parent / "templates" / "console"
FIELDS = sorted(
    {
        name
        for page in _PAGES.rglob("*.html")
        for name in re.findall(r'name="(\w+)"', page.read_text())
    }
    | set(PACKET)
    | set(ACTION)
    | {"form", "text", "reason", "note", "login", "passphrase", "move", "site", "priority"}
)
# Lone surrogates cannot be sent as UTF-8; their bytes can, and are tried as such.
ANY = st.characters(exclude_categories=["Cs"])
VALUES = st.sampled_from(
    [
        *("", " ", "yes", "no", "1", "0", "-1", "P1", "imminent_danger", "under_18", NEEDLE),
        *("0001-01-01", "9999-12-31", "2026-11", "0000-00-00", "2026-13-45", "١٢٣٤-٠١-٠١"),
        *("x" * 100_000, "\0" * 50, "\u202e\u2066", "\r\n" * 40, "'; DROP TABLE cases; --"),
        *("<script>alert(1)</script>", "{{7*7}}", "../../etc/passwd", "[]", "{}", "null"),
        *("urn:uuid:00000000-0000-0000-0000-000000000000", "1e999", "NaN", "9" * 5000),
        '{"id":"x","rawId":"x","type":"public-key","response":{}}',
    ]
) | st.text(ANY, max_size=40)


@dataclass
class Stage:
    """A plan under way, and browsers of people in it, who sign in again when they have to."""

    house: House
    scene: Scene
    browsers: dict[Role, Browser] = field(default_factory=dict)

    def browser(self, role: Role) -> Browser:
        if role in self.browsers and self.browsers[role].client.get("/account").status_code == 200:
            return self.browsers[role]
        self.house.forget_tries()
        self.browsers[role] = Browser.of(self.house, LOGINS[role], app_of(self.house))
        return self.browsers[role]

    def values(self) -> st.SearchStrategy[str]:
        scene = self.scene
        ids = [scene.case, scene.issue, scene.action, scene.message, scene.person]
        return VALUES | st.sampled_from([str(each) for each in (*ids, *scene.disclosures.values())])


@pytest.fixture(scope="module")
def stage(shared_house: House) -> Stage:
    return Stage(shared_house, a_plan(shared_house))


@pytest.mark.parametrize(("path", "role"), POSTS, ids=str)
@many(4)
@given(data=st.data())
def test_any_form_ends_in_a_page_that_is_declared(
    stage: Stage, path: str, role: Role, data: st.DataObject
) -> None:
    browser = stage.browser(role)
    stage.house.forget_tries()
    given = data.draw(
        st.lists(
            st.tuples(st.sampled_from(FIELDS) | st.text(ANY, max_size=5), stage.values()),
            max_size=14,
        )
    )
    if path in {"/login", "/recover", "/join", "/join/code"}:
        given = [pair for pair in given if pair[0] != "form_token"]
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in given)
    whole = f"form_token={browser.token}&{body}".encode()

    answer = browser.client.post(stage.scene.path(path), content=whole, headers=FORM)

    assert answer.status_code in DECLARED
    assert answer.status_code != 413 or len(whole) > FORM_BYTES
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script>alert" not in answer.text
    assert NEEDLE not in str(dict(answer.headers))
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/")


TOKENS = st.text(ANY, max_size=80) | st.sampled_from(
    ["0" * 64, "\0", "é", "a" * 43, "A" * 43, "=" * 44, "", "é" * 43, "-_" * 22]
)


@many(60)
@given(cookie=TOKENS, token=TOKENS, path=st.sampled_from([path for path, _ in POSTS]))
def test_no_cookie_and_no_token_that_were_made_up_let_anybody_in(
    stage: Stage, cookie: str, token: str, path: str
) -> None:
    browser = Browser.at(app_of(stage.house))
    raw = cookie.encode("latin-1", "replace").replace(b";", b"").replace(b"\r", b"")
    headers = [
        (b"cookie", b"workervoice-80=" + raw.replace(b"\n", b"")),
        (b"content-type", b"application/x-www-form-urlencoded"),
    ]

    looked = browser.client.get("/cases", headers=headers)
    sent = browser.client.post(
        stage.scene.path(path), content=f"form_token={quote_plus(token)}", headers=headers
    )

    assert (looked.status_code, looked.headers["location"]) == (303, "/login")
    assert sent.status_code == 403


@many(150)
@given(body=st.binary(max_size=400) | st.text("a=&%;+0f", max_size=200).map(str.encode))
def test_a_form_of_any_bytes_is_read_or_refused(body: bytes) -> None:
    try:
        form = parse_form(body)
    except WorkervoiceError:
        return

    for values in form.fields.values():
        for value in values:
            assert "\0" not in value
            assert "\r" not in value
            value.encode()  # no lone surrogate, which nothing could store
    assert form.once("x") is None or len(form.one("form")) == 32
