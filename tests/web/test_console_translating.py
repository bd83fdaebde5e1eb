"""What an entry means, beside it on a case's page."""

from __future__ import annotations

import re
from uuid import UUID

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import WORKER, a_case

SPANISH = "Nos quitaron los pasaportes y no podemos salir"


def at_case(house: House, text: str, login: str = "asha") -> tuple[Browser, str, list[str]]:
    """A handler at a case, and the places to send translations of its entries to."""
    case_id = a_case(house, text=text)
    browser, here = Browser.of(house, login), f"/cases/{case_id}"
    page = browser.open(here).text
    return browser, here, re.findall(rf'action="({here}/translate/[0-9a-f-]+)"', page)


def test_a_handler_writes_what_a_text_means_and_colleagues_read_it(house: House) -> None:
    asha, here, (place,) = at_case(house, SPANISH)

    page = asha.do(place, text="They took our <passports>")
    ben = Browser.of(house, "ben").open(here).text

    for seen in (page, ben):
        assert "They took our &lt;passports&gt;" in seen
        assert "what the entry before means, as they read it" in seen
        assert seen.index('lang="es"') < seen.index("They took our &lt;passports&gt;")
    assert "It is translated below: take the passage out there, too." in page


def test_an_english_case_offers_no_translation(house: House) -> None:
    _, _, places = at_case(house, "They took our passports and we can not go out")

    assert places == []


def test_a_digit_and_a_command_mean_themselves(house: House) -> None:
    asha, here, (place,) = at_case(house, SPANISH)
    for text in ("1", "ALTO"):
        house.say(WORKER, text)

    page = asha.open(here).text

    assert re.findall(rf'action="({here}/translate/[0-9a-f-]+)"', page) == [place]


def test_a_refused_translation_keeps_what_was_typed(house: House) -> None:
    asha, here, (place,) = at_case(house, SPANISH)

    empty = asha.post(place, {"text": " "})
    foreign = asha.post(f"{here}/translate/{UUID(int=7)}", {"text": "typed with care"})

    assert empty.status_code == 409
    assert "Write what it means, in 1 to 4000 characters." in empty.text
    assert foreign.status_code == 404
