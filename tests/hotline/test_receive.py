"""What a worker's texts become: the first answer, the three questions, one case that only grows."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.looking import asked, cases_of, the_case, words_in
from workervoice.hotline.overview import queue
from workervoice.message import Answer, Consent, Grade, MediaHandle, Priority

REPORT = "They took our passports"
WORKER, OTHER = "+15550106001", "+15550106002"


def phrase(shared_house: House, key: str, language: str = "en") -> str:
    return house.phrases.say(key, language, line="en", emergency="999")


@pytest.mark.parametrize(
    "text",
    [
        *(REPORT, "hello", "", "1", "3", "HELP", "START", "yes", "They lock the doors. I am 14."),
        *("I want to kill myself", "2", "STOP hitting us", "?" * 3000, "\0\u202e"),
    ],
)
def test_the_first_answer_is_the_same_bytes_whatever_was_reported(shared_house: House, text: str) -> None:
    house.say(OTHER, REPORT)

    said = house.say(WORKER, text)

    assert said == house.phones.texts(OTHER)
    assert len(said) == 1
    assert "999" in said[0]


def test_the_first_answer_of_another_language_is_the_same_for_all_who_write_it(
    shared_house: House,
) -> None:
    first = house.say(WORKER, "Hola, no nos pagan el salario desde marzo")
    second = house.say(OTHER, "Nos quitaron los pasaportes y no podemos salir")

    assert first == second == [phrase(house, "first_answer", "es")]


def test_the_first_answer_comes_once_a_number_and_day(shared_house: House) -> None:
    first = house.say(WORKER, REPORT)

    again = [house.say(WORKER, f"and they lock us in, {n}") for n in range(3)]

    assert len(first) == 1
    assert not any(first[0] in said for said in again)
    assert sum(len(said) for said in again) <= 1  # thanked once a day


def test_after_the_first_text_the_hotline_asks_at_most_three_times(shared_house: House) -> None:
    said = [house.say(WORKER, text) for text in (REPORT, "1", "they cut pay if we ask. HILL", "5")]
    later = [house.say(WORKER, f"more, {n}") for n in range(5)]

    questions = [text for texts in said[:3] for text in texts]
    assert [len(texts) for texts in said] == [1, 1, 1, 1]
    assert all("?" in text for text in questions)
    assert "?" not in said[3][0]
    assert not any("?" in text for texts in later for text in texts)


def test_the_menu_answers_are_facts_of_the_case(shared_house: House) -> None:
    for text in (REPORT, "1", "they cut pay if we ask", "5"):
        house.say(WORKER, text)

    facts = the_case(house).record.facts
    assert facts.safe_to_talk is True
    assert facts.consent == Consent.BUYERS | Consent.AUTHORITIES
    assert not facts.imminent_danger


def test_an_answer_that_is_no_digit_is_no_consent(shared_house: House) -> None:
    for text in (REPORT, "1", "they cut pay if we ask", "please tell nobody"):
        house.say(WORKER, text)

    page = the_case(house)
    assert page.record.facts.consent is None
    assert words_in(page)[-1] == "please tell nobody"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I work at river", "RIVER"),
        ("(HILL)", "HILL"),
        ("hill.", "HILL"),
        ("It is called riverside garments in town", "RIVER"),
        ("HARBOUR SEAFOOD", "HARBOR"),
        ("Hillsides", None),
        ("drivers", None),
    ],
)
def test_a_site_is_known_by_its_poster_code_or_its_name(
    shared_house: House, text: str, code: str | None
) -> None:
    house.say(WORKER, REPORT)
    house.say(WORKER, text)

    site = the_case(house).site
    assert (site.code if site else None) == code


def test_a_site_in_the_first_text_is_not_asked_again(shared_house: House) -> None:
    house.say(WORKER, f"{REPORT} at Riverside Garments")
    with_site = house.say(WORKER, "1")
    house.say(OTHER, REPORT)
    without = house.say(OTHER, "1")

    assert "poster" not in with_site[0]
    assert "poster" in without[0]


def test_later_texts_are_added_to_the_same_case(shared_house: House) -> None:
    texts = [REPORT, "1", "and no money since March", "my cousin too", "1"]
    for text in texts:
        house.say(WORKER, text)

    page = the_case(house)
    assert words_in(page) == texts
    assert len(asked(house, "SELECT id FROM conversation")) == 1


def test_a_medium_without_text_is_a_message_of_the_case(shared_house: House) -> None:
    house.text(WORKER, REPORT)
    house.text(WORKER, "", media=(MediaHandle("https://api.example/m/1", "image/jpeg"),))

    said = [entry for entry in the_case(house).thread if entry.direction == "in"]
    assert [entry.media for entry in said] == [0, 1]


def test_facts_grade_and_priority_only_rise(shared_house: House) -> None:
    order, priorities = tuple(Grade), tuple(Priority)
    seen = []
    for text in (
        "hello",
        REPORT,
        "we got them back, all is good now, no problem",
        "he hits us",
        "no",
        "thank you, we are fine",
    ):
        house.say(WORKER, text)
        seen.append(the_case(house).record)

    grades = [order.index(record.grade) for record in seen]
    ranks = [priorities.index(record.priority) for record in seen]
    assert grades == sorted(grades, reverse=True)
    assert ranks == sorted(ranks, reverse=True)
    assert grades[0] > grades[1]
    assert Answer.REPORTED in seen[-1].facts.items.values()


def test_danger_now_is_the_highest_priority_at_once(shared_house: House) -> None:
    house.say(WORKER, REPORT)
    before = the_case(house).record

    said = house.say(WORKER, "3")

    page = the_case(house)
    assert before.priority is not Priority.P0
    assert page.record.priority is Priority.P0
    assert page.record.facts.imminent_danger
    assert "999" in said[0]
    assert queue(house.console, house.actor("asha"))[0].id == page.id


def test_danger_said_days_later_is_danger(shared_house: House) -> None:
    for text in (REPORT, "1", "they cut pay if we ask", "0"):
        house.say(WORKER, text)
    house.wait(days=20)

    said = house.say(WORKER, "3")

    assert "999" in said[0]
    assert the_case(house).record.priority is Priority.P0


def test_not_safe_means_silence_until_the_worker_writes(shared_house: House) -> None:
    house.say(WORKER, REPORT)
    said = house.say(WORKER, "2")
    page = the_case(house)
    house.desk.answer(house.actor("asha"), page.id, "How can we help?")
    house.deliver()
    silent = house.phones.texts(WORKER)[2:]
    back = house.say(WORKER, "now I am outside")

    assert len(said) == 1
    assert page.record.facts.safe_to_talk is False
    assert silent == []
    assert back


def test_the_language_of_the_answers_stays_through_digits_and_doubtful_texts(shared_house: House) -> None:
    house.say(WORKER, "Hola, nos quitaron los pasaportes y no nos pagan desde marzo")

    said = [house.say(WORKER, text) for text in ("👍", "1", "RIVER", "1", "12345", "ok", "no")]

    texts = [text for texts in said for text in texts]
    assert texts[0] == phrase(house, "thanks", "es")
    assert phrase(house, "consent_menu", "es") in texts
    english = ("Thank", "Reply", "Who may", "Where", "Can you", "What would")
    assert not [text for text in texts if text.startswith(english)]


def test_another_language_is_answered_from_then_on(shared_house: House) -> None:
    house.say(WORKER, REPORT)
    said = house.say(WORKER, "Ya no podemos salir de la fábrica y no nos pagan")
    later = house.say(WORKER, "2")

    assert said == [phrase(house, "thanks", "es")]
    assert later == [phrase(house, "not_safe", "es")]
    assert len(cases_of(house)) == 1
