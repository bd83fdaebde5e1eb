"""A button pressed twice: whatever a form makes, it makes once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from tests.house import House
from tests.web.console_browser import COOKIE, Browser, PageReader, app_of
from tests.web.console_scenes import ACTION, PACKET, a_case, a_plan, agree_to_buyers
from workervoice.hotline.casepage import case_page
from workervoice.hotline.issuepage import issue_page
from workervoice.hotline.overview import issue_lines

CHILD = "I am 15 years old, they pay us nothing, RIVER"


def sent_again(browser: Browser, path: str, **fields: str | list[str]) -> list[tuple[int, str]]:
    """The same form of the same page, sent three times: status and where each leads."""
    page = browser.page
    answers = []
    for _ in range(3):
        browser.page = page
        answers.append(browser.submit(path, **fields))
    return [(answer.status_code, answer.headers.get("location", "")) for answer in answers]


def issues_of(house: House) -> list[UUID]:
    return [line.id for line in issue_lines(house.console, house.actor("asha"))]


def entries(house: House, case_id: UUID, kind: str) -> int:
    thread = case_page(house.console, house.actor("asha"), case_id).thread
    return sum(entry.kind == kind for entry in thread)


def test_a_draft_that_is_sent_again_is_the_same_issue(house: House) -> None:
    case_id = a_case(house)
    asha = Browser.of(house, "asha")
    asha.open(f"/cases/{case_id}/issues")

    answers = sent_again(asha, f"/cases/{case_id}/issues", **PACKET)

    (drafted,) = issues_of(house)
    assert answers == [(303, f"/issues/{drafted}")] * 3
    assert len(house.leaves("issue_drafted")) == 1


def test_a_draft_that_was_changed_before_it_is_sent_again_is_not_lost(house: House) -> None:
    case_id = a_case(house)
    asha = Browser.of(house, "asha")
    page = asha.open(f"/cases/{case_id}/issues").text

    first = asha.submit(f"/cases/{case_id}/issues", **PACKET)
    asha.page = page
    changed = {**PACKET, "description": "Papers of many workers are kept, by order."}
    second = asha.submit(f"/cases/{case_id}/issues", **changed)

    assert first.headers["location"] != second.headers["location"]
    assert len(issues_of(house)) == 2


def test_two_drafts_at_the_very_same_moment_are_one(house: House) -> None:
    case_id = a_case(house)
    app = app_of(house)
    asha = Browser.of(house, "asha", app)
    page = asha.open(f"/cases/{case_id}/issues").text
    cookie = asha.client.cookies[COOKIE]

    def send(_: int) -> tuple[int, str]:
        browser = Browser.at(app)
        browser.sign_in_by(cookie)
        browser.page = page
        answer = browser.submit(f"/cases/{case_id}/issues", **PACKET)
        return answer.status_code, answer.headers["location"]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, range(2)))

    (drafted,) = issues_of(house)
    assert answers == [(303, f"/issues/{drafted}")] * 2


def test_another_person_who_says_the_same_drafts_another_issue(house: House) -> None:
    case_id = a_case(house)
    here = f"/cases/{case_id}/issues"

    for login in ("asha", "ben"):
        browser = Browser.of(house, login)
        browser.open(here)
        browser.submit(here, **PACKET, form="0" * 32)

    assert len(issues_of(house)) == 2


@pytest.mark.parametrize("login", ["nora", "asha"])
def test_an_action_that_is_proposed_again_is_the_same_action(house: House, login: str) -> None:
    scene = a_plan(house)
    buyer = login == "nora"
    here = f"/disclosures/{scene.disclosures['nora']}" if buyer else f"/issues/{scene.issue}"
    browser = Browser.of(house, login)
    browser.open(here)

    answers = sent_again(browser, f"{here}/actions", **ACTION)

    actions = issue_page(house.console, house.actor("asha"), scene.issue).actions
    assert answers == [(303, f"{here}#plan")] * 3
    assert len(actions) == 2  # the scene's own, and this one
    assert len(house.leaves("action_proposed")) == 2


def test_a_note_that_is_sent_again_stands_once_and_a_later_one_stands_too(house: House) -> None:
    case_id = a_case(house)
    asha, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    asha.open(here)

    sent_again(asha, f"{here}/note", text="Called, nobody there")
    once = entries(house, case_id, "note")
    asha.open(here)
    sent_again(asha, f"{here}/note", text="Called, nobody there")

    assert once == 1
    assert entries(house, case_id, "note") == 2


def test_a_judgement_that_is_sent_again_stands_once(house: House) -> None:
    case_id = a_case(house)
    asha, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    asha.open(here)

    sent_again(asha, f"{here}/assess", indicator="isolation", verdict="added", reason="She says so")
    sent_again(asha, f"{here}/priority", priority="P0", reason="Tonight")

    page = case_page(house.console, house.actor("asha"), case_id)
    judged = {each.indicator: each.by_people for each in page.judged}
    assert len(judged["isolation"]) == 1
    assert len(page.priorities) == 1


def test_a_move_that_is_proposed_again_waits_for_another_person_once(house: House) -> None:
    case_id = a_case(house, text=CHILD)
    asha, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    asha.open(here)

    answers = sent_again(asha, f"{here}/move/set_aside", reason="Twice")
    after = case_page(house.console, house.actor("asha"), case_id)

    assert answers == [(303, here)] * 3
    assert after.state != "out_of_scope"
    assert entries(house, case_id, "proposal") == 1


def test_a_rejection_that_is_proposed_again_waits_for_another_person_once(house: House) -> None:
    case_id = a_case(house, text=CHILD)
    asha = Browser.of(house, "asha")
    asha.open(f"/cases/{case_id}/issues")
    asha.do(f"/cases/{case_id}/issues", **PACKET)
    (drafted,) = issues_of(house)

    answers = sent_again(asha, f"/issues/{drafted}/move/reject", reason="Too thin")

    assert answers == [(303, f"/issues/{drafted}")] * 3
    assert entries(house, case_id, "proposal") == 1


@pytest.mark.parametrize("form", ["", "7", "Z" * 32, "0" * 33, "0" * 31 + "\n"])
def test_a_form_without_an_id_of_ours_is_taken_each_time(house: House, form: str) -> None:
    case_id = a_case(house)
    asha, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    asha.open(here)

    for _ in range(2):
        asha.post(f"{here}/note", {"text": "Called", "form": form})

    assert entries(house, case_id, "note") == 2


def test_every_page_that_is_shown_has_forms_of_its_own(house: House) -> None:
    case_id = a_case(house)
    agree_to_buyers(house, case_id)
    asha = Browser.of(house, "asha")

    def ids(path: str) -> set[str]:
        return set(re.findall(r'name="form" value="(\w*)"', asha.open(path).text))

    first, second = ids(f"/cases/{case_id}"), ids(f"/cases/{case_id}")
    forms: Any = [f for f in PageReader(asha.page).forms if f.action != "/logout"]

    assert len(first) == len(second) == 1
    assert first != second
    assert all("form" in dict(form.fixed) for form in forms)
