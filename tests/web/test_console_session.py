"""Signing in and out of the console, and when a session ends by itself."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from httpx2 import Response

from tests.house import House
from tests.web.console_browser import COOKIE, Browser, PageReader, app_of
from tests.web.console_scenes import a_case
from workervoice.store.engine import Database
from workervoice.web.console import create_console_app


@pytest.mark.parametrize(
    ("login", "home"),
    [("asha", "/cases"), ("sam", "/cases"), ("nora", "/disclosures"), ("mina", "/monitor")],
)
def test_everybody_comes_home_after_signing_in(shared_house: House, login: str, home: str) -> None:
    browser = Browser.of(shared_house, login)

    assert browser.page
    assert browser.open("/").headers["location"] == home


def test_an_unknown_login_and_a_wrong_passphrase_get_the_same_answer(shared_house: House) -> None:
    browser = Browser.at(app_of(shared_house))
    browser.open("/login")

    answers = [
        browser.submit("/login", login=login, passphrase=passphrase)
        for login, passphrase in (
            ("asha", "wrong"),
            ("nobody", "wrong"),
            ("", ""),
            ("x" * 9000, "y"),
        )
    ]

    kept = [re.search(r'name="login"[^>]* value="(\w*)"', answer.text) for answer in answers]
    assert {answer.status_code for answer in answers} == {401}
    assert [found and found[1] for found in kept] == ["asha", "nobody", "", "x" * 200]
    assert len({re.sub(r"(?:asha|nobody|x{200})", "who", a.text) for a in answers[:2]}) == 1
    assert all("passphrase is not right" in answer.text for answer in answers)
    assert all("set-cookie" not in answer.headers for answer in answers)


def test_a_session_gets_a_new_cookie_that_scripts_and_other_sites_cannot_use(
    shared_house: House,
) -> None:
    browser = Browser.at(app_of(shared_house))
    before = browser.open("/login").headers["set-cookie"]

    after = browser.submit(
        "/login", login="asha", passphrase=shared_house.seeded.passphrases["asha"]
    ).headers.get_list("set-cookie")

    assert before.split(";")[0] != after[0].split(";")[0]
    assert [each.partition("=")[0] for each in after] == [COOKIE, f"{COOKIE}-device"]
    for cookie in (before, *after):
        assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
        assert "Secure" not in cookie


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_two_hotlines_on_one_machine_do_not_sign_each_other_out(
    shared_house: House, host: str
) -> None:
    """A browser has one jar of cookies for all ports of a host."""
    app = app_of(shared_house)
    given = [
        Browser.at(app).open("/login", Host=f"{host}{port}").headers["set-cookie"].split("=")[0]
        for port in (":8001", ":8002", "", ":80", ":x")
    ]

    assert given[:3] == ["workervoice-8001", "workervoice-8002", "workervoice-80"]
    assert given[3:] == ["workervoice-80", "workervoice-80"]


def test_over_https_the_cookie_is_bound_to_the_host(shared_house: House) -> None:
    browser = Browser.at(app_of(shared_house, secure=True), secure=True)
    browser.open("/login")

    answer = browser.submit(
        "/login", login="asha", passphrase=shared_house.seeded.passphrases["asha"]
    )
    cookies = answer.headers.get_list("set-cookie")

    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-workervoice")
        assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    assert "max-age" in answer.headers["strict-transport-security"]
    assert browser.open("/cases").status_code == 200


def test_a_planted_cookie_does_not_become_a_session(shared_house: House) -> None:
    browser = Browser.at(app_of(shared_house))
    browser.sign_in_by("planted")
    browser.open("/login")

    browser.submit("/login", login="asha", passphrase=shared_house.seeded.passphrases["asha"])
    stranger = Browser.at(app_of(shared_house))
    stranger.sign_in_by("planted")

    assert stranger.open("/cases").headers["location"] == "/login"


def test_after_signing_out_the_cookie_opens_nothing(shared_house: House) -> None:
    browser = Browser.of(shared_house, "asha")
    kept = browser.client.cookies[COOKIE]

    answer = browser.submit("/logout")
    browser.sign_in_by(kept)

    assert answer.headers["location"] == "/login"
    assert browser.open("/cases").headers["location"] == "/login"


def test_a_page_that_refreshes_itself_does_not_keep_a_session_awake(house: House) -> None:
    browser = Browser.of(house, "asha")

    house.wait(minutes=10)
    refreshed = browser.open("/cases", **{"HX-Request": "true"})
    house.wait(minutes=6)
    ended = browser.open("/cases", **{"HX-Request": "true"})

    assert refreshed.status_code == 200
    assert (ended.status_code, ended.headers["hx-redirect"]) == (403, "/login")
    assert browser.open("/cases").headers["location"] == "/login"


def test_a_person_who_looks_keeps_the_session_awake_but_not_for_ever(house: House) -> None:
    browser = Browser.of(house, "asha")

    for _ in range(47):
        house.wait(minutes=10)
        assert browser.open("/cases").status_code == 200
    house.wait(minutes=11)

    assert browser.open("/cases").headers["location"] == "/login"


TYPED = "We can help you & your family. <Are you safe tonight?>"


def _sent_too_late(house: House, origin: str) -> Response:
    """An answer that was written for longer than a session lasts."""
    browser, here = Browser.of(house, "asha"), f"/cases/{a_case(house)}"
    browser.open(here)
    house.wait(minutes=20)
    given = {"form_token": browser.token, "text": TYPED, "login": "asha", "passphrase": "mine"}
    return browser.client.post(
        f"{here}/answer", data=given, headers={"Sec-Fetch-Site": origin} if origin else {}
    )


def test_what_was_typed_for_too_long_comes_back_to_be_copied(house: House) -> None:
    answer = _sent_too_late(house, "same-origin")

    assert answer.status_code == 403
    assert PageReader(answer.text).faults == []
    assert html.escape(TYPED) in answer.text
    assert "mine" not in answer.text


@pytest.mark.parametrize("origin", ["", "none", "same-site", "cross-site"])
def test_another_site_cannot_make_our_page_say_its_words(house: House, origin: str) -> None:
    answer = _sent_too_late(house, origin)

    assert answer.status_code == 403
    assert "tonight" not in answer.text


def test_without_a_database_what_was_typed_comes_back_too(house: House) -> None:
    browser, here = Browser.of(house, "asha"), f"/cases/{a_case(house)}"
    browser.open(here)
    away = replace(house.console, database=Database("postgresql+psycopg://x@127.0.0.1:9/x"))
    door, desk = replace(house.door, process=away), replace(house.desk, process=away)
    lost = Browser.at(create_console_app(process=away, door=door, desk=desk, secure_cookies=False))
    lost.sign_in_by(browser.client.cookies[COOKIE])

    answer = lost.client.post(
        f"{here}/answer",
        data={"form_token": browser.token, "text": TYPED},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert answer.status_code == 503
    assert html.escape(TYPED) in answer.text
