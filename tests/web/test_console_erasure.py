"""Pages of what is gone: a passage taken out, a case that was erased."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.builders import REPORT, WORKER, a_case, an_erased_case
from tests.house import House
from tests.looking import asked
from tests.web.console_browser import Browser
from workervoice.hotline.casepage import case_page


def a_browser(house: House, login: str, path: str) -> Browser:
    browser = Browser.of(house, login)
    browser.open(path)
    return browser


def test_a_handler_takes_a_passage_out_and_everybody_sees_that_it_is_gone(house: House) -> None:
    case_id = a_case(house, report="Rina Akter and I: boss took our passports. RIVER")
    case = f"/cases/{case_id}"
    entry = case_page(house.console, house.actor("asha"), case_id).thread[0].id
    asha = a_browser(house, "asha", case)

    wrong = asha.submit(f"{case}/redact/{entry}", passage="Rina Begum", reason="a name")
    done = asha.do(f"{case}/redact/{entry}", passage="Rina Akter", reason="a colleague's name")

    assert (wrong.status_code, "copy it exactly" in wrong.text) == (409, True)
    assert "Rina Akter" not in done
    assert "[removed: a colleague&#39;s name] and I: boss" in re.sub(r"<[^>]+>", "", done)
    assert "Removed for good by <bdi>Asha, handler</bdi>" in done


def test_an_erased_case_leaves_a_tombstone_for_its_team(house: House) -> None:
    case_id = a_case(house)
    an_erased_case(house, case_id)
    ben = Browser.of(house, "ben")

    answer = ben.open(f"/cases/{case_id}")

    assert answer.status_code == 410
    assert "was erased" in answer.text
    assert not set(REPORT.split()) - {"and", "our", "back.", "not", "now"} & set(
        answer.text.split()
    )
    assert "09:00" in answer.text  # full hours


@pytest.mark.parametrize("login", ["nora", "mina"])
def test_nobody_else_learns_that_there_was_a_case(house: House, login: str) -> None:
    case_id = a_case(house)
    an_erased_case(house, case_id)
    browser = Browser.of(house, login)

    erased, nowhere = browser.open(f"/cases/{case_id}"), browser.open(f"/cases/{uuid4()}")

    assert erased.status_code == nowhere.status_code == 404
    assert erased.text == nowhere.text


def test_a_tombstone_leads_to_no_worker(house: House) -> None:
    case_id = a_case(house)
    house.wait(minutes=17)
    an_erased_case(house, case_id)

    (row,) = asked(house, "SELECT * FROM cases WHERE id = :id", id=case_id)
    facts = house.console.vault.open(
        "facts", house.programme, case_id, row.version, bytes(row.facts)
    )
    (talk,) = asked(house, "SELECT * FROM conversation WHERE id = :id", id=row.conversation_id)
    blank = house.console.vault.open(
        "conversation", house.programme, talk.id, talk.version, bytes(talk.record)
    )

    assert asked(house, "SELECT 1 FROM contact") == []
    assert {facts["opened"] % 3600, facts["closed"] % 3600, facts["last_in"] % 3600} == {0}
    assert facts["facts"]["indicators"] == []
    assert facts["facts"]["site"] is None
    assert (blank["known_by"], blank["case"], blank["sent"]) == ([], None, [])
    assert blank["contact"] == "00000000-0000-0000-0000-000000000000"
    assert WORKER not in str(facts) + str(blank)


def test_a_worker_who_asks_is_shown_everything_on_one_page(house: House) -> None:
    case_id = a_case(house)
    case = f"/cases/{case_id}"
    asha = a_browser(house, "asha", case)

    silent = asha.submit(f"{case}/access", checked=" ")
    shown = asha.submit(f"{case}/access", checked="wrote from the same number")

    assert (silent.status_code, "Say how you know" in silent.text) == (409, True)
    assert shown.status_code == 200
    assert "what is stored about you" in shown.text.lower()
    assert REPORT in shown.text
    assert WORKER not in shown.text
    assert "no-store" in shown.headers["cache-control"]
