"""What is grave is asked again: who is there, without losing what was typed."""

from __future__ import annotations

from uuid import UUID

import pytest
from httpx2 import Response

from tests.house import House
from tests.web.console_browser import COOKIE, Browser, app_of
from tests.web.console_scenes import PACKET, a_case, agree_to_buyers
from workervoice.disclosure.packet import Packet
from workervoice.hotline import disclosing
from workervoice.hotline.issuepage import issue_page
from workervoice.web.console.routes import FRESH, FRESH_MOVES, ROUTES, asks_again


def an_approved_issue(house: House) -> str:
    case_id = a_case(house)
    agree_to_buyers(house, case_id)
    packet = Packet(site="Riverside Garments", country="BD", **PACKET)
    issue_id = disclosing.draft(house.console, house.actor("asha"), case_id, packet)
    disclosing.approve(house.console, house.actor("asha"), issue_id)
    return f"/issues/{issue_id}"


def late(house: House, login: str, path: str) -> Browser:
    """Somebody who proved six minutes ago who they are, and still sits on a page."""
    browser = Browser.of(house, login)
    browser.open(path)
    house.wait(minutes=6)
    return browser


def state(house: House, path: str) -> str:
    return issue_page(house.console, house.actor("asha"), UUID(path.rpartition("/")[2])).state


def test_what_is_grave_is_in_the_inventory() -> None:
    assert set(FRESH) <= set(ROUTES)
    assert {(method, path) for method, path, _ in FRESH_MOVES} <= set(ROUTES)
    assert asks_again("POST", "/issues/{issue_id}/release", "")
    assert asks_again("POST", "/cases/{case_id}/move/{move}", "erase")
    assert not asks_again("POST", "/cases/{case_id}/move/{move}", "close")
    for form in ("access", "redact/{entry_id}", "restrict", "unrestrict"):
        assert asks_again("POST", f"/cases/{{case_id}}/{form}", "")
    for form in ("invite", "{person_id}/admit", "{person_id}/remove"):
        assert asks_again("POST", f"/people/{form}", "")


def test_soon_after_signing_in_nobody_is_asked_again(house: House) -> None:
    issue = an_approved_issue(house)
    sam = Browser.of(house, "sam")
    sam.open(issue)

    sam.do(f"{issue}/release")

    assert state(house, issue) == "released"


def test_after_five_minutes_the_second_factor_is_asked_and_the_form_goes_on(
    house: House,
) -> None:
    issue = an_approved_issue(house)
    sam = late(house, "sam", issue)

    asked = sam._read(sam.post(f"{issue}/release", {"reason": "A <fire> & no exit"}))  # noqa: SLF001
    before = state(house, issue)
    page = sam.do(f"{issue}/release", proof_code=house.code("sam"))

    assert (asked.status_code, before) == (401, "approved")
    assert "A &lt;fire&gt; &amp; no exit" in asked.text
    assert state(house, issue) == "released"
    assert page


def test_a_proof_holds_for_five_minutes_and_no_longer(house: House) -> None:
    issue = an_approved_issue(house)
    sam = late(house, "sam", issue)
    sam.submit(f"{issue}/release")
    sam.submit(f"{issue}/release", proof_code=house.code("sam"))
    token = sam.client.cookies[COOKIE]

    assert house.door.is_fresh(token)
    house.wait(minutes=5, seconds=1)
    assert not house.door.is_fresh(token)


@pytest.mark.parametrize("proof", [{"proof_code": "000000"}, {"proof_passphrase": "of sam"}])
def test_a_wrong_proof_changes_nothing_and_keeps_the_form(
    house: House, proof: dict[str, str]
) -> None:
    """A supervisor's passphrase is no proof either: there is a second factor for that."""
    issue = an_approved_issue(house)
    sam = late(house, "sam", issue)
    given = {k: house.seeded.passphrases["sam"] if "pass" in k else v for k, v in proof.items()}
    form = {"reason": "kept words", **given}

    answer: Response = sam.post(f"{issue}/release", form)

    assert answer.status_code == 401
    assert "kept words" in answer.text
    assert given.get("proof_passphrase", "\0") not in answer.text
    assert state(house, issue) == "approved"


def test_whoever_has_no_second_factor_gives_the_passphrase(house: House) -> None:
    case = f"/cases/{a_case(house)}"
    asha = late(house, "asha", case)

    asked = asha.post(f"{case}/move/erase", {"reason": "asked by the worker"})
    asha._read(asked)  # noqa: SLF001
    wrong = asha.submit(f"{case}/move/erase", proof_passphrase="a guess")
    right = asha.submit(f"{case}/move/erase", proof_passphrase=house.seeded.passphrases["asha"])

    assert (asked.status_code, wrong.status_code) == (401, 401)
    assert right.status_code != 401  # from here on the case's own rules speak


def test_guessing_proofs_has_to_wait(house: House) -> None:
    issue = an_approved_issue(house)
    sam = late(house, "sam", issue)

    texts = [sam.post(f"{issue}/release", {"proof_code": f"{n:06}"}).text for n in range(4)]

    assert ["Wait 1 second" in text for text in texts] == [False, False, True, True]


def test_a_proof_written_into_the_database_is_none(house: House) -> None:
    sam = Browser.of(house, "sam", app_of(house))
    token = sam.client.cookies[COOKIE]
    house.wait(minutes=6)
    forged = int(house.now.timestamp()).to_bytes(8, "big")

    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(
            "SELECT set_config('workervoice.programme', %s, true)", (str(house.programme),)
        )
        tx.connection.exec_driver_sql(
            "UPDATE session SET proof = %s || substring(proof from 9)", (forged,)
        )

    assert not house.door.is_fresh(token)
