"""Tests of the phrase grammar that pack authors write."""

from __future__ import annotations

import pytest

from workervoice.triage.grammar import Slots, parse, range_of


def test_a_phrase_becomes_steps_with_gaps() -> None:
    slots: Slots = {"boss": ("boss", "owner")}

    (part,) = parse("{boss} .. (took|take*) [my] passport", slots)

    assert [step.words for step in part.steps] == [
        ("boss", "owner"), ("took", "take*"), ("my",), ("passport",),
    ]  # fmt: skip
    assert [step.gap for step in part.steps] == [0, 2, 0, 0]
    assert [step.optional for step in part.steps] == [False, False, True, False]


def test_an_optional_word_left_out_leaves_its_gap_to_the_next() -> None:
    (part,) = parse("took ... [my] passport", {})

    last = part.steps[-1]

    assert last.gap == 5


def test_a_phrase_may_be_bound_to_the_beginning_of_a_clause() -> None:
    (part,) = parse("^ is there", {})

    assert [(step.words, step.opening) for step in part.steps] == [
        (("is",), True),
        (("there",), False),
    ]


@pytest.mark.parametrize(
    ("phrase", "reason"),
    [
        ("{nobody} took", "no slot {nobody}"),
        ("[my] [own]", "at least one word"),
        ("!not here", "cannot begin with !"),
        ("work <24-12>", "not a range"),
        ("take* it|back", "not a word"),
        ("(a|b (c|d))", "stands in another"),
        ("my (visa|passport", "not closed"),
        ("[my passport", "not closed"),
        ("took.. passport", "with a space"),
        ("(tak* it|back)", "may only end"),
    ],
)
def test_a_wrong_phrase_is_refused_with_a_reason(phrase: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^.+$") as refused:
        parse(phrase, {})

    assert reason in str(refused.value)


def test_ranges_are_read() -> None:
    plain, shift, word = range_of("<12-24>"), range_of("<shift 12-24>"), range_of("hours")

    assert plain == (False, 12, 24)
    assert shift == (True, 12, 24)
    assert word is None
