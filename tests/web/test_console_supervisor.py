"""What only a supervisor's page offers: legal holds, overrides; and an issue without its case."""

from __future__ import annotations

import re

from tests.builders import a_case as a_consenting_case
from tests.builders import a_confirmed_delete, a_packet, a_released_issue, an_erased_case
from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import a_case
from workervoice.hotline import disclosing, releasing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.overview import issue_lines
from workervoice.workflow.consent import Override

GRAVE = "I am 15 years old, boss took our passports, RIVER"
WHY = "A court asked for the papers"


def a_browser(house: House, login: str, path: str) -> Browser:
    """Somebody signed in who looks at this page."""
    browser = Browser.of(house, login)
    browser.open(path)
    return browser


def test_a_supervisor_sets_a_hold_and_lifts_it_and_everybody_sees_it(house: House) -> None:
    case = f"/cases/{a_case(house)}"
    sam, asha = a_browser(house, "sam", case), Browser.of(house, "asha")

    held = sam.do(f"{case}/hold", reason=WHY)
    seen = asha.open(case).text
    silent = sam.submit(f"{case}/hold", reason=" ")
    lifted = sam.do(f"{case}/hold", reason="The court is done")

    assert "Under legal hold" in held
    assert "Under legal hold" in seen
    assert WHY in seen
    assert f'action="{case}/hold"' not in seen
    assert (silent.status_code, "Say why, in a few words." in silent.text) == (409, True)
    assert "Under legal hold" not in lifted
    assert "lifts the legal hold" in lifted


def test_under_hold_the_page_offers_no_erasing_and_a_form_from_before_is_refused(
    house: House,
) -> None:
    case_id = a_consenting_case(house)
    case = f"/cases/{case_id}"
    a_confirmed_delete(house)
    house.wait(hours=73)
    asha, sam = a_browser(house, "asha", case), a_browser(house, "sam", case)
    offered = f'action="{case}/move/erase"' in asha.page
    sam.do(f"{case}/hold", reason=WHY)

    refused = asha.submit(f"{case}/move/erase", reason="the worker asked")

    assert offered
    assert refused.status_code == 409
    assert "no case of this worker is under legal hold" in refused.text
    assert f'action="{case}/move/erase"' not in refused.text


def test_a_hold_without_its_field_says_what_is_missing(house: House) -> None:
    case = f"/cases/{a_case(house)}"
    sam = a_browser(house, "sam", case)

    answers = [sam.post(f"{case}/hold", {"reason": WHY, **given}) for given in ({}, {"held": "x"})]

    for answer in answers:
        assert answer.status_code == 409
        assert "Nothing was done. Say whether the legal hold is set or lifted" in answer.text
    assert "Under legal hold" not in sam.open(case).text


def test_without_consent_only_a_supervisor_refers_with_ground_and_reason(house: House) -> None:
    case_id = a_case(house, text=GRAVE)
    case = f"/cases/{case_id}"
    asha, sam = a_browser(house, "asha", case), Browser.of(house, "sam")
    asha.do(f"{case}/move/take_up")
    by_handler = asha.page
    forced = asha.post(f"{case}/move/refer", {"ground": "under_18", "reason": "x"})
    sam.open(case)

    unsaid = sam.submit(f"{case}/move/refer", reason="She must leave tonight")
    sam.open(case)
    page = sam.do(f"{case}/move/refer", ground="under_18", reason="She must leave tonight")

    assert f'action="{case}/move/refer"' not in by_handler
    assert forced.status_code == 404
    assert unsaid.status_code == 409
    assert '<span class="stage">Referred</span>' in page
    assert "Without consent, because of a person under 18" in page
    assert case_page(house.console, house.actor("sam"), case_id).record.disclosed


def test_with_consent_for_authorities_no_ground_is_asked_for(house: House) -> None:
    case_id = a_consenting_case(house, consent="4", report=GRAVE)
    case = f"/cases/{case_id}"
    sam = a_browser(house, "sam", case)
    sam.do(f"{case}/move/take_up")

    assert 'name="ground"' not in sam.page
    page = sam.do(f"{case}/move/refer", reason="The labour office can help")

    assert '<span class="stage">Referred</span>' in page
    assert "Without consent" not in page


def card(page: str) -> str:
    """What an issue's page says about who let it go."""
    (found,) = re.findall(r'<h2 id="released-title">(.*?)</section>', page, re.S)
    return " ".join(re.sub(r"<[^>]*>", "", found).split())


