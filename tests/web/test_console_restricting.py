"""A case that only named people may read, as its page shows and changes it."""

from __future__ import annotations

import re
from uuid import UUID

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import a_case


def ids(house: House, *logins: str) -> list[str]:
    return [str(house.actor(login).id) for login in logins]


def at_case(house: House, case_id: UUID, login: str = "sam") -> Browser:
    browser = Browser.of(house, login)
    browser.open(f"/cases/{case_id}")
    return browser


def test_a_restricted_case_says_to_whom_and_is_not_there_for_others(house: House) -> None:
    case_id = a_case(house)
    sam, ben, maria = (at_case(house, case_id, login) for login in ("sam", "ben", "maria"))
    before = maria.page

    page = sam.do(
        f"/cases/{case_id}/restrict", named=ids(house, "sam", "asha"), reason="a relative <works>"
    )
    asha = at_case(house, case_id, "asha")

    assert "The whole team." in before
    for seen in (page, asha.page):
        assert re.search(r"Restricted since .*22 Nov 2026", seen)
        assert "Asha" in seen.partition('id="restriction-title"')[2].partition("</p>")[0]
        assert "Restricted to named people: a relative &lt;works&gt;" in seen
    assert f"/cases/{case_id}/restrict" not in asha.page  # a supervisor's
    for browser in (ben, maria):
        answer = browser.open(f"/cases/{case_id}")
        assert (answer.status_code, answer.text) == (404, browser.open("/nowhere").text)
        assert str(case_id) not in browser.open("/cases").text
    assert maria.post(f"/cases/{case_id}/unrestrict", {"reason": "let me see"}).status_code == 404


def test_a_named_supervisor_gives_it_back_to_the_team(house: House) -> None:
    case_id = a_case(house)
    sam = at_case(house, case_id)
    sam.do(f"/cases/{case_id}/restrict", named=ids(house, "sam"), reason="for one person")

    page = sam.do(f"/cases/{case_id}/unrestrict", reason="settled")

    assert "The whole team." in page
    assert f"/cases/{case_id}/unrestrict" not in page
    assert Browser.of(house, "ben").open(f"/cases/{case_id}").status_code == 200


def test_whoever_leaves_themselves_out_is_sent_to_the_other_cases(house: House) -> None:
    case_id = a_case(house)
    sam = at_case(house, case_id)

    answer = sam.submit(
        f"/cases/{case_id}/restrict", named=ids(house, "asha", "maria"), reason="my own cousin"
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/cases")
    assert sam.open(f"/cases/{case_id}").status_code == 404
    assert at_case(house, case_id, "maria").page


def test_without_a_name_or_a_reason_nothing_is_restricted_and_the_form_is_kept(
    house: House,
) -> None:
    case_id = a_case(house)
    sam, (asha,) = at_case(house, case_id), ids(house, "asha")
    form = f"/cases/{case_id}/restrict"

    nobody = sam.submit(form, reason="why not")
    silent = sam.submit(form, named=[asha], reason=" ")
    strangers = [
        sam.post(form, {"named": each, "reason": "x"}) for each in ("7", *ids(house, "nora"))
    ]
    never = sam.post(f"/cases/{case_id}/unrestrict", {"reason": "x"})

    answers = (nobody, silent, *strangers, never)
    assert {answer.status_code for answer in answers} == {409}
    assert "why not" in nobody.text
    assert f'value="{asha}" checked' in silent.text
    assert Browser.of(house, "ben").open(f"/cases/{case_id}").status_code == 200


def test_restricting_is_asked_again_and_keeps_names_and_reason(house: House) -> None:
    case_id = a_case(house)
    sam, form = at_case(house, case_id), f"/cases/{case_id}/restrict"
    house.wait(minutes=6)

    asked = sam.submit(form, named=ids(house, "sam", "asha"), reason="a relative")
    still = Browser.of(house, "ben").open(f"/cases/{case_id}").status_code
    page = sam.do(form, proof_code=house.code("sam"))

    assert (asked.status_code, still) == (401, 200)
    assert "Restricted since" in page
    assert Browser.of(house, "asha").open(f"/cases/{case_id}").status_code == 200


def test_an_export_and_a_removed_passage_are_asked_again_and_keep_what_was_typed(
    house: House,
) -> None:
    case_id = a_case(house)
    asha = at_case(house, case_id, "asha")
    redact = re.findall(rf'action="(/cases/{case_id}/redact/[0-9a-f-]{{36}})"', asha.page)[0]
    passphrase = house.seeded.passphrases["asha"]
    house.wait(minutes=6)

    asked = asha.submit(f"/cases/{case_id}/access", checked="she gave her code")
    told = asha.submit(f"/cases/{case_id}/access", proof_passphrase=passphrase)
    asha.open(f"/cases/{case_id}")
    house.wait(minutes=6)
    again = asha.submit(redact, passage="our passports", reason="names somebody")
    page = asha.do(redact, proof_passphrase=passphrase)

    assert (asked.status_code, again.status_code, told.status_code) == (401, 401, 200)
    assert "she gave her code" in asked.text
    assert "our passports" in again.text
    assert "names somebody" in page
