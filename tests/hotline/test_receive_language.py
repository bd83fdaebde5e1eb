"""The language of the answers: a short first text is enough; one doubtful word changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.house import House
from tests.looking import a_worker, phrase
from workervoice.workflow.tongues import CHOICES, NO_LANGUAGE, listed

FIRST = {
    "en": "They took our passports and we can not go out",
    "es": "Nos quitaron los pasaportes y no nos pagan desde marzo",
    "bn": "তারা আমাদের পাসপোর্ট নিয়ে গেছে",
    "bn-latn": "amader passport niye geche, beton dey na tin mas",
}


@pytest.mark.parametrize(
    ("text", "language", "step"),
    [
        ("hola", "es", "words"),
        ("Hola!", "es", "words"),
        ("AYUDA", "es", "words"),
        ("gracias", "es", "words"),
        ("buenas tardes", "es", "words"),
        ("হ্যালো", "bn", "script"),
        ("সাহায্য", "bn", "script"),
        ("hello", "en", "words"),
    ],
)
def test_a_short_first_text_is_answered_in_its_language(
    shared_house: House, text: str, language: str, step: str
) -> None:
    worker = a_worker(shared_house)

    said = worker.say(text)

    assert said == [phrase(shared_house, "first_answer", language)]
    assert worker.case.record.language == language
    detected = shared_house.reception.engine.read(text).language
    assert (detected.code, detected.step) == (language, step)


@pytest.mark.parametrize("text", ["ok", "no", "1", "?", "12345"])
def test_a_first_text_of_no_language_is_answered_in_the_lines(
    shared_house: House, text: str
) -> None:
    assert a_worker(shared_house).say(text) == [phrase(shared_house, "first_answer")]


def test_a_doubtful_first_text_leaves_the_language_to_the_next(shared_house: House) -> None:
    worker = a_worker(shared_house)
    worker.say("ok")

    said = worker.say("hola")

    assert said == [phrase(shared_house, "thanks", "es")]


@pytest.mark.parametrize("language", FIRST)
@pytest.mark.parametrize("word", ["ok", "no", "No.", "si", "passport", "boss", "Riverside", "123"])
def test_one_doubtful_word_does_not_throw_over_a_known_language(
    shared_house: House, language: str, word: str
) -> None:
    worker = a_worker(shared_house)
    worker.say(FIRST[language])

    said = worker.say(word)

    spoken = shared_house.phrases.language(language)
    assert said == [phrase(shared_house, "thanks", spoken)]
    assert worker.case.record.language == language


@pytest.mark.parametrize(("first", "then"), [("en", "es"), ("es", "bn"), ("bn", "en")])
def test_a_sentence_in_another_language_is_answered_in_it(
    shared_house: House, first: str, then: str
) -> None:
    worker = a_worker(shared_house)
    worker.say(FIRST[first])

    said = worker.say(FIRST[then])

    assert said == [phrase(shared_house, "thanks", then)]


def test_on_a_line_of_no_language_a_worker_chooses_once_by_a_number(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_none = replace(shared_house.line(), language=NO_LANGUAGE)
    monkeypatch.setattr(shared_house, "line", lambda slug="": of_none)
    worker = a_worker(shared_house)

    asked = worker.say("ok")
    chosen = worker.say("43")
    later = worker.say("ok")

    offered = phrase(shared_house, "language_choice", languages=listed(CHOICES))
    assert asked == ["\n".join([phrase(shared_house, "first_answer"), offered])]
    assert chosen == [shared_house.phrases.say("first_answer", "bn", emergency="999")]
    assert later == [phrase(shared_house, "thanks", "bn")]
    assert worker.case.record.language == "bn"
