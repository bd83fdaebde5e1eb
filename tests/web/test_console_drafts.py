"""What somebody was writing is there after the next sign-in, for them and nobody else."""

from __future__ import annotations

import html

from tests.house import House
from tests.looking import asked
from tests.web.console_browser import Browser
from tests.web.console_scenes import PACKET, a_case

HX = {"HX-Request": "true"}
TYPED = "Please tell us <when> it is safe to talk"


def typing(browser: Browser, here: str, form: str, **fields: str) -> int:
    """The page keeps what was typed, by itself."""
    given = {"form_token": browser.token, **fields}
    return browser.client.post(f"{here}/drafts/{form}", data=given, headers=HX).status_code


def test_an_answer_that_was_being_written_is_there_after_the_session_idled_out(
    house: House,
) -> None:
    here = f"/cases/{a_case(house)}"
    asha = Browser.of(house, "asha")
    asha.open(here)
    assert typing(asha, here, "answer", text=TYPED) == 204
    house.wait(minutes=16)
    assert asha.open(here).headers["location"] == "/login"

    again = Browser.of(house, "asha")

    assert html.escape(TYPED) in again.open(here).text
    again.do(f"{here}/answer", text=TYPED)
    assert asked(house, "SELECT count(*) AS n FROM draft")[0].n == 0


def test_a_draft_is_its_writers_alone(house: House) -> None:
    here = f"/cases/{a_case(house)}"
    asha, ben = Browser.of(house, "asha"), Browser.of(house, "ben")
    asha.open(here)
    typing(asha, here, "note", text=TYPED)

    assert html.escape(TYPED) in asha.open(here).text
    assert html.escape(TYPED) not in ben.open(here).text


def test_a_draft_lies_sealed_and_one_that_was_put_there_by_others_is_passed_over(
    house: House,
) -> None:
    first, second = f"/cases/{a_case(house)}", f"/cases/{a_case(house, '+15550100432')}"
    asha = Browser.of(house, "asha")
    for here, text in ((first, TYPED), (second, "Another text")):
        asha.open(here)
        typing(asha, here, "answer", text=text)
    assert all(TYPED.encode() not in row.words for row in asked(house, "SELECT words FROM draft"))

    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(
            "SELECT set_config('workervoice.programme', %s, true)", (str(house.programme),)
        )
        tx.connection.exec_driver_sql("UPDATE draft SET form = 'note'")

    assert html.escape(TYPED) not in asha.open(first).text


def test_a_person_who_types_stays_signed_in(house: House) -> None:
    here = f"/cases/{a_case(house)}"
    asha = Browser.of(house, "asha")
    asha.open(here)

    for _ in range(3):
        house.wait(minutes=10)
        assert typing(asha, here, "answer", text=TYPED) == 204

    assert asha.open(here).status_code == 200


def test_a_sensitive_issue_that_was_being_drafted_is_there_again(house: House) -> None:
    here = f"/cases/{a_case(house)}"
    asha = Browser.of(house, "asha")
    asha.open(f"{here}/issues")
    packet = {**PACKET, "indicators": PACKET["indicators"][0]}
    assert typing(asha, here, "issue", **packet) == 204

    again = Browser.of(house, "asha").open(f"{here}/issues").text

    assert PACKET["description"] in again
    assert 'value="retention_of_identity_documents" checked' in again


def test_what_is_empty_unknown_or_too_long_is_not_kept(house: House) -> None:
    here = f"/cases/{a_case(house)}"
    asha, nora = Browser.of(house, "asha"), Browser.of(house, "nora")
    asha.open(here)
    typing(asha, here, "answer", text=TYPED)

    assert typing(asha, here, "answer", text="  ") == 204
    assert typing(asha, here, "passphrase", text=TYPED) == 404
    assert typing(asha, here, "answer", text="x" * 20_000) == 409
    assert typing(nora, here, "answer", text=TYPED) in {403, 404}
    assert asked(house, "SELECT count(*) AS n FROM draft")[0].n == 0
