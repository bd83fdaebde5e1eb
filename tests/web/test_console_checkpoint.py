"""The monitor's page offers the newest checkpoint for keeping, and only what holds."""

from __future__ import annotations

from sqlalchemy import text as sql

from tests.house import House
from tests.looking import asked
from tests.web.console_browser import Browser
from workervoice.crypto import checkpoint
from workervoice.crypto.spoken import spoken
from workervoice.store.engine import Scope

PATH = "/monitor/checkpoint"


def test_a_monitor_downloads_the_newest_checkpoint_as_it_was_signed(house: House) -> None:
    house.say("+15550100431", "Boss took our passports and not give back.")
    browser = Browser.of(house, "mina")

    page, kept = browser.open("/monitor").text, browser.open(PATH)

    (row,) = asked(house, "SELECT size, note FROM log_checkpoint ORDER BY size DESC LIMIT 1")
    said = checkpoint.read(kept.content).checkpoint
    assert kept.content == row.note.encode()
    assert kept.headers["content-type"] == "text/plain; charset=utf-8"
    assert kept.headers["content-disposition"] == f"attachment; filename=checkpoint-{row.size}.txt"
    assert f'href="{PATH}"' in page
    assert f"checkpoint of {row.size} entries" in page
    assert spoken(said.fingerprint()) in page
    assert "whoever holds one can show later" in page
    assert [leaf["detail"] for leaf in house.leaves("checkpoint_kept")] == [str(row.size)]


def test_without_a_checkpoint_the_page_says_so(house: House) -> None:
    browser = Browser.of(house, "mina")

    page = browser.open("/monitor").text

    assert "There is no checkpoint that holds." in page
    assert browser.open(PATH).status_code == 404
    assert house.leaves("checkpoint_kept") == []


def test_a_checkpoint_that_does_not_hold_is_not_offered(house: House) -> None:
    house.deliver()
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.execute(
            sql("UPDATE log_checkpoint SET note = translate(note, 'ABCDEFGH', 'BCDEFGHA')")
        )
    browser = Browser.of(house, "mina")

    assert "There is no checkpoint that holds." in browser.open("/monitor").text
    assert browser.open(PATH).status_code == 404


def test_a_case_that_contradicts_the_log_is_named_and_nothing_of_it_is_shown(house: House) -> None:
    house.say("+15550100431", "Boss took our passports and not give back.")
    (case,) = asked(house, "SELECT id, version FROM cases")
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.execute(sql("UPDATE cases SET state = 'in_progress'"))

    answer = Browser.of(house, "asha").open(f"/cases/{case.id}")

    assert answer.status_code == 409
    assert f"facts {case.id}, number {case.version}: it is not what was logged." in answer.text
    assert "the log has a note of it" in answer.text
    assert "passport" not in answer.text