def test_a_released_issue_says_who_approved_and_who_released_it_and_when(house: House) -> None:
    case_id = a_consenting_case(house)
    issue_id = disclosing.draft(house.console, house.actor("ben"), case_id, a_packet())
    house.wait(hours=1)
    disclosing.approve(house.console, house.actor("asha"), issue_id)
    before = a_browser(house, "ben", f"/issues/{issue_id}").page
    house.wait(hours=2)
    releasing.release(house.console, house.actor("sam"), issue_id)

    ben = a_browser(house, "ben", f"/issues/{issue_id}")

    assert "released-title" not in before
    assert re.search("Approved by <bdi>Asha[^<]*</bdi>, <time[^>]*>22 Nov 2026, 10:00 UTC", before)
    assert card(ben.page) == (
        "Who let it go Approved by Asha, handler, 22 Nov 2026, 10:00 UTC. "
        "Released by Sam, supervisor, 22 Nov 2026, 12:00 UTC."
    )
    thread = ben.open(f"/cases/{case_id}").text
    assert re.search(r"Sensitive issue \w{5}-\w{5}</a></span><span>Approved</span>", thread)


def test_a_release_without_consent_says_why_on_the_issues_page(house: House) -> None:
    case_id = a_consenting_case(house, consent="0", report=GRAVE)
    sam = house.actor("sam")
    issue_id = disclosing.draft(house.console, house.actor("asha"), case_id, a_packet())
    disclosing.approve(house.console, house.actor("asha"), issue_id)
    override = Override(sam.id, "They must leave <tonight>", "under_18")
    releasing.release(house.console, sam, issue_id, override)

    told = card(a_browser(house, "ben", f"/issues/{issue_id}").page)

    assert told.endswith(
        "Without the worker's consent. Ground: A person under 18. "
        "Reason: They must leave &lt;tonight&gt;"
    )


def test_who_released_an_issue_is_known_after_its_case_was_erased(house: House) -> None:
    case_id = a_consenting_case(house)
    issue_id = a_released_issue(house, case_id)
    an_erased_case(house, case_id)

    told = card(a_browser(house, "ben", f"/issues/{issue_id}").page)

    assert told == (
        "Who let it go Approved by Asha, handler. "
        "Released by Sam, supervisor, 22 Nov 2026, 09:00 UTC. "
        "Whether consent was overridden, and why, went with its case."
    )


def test_an_issue_whose_case_was_erased_is_followed_on_its_own_page(house: House) -> None:
    case_id = a_consenting_case(house)
    issue = f"/issues/{a_released_issue(house, case_id)}"
    a_confirmed_delete(house)
    house.wait(hours=73)
    asha = a_browser(house, "asha", f"/cases/{case_id}")
    asha.do(f"/cases/{case_id}/move/erase", reason="The worker asked; nothing forbids it")
    sam, maria = a_browser(house, "sam", issue), Browser.of(house, "maria")
    alone = sam.page

    proposed = sam.do(f"{issue}/move/recall", reason="It names the wrong site")
    maria.open(issue)
    done = maria.do(f"{issue}/move/recall", reason="I agree")

    assert "Its case was erased" in alone
    assert str(case_id) not in alone
    assert "Proposed: “Recall from the buyers”" in proposed
    assert "It names the wrong site" in proposed
    assert '<span class="stage">Cancelled</span>' in done
    assert re.search(r"Recalled from the buyers, <bdi>Maria", done)
    assert asha.open(f"/cases/{case_id}").status_code == 410


def test_a_draft_that_went_with_its_case_is_on_no_list_and_on_no_page(house: House) -> None:
    case_id = a_consenting_case(house)
    asha = a_browser(house, "asha", f"/cases/{case_id}/issues")
    asha.post(f"/cases/{case_id}/issues", {"description": "half a draft"})
    (line,) = issue_lines(house.console, house.actor("asha"))
    a_confirmed_delete(house)
    house.wait(hours=73)
    asha = a_browser(house, "asha", f"/cases/{case_id}")
    asha.do(f"/cases/{case_id}/move/erase", reason="The worker asked; nothing forbids it")

    page = asha.open("/issues").text

    assert str(line.id) not in page
    assert asha.open(f"/issues/{line.id}").text == asha.open("/nowhere").text
