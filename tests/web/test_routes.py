"""The inventory of every application: what is not declared is not served; and its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.house import House
from tests.looking import asked
from tests.web.console_browser import Browser, app_of
from tests.web.console_scenes import a_plan
from tests.web.gateways import BOTH_TOKENS, PUBLIC, tokens
from workervoice.app import ops
from workervoice.app.routes_page import INVENTORIES, routes_markdown
from workervoice.message import Role
from workervoice.store.tables import metadata
from workervoice.web.console import limits
from workervoice.web.console.routes import ANYONE
from workervoice.web.console.routes import ROUTES as PAGES
from workervoice.web.gateway import app as gateway_app
from workervoice.web.inventory import Rule, check, places
from workervoice.web.phone import app as phone_app
from workervoice.web.phone import create_phone_app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "routes.md"


def a_gateway(house: House) -> FastAPI:
    return gateway_app.create_gateway_app(house.reception, tokens(*BOTH_TOKENS), PUBLIC)


def phones(house: House) -> FastAPI:
    return create_phone_app(gateway_url="http://127.0.0.1:9", lines=[], secret="a secret")


def test_the_routes_page_is_what_the_inventories_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == routes_markdown().rstrip("\n") + "\n", (
        "write it anew: python -m workervoice.app.routes_page > docs/routes.md"
    )


@pytest.mark.parametrize(
    ("build", "name"),
    [(a_gateway, "Gateway"), (app_of, "Console"), (phones, "Simulated phones")],
    ids=["gateway", "console", "phones"],
)
def test_an_application_serves_what_is_declared_and_nothing_else(
    shared_house: House, build: object, name: str
) -> None:
    app = build(shared_house)  # type: ignore[operator]

    assert places(app.routes) == set(INVENTORIES[name])

    app.add_api_route("/export", lambda: "", methods=["GET"])
    with pytest.raises(ValueError, match="GET /export"):
        check(app.routes, INVENTORIES[name])
    app.add_route("/raw", lambda request: None)
    with pytest.raises(ValueError, match="GET /raw"):
        check(app.routes, INVENTORIES[name])
    app.add_api_websocket_route("/socket", lambda socket: None)
    with pytest.raises(ValueError, match="not a route that can be declared"):
        check(app.routes, INVENTORIES[name])


def test_a_gateway_with_an_undeclared_route_does_not_start(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_app, "MESSAGES", "/messages/{provider}/{line}")

    with pytest.raises(ValueError, match=r"POST /in/.*, POST /messages/"):
        a_gateway(shared_house)


def test_phones_with_a_line_that_no_route_serves_do_not_start(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {**INVENTORIES["Simulated phones"], ("GET", "/export"): Rule("nobody", "none")}
    monkeypatch.setattr(phone_app, "ROUTES", more)

    with pytest.raises(ValueError, match="GET /export"):
        phones(shared_house)


def test_a_form_that_anybody_may_send_has_a_lane_or_nothing_starts() -> None:
    with pytest.raises(ValueError, match="POST /tell"):
        limits.rules({**PAGES, ("POST", "/tell"): ANYONE})


def test_a_lane_is_of_a_form_that_there_is() -> None:
    assert set(limits.LANES) <= set(PAGES)


def test_a_form_of_somebody_signed_in_has_a_size_and_a_pace() -> None:
    told = limits.rules({("POST", "/tell"): frozenset({Role.BUYER})})["POST", "/tell"]

    assert told.body == 128 * 1024
    assert "for each session" in told.rate
    assert told.who == "buyer"


def everything_stored(house: House) -> dict[str, int]:
    """How many rows of what the hotline acts on: all but sessions, lanes and drafts."""
    passing = {"session", "lane", "draft"}
    names = [table for table in metadata.tables if table not in passing]
    return {name: asked(house, f"SELECT count(*) FROM {name}")[0][0] for name in names}  # noqa: S608


def test_a_page_that_only_looks_changes_nothing(house: House) -> None:
    scene, app = a_plan(house), app_of(house)
    browsers = [Browser.of(house, login, app) for login in ("ben", "maria", "nora", "mina", "tara")]
    changing = set()

    for (method, path), rule in INVENTORIES["Console"].items():
        before = everything_stored(house)
        for browser in browsers if method == "GET" else ():
            browser.client.get(scene.path(path))
        if everything_stored(house) != before:
            changing.add(path)
            assert rule.writes, path

    assert changing == {path for method, path in limits.NOTING if method == "GET"}


@pytest.mark.parametrize("name", INVENTORIES)
def test_every_line_says_who_how_much_and_how_often(name: str) -> None:
    for (method, path), rule in INVENTORIES[name].items():
        assert rule.who, path
        assert rule.rate, path
        assert (rule.body > 0) == (method == "POST"), path


def test_what_an_operations_address_answers_is_what_is_declared() -> None:
    assert set(ops.ROUTES) == {("GET", "/metrics"), ("GET", "/health"), ("GET", "/ready")}
