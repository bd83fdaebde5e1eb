"""Consent: one digit of any script, silence is no, and an override that has to stand."""

from __future__ import annotations

from uuid import UUID

import pytest

from workervoice.message import Consent, Facts
from workervoice.workflow.consent import (
    Override,
    grounds,
    may_tell,
    may_tell_buyers,
    parse,
    widens,
)

SUPERVISOR = UUID(int=7)


@pytest.mark.parametrize("digit", range(8))
def test_every_sum_of_the_menu_is_read(digit: int) -> None:
    assert parse(str(digit)) == digit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 5 ", 5),
        ("5.", 5),
        ("(1)", 1),
        ("৭", 7),
        ("४", 4),
        ("٣", 3),
        ("۰", 0),
        ("1️⃣", 1),
        ("２", 2),
        ("\u200f4\u200f", 4),
    ],
)
def test_digits_of_any_script_and_dress_are_read(text: str, expected: int) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "8", "9", "12", "1 4", "1+4", "yes", "all", "১২", "one", "1 yes", "-", "一", "½"]
)
def test_anything_else_is_no_consent(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("consent", "told"),
    [(None, False), (0, False), (1, True), (2, False), (4, False), (6, False), (5, True)],
)
def test_buyers_are_told_only_with_a_yes_for_buyers(consent: int | None, told: bool) -> None:
    assert may_tell_buyers(consent) is told


def test_an_override_stands_only_with_a_reason_on_one_of_two_grounds() -> None:
    child = Override(SUPERVISOR, "two children of 12 seen at night", "under_18")
    silent = Override(SUPERVISOR, "  ", "imminent_danger")
    other = Override(SUPERVISOR, "good for the programme", "convenience")  # type: ignore[arg-type]

    assert may_tell_buyers(0, child)
    assert not may_tell_buyers(0, silent)
    assert not may_tell_buyers(None, other)


@pytest.mark.parametrize(("consent", "told"), [(None, False), (1, False), (4, True), (7, True)])
def test_authorities_are_told_only_with_a_yes_for_them(consent: int | None, told: bool) -> None:
    assert may_tell(Consent.AUTHORITIES, consent) is told


def test_only_the_report_gives_a_ground_for_an_override() -> None:
    assert grounds(Facts()) == ()
    assert grounds(Facts(child=True)) == ("under_18",)
    assert grounds(Facts(child=True, imminent_danger=True)) == ("imminent_danger", "under_18")


def test_an_override_does_not_show_its_reason() -> None:
    assert "children" not in repr(Override(SUPERVISOR, "two children", "under_18"))


@pytest.mark.parametrize(
    ("old", "new", "wider"),
    [
        (None, 7, False),
        (0, 1, True),
        (1, 5, True),
        (5, 1, False),
        (7, 0, False),
        (3, 3, False),
        (2, 4, True),
    ],
)
def test_only_a_later_yes_to_someone_new_widens(old: int | None, new: int, wider: bool) -> None:
    assert widens(old, new) is wider
