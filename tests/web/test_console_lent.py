"""Lending, by the pages: a handler looks a text through, a translator reads it and writes back."""

from __future__ import annotations

import re
from uuid import UUID

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import a_case

SPANISH = "Nos quitaron los <pasaportes>. Mi número es 5550 123 456. No podemos salir de RIVER"


def lent(house: House) -> tuple[Browser, str, str, str]:
    """A handler who lent a text without a number and what stands before it: their browser, the
    case's path and number, and the loan's path."""
    case_id = a_case(house, text=SPANISH)
    asha, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    page = asha.open(here).text
    (offer,) = re.findall(rf'href="({here}/lend/[0-9a-f-]+)"', page)
    form = asha.open(offer).text
    (to,) = re.findall(r'<option value="([0-9a-f-]+)">Tara', form)
    assert form.count("May point at a person") == 1
    assert re.findall(r'value="(\d)" checked', form) == ["2"]
    fields = {"to": to, "hours": "24", "reason": "nobody reads it", "left_out": ["1", "2"]}
    assert asha.post(offer, fields).status_code == 409
    asha.do(offer, **fields, untied="yes")
    tara = Browser.of(house, "tara").open("/lent").text
    (loan,) = re.findall(r'href="(/lent/[0-9a-f-]+)"', tara)
    return asha, here, str(case_id), loan


def test_a_translator_sees_a_language_and_a_text_and_no_case(house: House) -> None:
    _, _, case_id, loan = lent(house)
    tara = Browser.of(house, "tara")

    listed, page = tara.open("/lent").text, tara.open(loan).text

    assert "Spanish" in listed
    assert "pasaportes" not in listed
    assert "Nos quitaron los &lt;pasaportes&gt;." in page
    assert "[left out]" in page
    assert "5550" not in page
    for seen in (listed, page):
        assert case_id not in seen
        assert "Riverside" not in seen
        assert "Asha" not in seen


def test_what_the_translator_writes_is_read_beside_the_original(house: House) -> None:
    asha, here, _, loan = lent(house)
    tara = Browser.of(house, "tara")
    assert tara.post(loan, {"text": " "}).status_code == 409

    tara.open(loan)
    after = tara.do(loan, text="They took our <passports>")

    assert "Nothing is lent to you now." in after
    assert tara.open(loan).status_code == 404
    page = asha.open(here).text
    assert "They took our &lt;passports&gt;" in page
    assert page.index("They took our &lt;passports&gt;") < page.index("<span>by itself")
    assert "Tara, translator (from outside)" in page


def test_a_handler_takes_it_back_by_the_page(house: House) -> None:
    asha, here, _, loan = lent(house)
    page = asha.open(here).text
    (back,) = re.findall(rf'action="({here}/lent/[0-9a-f-]+/back)"', page)

    asha.do(back)

    assert Browser.of(house, "tara").open(loan).status_code == 404
    assert asha.post(back, {}).status_code == 409
    assert asha.post(f"{here}/lend/{UUID(int=7)}", {}).status_code == 404
