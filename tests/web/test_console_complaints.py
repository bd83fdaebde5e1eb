"""A complaint about the hotline, from the worker's text to the pages of supervisors and monitors;
and every page of a handler, which does not tell."""

from __future__ import annotations

import re
from uuid import UUID

from tests.builders import a_confirmed_delete
from tests.house import House
from tests.web.console_browser import Browser, app_of, steady
from tests.web.console_scenes import WORKER, a_case, nothing
from workervoice.hotline import leaving
from workervoice.hotline.casepage import case_page
from workervoice.hotline.overview import queue
from workervoice.web.console.routes import ROUTES

TOLD = "your officer told my boss my name"
MORE = "he came to the dormitory with two men"
FORM = {
    "text": "x",
    "reason": "x",
    "indicator": "deception",
    "verdict": "added",
    "priority": "P4",
    "checked": "x",
    "passage": "boss",
}


def a_complaint(house: House, number: str = WORKER) -> UUID:
    house.say(number, TOLD)
    sam = queue(house.console, house.actor("sam"))
    return next(line.id for line in sam if line.record.complaint)


def about_us(page: str) -> str:
    """The rows of the monitor's list of complaints, without markup."""
    part = page.partition('id="complaints-title"')[2].partition("</section>")[0]
    rows = part.partition("<tbody>")[2]
    return " ".join(re.sub("<[^>]+>", " ", rows).split())


def test_from_the_workers_text_to_the_pages_of_supervisor_and_monitor(house: House) -> None:
    mina = Browser.of(house, "mina")
    none_yet = mina.open("/monitor").text
    case_id = a_complaint(house)
    came = mina.open("/monitor").text
    house.wait(hours=25)
    house.deliver()
    mina, sam = Browser.of(house, "mina"), Browser.of(house, "sam")
    late = mina.open("/monitor").text
    listed = sam.open("/cases").text
    page = sam.open(f"/cases/{case_id}").text
    sam.do(f"/cases/{case_id}/answer", text="Thank you. Somebody else will look into it.")
    house.wait(hours=1)
    house.deliver()
    answered = Browser.of(house, "mina").open("/monitor").text

    assert "None so far." in none_yet
    assert "22 Nov 2026, 09:00 UTC New Not yet Yes named people No" in about_us(came)
    assert "New Not yet Yes named people Late" in about_us(late)
    assert "In progress Yes No named people No" in about_us(answered)
    assert "About the hotline" in listed
    assert TOLD in re.sub("<[^>]+>", "", page)
    assert "Maria, supervisor; " in re.sub("<[^>]+>", "", page)
    assert "Name those who are not." in page
    for shown in (came, late, answered):
        assert str(case_id) not in shown
        assert TOLD not in shown
    assert house.say(WORKER, "1") == ["Thank you. Somebody else will look into it."]


def test_a_hotline_with_one_supervisor_tells_the_monitor_so(house: House) -> None:
    mina = Browser.of(house, "mina")
    before = mina.open("/monitor").text
    leaving.remove(house.console, house.actor("sam"), "maria")

    after = mina.open("/monitor").text

    assert "There is one supervisor" not in before
    assert "There is one supervisor" in after


def test_a_supervisor_gives_it_to_the_team_and_its_page_says_what_it_is(house: House) -> None:
    case_id = a_complaint(house)
    sam = Browser.of(house, "sam")
    sam.open(f"/cases/{case_id}")

    sam.do(f"/cases/{case_id}/unrestrict", reason="about the telephone bill")

    assert "About the hotline" in Browser.of(house, "asha").open(f"/cases/{case_id}").text
    assert "the whole team" in about_us(Browser.of(house, "mina").open("/monitor").text)


def pages_of(house: House, login: str, team_case: UUID) -> dict[str, str]:
    """Everything that a handler may look at, as it reads."""
    browser = Browser.of(house, login, app_of(house))
    message = case_page(house.console, house.actor(login), team_case).thread[0].id
    ids = {"case_id": team_case, "message_id": message}
    paths = ["/", "/cases", "/issues", "/restored", f"/cases/{team_case}/issues"]
    paths += [f"/cases/{team_case}", "/cases/{case_id}/messages/{message_id}".format(**ids)]
    return {path: steady(browser.open(path).text) for path in paths}


def test_every_page_of_a_handler_is_the_same_to_the_byte_with_a_complaint(house: House) -> None:
    team_case = a_case(house)
    before = pages_of(house, "asha", team_case)

    a_complaint(house)
    house.say(WORKER, MORE)
    house.deliver()

    assert pages_of(house, "asha", team_case) == before


def test_no_route_of_a_handler_knows_a_complaint(house: House) -> None:
    case_id = a_complaint(house)
    message = case_page(house.console, house.actor("sam"), case_id).thread[0].id
    asha = Browser.of(house, "asha")
    asha.open("/cases")
    tried = 0

    for method, template in ROUTES:
        if "{case_id}" not in template:
            continue
        answers = []
        for each in (case_id, nothing().case):
            path = template.format(
                case_id=each,
                message_id=message,
                entry_id=message,
                lent_id=message,
                medium_id=message,
                move="take_up",
                form="note",
            )
            got = asha.open(path) if method == "GET" else asha.post(path, FORM)
            answers.append((got.status_code, steady(got.text)))
        assert answers[0] == answers[1], template
        assert answers[0][0] in {401, 404}, template
        tried += 1

    assert tried >= 15
    assert case_page(house.console, house.actor("sam"), case_id).state == "received"


def test_what_is_left_of_an_erased_complaint_is_no_page_for_handlers(house: House) -> None:
    case_id = a_complaint(house)
    a_confirmed_delete(house, WORKER)
    house.wait(hours=73)
    house.desk.move(house.actor("sam"), case_id, "erase", "the worker asked")

    sam, asha = Browser.of(house, "sam"), Browser.of(house, "asha")

    assert sam.open(f"/cases/{case_id}").status_code == 410
    answer = asha.open(f"/cases/{case_id}")
    assert (answer.status_code, answer.text) == (404, asha.open("/nowhere").text)
    assert "Erased" in about_us(Browser.of(house, "mina").open("/monitor").text)
