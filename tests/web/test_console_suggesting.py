"""A sentence of the phrase book in an answer, as a handler without JavaScript picks it."""

from __future__ import annotations

import html
from uuid import UUID

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import WORKER, a_case

SPANISH = "Nos quitaron los pasaportes y no podemos salir"


def said(house: House, key: str, language: str) -> str:
    return house.phrases.say(key, language, part="suggestions")


def at_case(house: House) -> tuple[Browser, str, UUID]:
    case_id = a_case(house, text=SPANISH)
    browser, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    browser.open(here)
    return browser, here, case_id


def field_of(page: str) -> str:
    """What stands in the field of the answer."""
    return html.unescape(
        page.partition('id="answer-text"')[2].partition(">\n")[2].partition("<")[0]
    )


def test_a_handler_picks_sentences_by_their_english_and_the_worker_reads_their_own(
    house: House,
) -> None:
    asha, here, _ = at_case(house)
    read, place = (said(house, key, "es") for key in ("s_read", "s_place"))
    offered = asha.page

    first = asha.do(f"{here}/suggest", text="Hola.", suggestion="s_read")
    second = asha.do(f"{here}/suggest", text=field_of(first), suggestion="s_place")
    sent = asha.do(f"{here}/answer", text=field_of(second))
    house.deliver()

    assert "Add a sentence in Spanish" in offered
    assert "no native speaker has signed" in offered
    assert said(house, "s_read", "en") in offered
    assert 'id="back-translation"' not in offered
    assert field_of(second) == f"Hola.\n{read}\n{place}"
    shown = second.partition('id="back-translation"')[2].partition("</div>")[0]
    assert "draft" in shown
    assert shown.index(said(house, "s_read", "en")) < shown.index(said(house, "s_place", "en"))
    assert "the answer in English, by the phrase book, from Spanish" in sent
    assert field_of(sent) == ""
    assert f"Hola.\n{read}\n{place}" in house.say(WORKER, "1")


def test_a_refused_sentence_leaves_what_was_typed(house: House) -> None:
    asha, here, _ = at_case(house)

    none = asha.submit(f"{here}/suggest", text="typed with care", suggestion="")

    assert none.status_code == 409
    assert "Choose a sentence from the list." in none.text
    assert field_of(none.text) == "typed with care"


def test_an_answer_sent_twice_has_its_english_once(house: House) -> None:
    asha, here, _ = at_case(house)
    page = asha.do(f"{here}/suggest", text="", suggestion="s_read")
    form = {"form": page.partition('name="form" value="')[2][:32], "text": field_of(page)}

    for _ in range(2):
        asha.post(f"{here}/answer", form)

    assert asha.open(here).text.count("the answer in English, by the phrase book") == 1
