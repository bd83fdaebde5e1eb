"""Who holds the phone, as a case's page shows and changes it."""

from __future__ import annotations

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import WORKER, a_case


def at_case(house: House, *texts: str) -> tuple[Browser, str]:
    case_id = a_case(house)
    for text in texts:
        house.say(WORKER, text)
    browser, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    browser.open(here)
    return browser, here


def test_a_handler_freezes_and_thaws_and_the_page_says_what_that_means(house: House) -> None:
    asha, here = at_case(house)

    frozen = asha.do(f"{here}/conversation/freeze", reason="the <foreman> has it")
    thawed = asha.do(f"{here}/conversation/thaw", reason="she called")

    assert "nothing that we owe goes out" in frozen
    assert "the &lt;foreman&gt; has it" in frozen
    assert f"{here}/conversation/freeze" not in frozen
    assert f"{here}/conversation/thaw" not in thawed
    assert "thaws the conversation" in thawed


def test_a_refused_freeze_keeps_what_was_typed_and_says_why(house: House) -> None:
    asha, here = at_case(house)

    answer = asha.post(f"{here}/conversation/freeze", {"reason": " "})
    twice = asha.post(f"{here}/conversation/thaw", {"reason": "typed with care"})

    assert answer.status_code == twice.status_code == 409
    assert "Say why, in a few words." in answer.text
    assert "This step cannot be made here" in twice.text
    assert "typed with care" in twice.text


def test_what_the_worker_set_is_told_and_can_be_removed(house: House) -> None:
    asha, here = at_case(house, "safety", "4", "4826")
    told = asha.page

    removed = asha.do(f"{here}/forget", reason="she came to our office")

    assert "a PIN or word to read answers" in told
    assert "4826" not in told
    assert "The worker has set no PIN, word or hours." in removed
    assert f"{here}/forget" not in removed
    assert "she came to our office" in removed


def test_the_page_says_when_an_answer_goes_out_unasked(house: House) -> None:
    asha, here = at_case(house, "1", "safety", "6")
    held = asha.page
    asked = house.phones.texts(WORKER)[-1]

    house.say(WORKER, next(letter for letter in asked if letter.isdigit()))
    at_once = asha.open(here).text
    for text in ("safety", "4", "4826"):
        house.say(WORKER, text)
    locked = asha.open(here).text

    assert "Hold this answer for the worker" in held
    assert "Send this answer at once" in at_once
    assert "This worker wants answers at once" in at_once
    assert "Hold this answer for the worker" in locked


def test_a_move_of_no_table_is_not_found(house: House) -> None:
    asha, here = at_case(house)

    assert asha.post(f"{here}/conversation/hand_over", {"reason": "x"}).status_code == 404
    assert asha.post(f"{here}/conversation/explode", {"reason": "x"}).status_code == 404
