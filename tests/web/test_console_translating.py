"""What an entry means, beside it on a case's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from fastapi import FastAPI

from tests.house import House
from tests.web.console_browser import Browser, app_of
from tests.web.console_scenes import WORKER, a_case
from workervoice.errors import Declined
from workervoice.hotline.casepage import case_page

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


def app_with(house: House, machine: Callable[[str, str], str]) -> FastAPI:
    """The console of a hotline that has a translation program."""
    app = app_of(house)
    app.state.console = replace(app.state.console, machine=machine)
    return app


def test_what_a_machine_makes_of_a_text_is_marked_and_kept_only_by_a_handler(house: House) -> None:
    case_id = a_case(house, text=SPANISH)
    app = app_with(house, lambda text, language: f"<{language}> {len(text)}")
    asha, here = Browser.of(house, "asha", app), f"/cases/{case_id}"
    (place,) = re.findall(rf'action="({here}/machine/[0-9a-f-]+)"', asha.open(here).text)

    shown = asha.post(place, {}).text
    before = case_page(house.console, house.actor("asha"), case_id)
    (mark,) = re.findall(r'name="mark" value="([0-9a-f]+)"', shown)
    forged = [{"text": "they lie", "mark": mark}, {"text": f"<es> {len(SPANISH)}", "mark": "é"}]
    refused = [asha.post(f"{place}/keep", fields).status_code for fields in forged]
    asha.post(f"{place}/keep", {"text": f"<es> {len(SPANISH)}", "mark": mark})
    page = asha.open(here).text

    assert refused == [409, 409]
    assert "Machine translation, may be wrong" in shown
    assert f"&lt;es&gt; {len(SPANISH)}" in shown
    assert "machine_translation" not in {said.kind for said in before.thread}
    assert "machine translation, may be wrong" in page
    assert f"&lt;es&gt; {len(SPANISH)}" in page
    after = case_page(house.console, house.actor("asha"), case_id)
    assert after.translated == frozenset()  # nobody has read it by that
    assert after.rendered == {after.thread[0].id}
    assert len(house.leaves("machine_text_kept")) == 1
    assert house.leaves("translated") == []


def test_a_machine_that_fails_is_told_of_on_the_cases_page(house: House) -> None:
    def fails(text: str, language: str) -> str:
        raise Declined("the translation program is busy: try again")

    case_id = a_case(house, text=SPANISH)
    asha = Browser.of(house, "asha", app_with(house, fails))
    here = f"/cases/{case_id}"
    (place,) = re.findall(rf'action="({here}/machine/[0-9a-f-]+)"', asha.open(here).text)

    answer = asha.post(place, {})

    assert answer.status_code == 409
    assert "The translation program is busy: try again." in answer.text


def test_without_a_program_no_page_offers_a_machine(house: House) -> None:
    asha, here, (place,) = at_case(house, SPANISH)

    assert "/machine/" not in asha.open(here).text
    assert asha.post(place.replace("translate", "machine"), {}).status_code == 409
