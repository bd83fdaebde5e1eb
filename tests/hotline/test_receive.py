"""What a worker's texts become: the first answer, the three questions, one case that only grows."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.looking import a_worker, asked, phrase, words_in
from workervoice.hotline.overview import queue
from workervoice.message import Answer, Consent, Grade, MediaHandle, Priority

REPORT = "They took our passports"
SPANISH = "Hola, nos quitaron los pasaportes y no nos pagan el salario desde marzo"
WHOLE = (REPORT, "1", "they cut pay if we ask", "5")


@pytest.mark.parametrize(
    "text",
    [
        *(REPORT, "hello", "", "1", "2", "3", "HELP", "START", "yes", "I want to kill myself"),
        *("They lock the doors. I am 14.", "STOP hitting us", "?" * 3000, "\0\u202e", "RIVER"),
    ],
    ids=lambda text: ascii(text)[:24],
)
def test_the_first_answer_is_the_same_bytes_whatever_was_reported(
    shared_house: House, text: str
) -> None:
    worker = a_worker(shared_house)

    said = worker.say(text)

    assert said == [phrase(shared_house, "first_answer")]
    assert "999" in said[0]
    assert words_in(worker.case) == [text]


@pytest.mark.parametrize("text", [SPANISH, "No podemos salir de la fábrica y nos pegan mucho"])
def test_the_first_answer_of_another_language_is_the_same_too(
    shared_house: House, text: str
) -> None:
    assert a_worker(shared_house).say(text) == [phrase(shared_house, "first_answer", "es")]


def test_the_first_answer_comes_once_a_number_and_day(shared_house: House) -> None:
    worker = a_worker(shared_house)
    worker.say(REPORT)

    again = [text for n in range(3) for text in worker.say(f"and they lock us in, {n}")]

    assert again == [phrase(shared_house, "thanks")]  # and thanked once a day


def test_the_whole_first_report_costs_four_messages_and_then_nothing_is_asked(
    shared_house: House,
) -> None:
    worker = a_worker(shared_house)

    said = [worker.say(text) for text in WHOLE]
    later = [text for n in range(5) for text in worker.say(f"more, {n}")]

    assert [len(texts) for texts in said] == [1, 1, 1, 1]
    assert [("?" in text) for texts in said for text in texts] == [True, True, True, False]
    assert not any("?" in text for text in later)


def test_the_menu_answers_are_facts_of_the_case(shared_house: House) -> None:
    worker = a_worker(shared_house)
    for text in WHOLE:
        worker.say(text)

    facts = worker.case.record.facts
    assert facts.safe_to_talk is True
    assert facts.consent == Consent.BUYERS | Consent.AUTHORITIES
    assert not facts.imminent_danger


@pytest.mark.parametrize("digit", range(8))
def test_every_digit_of_the_consent_menu_is_kept_as_it_was_sent(
    shared_house: House, digit: int
) -> None:
    worker = a_worker(shared_house)
    for text in (*WHOLE[:3], str(digit)):
        worker.say(text)

    assert worker.case.record.facts.consent == digit


def test_an_answer_that_is_no_digit_is_no_consent(shared_house: House) -> None:
    worker = a_worker(shared_house)
    for text in (*WHOLE[:3], "please tell nobody"):
        worker.say(text)

    assert worker.case.record.facts.consent is None
    assert words_in(worker.case)[-1] == "please tell nobody"


def test_a_site_in_the_first_text_is_not_asked_again(shared_house: House) -> None:
    told, silent = a_worker(shared_house), a_worker(shared_house)
    told.say(f"{REPORT} at Riverside Garments")
    silent.say(REPORT)

    assert "poster" not in told.say("1")[0]
    assert "poster" in silent.say("1")[0]


def test_later_texts_are_added_to_the_same_case(shared_house: House) -> None:
    worker, before = a_worker(shared_house), asked(shared_house, "SELECT id FROM conversation")
    texts = [REPORT, "1", "and no money since March", "my cousin too", "1"]

    for text in texts:
        worker.say(text)

    assert words_in(worker.case) == texts
    assert len(asked(shared_house, "SELECT id FROM conversation")) == len(before) + 1


def test_a_medium_without_text_is_a_message_of_the_case(shared_house: House) -> None:
    worker, medium = a_worker(shared_house), MediaHandle("https://api.example/m/1", "image/jpeg")
    worker.say(REPORT)
    shared_house.text(worker.number, "", media=(medium,))

    said = [entry for entry in worker.case.thread if entry.direction == "in"]
    assert [entry.media for entry in said] == [0, 1]


def test_facts_grade_and_priority_only_rise(shared_house: House) -> None:
    worker, seen = a_worker(shared_house), []
    for text in (
        "hello",
        REPORT,
        "we got them back, all is good now, no problem",
        "he hits us",
        "no",
        "thank you, we are fine",
    ):
        worker.say(text)
        seen.append(worker.case.record)

    grades = [tuple(Grade).index(record.grade) for record in seen]
    ranks = [tuple(Priority).index(record.priority) for record in seen]
    assert grades == sorted(grades, reverse=True)
    assert ranks == sorted(ranks, reverse=True)
    assert grades[0] > grades[1]
    assert Answer.REPORTED in seen[-1].facts.items.values()


def test_danger_now_is_the_highest_priority_at_once(shared_house: House) -> None:
    worker = a_worker(shared_house)
    worker.say(REPORT)
    before = worker.case.record

    said = worker.say("3")

    record = worker.case.record
    assert before.priority is not Priority.P0
    assert (record.priority, record.facts.imminent_danger) == (Priority.P0, True)
    assert said == [phrase(shared_house, "danger_now")]
    first = queue(shared_house.console, shared_house.actor("asha"))[0]
    assert first.record.priority is Priority.P0


def test_danger_said_days_later_is_danger(emptied_house: House) -> None:
    worker = a_worker(emptied_house)
    for text in WHOLE:
        worker.say(text)
    emptied_house.wait(days=20)

    said = worker.say("3")

    assert said == [phrase(emptied_house, "danger_now")]
    assert worker.case.record.priority is Priority.P0


def test_not_safe_means_silence_until_the_worker_writes(shared_house: House) -> None:
    worker = a_worker(shared_house)
    worker.say(REPORT)
    said = worker.say("2")
    shared_house.desk.answer(shared_house.actor("asha"), worker.case.id, "How can we help?")
    shared_house.deliver()
    silent = worker.texts[2:]
    unsafe = worker.case.record.facts.safe_to_talk

    back = worker.say("now I am outside")

    assert said == [phrase(shared_house, "not_safe")]
    assert unsafe is False
    assert silent == []
    assert len(back) == 1


@pytest.mark.parametrize("word", ["STOP", "DELETE", "STATUS"])
def test_a_long_text_that_begins_like_a_command_is_a_report(shared_house: House, word: str) -> None:
    worker, text = a_worker(shared_house), word + "." * 300 + "they hit us"

    said = worker.say(text)

    assert said == [phrase(shared_house, "first_answer")]
    assert words_in(worker.case) == [text]
    assert worker.case.conversation == "safety"


def test_the_language_of_the_answers_stays_through_digits_and_doubtful_texts(
    shared_house: House,
) -> None:
    worker = a_worker(shared_house)
    worker.say(SPANISH)

    said = [worker.say(text) for text in ("passport", "1", "Riverside", "1", "12345", "yes", "ok")]

    texts = [text for texts in said for text in texts]
    english = ("Thank", "Reply", "Who may", "Where", "Can you", "What would", "Do you")
    assert texts[0] == phrase(shared_house, "thanks", "es")
    assert phrase(shared_house, "consent_menu", "es") in texts
    assert not [text for text in texts if text.startswith(english)]


def test_another_language_is_answered_from_then_on(shared_house: House) -> None:
    worker = a_worker(shared_house)
    worker.say(REPORT)

    said = worker.say("Ya no podemos salir de la fábrica y no nos pagan")
    later = worker.say("2")

    assert said == [phrase(shared_house, "thanks", "es")]
    assert later == [phrase(shared_house, "not_safe", "es")]
