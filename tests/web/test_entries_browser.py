"""Prompts while somebody types, in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

from tests.house import House
from tests.looking import asked
from tests.web.chromium import a_tab
from tests.web.test_console_passkey import PROGRAM, give_passphrase, needs_browser, served

TEXT = "Nos quitaron los pasaportes y no podemos salir"
NUMBER = "+15550177123"
ASKED = "document.querySelector('#prompts').innerText"


@needs_browser
def test_enter_in_the_field_of_the_number_hands_over_and_the_page_tells_the_case(
    house: House, tmp_path: Path
) -> None:
    with served(house) as address, a_tab(PROGRAM or "", tmp_path) as tab:
        give_passphrase(tab, house, address, "asha")
        tab.at("/cases")
        tab.go(f"{address}/entries/call")
        tab.evaluate(f"document.querySelector('#entry-text').value = {json.dumps(TEXT)}")
        tab.evaluate(f"document.querySelector('#entry-number').value = {NUMBER!r}")
        tab.evaluate("document.querySelector('#entry').querySelector('button').click()")
        tab.until("document.title.startsWith('Handed over')")
        assert NUMBER not in tab.evaluate("document.documentElement.outerHTML")

        house.by_hand.take_waiting()
        tab.until("document.querySelector('#sent a') !== null")

        assert "It is filed" in tab.evaluate("document.querySelector('#sent').innerText")


@needs_browser
def test_prompts_follow_what_is_typed_and_the_number_stays_in_the_form(
    house: House, tmp_path: Path
) -> None:
    with served(house) as address, a_tab(PROGRAM or "", tmp_path) as tab:
        give_passphrase(tab, house, address, "asha")
        tab.at("/cases")
        tab.go(f"{address}/entries/call")
        tab.until(f"{ASKED}.includes('Are you in danger now?')")
        spied = "document.body.addEventListener('htmx:configRequest', (e) => {"
        tab.evaluate(
            f"(() => {{ window.sent = []; {spied} window.sent.push(JSON.stringify(e.detail"
            ".parameters) + e.detail.path); }); })()"
        )
        tab.evaluate(f"document.querySelector('#entry-number').value = {NUMBER!r}")
        tab.evaluate("document.querySelector('[name=danger][value=no]').checked = true")
        tab.evaluate(f"document.querySelector('#entry-text').value = {json.dumps(TEXT)}")
        tab.evaluate(
            "document.querySelector('#entry-text')"
            ".dispatchEvent(new Event('input', {bubbles: true}))"
        )

        tab.until(f"{ASKED}.includes('identity papers taken')")
        tab.until("document.querySelector('#prompts [lang=es]') !== null")
        tab.until("window.sent.some((each) => each.includes('/draft'))")

        sent = tab.evaluate("window.sent.join(' ')")
        assert "/entries/call/prompts" in sent
        assert NUMBER not in sent
        kept = tab.evaluate("document.querySelector('#entry-number').value")
        assert kept == NUMBER
        tab.until(
            "performance.getEntriesByType('resource').some((each) => each.name.endsWith('/draft'))"
        )
    assert asked(house, "SELECT count(*) AS n FROM entry_draft")[0].n == 1
