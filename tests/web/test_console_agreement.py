"""The page that compares machine and people: before there is anything, and with small cells."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import WORKER, a_case
from workervoice.disclosure.suppress import SMALLEST
from workervoice.hotline.comparing import Counts, published
from workervoice.store.comparison import put_comparison
from workervoice.store.engine import Scope
from workervoice.triage.opinion import Opinion

DOCUMENTS = "retention_of_identity_documents"


def publish(house: House, confirmed: int, overruled: int, language: str = "en") -> None:
    """What the courier would publish of so many cases."""
    counts, group = Counts(), (language, "ilo-2012.2 set-aaaa")
    counts.cases[group] = confirmed + overruled
    counts.cells[group, DOCUMENTS, "confirmed"] = confirmed
    counts.cells[group, DOCUMENTS, "overruled"] = overruled
    with house.owner.begin(Scope(house.programme)) as tx:
        put_comparison(tx, house.courier_process.vault, published(counts, house.now.date()))


def bare(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


@pytest.mark.parametrize("login", ["sam", "mina"])
def test_before_anything_was_counted_the_page_says_so(house: House, login: str) -> None:
    browser = Browser.of(house, login)

    page = browser.open("/agreement")

    assert "Nothing to compare yet: it takes 11 cases" in bare(page.text)
    assert "Machine and people" in page.text
    assert browser.client.get("/agreement/table").text.count("\n") == 1


def test_counts_and_ranges_stand_beside_each_other(house: House) -> None:
    publish(house, 40, 3)
    browser = Browser.of(house, "mina")

    page = bare(browser.open("/agreement").text)
    table = browser.client.get("/agreement/table")

    assert "Identity papers kept 40 to 60 40 under 11 under 11 under 11 80 to 100 %" in page
    assert f"{43 // SMALLEST * SMALLEST} or more cases judged" in page
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.count("\n") == 2


def test_a_language_with_only_small_counts_says_so(house: House) -> None:
    publish(house, 9, 9)

    page = bare(Browser.of(house, "sam").open("/agreement").text)

    assert "Too few of each indicator to be told" in page


def test_when_all_was_erased_nothing_is_told(house: House) -> None:
    publish(house, 0, 0)

    page = bare(Browser.of(house, "sam").open("/agreement").text)

    assert "No language has 11 cases that were judged" in page


class Model:
    """A model that always thinks of the same."""

    def of(self, text: str, language: str) -> Opinion:
        return Opinion("toy <1>", {"isolation": 0.9, "child": 0.8})


def test_a_case_shows_both_sides_and_what_a_model_suggests(house: House) -> None:
    house.reception = replace(house.reception, second=Model())
    case_id, asha = a_case(house, text="Boss took our passports and not give back"), "asha"
    house.desk.assess(house.actor(asha), case_id, DOCUMENTS, "overruled", "copies only")
    house.desk.assess(house.actor(asha), case_id, "debt_bondage", "added", "by telephone")
    house.say(WORKER, "thank you for reading this")

    page = bare(Browser.of(house, asha).open(f"/cases/{case_id}").text)

    taken = page.partition("Identity papers kept Machine")[2]
    assert taken.startswith(" Read in the worker's words Rules: en/P_documents#")
    assert "Overruled by Asha, handler , 22 Nov 2026, 09:00 UTC : copies only" in taken
    assert "It does not count for grade and priority." in taken
    owed = page.partition("Debt bondage Machine")[2]
    assert owed.startswith(" Not read People Added by Asha, handler")
    suggests = "A model on this machine, toy <1> , suggests: A person under 18, Isolation"
    assert page.count(suggests) == 1
    assert "It counts for nothing; it put the case one step higher in the queue." in page
