"""Sentences of the phrase book in answers: what a worker reads, and what colleagues read of it."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.house import House
from tests.looking import a_worker
from workervoice.errors import GuardFailed, NotFound
from workervoice.hotline import drafts
from workervoice.hotline.act import ANSWER_MAX
from workervoice.hotline.casepage import case_page
from workervoice.hotline.suggesting import ENGLISH, Suggesting, suggestions

SPANISH = "Nos quitaron los pasaportes y no podemos salir"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def a_spanish_case(house: House) -> UUID:
    worker = a_worker(house)
    worker.say(SPANISH)
    assert worker.case_id is not None
    return worker.case_id


def suggesting(house: House) -> Suggesting:
    return Suggesting(house.console, house.phrases)


def typed(house: House, case_id: UUID) -> str:
    return drafts.kept(house.console, house.actor("asha"), case_id)["answer"]["text"][0]


def in_english(house: House, case_id: UUID) -> list[str]:
    thread = case_page(house.console, house.actor("asha"), case_id).thread
    said = [entry for entry in thread if entry.kind == ENGLISH]
    return ["".join(words for words, _, _ in entry.passages) for entry in said]


def test_every_language_has_every_sentence_and_its_english(shared_house: House) -> None:
    book = shared_house.phrases
    for language in book.files:
        offered = suggestions(book, language, "en")

        assert offered.language == language
        assert len(offered.every) == 19
        assert all(each.text and each.english for each in offered.every)
        assert offered.within("\n".join(each.text for each in offered.every)) == offered.every


def test_a_language_without_phrases_is_offered_in_that_of_the_line(shared_house: House) -> None:
    assert suggestions(shared_house.phrases, "xx", "es").language == "es"


def test_a_sentence_is_put_behind_what_was_typed_in_the_workers_language(house: House) -> None:
    case_id, asha = a_spanish_case(house), house.actor("asha")
    spanish = suggestions(house.phrases, "es", "en")

    suggesting(house).put_in(asha, case_id, "Hola.  \n", "s_read")
    suggesting(house).put_in(asha, case_id, typed(house, case_id), "s_place")

    kept = typed(house, case_id)
    assert kept.split("\n") == [
        "Hola.",
        spanish.named("s_read").text,
        spanish.named("s_place").text,
    ]
    assert [each.key for each in spanish.within(kept)] == ["s_read", "s_place"]


def test_what_was_sent_keeps_its_english_once_in_the_order_of_the_text(house: House) -> None:
    case_id, asha = a_spanish_case(house), house.actor("asha")
    spanish, english = (suggestions(house.phrases, code, "en") for code in ("es", "en"))
    text = f"{spanish.named('s_place').text} Gracias. {spanish.named('s_read').text}"
    once = uuid4()

    for _ in range(2):
        suggesting(house).keep_english(asha, case_id, text, once)

    said = [english.named(key).text for key in ("s_place", "s_read")]
    assert in_english(house, case_id) == ["\n".join(said)]


def test_a_sentence_that_was_changed_has_no_english_beside_it(house: House) -> None:
    case_id, asha = a_spanish_case(house), house.actor("asha")
    text = suggestions(house.phrases, "es", "en").named("s_read").text[1:]

    suggesting(house).keep_english(asha, case_id, text, uuid4())

    assert in_english(house, case_id) == []


def test_what_is_sent_in_english_needs_no_english(house: House) -> None:
    worker = a_worker(house)
    worker.say("They took our passports and we can not go out")
    assert worker.case_id is not None
    text = suggestions(house.phrases, "en", "en").named("s_read").text

    suggesting(house).keep_english(house.actor("asha"), worker.case_id, text, uuid4())

    assert in_english(house, worker.case_id) == []


def test_what_no_page_offered_or_does_not_fit_is_refused(house: House) -> None:
    case_id, asha = a_spanish_case(house), house.actor("asha")

    with pytest.raises(GuardFailed):
        suggesting(house).put_in(asha, case_id, "", "first_answer")
    with pytest.raises(GuardFailed):
        suggesting(house).put_in(asha, case_id, "x" * ANSWER_MAX, "s_read")
    with pytest.raises(NotFound):
        suggesting(house).put_in(house.actor("nora"), case_id, "", "s_read")

    assert drafts.kept(house.console, asha, case_id) == {}
