"""What an accused person is answered: the same for everybody, and nothing slips in unseen."""

from __future__ import annotations

import pytest

from workervoice.disclosure.access import doubts, letter

OURS = letter(operator="Open Line", month="November 2026", contact="Open Line, Dhaka")


def test_the_letter_itself_raises_no_doubt() -> None:
    assert doubts(OURS) == []
    assert "neither confirm nor deny" in " ".join(OURS.split())


def test_the_hotlines_own_address_stands_in_the_last_line_only() -> None:
    ours = letter(operator="Open Line", month="November 2026", contact="data@openline.example")

    assert doubts(ours) == []
    assert doubts(f"Ask rina@mail.example\n{ours}") != []


@pytest.mark.parametrize(
    ("added", "why"),
    [
        ("A worker told us about you.", "workers of a place"),
        ("Your case has the number 7f3c2b9e.", "an id"),
        ("See 7f3c2b9e-5a0e-4f0c-9d3b-3f6a1d2c4b5e.", "an id"),
        ("They said “he took my papers”.", "a quotation"),
        ('They said "he took it".', "a quotation"),
        ("They said 'he took it'.", "a quotation"),
        ("The complainant wishes to stay unknown.", "somebody who reported"),
        ("We have received 2 reports.", "a report or a case"),
        ("We have no data about you.", "that there is nothing"),
        ("There is nothing about you.", "that there is nothing"),
        ("We received a message about you.", "that there is something"),
        ("It reached us on 3 November.", "a date finer than a month"),
        ("It reached us on 2026-11-03.", "a date finer than a month"),
        ("It reached us at 14:30.", "a time of day"),
        ("Call +1 555 0100 777.", "a number that may be somebody's"),
        ("It is about passports.", "what was reported"),
        ("Es geht um Zimmer ৪৩২১.", "a number that may be somebody's"),
    ],
)
def test_what_somebody_added_is_found(added: str, why: str) -> None:
    found = doubts(f"{OURS}\n{added}\n")

    assert why in {finding.why for finding in found}
    assert all(finding.start > len(OURS) for finding in found)
