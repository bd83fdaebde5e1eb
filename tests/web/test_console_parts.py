"""A text that is too long for one page: how it begins in its case, and all of it part by part."""

from __future__ import annotations

import html
import re
from uuid import UUID

import pytest

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import REPORT, WORKER, a_case
from workervoice.errors import NotFound
from workervoice.hotline.casepage import case_page
from workervoice.hotline.thread import passages
from workervoice.web.console.parts import PART, SHOWN, opening, part, parts, size

END = "and at last they locked the door"
LONG = f"{REPORT} " + "word " * 1_500 + "he beats us " + "word " * 10_000 + END


def words_of(page: str) -> str:
    """The worker's own words on a page."""
    (found,) = re.findall(r'<p class="words"[^>]*>(.*?)</p>', page, re.S)
    return html.unescape(re.sub(r"<[^>]*>", "", found))


def first_entry(house: House, case_id: UUID) -> str:
    thread = case_page(house.console, house.actor("asha"), case_id).thread
    return f"/cases/{case_id}/messages/{thread[0].id}"


def test_a_case_shows_how_a_long_text_begins_and_leads_to_all_of_it(house: House) -> None:
    case_id = a_case(house, text=LONG)
    asha = Browser.of(house, "asha")
    whole = first_entry(house, case_id)

    page = asha.open(f"/cases/{case_id}").text
    first = asha.open(whole).text
    last = asha.open(f"{whole}?part=3").text

    assert len(page) < 40_000
    assert LONG.startswith(words_of(page))
    assert SHOWN - 100 <= len(words_of(page)) <= SHOWN
    assert '<mark class="evidence"' in page
    assert f'<a href="{whole}">Read all of it</a>' in page
    assert "physical violence" in page  # found further on, and named with the beginning
    assert "Part 1 of 3" in first
    assert f'href="{whole}?part=2" rel="next"' in first
    assert words_of(last).endswith(END)
    assert 'rel="next"' not in last
    assert len(house.leaves("case_read")) == 1  # one an hour, however much is read


def test_a_text_of_ordinary_length_stands_whole_in_its_case(house: House) -> None:
    case_id = a_case(house)
    asha = Browser.of(house, "asha")

    page = asha.open(f"/cases/{case_id}").text
    alone = asha.open(first_entry(house, case_id)).text

    assert "Read all of it" not in page
    assert words_of(page) == words_of(alone) == REPORT
    assert "Part 1" not in alone


def test_a_text_is_there_only_in_its_own_case_and_with_its_own_parts(house: House) -> None:
    case_id, other = a_case(house, text=LONG), a_case(house, "+15550100439")
    asha = Browser.of(house, "asha")
    whole = first_entry(house, case_id)
    message_id = whole.rpartition("/")[2]

    answers = [
        asha.open(f"/cases/{other}/messages/{message_id}"),
        asha.open(f"/cases/{case_id}/messages/{case_id}"),
        *(asha.open(f"{whole}?part={n}") for n in ("0", "4", "-1", "x", "", "9" * 400)),
    ]

    nowhere = asha.open("/nowhere").text
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, nowhere)}


@pytest.mark.parametrize(
    "text",
    ["", "short", "word " * 30_000, "x" * (3 * PART), "x" * (PART + 1), "\n" * 50_000],
    ids=["empty", "short", "words", "no blank", "one more", "lines"],
)
def test_the_parts_of_a_text_are_the_text(text: str) -> None:
    evidence = [["X_threat", at, at + 7, "r", False] for at in range(0, len(text) - 7, 5_003)]
    cut = passages(text, evidence)

    pieces = [part(cut, number) for number in range(1, parts(cut) + 1)]

    assert "".join(words for piece in pieces for words, _, _ in piece) == text
    assert all(size(piece) <= PART + 100 for piece in pieces)
    assert text.startswith("".join(words for words, _, _ in opening(cut)))
    for number in (0, parts(cut) + 1):
        with pytest.raises(NotFound):
            part(cut, number)


def test_evidence_that_is_cut_is_evidence_on_both_sides() -> None:
    cut = passages("x" * (2 * PART), [["X_threat", PART - 3, PART + 4, "r", True]])

    assert part(cut, 1)[-1] == ("xxx", "X_threat", True)
    assert part(cut, 2)[0] == ("xxxx", "X_threat", True)


def test_a_text_that_is_evidence_from_end_to_end_is_cut_in_one_walk() -> None:
    """Many thousand spans: looking through all of them at each cut would take minutes."""
    text = "threat " * 40_000
    spans = [["X_threat", at, at + 6, "r", False] for at in range(0, len(text), 7)]

    cut = passages(text, [*spans, ["X_insults", 3, 9, "r", False]])

    assert cut[:4] == (
        ("thr", "X_threat", False),
        ("eat", "X_threat, X_insults", False),
        (" ", "X_insults", False),
        ("th", "X_insults, X_threat", False),
    )
    assert "".join(words for words, _, _ in cut) == text


def test_a_stranger_and_a_buyer_find_no_text(house: House) -> None:
    whole = first_entry(house, a_case(house, WORKER))

    answers = [Browser.of(house, login).open(whole) for login in ("nora", "mina")]

    assert {answer.status_code for answer in answers} == {404}
