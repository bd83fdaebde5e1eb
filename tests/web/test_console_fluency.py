"""Languages that people read: told on one's account, seen in the queue."""

from __future__ import annotations

import re

from tests.house import House
from tests.looking import asked
from tests.web.console_browser import Browser
from tests.web.console_scenes import a_case

SPANISH = "Nos quitaron los pasaportes y no podemos salir"
VIETNAMESE = "Ông chủ giữ hộ chiếu của chúng tôi"


def tell(house: House, login: str, *languages: str) -> Browser:
    browser = Browser.of(house, login)
    browser.open("/account")
    browser.do("/account/languages", languages=list(languages))
    return browser


def names(page: str) -> list[str]:
    """The languages of the queue's lines."""
    return re.findall(r'data-label="Language">([^<]*?) ?<', page)


def test_a_queue_is_shortened_to_ones_own_languages_and_says_so(house: House) -> None:
    for number, text in enumerate(("They took our passports", SPANISH, VIETNAMESE)):
        a_case(house, f"+1555010045{number}", text)
    tell(house, "ben", "es")
    asha = tell(house, "asha", "en")

    whole = asha.open("/cases").text
    mine = asha.open("/cases?languages=mine").text

    assert sorted(names(whole)) == ["English", "Spanish", "Vietnamese"]
    assert sorted(names(mine)) == ["English", "Vietnamese"]
    assert whole.count("Nobody reads it") == mine.count("Nobody reads it") == 1
    assert "1 case is left out" in mine
    assert "for Ben, handler" in whole
    assert "for Ben" not in mine
    assert 'hx-get="/cases?languages=mine"' in mine
    assert 'href="/cases?languages=mine"' in whole


def test_who_has_told_nothing_sees_everything_and_where_to_tell(house: House) -> None:
    asked(house, "DELETE FROM fluency RETURNING id")
    a_case(house, "+15550100461", SPANISH)
    asha = Browser.of(house, "asha")

    page = asha.open("/cases?languages=mine").text

    assert "Spanish" in names(page)
    assert "which languages you read" in page
    assert "Nobody reads it" not in page


def test_the_account_shows_what_was_told_and_a_buyers_has_no_such_form(house: House) -> None:
    asha = tell(house, "asha", "bn", "en")
    nora = Browser.of(house, "nora")
    nora.open("/account")

    page = asha.open("/account").text

    assert re.findall(r'name="languages" value="([\w-]+)" checked', page) == ["bn", "en"]
    assert "/account/languages" not in nora.page
    assert nora.post("/account/languages", {"languages": "en"}).status_code == 404


def test_a_language_that_no_page_offered_is_refused(house: House) -> None:
    asha = Browser.of(house, "asha")
    asha.open("/account")

    answer = asha.post("/account/languages", {"languages": "xx"})

    assert answer.status_code == 409
    assert "Choose from the languages on the page." in answer.text
