"""Tests of our own corpus: its size, its sources, its two halves, and how well they are read."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from benchmarks.triage.corpus import CORPUS, HALVES, half
from benchmarks.triage.score import Score, scored
from tests.engines import the_engine
from workervoice.message import INDICATORS

FEWEST = {"case": 30, "ordinary": 8, "hard_negative": 8}
FILES = sorted((CORPUS / HALVES[0]).glob("*.jsonl"))


def lines(half_of: str, name: str) -> list[dict[str, object]]:
    text = (CORPUS / half_of / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_there_are_at_least_fifteen_languages_in_both_halves() -> None:
    assert len(FILES) >= 15
    assert [path.name for path in sorted((CORPUS / HALVES[1]).glob("*.jsonl"))] == [
        path.name for path in FILES
    ]


@pytest.mark.parametrize("name", [path.name for path in FILES])
def test_a_language_has_cases_enough_with_their_sources_and_nothing_in_both_halves(
    name: str,
) -> None:
    grow, score = (lines(half_of, name) for half_of in HALVES)

    counts = Counter(str(row["group"]) for row in grow + score)
    for group, fewest in FEWEST.items():
        assert counts[group] >= fewest
    for row in grow + score:
        assert str(row["source"]).strip()
        assert set(row["indicators"]) <= set(INDICATORS)  # type: ignore[call-overload]
    for key in ("id", "text"):
        assert not {row[key] for row in grow} & {row[key] for row in score}


@cache
def scores() -> tuple[Score, Score]:
    """English, and all others, of the half that no author of a pack has seen."""
    engine = the_engine()
    others = Score()
    by_language = half("score")
    for language, rows in by_language.items():
        others = others.plus(scored(engine, rows)) if language != "en" else others
    return scored(engine, by_language["en"]), others


@pytest.mark.parametrize(
    ("which", "flagged", "recall", "precision", "ordinary", "hard"),
    [("English", 0.70, 0.42, 0.60, 0.12, 0.52), ("others", 0.66, 0.42, 0.66, 0.10, 0.38)],
)
def test_the_unseen_half_is_read_no_worse_than_when_it_was_last_measured(
    which: str, flagged: float, recall: float, precision: float, ordinary: float, hard: float
) -> None:
    score = scores()[which == "others"]

    assert (score.found() or 0) >= flagged
    assert (score.macro_recall() or 0) >= recall
    assert (score.macro_precision() or 0) >= precision
    assert (score.found("ordinary") or 0) <= ordinary
    assert (score.found("hard_negative") or 0) <= hard


def test_the_tree_of_the_corpus_holds_nothing_else() -> None:
    assert {path.name for path in CORPUS.iterdir()} == {*HALVES, "README.md"}
    assert Path(CORPUS / "README.md").read_text(encoding="utf-8").startswith("# ")
