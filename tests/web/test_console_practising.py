"""A test in the queue and on its page, and how somebody says which it is."""

from __future__ import annotations

import re
from uuid import UUID

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import WORKER, a_case
from workervoice.hotline import practising

TRAINEE = "+15550100922"


def a_test(house: House, said: str) -> UUID:
    code, _ = practising.begin(house.console, house.actor("sam"), "demo-sms", 4)
    return a_case(house, TRAINEE, f"{code} {said}")


def test_a_test_stands_below_with_a_badge_and_is_not_counted(house: House) -> None:
    test_id = a_test(house, "the bus is late")
    case_id = a_case(house, WORKER, "the food is bad")

    page = Browser.of(house, "asha").open("/cases").text

    above, _, below = page.partition("<h2>Tests</h2>")
    assert "1 case waits for us." in above
    assert str(case_id) in above
    assert str(test_id) not in above
    assert str(test_id) in below
    assert re.search(r'<span class="badge late">Test</span>', below)
    assert "Test</span>" not in above


def test_what_may_be_real_waits_above_until_somebody_says_that_it_is_a_test(house: House) -> None:
    test_id = a_test(house, "they beat her now, she is 15")
    asha, here = Browser.of(house, "asha"), f"/cases/{test_id}"
    asked, page = asha.open("/cases").text, asha.open(here).text

    refused = asha.post(f"{here}/test", {"reason": " "})
    after = asha.do(f"{here}/test", reason="it is Sam's phone")
    said = asha.open("/cases").text

    assert "<h2>Tests</h2>" not in asked
    assert "1 case waits for us." in asked
    assert "May be real" in asked
    assert "A test, or real?" in page
    assert (refused.status_code, "Say why, in a few words." in refused.text) == (409, True)
    assert "says that this is a test" in after
    assert "May be real" not in after
    assert str(test_id) in said.partition("<h2>Tests</h2>")[2]


def test_a_monitor_reads_of_practices_in_plain_words(house: House) -> None:
    mina = Browser.of(house, "mina")
    none = mina.open("/monitor").text
    a_test(house, "they beat her now, she is 15")

    page = mina.open("/monitor").text

    assert "0 tests in all." in none
    assert "Runs now" in page
    assert f"<code>{house.actor('sam').id}</code>" in page
    assert "1 test in all. <strong>1 may be real: nobody has said yet which it is.</strong>" in page
    assert "she is 15" not in page


def test_a_handler_says_that_it_is_real(house: House) -> None:
    case_id = a_test(house, "the bus is late")
    asha, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    before = asha.open(here).text

    refused = asha.post(f"{here}/real", {"reason": " "})
    after = asha.do(f"{here}/real", reason="no <trainee> of ours")
    twice = asha.post(f"{here}/real", {"reason": "again"})

    assert "This is a test" in before
    assert "begins with the code of a practice" in before
    assert (refused.status_code, "Say why, in a few words." in refused.text) == (409, True)
    assert "This is a test" not in after
    assert "says that this is real" in after
    assert "no &lt;trainee&gt; of ours" in after
    assert twice.status_code == 409
    assert "<h2>Tests</h2>" not in asha.open("/cases").text


def test_drafting_from_a_test_is_refused_in_plain_words(house: House) -> None:
    case_id = a_test(house, "they took our passports. RIVER")
    asha = Browser.of(house, "asha")
    asha.open(f"/cases/{case_id}/issues")

    answer = asha.post(f"/cases/{case_id}/issues", {"description": "Papers are kept"})

    assert answer.status_code == 409
    assert "This case is a test, so nothing of it goes to anybody." in answer.text
