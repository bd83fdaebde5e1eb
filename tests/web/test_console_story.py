"""The main job through the pages: from a worker's text to a remedy that the worker confirmed.

Everybody uses only the forms that a page shows to them.
"""

from __future__ import annotations

import re

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import ACTION, DESCRIPTION, PACKET, WORKER, a_case, agree_to_buyers
from workervoice.hotline.casepage import case_page

ANSWER = "We can help. Are you safe tonight?"
REMEDY = "Papers given back to 40 workers"


def the_link(page: str, under: str) -> str:
    """The one link to something of a kind."""
    found: set[str] = set(re.findall(rf'href="({under}/[0-9a-f-]{{36}})"', page))
    assert len(found) == 1, found
    return found.pop()


def the_form(browser: Browser, ending: str) -> str:
    """The one form whose address ends so."""
    found: set[str] = set(re.findall(rf'action="([^"]+/{ending})"', browser.page))
    assert len(found) == 1, (ending, found)
    return found.pop()


def answer_and_assess(handler: Browser, case: str) -> None:
    handler.do(f"{case}/answer", text=ANSWER)
    page = handler.do(
        f"{case}/assess",
        indicator="retention_of_identity_documents",
        verdict="confirmed",
        reason="Two more people say so",
    )
    assert "Confirmed as reported by <bdi>Asha, handler</bdi>" in page
    assert "Waits until the worker asks for it" in page
    assert "In progress" in page


def draft_and_release(handler: Browser, supervisor: Browser, case: str) -> str:
    """Two people, after the first text was refused for pointing at a person; the issue's path."""
    handler.open(f"{case}/issues")
    careless = {**PACKET, "description": "On 3 May the boss of line 4512 took papers"}
    page = handler.do(f"{case}/issues", **careless)
    issue = the_link(page + handler.open("/issues").text, "/issues")
    page = handler.open(issue).text
    assert '<mark class="doubtful" title="a date finer than a month">3 May</mark>' in page
    assert f'action="{issue}/approve"' not in page
    handler.do(f"{issue}/edit", **PACKET)
    page = handler.do(f"{issue}/approve")
    assert "Somebody else has to release it." in page
    assert f'action="{issue}/release"' not in page
    supervisor.open(issue)
    page = supervisor.do(f"{issue}/release")
    assert "Released to buyers" in page
    return issue


def take_up(buyer: Browser) -> str:
    """Before opening there is nothing to read; after it, the packet and in time the plan."""
    disclosure = the_link(buyer.open("/disclosures").text, "/disclosures")
    page = buyer.open(disclosure).text
    assert DESCRIPTION not in page
    assert "Riverside" not in page
    page = buyer.do(f"{disclosure}/move/open")
    assert DESCRIPTION in page
    assert f'action="{disclosure}/actions"' not in page
    buyer.do(f"{disclosure}/move/acknowledge")
    return disclosure


def act(first: Browser, second: Browser, disclosure: str) -> None:
    """One proposes and does it, a colleague agrees; who did it cannot verify it."""
    page = first.do(f"{disclosure}/actions", **ACTION)
    assert "Somebody other than its proposer has to agree." in page
    second.open(disclosure)
    second.do(the_form(second, "agree"))
    first.open(disclosure)
    first.do(the_form(first, "start"))
    page = first.do(the_form(first, "submit_evidence"), note="Signed lists, at our office")
    assert "Somebody who did not do it has to verify it." in page
    assert "/verify" not in page


def verify_and_resolve(handler: Browser, issue: str) -> None:
    page = handler.open(issue).text
    assert "Signed lists, at our office" in page
    handler.do(the_form(handler, "verify"), note="Called three workers")
    handler.do(the_form(handler, "close"), note="Done for everybody")
    page = handler.do(f"{issue}/move/resolve", reason="Papers are back")
    assert "Resolved" in page
    assert "/actions" not in page


def remedy(house: House, handler: Browser, case: str) -> list[str]:
    """What workers got is said, and the worker asked; returns what the worker reads."""
    handler.open(case)
    handler.do(f"{case}/move/report_remedy", reason=REMEDY)
    house.deliver()
    notice = house.phones.texts(WORKER)[-1]
    question = house.say(WORKER, "1")
    house.say(WORKER, "4")
    page = handler.open(case).text
    assert "Worker says it is fixed" in page
    handler.do(f"{case}/move/close", reason="The worker confirmed")
    return [notice, *question]


