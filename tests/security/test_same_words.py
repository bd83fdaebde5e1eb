"""What goes out tells nothing: two workers in the same state get the same bytes, whatever they
reported, and every automatic text is made of the phrase book and of nothing else.

The question that was asked belongs to the state: question 2 is chosen by what the rule misses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pytest

from tests.house import House
from tests.looking import Worker, a_worker
from workervoice.workflow.hours import read_hours
from workervoice.workflow.phrasebook import PhraseBook
from workervoice.workflow.tongues import CHOICES, listed

REPORTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "the canteen was closed today",
        "they took our passports and will not give them back",
        "the guard is beating my cousin right now come quick",
        "my sister is 13 and she sews with us all night",
        "supervisor came into our room at night and touched me",
        "no salary since four months and we owe the agent 3000",
        "your officer told my boss what i wrote",
        "i want to die",
        "RIVER",
        "we work 16 hours no day off, the gate is locked",
        "zzz",
        "Riverside Garments does not pay overtime, tell Northern Apparel",
    ),
    "bn": (
        "আজ ক্যান্টিন বন্ধ ছিল",
        "কোম্পানি আমাদের পাসপোর্ট আটকে রেখেছে",
        "সুপারভাইজার এখন ওকে মারছে",
        "আমার বোনের বয়স ১৩, সে আমাদের সাথে কাজ করে",
        "চার মাস বেতন নাই",
    ),
}
STEPS = (
    *("1", "i do not know", "5", "status", "1", "thank you", "safety", "4", "48151", "help"),
    *("48151", "language", "notice words", "stop", "more words", "delete", "keep it", "3", "hello"),
)
DAY = 24


def answered(house: House, worker: Worker, report: str) -> list[tuple[str, str]]:
    """Every step with all that the phone then got."""
    found = []
    for step in (report, *STEPS):
        said = "\n\n".join(worker.say(step))
        found.append(("the report" if step is report else step, said))
        if step == "hello":
            house.wait(hours=DAY)
    return found


@pytest.fixture(scope="module", params=sorted(REPORTS))
def told(request: pytest.FixtureRequest, shared_house: House) -> dict[str, list[tuple[str, str]]]:
    reports = REPORTS[str(request.param)]
    return {each: answered(shared_house, a_worker(shared_house), each) for each in reports}


def closed(house: House, language: str) -> dict[str, str]:
    """Every line of the phrase book as it may go out on the demo's line, and its key; a random
    digit counts as any."""
    book, hours = house.phrases, read_hours(house.line().reading_hours).said()
    params = {
        "emergency": "999",
        "url": f"https://hotline.test/notice/demo-sms/{language}",
        **hours.params,
    }
    params |= {"languages": listed(CHOICES), "code": "?", "place": "?"}
    return {
        line: key
        for key in book.files[language].phrases
        for digit in "456789"
        for line in book.say(key, language, **params, digit=digit).split("\n")
    }


def test_workers_in_the_same_state_get_the_same_bytes_whatever_they_reported(
    told: dict[str, list[tuple[str, str]]], shared_house: House
) -> None:
    keys = {k: v for language in REPORTS for k, v in closed(shared_house, language).items()}
    got: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for report, steps in told.items():
        asked: tuple[str, ...] = ()
        for step, said in steps:
            shown = [
                keys.get(part, part) for text in said.split("\n\n") for part in text.split("\n")
            ]
            asked += tuple(key for key in shown if key.startswith("question"))
            got[step, *asked][report] = " ".join(shown)

    different = {state: texts for state, texts in got.items() if len(set(texts.values())) > 1}
    assert different == {}
    assert max(len(texts) for texts in got.values()) > 2


def test_nothing_is_said_that_is_not_in_the_phrase_book(
    told: dict[str, list[tuple[str, str]]], shared_house: House
) -> None:
    """So no word of a site, of whom it is told to, or of a worker is in any text."""
    known = {
        each for language in PhraseBook.load().files for each in closed(shared_house, language)
    }

    said = {
        part
        for steps in told.values()
        for _, texts in steps
        for text in texts.split("\n\n")
        for part in text.split("\n")
        if part
    }

    assert said <= known
    assert len(said) > 10
