"""No application tells strangers what it can do: the gateway, the console and the phones alike."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.house import House
from tests.web.console_browser import Browser, app_of
from tests.web.gateways import BOTH_TOKENS, PUBLIC, tokens
from workervoice.web.gateway import create_gateway_app
from workervoice.web.phone import create_phone_app

DESCRIPTIONS = ("/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json", "/openapi.yaml")


@pytest.fixture(params=["gateway", "console", "phones"])
def app(request: pytest.FixtureRequest, shared_house: House) -> FastAPI:
    if request.param == "gateway":
        return create_gateway_app(shared_house.reception, tokens(*BOTH_TOKENS), PUBLIC)
    if request.param == "console":
        return app_of(shared_house)
    return create_phone_app(gateway_url="http://127.0.0.1:1", lines=[], secret="x")


@pytest.mark.parametrize("path", DESCRIPTIONS)
def test_no_application_describes_itself(app: FastAPI, path: str) -> None:
    client = TestClient(app, base_url="http://127.0.0.1")

    answers = [client.request(method, path) for method in ("GET", "HEAD", "POST")]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert not any("openapi" in answer.text.lower() for answer in answers)


@pytest.mark.parametrize("path", DESCRIPTIONS)
def test_the_console_describes_itself_to_no_officer_either(shared_house: House, path: str) -> None:
    browser = Browser.of(shared_house, "maria", app_of(shared_house))

    assert browser.open(path).status_code == 404
