"""Guessing at the console's door: how long a stranger waits, and that the person does not."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response

from tests.house import House
from tests.web.console_browser import Browser, app_of
from workervoice.crypto.slots import Cost
from workervoice.hotline.throttle import Rules
from workervoice.web.console import create_console_app
from workervoice.web.console.gate import Console
from workervoice.web.console.login import turn
from workervoice.web.errors import Busy

STRANGER, PERSON = "203.0.113.9", "198.51.100.7"


def proxied(house: House, **more: Any) -> FastAPI:
    """The console behind a proxy that says where requests come from."""
    return create_console_app(
        process=house.console,
        door=more.get("door", house.door),
        desk=house.desk,
        secure_cookies=False,
        rules=Rules(behind_proxy=True),
    )


def try_from(app: FastAPI, source: str, login: str, passphrase: str) -> tuple[Browser, Response]:
    browser = Browser.at(app)
    browser.client.headers["X-Real-IP"] = source
    browser.open("/login")
    return browser, browser.submit("/login", login=login, passphrase=passphrase)


def hammer(app: FastAPI, login: str = "asha") -> Response:
    for _ in range(3):
        _, answer = try_from(app, STRANGER, login, "a guess")
    return answer


@pytest.mark.parametrize("login", ["asha", "nobody"])
def test_a_guesser_has_to_wait_whether_there_is_such_a_login_or_not(
    house: House, login: str
) -> None:
    app = proxied(house)

    answer = hammer(app, login)
    house.wait(seconds=1)
    _, later = try_from(app, STRANGER, login, "a guess")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "Wait 1 second, and try again" in answer.text
    assert later.status_code == 401


def test_a_right_passphrase_has_to_wait_in_the_guessers_lane_too(house: House) -> None:
    app = proxied(house)
    hammer(app)

    _, answer = try_from(app, STRANGER, "asha", house.seeded.passphrases["asha"])

    assert answer.status_code == 429


def test_the_person_comes_in_from_another_source_meanwhile(house: House) -> None:
    app = proxied(house)
    hammer(app)

    _, answer = try_from(app, PERSON, "asha", house.seeded.passphrases["asha"])

    assert (answer.status_code, answer.headers["location"]) == (303, "/cases")


def test_a_known_browser_comes_in_from_the_guessers_own_address(house: House) -> None:
    app, passphrase = proxied(house), house.seeded.passphrases["asha"]
    browser, _ = try_from(app, STRANGER, "asha", passphrase)
    browser.open("/cases")
    browser.submit("/logout")
    hammer(app)

    browser.open("/login")
    answer = browser.submit("/login", login="asha", passphrase=passphrase)

    assert answer.headers["location"] == "/cases"


def test_a_known_browser_of_one_person_is_a_stranger_to_another(house: House) -> None:
    app = proxied(house)
    browser, _ = try_from(app, STRANGER, "asha", house.seeded.passphrases["asha"])
    hammer(app, "ben")

    browser.open("/login")
    answer = browser.submit("/login", login="ben", passphrase=house.seeded.passphrases["ben"])

    assert answer.status_code == 429


def test_without_a_proxy_what_a_browser_says_of_its_address_is_not_believed(
    house: House,
) -> None:
    app = app_of(house)
    hammer(app)

    _, answer = try_from(app, PERSON, "asha", house.seeded.passphrases["asha"])

    assert answer.status_code == 429


def test_guessing_codes_with_a_known_passphrase_has_to_wait(house: House) -> None:
    app = proxied(house)
    browser, _ = try_from(app, STRANGER, "sam", house.seeded.passphrases["sam"])
    browser.open("/second")

    answers = [browser.submit("/second", code=f"{n:06}").status_code for n in range(5)]

    assert answers == [401, 401, 429, 429, 429]


def test_when_too_many_wait_for_the_passphrase_check_the_next_is_sent_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workervoice.web.console.login.WAIT_SECONDS", 0.01)
    app = app_of(house)
    console: Console = app.state.console
    taken = [console.logins.acquire(blocking=False) for _ in range(8)]

    _, answer = try_from(app, PERSON, "asha", house.seeded.passphrases["asha"])

    assert all(taken)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    with pytest.raises(Busy), turn(console):
        pass
    for _ in taken:
        console.logins.release()
    assert try_from(app, PERSON, "asha", house.seeded.passphrases["asha"])[1].status_code == 303


def test_known_and_unknown_logins_take_the_same_time(house: House) -> None:
    """Medians over many tries, in turn; each runs Argon2id once, which the house makes dearer."""
    cost = Cost(memory_kib=4096, iterations=2, lanes=1)
    passphrase = house.seeded.passphrases["asha"]
    _dearer(house, cost)
    door = replace(house.door, cost=cost)
    times: dict[str, list[float]] = {"asha": [], "nobody": []}

    for _ in range(40):
        for login, taken in times.items():
            begun = time.perf_counter()
            with pytest.raises(Exception, match="not this login"):
                door.enter(login, f"not {passphrase}")
            taken.append(time.perf_counter() - begun)

    known, unknown = (statistics.median(taken) for taken in times.values())
    assert 0.7 < known / unknown < 1.4


def _dearer(house: House, cost: Cost) -> None:
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(
            "SELECT set_config('workervoice.programme', %s, true)", (str(house.programme),)
        )
        tx.connection.exec_driver_sql(
            "UPDATE slot SET cost = %s",
            (f"{cost.memory_kib},{cost.iterations},{cost.lanes}",),
        )
    house.believe()


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_without_a_proxy_nobody_says_himself_where_he_comes_from(house: House, name: str) -> None:
    app = app_of(house)
    for source in range(4):
        browser = Browser.at(app)
        browser.client.headers[name] = f"203.0.113.{source}"
        browser.open("/login")
        answer = browser.submit("/login", login="asha", passphrase="a guess")

    assert answer.status_code == 429