def test_from_a_text_to_a_remedy_that_the_worker_confirmed(house: House) -> None:
    case_id = a_case(house)
    agree_to_buyers(house, case_id)
    case = f"/cases/{case_id}"
    asha, sam, nora, otto, mina = (
        Browser.of(house, login) for login in ("asha", "sam", "nora", "otto", "mina")
    )
    assert f'href="{case}"' in asha.page
    asha.open(case)

    answer_and_assess(asha, case)
    house.deliver()
    assert house.say(WORKER, "1") == [ANSWER]
    issue = draft_and_release(asha, sam, case)
    house.deliver()
    disclosure = take_up(nora)
    act(nora, otto, disclosure)
    verify_and_resolve(asha, issue)
    read = remedy(house, asha, case)
    watched = mina.open("/monitor").text

    assert all("passport" not in text and "apers" not in text for text in read)
    assert "Closed" in asha.open(case).text
    assert "Northwind Apparel" in watched
    assert "Closed" in watched
    assert_no_number(asha, sam, nora, otto, mina)


def assert_no_number(*browsers: Browser) -> None:
    """No page showed the worker's number, however it was written."""
    seen = [page for browser in browsers for page in browser.seen]
    assert len(seen) > 30
    for page in seen:
        assert WORKER[1:] not in re.sub(r"[^0-9]", "", page)


def test_without_consent_only_a_supervisor_with_a_ground_and_a_reason_releases(
    house: House,
) -> None:
    case_id = a_case(house, text="I am 15 years old, boss took our passports, RIVER")
    case, asha, sam = f"/cases/{case_id}", Browser.of(house, "asha"), Browser.of(house, "sam")
    asha.open(case)
    asha.open(f"{case}/issues")
    asha.do(f"{case}/issues", **PACKET)
    issue = the_link(asha.open("/issues").text, "/issues")
    sam.open(issue)
    sam.do(f"{issue}/approve")

    by_handler = asha.open(issue).text
    forced = asha.post(f"{issue}/release", {"ground": "under_18", "reason": "x"})
    assert sam.open(issue).text.count("You approved it") == 1
    maria = Browser.of(house, "maria")
    maria.open(issue)
    silent = maria.submit(f"{issue}/release", ground="under_18", reason=" ")
    page = maria.do(f"{issue}/release", ground="under_18", reason="A child must leave tonight")

    assert f'action="{issue}/release"' not in by_handler
    assert forced.status_code == 404
    assert silent.status_code == 409
    assert "An override needs a reason" in silent.text
    assert "Released to buyers" in page
    assert case_page(house.console, house.actor("sam"), case_id).record.disclosed


def test_where_a_child_is_reported_two_people_set_a_case_aside(house: House) -> None:
    case = f"/cases/{a_case(house, text='I am 15 years old, they pay us nothing, RIVER')}"
    asha, ben = Browser.of(house, "asha"), Browser.of(house, "ben")

    asha.open(case)
    proposed = asha.do(f"{case}/move/set_aside", reason="The same person wrote twice")
    again = asha.submit(f"{case}/move/set_aside", reason="Still")
    seen = ben.open(case).text
    done = ben.do(f"{case}/move/set_aside", reason="I agree")

    assert "Proposed: “Set aside as out of scope”" in proposed
    assert again.status_code in {303, 409}
    assert "The same person wrote twice" in seen
    assert '<span class="stage">Set aside</span>' in done
    assert '<span class="stage">Set aside</span>' not in seen


def test_where_danger_is_reported_two_people_reject_an_issue(house: House) -> None:
    case = f"/cases/{a_case(house, text='I am 15 years old, boss took our passports, RIVER')}"
    asha, ben = Browser.of(house, "asha"), Browser.of(house, "ben")
    asha.open(case)
    asha.open(f"{case}/issues")
    asha.do(f"{case}/issues", **PACKET)
    issue = the_link(asha.open("/issues").text, "/issues")

    asha.open(issue)
    proposed = asha.do(f"{issue}/move/reject", reason="Too thin")
    ben.open(issue)
    done = ben.do(f"{issue}/move/reject", reason="I agree")

    assert "Proposed: “Reject”" in proposed
    assert '<span class="stage">Draft</span>' in proposed
    assert '<span class="stage">Cancelled</span>' in done
