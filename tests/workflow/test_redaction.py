"""Redaction of an entry's words: what goes, what moves, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workervoice.errors import GuardFailed
from workervoice.workflow.redaction import (
    checked_reason,
    mark,
    passage_in,
    without_medium,
    without_passage,
)

TEXT = "Rina and I have no passport"


def test_evidence_behind_the_passage_moves_with_its_words() -> None:
    words = {"text": TEXT, "evidence": [["P_documents", 17, 27, "en/P_documents#1", False]]}

    left = without_passage(words, 0, 4, "a colleague's name")

    ((item, start, end, rule, denied),) = left["evidence"]
    assert left["text"] == "[removed: a colleague's name] and I have no passport"
    assert left["text"][start:end] == TEXT[17:27]
    assert (item, rule, denied) == ("P_documents", "en/P_documents#1", False)


def test_evidence_that_touched_the_passage_is_dropped() -> None:
    words = {"text": TEXT, "evidence": [["a", 0, 6, "r", False], ["b", 3, 20, "r", False]]}

    left = without_passage(words, 4, 10, "a name")

    assert left["evidence"] == []


@given(st.data())
def test_what_is_left_of_the_evidence_still_points_at_its_own_words(data: st.DataObject) -> None:
    text = data.draw(st.text("ab c", min_size=2, max_size=40))
    places = st.integers(0, len(text))
    spans = [tuple(sorted(data.draw(st.tuples(places, places)))) for _ in range(4)]
    (start, end), *evidence = spans
    words = {"text": text, "evidence": [["x", s, e, "r", False] for s, e in evidence]}

    left = without_passage(words, start, end, "why")

    kept = [text[s:e] for s, e in evidence if e <= start or s >= end]
    assert [left["text"][s:e] for _, s, e, _, _ in left["evidence"]] == kept
    assert left["text"] == text[:start] + mark("why") + text[end:]


@pytest.mark.parametrize("passage", ["", "  ", "rina", "nothing of it"])
def test_a_passage_that_does_not_stand_there_is_refused(passage: str) -> None:
    with pytest.raises(GuardFailed, match="copy it exactly"):
        passage_in(TEXT, passage)


@pytest.mark.parametrize(("text", "passage"), [("no no", "no"), ("aaa", "aa")])
def test_a_passage_that_stands_there_twice_is_refused(text: str, passage: str) -> None:
    with pytest.raises(GuardFailed, match="more than once"):
        passage_in(text, passage)


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 201, "a ] bracket", "it says rina"])
def test_a_reason_is_short_and_does_not_say_it_again(reason: str) -> None:
    with pytest.raises(GuardFailed):
        checked_reason(reason, "Rina")


def test_one_medium_goes_and_the_others_stay() -> None:
    words = {"text": "", "media": [["a", "image/png"], ["b", "audio/ogg"]]}

    assert without_medium(words, 0)["media"] == [["b", "audio/ogg"]]
    with pytest.raises(GuardFailed):
        without_medium(words, 2)
