"""What the process log says of the console's door: that it happened, never what was typed."""

from __future__ import annotations

import logging

import pytest

from tests.house import House
from tests.web.console_browser import COOKIE, Browser, app_of
from workervoice.web.console import counts


@pytest.fixture(autouse=True)
def _every_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "console" in record.name]


def test_signing_in_is_one_line_with_the_officer_and_a_count(
    shared_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_of(shared_house)

    browsers = [Browser.of(shared_house, login, app) for login in ("asha", "nora")]

    officers = [shared_house.actor(login).id for login in ("asha", "nora")]
    assert lines(caplog) == [
        f"signed in: officer {officer} ({count} since the start)"
        for count, officer in enumerate(officers, 1)
    ]
    for browser, login in zip(browsers, ("asha", "nora"), strict=True):
        kept = browser.client.cookies[COOKIE]
        for secret in (kept, browser.token, shared_house.seeded.passphrases[login]):
            assert secret not in caplog.text


def test_an_unknown_login_and_a_wrong_passphrase_are_the_same_line(
    shared_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser.at(app_of(shared_house))
    browser.open("/login")

    for login in ("asha", "stranger-7", "asha"):
        browser.submit("/login", login=login, passphrase="typed-by-mistake")

    assert lines(caplog) == [f"sign-in refused ({count} since the start)" for count in (1, 2, 3)]
    for typed in ("asha", "stranger", "mistake", browser.token):
        assert typed not in caplog.text


def test_forms_without_their_token_are_a_line_a_minute(
    shared_house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_house.forget_tries()
    app = app_of(shared_house)
    browser = Browser.of(shared_house, "asha", app)
    caplog.clear()

    browser.post("/logout", {"form_token": "guessed-token"}, token=False)
    Browser.at(app).post("/login", {"login": "asha", "passphrase": "planted"}, token=False)

    monkeypatch.setattr(counts, "QUIET_SECONDS", 0.0)  # a minute later
    browser.post("/logout", {"form_token": "guessed-token"}, token=False)

    told = "form without its token refused"
    assert lines(caplog) == [f"{told} ({count} since the start)" for count in (1, 3)]
    for typed in ("guessed", "planted", "asha", browser.token):
        assert typed not in caplog.text


def test_looking_at_pages_says_nothing(
    shared_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    shared_house.forget_tries()
    browser = Browser.of(shared_house, "asha")
    caplog.clear()

    for path in ("/cases", "/issues", "/nowhere", "/monitor"):
        browser.open(path)

    assert lines(caplog) == []
