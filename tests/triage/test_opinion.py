"""Tests of a second opinion: it may raise, is never counted, and its nonsense is refused."""

from __future__ import annotations

from typing import Any

import pytest

from workervoice.message import Facts, Priority
from workervoice.triage.opinion import Opinion, opinion_of, raised

DEBT = Facts(indicators=frozenset({"debt_bondage"}))


@pytest.mark.parametrize(
    ("priority", "expected"),
    [("P4", ["P3"]), ("P3", ["P2"]), ("P2", ["P1"]), ("P1", []), ("P1s", []), ("P0", [])],
)
def test_a_suggestion_raises_by_one_step_and_never_to_danger(
    priority: str, expected: list[str]
) -> None:
    opinion = Opinion("m", {"isolation": 0.9})

    found = raised(Priority(priority), opinion, Facts())

    assert [each.value for each in found] == expected


@pytest.mark.parametrize(
    "opinion",
    [None, Opinion("m", {}), Opinion("m", {"isolation": 0.69}), Opinion("m", {"debt_bondage": 1})],
)
def test_without_something_new_and_likely_nothing_is_raised(opinion: Opinion | None) -> None:
    assert raised(Priority.P3, opinion, DEBT) == []


def test_flags_that_the_packs_read_are_no_suggestions() -> None:
    opinion = Opinion("m", {"child": 1.0, "imminent_danger": 0.8})

    assert opinion.suggests(Facts(child=True)) == {"imminent_danger"}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"model": "m"},
        {"model": "", "likely": {}},
        {"model": "m" * 61, "likely": {}},
        {"model": "a\nb", "likely": {}},
        {"model": "m", "likely": {"theft": 0.5}},
        {"model": "m", "likely": {"isolation": 1.1}},
        {"model": "m", "likely": {"isolation": -0.1}},
        {"model": "m", "likely": {"isolation": float("nan")}},
        {"model": "m", "likely": {"isolation": True}},
        {"model": "m", "likely": {"isolation": "0.5"}},
    ],
)
def test_an_answer_that_is_no_opinion_is_refused_and_never_quoted(answer: Any) -> None:
    with pytest.raises(ValueError, match=r'answer is not|"model"|"likely"') as refused:
        opinion_of(answer)

    assert "theft" not in str(refused.value)
