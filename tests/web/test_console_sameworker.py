"""Phones that ask to be let in, as a case's page shows and decides them."""

from __future__ import annotations

import re

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import WORKER, a_case
from workervoice.workflow.returncodes import found

OTHER_PHONE = "+15550177001"


def at_case(house: House) -> tuple[Browser, str]:
    """A case whose worker's code came from another phone."""
    case_id = a_case(house)
    (said,) = house.say(WORKER, "code")
    code = found(said)
    assert code is not None
    house.say(OTHER_PHONE, code.digits)
    browser, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    browser.open(here)
    assert code.digits not in browser.page
    return browser, here


def test_a_handler_lets_a_phone_in_and_takes_it_out_again(house: House) -> None:
    asha, here = at_case(house)
    asked = asha.page

    let_in = asha.do(f"{here}/phones/let-in", reason="she knew the <month>")
    out = asha.do(f"{here}/phones/leave", reason="sold the phone")

    assert "Another phone sent the return code of this worker" in asked
    assert "lets another phone in" in let_in
    assert "she knew the &lt;month&gt;" in let_in
    assert "1 more phone was let in" in let_in
    assert "takes further phones out" in out
    assert OTHER_PHONE[1:] not in asked + let_in + out


def test_a_refusal_is_in_the_thread_and_asks_no_more(house: House) -> None:
    asha, here = at_case(house)

    refused = asha.do(f"{here}/phones/refuse", reason="did not know it")

    assert "refuses the phone that sent the code" in refused
    assert f"{here}/phones/let-in" not in refused


def test_without_saying_how_it_is_known_nobody_is_let_in(house: House) -> None:
    asha, here = at_case(house)

    answer = asha.post(f"{here}/phones/let-in", {"reason": " "})
    unknown = asha.post(f"{here}/phones/everybody", {"reason": "x"})

    assert answer.status_code == 409
    assert "in a few words" in answer.text
    assert unknown.status_code == 404


def test_a_shared_phone_is_told_to_the_handler(house: House) -> None:
    case_id = a_case(house)
    for text in ("new", "7315"):
        house.say(WORKER, text)
    asha = Browser.of(house, "asha")

    page = asha.open(f"/cases/{case_id}").text

    assert "Another person writes from the same phone" in page
    assert "7315" not in page


def test_texts_of_another_person_begin_a_case_of_their_own(house: House) -> None:
    case_id = a_case(house)
    house.say(WORKER, "and the <boss> hits my sister")
    asha, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    page = asha.open(here).text
    (*_, theirs) = re.findall(r'name="entry" value="([^"]+)"', page)

    parted = asha.do(f"{here}/part", entry=theirs, reason="her sister called")
    refused = asha.post(f"{here}/part", {"entry": "nonsense", "reason": "x"})

    assert "and the &lt;boss&gt; hits my sister" in page
    assert "begins a case of its own with texts of another person" in parted
    assert refused.status_code == 409
    assert "some, and not all" in refused.text.lower()
