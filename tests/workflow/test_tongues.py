"""Tests of choosing a language: once, by a number that nothing else means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workervoice.message import Facts
from workervoice.triage.language import LANGUAGES
from workervoice.workflow import tongues
from workervoice.workflow.dialogue import Heard, Progress, converse

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OFFERS = ("bn", "en", "es")


def heard(text: str, *, language: str | None = None, offers: bool = True) -> Heard:
    return Heard(
        text=text,
        now=NOW,
        facts=Facts(),
        missing="penalty",
        site_known=False,
        left=False,
        random_digit=4,
        known=True,
        language=language,
        must_choose=offers,
        spoken=OFFERS,
    )


def keys(turn_says: object) -> list[str]:
    return [say.key for say in turn_says]  # type: ignore[attr-defined]


def test_a_worker_whose_language_nothing_tells_is_asked_once() -> None:
    first = converse(Progress(), heard("ok"))
    second = converse(first.progress, heard("passport"))

    assert keys(first.says) == ["first_answer", "language_choice"]
    assert first.says[1].params["languages"] == "\nEnglish 41\nEspañol 42\nবাংলা 43"
    assert first.report
    assert "language_choice" not in keys(second.says)


@pytest.mark.parametrize(("language", "offers"), [("es", True), (None, False)])
def test_nobody_is_asked_whose_text_or_line_tells_the_language(
    language: str | None, offers: bool
) -> None:
    first = converse(Progress(), heard("hola", language=language, offers=offers))

    assert keys(first.says) == ["first_answer"]


@pytest.mark.parametrize("text", ["42", " 42. ", "৪২", "४२", "(42)"])
def test_the_number_of_a_language_asks_again_what_was_asked_in_it(text: str) -> None:
    first = converse(Progress(), heard("ok"))

    chosen = converse(first.progress, heard(text))

    assert chosen.progress.language == "es"
    assert keys(chosen.says) == ["first_answer"]
    assert not chosen.report
    assert chosen.progress.awaiting == "danger"


def test_a_three_is_danger_also_where_a_language_was_asked() -> None:
    first = converse(Progress(), heard("ok"))

    turn = converse(first.progress, heard("3"))

    assert turn.answers.imminent_danger


@pytest.mark.parametrize("text", ["99", "44", "42 boys work here", "4", "142"])
def test_another_number_is_words_for_the_case(text: str) -> None:
    first = converse(Progress(), heard("ok"))

    turn = converse(first.progress, heard(text))

    assert turn.progress.language is None
    assert turn.report


def test_without_an_offer_the_number_chooses_nothing() -> None:
    first = converse(Progress(), heard("ok", offers=False))

    turn = converse(first.progress, heard("42", offers=False))

    assert turn.progress.language is None
    assert turn.report


def test_what_was_offered_is_kept_with_the_progress() -> None:
    progress = replace(Progress(), offered=True)

    assert Progress.from_dict(progress.to_dict()) == progress


def test_every_language_of_the_hotline_has_a_number_of_its_own() -> None:
    spoken = {code for code in LANGUAGES if not code.endswith("-latn")}
    numbers = [number for number, _ in tongues.CHOICES.values()]

    assert set(tongues.CHOICES) == spoken
    assert len(set(numbers)) == len(numbers)
    assert all(10 <= number <= 99 for number in numbers)
