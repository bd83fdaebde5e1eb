"""How a line looks on a phone: what gives nobody away passes, and somebody looks again in time."""

from __future__ import annotations

from datetime import date

import pytest

from workervoice.workflow.looks import Looks, gives_away, is_rehearsed

TODAY = date(2026, 11, 23)
PLAIN = Looks("Green Leaf", "a leaf on white", "https://green-leaf.example", "2026-11-01")


def test_plain_looks_have_no_fault_and_neither_have_none() -> None:
    assert list(PLAIN.faults()) == []
    assert list(Looks().faults()) == []


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        (Looks(display_name="Worker Hotline"), "the display name says hotline"),
        (Looks(display_name="LABOUR Watch"), "the display name says labour"),
        (Looks(display_name="two\nlines"), "in one line"),
        (Looks(display_name="x" * 101), "100 characters"),
        (Looks(photo="the union's logo"), "the picture says union"),
        (Looks(website="http://green-leaf.example"), "like https://example.org"),
        (Looks(website="green-leaf.example"), "like https://example.org"),
        (Looks(website="https://["), "like https://example.org"),
        (Looks(website="https://grievance.example"), "the website says grievance"),
        (Looks(looked_on="yesterday"), "yesterday is no day"),
    ],
)
def test_what_gives_a_worker_away_or_is_none_is_told(looks: Looks, told: str) -> None:
    assert any(told in fault for fault in looks.faults())


def test_a_word_is_found_in_any_case_and_inside_another() -> None:
    assert gives_away("MyComplaints") == "complain"
    assert gives_away("Green Leaf") == ""


@pytest.mark.parametrize(
    ("looked_on", "lately"),
    [("", False), ("2026-11-23", True), ("2026-08-25", True), ("2026-08-24", False)],
)
def test_somebody_has_to_look_again_after_ninety_days(looked_on: str, lately: bool) -> None:
    assert Looks(looked_on=looked_on).seen_lately(TODAY) is lately


@pytest.mark.parametrize(
    ("heard", "reached", "rehearsed"),
    [
        (None, None, False),
        (TODAY, None, False),
        (None, TODAY, False),
        (TODAY, TODAY, True),
        (TODAY, date(2026, 8, 24), False),
    ],
)
def test_a_rehearsal_is_a_message_both_ways_not_too_long_ago(
    heard: date | None, reached: date | None, rehearsed: bool
) -> None:
    assert is_rehearsed(heard, reached, TODAY) is rehearsed
