"""Inviting, joining and confirming, in a real browser."""

from __future__ import annotations

from pathlib import Path

from tests.house import House
from tests.web.chromium import Tab, a_tab
from tests.web.test_console_passkey import PROGRAM, give_passphrase, needs_browser, served
from tests.web.test_console_people import WORDS, path_of, state_of

SECRET = "document.querySelector('.secret code').innerText"


def sam_comes(tab: Tab, house: House, address: str) -> None:
    give_passphrase(tab, house, address)
    tab.at("/second")
    tab.fill("code", house.code("sam"))
    tab.press("/second")
    tab.at("/cases")


def titled(tab: Tab, words: str) -> None:
    tab.until(f"document.title.includes({words!r}) && document.readyState === 'complete'")


@needs_browser
def test_somebody_is_invited_joins_and_is_confirmed(house: House, tmp_path: Path) -> None:
    with served(house) as address, a_tab(PROGRAM or "", tmp_path) as tab:
        sam_comes(tab, house, address)
        tab.go(f"{address}/people")
        tab.fill("login", "dina")
        tab.fill("name", "Dina")
        tab.press("/people/invite")
        titled(tab, "dina is invited")
        token = tab.evaluate(SECRET)
        tab.press("/logout")
        tab.at("/login")

        tab.go(f"{address}/join")
        for name, value in (("token", token), ("new", WORDS), ("again", WORDS)):
            tab.fill(name, value)
        tab.press("/join")
        titled(tab, "Your recovery code")
        tab.fill("code", tab.evaluate(SECRET))
        tab.press("/join/code")
        titled(tab, "waits to be confirmed")
        digits = tab.evaluate(SECRET)

        sam_comes(tab, house, address)
        tab.go(f"{address}{path_of(house, 'dina')}")
        tab.fill("fingerprint", digits)
        tab.press(f"{path_of(house, 'dina')}/admit")
        tab.until("document.body.innerText.includes('Admitted')")

    assert state_of(house, "dina") == "admitted"
