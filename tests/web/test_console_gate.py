"""Who may ask the console for what: every page as every role, forms from elsewhere, sessions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

import pytest
from fastapi import APIRouter

from tests.house import House
from tests.web.console_browser import FORM, Browser, app_of
from tests.web.console_scenes import Scene, a_plan, nothing, with_evidence
from workervoice.message import Role
from workervoice.store.engine import Database, Scope
from workervoice.store.tables import officer as officer_table
from workervoice.web.console import ROUTES, create_console_app
from workervoice.web.console.forms import FORM_BYTES
from workervoice.web.console.routes import ANYONE, HALF
from workervoice.web.inventory import check

LOGINS = {
    Role.HANDLER: "ben",
    Role.SUPERVISOR: "maria",
    Role.BUYER: "nora",
    Role.MONITOR: "mina",
    Role.TRANSLATOR: "tara",
    Role.ADMINISTRATOR: "paul",  # made one by the fixture
}
EVERY = [(method, path, role) for method, path in ROUTES for role in (*LOGINS, None)]
POSTS = [path for method, path in ROUTES if method == "POST"]
BY_ID = [path for method, path in ROUTES if "_id}" in path and method == "GET"]


@pytest.fixture(scope="module")
def scene(shared_house: House) -> Scene:
    """A plan under way; then one officer is made an administrator, which the demo does not have."""
    made = with_evidence(shared_house, a_plan(shared_house))
    with shared_house.owner.begin(Scope(shared_house.programme)) as tx:
        change = officer_table.update().where(officer_table.c.login == "paul")
        tx.connection.execute(change.values(role="administrator"))
    shared_house.believe()
    return made


@pytest.fixture(scope="module")
def browsers(shared_house: House, scene: Scene) -> dict[Role | None, Browser]:
    app = app_of(shared_house)
    signed_in: dict[Role | None, Browser] = {
        role: Browser.of(shared_house, login, app) for role, login in LOGINS.items()
    }
    return {**signed_in, None: Browser.at(app)}


def _ask(browser: Browser, method: str, path: str) -> tuple[int, str, str]:
    answer = browser.post(path, {}) if method == "POST" else browser.open(path)
    return answer.status_code, answer.headers.get("location", ""), answer.text


@pytest.mark.parametrize(("method", "path", "role"), EVERY, ids=str)
def test_a_page_answers_only_whom_it_is_for(
    browsers: dict[Role | None, Browser],
    shared_house: House,
    scene: Scene,
    method: str,
    path: str,
    role: Role | None,
) -> None:
    leaving = path == "/logout" and role is not None
    browser = Browser.of(shared_house, LOGINS[role]) if leaving and role else browsers[role]
    allowed = ROUTES[method, path]
    if path == "/login":
        browser.open("/login")

    status, location, text = _ask(browser, method, scene.path(path))

    if allowed == ANYONE:
        assert status in ({401, 429} if method == "POST" else {200})
    elif role is None or allowed == HALF:
        assert (status, location) == ((403, "") if method == "POST" else (303, "/login"))
    elif role in allowed:
        assert status in {200, 204, 303, 401, 409}  # 401: what was typed is not right
    else:
        assert status == 404
        assert text == browser.open("/nowhere").text


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("given", ["", "0" * 64, "é", "of another session"])
def test_a_form_without_this_sessions_token_does_nothing(
    browsers: dict[Role | None, Browser], scene: Scene, path: str, given: str
) -> None:
    allowed = ROUTES["POST", path]
    role = Role.HANDLER if isinstance(allowed, str) else sorted(allowed)[0]
    token = browsers[Role.MONITOR].token if given.startswith("of") else given

    answer = browsers[role].post(scene.path(path), {"form_token": token}, token=False)

    assert answer.status_code == 403


def test_a_form_of_another_kind_carries_no_token(
    browsers: dict[Role | None, Browser], scene: Scene
) -> None:
    browser, path = browsers[Role.HANDLER], f"/cases/{scene.case}/note"

    as_json = browser.client.post(path, json={"form_token": browser.token, "text": "x"})
    as_files = browser.client.post(path, data={"form_token": browser.token}, files={"text": b"x"})

    assert (as_json.status_code, as_files.status_code) == (403, 403)


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
def test_a_form_on_a_page_of_others_does_nothing_even_with_the_token(
    browsers: dict[Role | None, Browser], scene: Scene, where: str
) -> None:
    browser, path = browsers[Role.HANDLER], f"/cases/{scene.case}/note"
    given = urlencode({"form_token": browser.token, "text": "x"})

    answer = browser.client.post(path, content=given, headers={**FORM, "Sec-Fetch-Site": where})

    assert answer.status_code == 403


@pytest.mark.parametrize("path", BY_ID)
def test_foreign_unknown_and_malformed_ids_look_the_same(
    browsers: dict[Role | None, Browser], shared_house: House, scene: Scene, path: str
) -> None:
    buyers = path.startswith(("/disclosures", "/people"))
    browser = browsers[Role.BUYER if buyers else Role.HANDLER]
    foreign = scene.disclosures["paul"] if buyers else scene.disclosures["nora"]
    foreign = shared_house.actor("asha").id if path.startswith("/people") else foreign

    bodies = {
        (answer.status_code, answer.text)
        for answer in (
            browser.open(re.sub(r"{\w+_id}", str(i), path))
            for i in (foreign, nothing().case, "7", "%00", "' or 1", "x" * 500)
        )
    }

    assert bodies == {(404, browser.open("/nowhere").text)}


SPELLINGS: list[Callable[[UUID], str]] = [
    lambda i: i.urn,
    lambda i: str(i).upper(),
    lambda i: i.hex,
    lambda i: f"{{{i}}}",
    lambda i: f" {i}",
    lambda i: f"{i}%0A",
    lambda i: f"urn:{i}",
    lambda i: str(i).replace("-", "", 1),
    lambda i: str(i).replace("0", "\N{FULLWIDTH DIGIT ZERO}").replace("1", "\u0661"),
]


@pytest.mark.parametrize("path", [path for _, path in ROUTES if "_id}" in path])
def test_an_id_has_one_spelling(
    browsers: dict[Role | None, Browser], scene: Scene, path: str
) -> None:
    role = sorted(next(allowed for (_, each), allowed in ROUTES.items() if each == path))[0]
    browser = browsers[Role(role)]
    nowhere = browser.open("/nowhere").text
    ids = {"case_id": scene.case, "issue_id": scene.issue, "action_id": scene.action}
    ids |= {"disclosure_id": scene.disclosures["nora"], "message_id": scene.message}
    ids |= {"factor_id": scene.action, "medium_id": scene.medium}  # the first is nobody's
    ids["entry_id"] = scene.case
    ids["person_id"], ids["line_id"] = scene.person, scene.line
    ids["person_id"] = scene.person
    ids |= {"loan_id": scene.loan, "lent_id": scene.case}

    for name in re.findall(r"{(\w+_id)}", path):
        for spelling in SPELLINGS:
            given = {**ids, name: spelling(ids[name]), "move": "agree", "form": "answer"}
            given["hour"] = "0"
            method = "GET" if ("GET", path) in ROUTES else "POST"
            status, _, text = _ask(browser, method, path.format(**given))
            if given[name] != str(ids[name]):  # an id without 0 and 1 has one spelling less
                assert (status, text) == (404, nowhere), (method, given[name])


@pytest.mark.parametrize("move", ["agree", "nonsense", "x" * 300])
def test_an_action_of_another_plan_is_not_there(
    browsers: dict[Role | None, Browser], scene: Scene, move: str
) -> None:
    for role, place in (
        (Role.BUYER, f"/disclosures/{scene.disclosures['nora']}"),
        (Role.HANDLER, f"/issues/{scene.issue}"),
    ):
        browser = browsers[role]

        foreign = browser.post(f"{place}/actions/{nothing().action}/{move}", {})

        assert foreign.status_code == 404
        assert foreign.text == browser.open("/nowhere").text


@pytest.mark.parametrize("place", ["/cases/{case_id}", "/issues/{issue_id}"])
def test_a_move_that_no_table_has_is_not_there(
    browsers: dict[Role | None, Browser], scene: Scene, place: str
) -> None:
    answer = browsers[Role.HANDLER].post(scene.path(place) + "/move/forgive", {"reason": "x"})

    assert answer.status_code == 404


def test_a_form_may_be_large_but_not_huge(
    browsers: dict[Role | None, Browser], scene: Scene
) -> None:
    browser, path = browsers[Role.HANDLER], f"/cases/{scene.case}/answer"
    room = FORM_BYTES - len(f"form_token={browser.token}&text=")

    fits = browser.post(path, {"text": "x" * room})
    huge = browser.post(path, {"text": "x" * (room + 1)})
    many = browser.post(path, {"text": ["x"] * 100})

    assert fits.status_code == 409  # read, and found too long for an answer
    assert "1500 characters" in fits.text
    assert huge.status_code == 413
    assert many.status_code == 422


def test_bytes_that_are_no_text_are_taken_or_refused_but_never_break(
    browsers: dict[Role | None, Browser], scene: Scene
) -> None:
    browser = browsers[Role.HANDLER]
    token = f"form_token={browser.token}&".encode()

    for body in (b"text=%00&priority=%ff", b"text=\xff\xfe&reason=%80", b"=&&&", b"priority=P9"):
        for page in ("answer", "note", "priority", "site", "assess", "move/close"):
            answer = browser.client.post(
                f"/cases/{scene.case}/{page}", content=token + body, headers=FORM
            )
            assert answer.status_code in {303, 409}
    garbled = browser.client.post(
        "/login", content=token + b"login=%00%ff&passphrase=%00", headers=FORM
    )

    assert garbled.status_code == 401


def test_every_answer_forbids_storing_framing_and_foreign_content(
    browsers: dict[Role | None, Browser], scene: Scene
) -> None:
    nobody, handler = browsers[None], browsers[Role.HANDLER]

    answers = [
        nobody.open("/login"),
        nobody.open("/health"),
        nobody.open("/cases"),
        handler.open(f"/cases/{scene.case}"),
        handler.open("/nowhere"),
        handler.open("/static/console.css"),
        handler.post(f"/cases/{scene.case}/note", {"text": "x" * 70_000}),
    ]

    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'self';")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "strict-transport-security" not in answer.headers


def test_an_unknown_file_is_not_served(browsers: dict[Role | None, Browser]) -> None:
    for name in ("NOTICE.md", "phone.js", "..%2fapp.py", "../console/app.py"):
        assert browsers[None].open(f"/static/{name}").status_code == 404


def test_a_page_without_a_rule_stops_the_start(shared_house: House) -> None:
    router = APIRouter()
    router.add_api_route("/export", lambda: "", methods=["GET"])

    with pytest.raises(ValueError, match="GET /export"):
        check(router.routes, ROUTES)


def test_without_a_database_pages_say_so_and_health_answers(shared_house: House) -> None:
    away = replace(shared_house.console, database=Database("postgresql+psycopg://x@127.0.0.1:9/x"))
    door, desk = replace(shared_house.door, process=away), shared_house.desk
    app = create_console_app(process=away, door=door, desk=desk, secure_cookies=False)
    browser = Browser.at(app)
    browser.open("/login")

    entering = browser.submit("/login", login="asha", passphrase="x")
    looking = browser.open("/cases")

    assert (entering.status_code, looking.status_code) == (503, 503)
    assert looking.headers["cache-control"] == "no-store"
    assert browser.open("/health").text == "ok"
