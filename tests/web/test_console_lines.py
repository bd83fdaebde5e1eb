"""The page of the lines: what comes and goes, what it costs, and that answers go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.house import House
from tests.web.console_browser import Browser
from workervoice.errors import Declined
from workervoice.hotline.pacing import Pacing
from workervoice.hotline.registering import change_place
from workervoice.store import lineruns
from workervoice.store.engine import Scope
from workervoice.store.programme import Line
from workervoice.workflow.quieting import Flood

FIRST, SECOND, THIRD = "+15550100451", "+15550100452", "+15550100453"


@pytest.fixture
def flooded(house: House) -> House:
    pacing = Pacing(flood=Flood(per_minute=1))
    house.reception = replace(house.reception, pacing=pacing)
    house.say(FIRST, "is this the hotline?")
    house.say(SECOND, "they took our passports")
    return house


def go_on(browser: Browser, house: House, reason: str = "a training of the whole shift") -> str:
    return browser.do(f"/lines/{house.line().id}/go-on", reason=reason)


def test_a_flood_is_on_the_queue_and_on_the_page_of_the_lines(flooded: House) -> None:
    asha = Browser.of(flooded, "asha")
    queue, page = asha.open("/cases").text, asha.open("/lines").text

    assert "On the line demo-sms strangers get no automatic answer" in queue
    assert "too many new numbers wrote to this line at once" in page
    assert "2, 2 of them the first of a number" in page
    assert "A supervisor can let answers go on" in page
    assert "/go-on" not in page


def test_a_supervisor_lets_answers_go_on_with_a_reason_that_is_shown_and_noted(
    flooded: House,
) -> None:
    sam = Browser.of(flooded, "sam")
    sam.open("/lines")

    page = go_on(sam, flooded)

    assert "a training of the whole shift" in page
    assert [leaf["object"] for leaf in flooded.leaves("line_resumed")] == [str(flooded.line().id)]
    assert len(flooded.say(THIRD, "they took our passports")) == 1
    assert "strangers get no automatic answer" not in sam.open("/cases").text


@pytest.mark.parametrize("reason", ["  ", "x" * 201])
def test_without_a_reason_or_with_a_long_one_nothing_changes(flooded: House, reason: str) -> None:
    sam = Browser.of(flooded, "sam")
    sam.open("/lines")

    refused = sam.submit(f"/lines/{flooded.line().id}/go-on", reason=reason)

    assert refused.status_code == 409
    assert flooded.leaves("line_resumed") == []
    assert flooded.say(THIRD, "they took our passports") == []


def test_where_answers_go_on_already_nobody_lets_them_go_on(flooded: House) -> None:
    sam = Browser.of(flooded, "sam")
    flooded.wait(minutes=13)
    sam.open("/lines")
    flooded.wait(minutes=3)

    refused = sam.submit(f"/lines/{flooded.line().id}/go-on", reason="they should")

    assert refused.status_code == 409
    assert "answered on this line already" in refused.text
    assert flooded.leaves("line_resumed") == []


def test_money_is_shown_of_the_budget_and_only_where_there_is_a_price(house: House) -> None:
    changes = {"price": "0.05 EUR", "budget": "1"}
    change_place(house.console, house.actor("sam"), Line, "demo-sms", changes)
    house.say(FIRST, "they took our passports")

    page = Browser.of(house, "asha").open("/lines").text

    assert "EUR of 1 EUR" in page
    assert "not counted: the line has no price" in page


def test_each_line_has_its_check_list(house: House) -> None:
    page = Browser.of(house, "asha").open("/lines").text

    assert "Check-list of this line" in page
    assert f"Two-way SMS with Twilio in {house.line().country}" in page
    assert "en: 6 parts" in page
    assert "en: 4 messages" in page
    assert "The phone company sees" in page
    assert "Meta sees" in page


def test_how_a_line_looks_and_what_stands_in_for_it_is_on_the_page(house: House) -> None:
    sam, now = house.actor("sam"), house.now
    looks = {"display_name": "Green Leaf", "photo": "a leaf", "looked_on": now.date().isoformat()}
    change_place(house.console, sam, Line, "demo-sms", looks)
    change_place(house.console, sam, Line, "demo-whatsapp", {"standby_for": "demo-sms"})
    before = Browser.of(house, "asha").open("/lines").text

    with house.owner.begin(Scope(house.programme)) as tx:
        lineruns.note_heard(tx, house.line("demo-whatsapp").id, now)
        lineruns.note_reached(tx, house.line("demo-whatsapp").id, now)
    after = Browser.of(house, "asha").open("/lines").text

    assert "“<bdi>Green Leaf</bdi>”; picture: <bdi>a leaf</bdi>" in before
    assert f"Looked at on {looks['looked_on']}" in before
    assert "This line stands in for demo-sms" in before
    assert "not rehearsed" in before
    assert "demo-whatsapp stands in, and was tried both ways lately." in after


def test_a_name_that_gives_workers_away_is_refused_and_nothing_changes(house: House) -> None:
    with pytest.raises(Declined, match="gives a worker away"):
        change_place(
            house.console, house.actor("sam"), Line, "demo-sms", {"display_name": "Union Hotline"}
        )

    assert house.line().display_name == ""
