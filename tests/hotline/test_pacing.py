"""Who writes too much: all of it is taken, automatic answers pause, and a person sees why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.house import House
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.overview import queue
from workervoice.hotline.pacing import Pacing
from workervoice.workflow.pace import Limits, Why
from workervoice.workflow.quieting import Flood

WORKER = "+15550100201"
KNOWN = "+15550100202"
ROBOT_TEXT = "I am out of the office until Monday and will answer then."


def pages(house: House) -> list[CasePage]:
    asha = house.actor("asha")
    listed = queue(house.console, asha)
    return [case_page(house.console, asha, line.id) for line in listed]


def with_limits(house: House, limits: Limits | None = None, flood: Flood | None = None) -> None:
    """As the settings of a gateway would have it."""
    pacing = Pacing(limits or Limits(), flood or Flood())
    house.reception = replace(house.reception, pacing=pacing)


def words_in(page: CasePage) -> list[str]:
    return ["".join(p[0] for p in said.passages) for said in page.thread if said.direction == "in"]


def test_of_fifty_texts_in_a_minute_all_are_stored_and_answers_pause(house: House) -> None:
    texts = [f"they locked the gate again, number {number}" for number in range(50)]

    for text in texts:
        house.text(WORKER, text)
        house.wait(seconds=1)
    house.deliver()

    (page,) = pages(house)
    assert words_in(page) == texts
    assert page.quiet is not None
    assert page.quiet.why == Why.TEXTS
    assert len(house.phones.texts(WORKER)) <= 3


def test_a_number_that_asks_and_asks_is_answered_so_often_an_hour_and_not_more(
    house: House,
) -> None:
    house.say(WORKER, "they took our passports")
    for _ in range(38):
        house.say(WORKER, "STATUS")

    limit = Limits().answers_per_hour
    assert len(house.phones.texts(WORKER)) == limit
    (page,) = pages(house)
    assert page.quiet is not None
    assert page.quiet.why == Why.HOUR

    house.wait(hours=1, minutes=1)
    assert len(house.say(WORKER, "STATUS")) == 1
    assert pages(house)[0].quiet is None


def test_whoever_is_not_answered_any_more_is_told_the_emergency_number_all_the_same(
    house: House,
) -> None:
    with_limits(house, Limits(answers_per_hour=2))
    house.say(WORKER, "they took our passports")
    house.say(WORKER, "STATUS")
    assert house.say(WORKER, "STATUS") == []

    danger = house.say(WORKER, "3")
    stopped = house.say(WORKER, "STOP")

    assert "999" in danger[0]
    assert len(stopped) == 1
    (page,) = pages(house)
    assert page.record.facts.imminent_danger


def test_a_delete_is_confirmed_though_answers_pause(house: House) -> None:
    with_limits(house, Limits(answers_per_hour=2))
    house.say(WORKER, "they took our passports")
    house.say(WORKER, "STATUS")

    asked = house.say(WORKER, "DELETE")[-1]
    digit = next(digit for digit in "456789" if f"send {digit}" in asked)
    assert len(house.say(WORKER, digit)) == 1
    assert pages(house)[0].state == "withdrawn"


def test_what_a_thorough_worker_sets_and_asks_in_one_sitting_is_all_answered(house: House) -> None:
    said = ["they took our passports", "1", "no one there", "1", "SAFETY", "4", "482651"]
    said += ["482651 SAFETY", "5", "mangotree", "482651 SAFETY", "7", "6", "STATUS", "LANGUAGE"]

    assert [text for text in said if not house.say(WORKER, text)] == []


def test_a_robot_that_repeats_itself_is_not_answered_for_long(house: House) -> None:
    for _ in range(12):
        house.say(WORKER, ROBOT_TEXT)
        house.wait(seconds=20)

    (page,) = pages(house)
    assert words_in(page) == [ROBOT_TEXT] * 12
    assert page.quiet is not None
    assert page.quiet.why == Why.ROBOT
    assert len(house.phones.texts(WORKER)) <= 2


def test_a_robot_that_sends_back_what_we_sent_is_not_answered_for_long(house: House) -> None:
    answers = house.say(WORKER, "hello, is anybody there at the hotline?")
    for _ in range(12):
        answers = house.say(WORKER, answers[-1] if answers else house.phones.texts(WORKER)[-1])
        house.wait(seconds=20)

    assert len(house.phones.texts(WORKER)) <= 3
    assert len(words_in(pages(house)[0])) == 13


def test_digits_that_are_sent_three_times_are_no_robot(house: House) -> None:
    house.say(WORKER, "they took our passports")
    for _ in range(4):
        house.say(WORKER, "1")

    assert pages(house)[0].quiet is None


def test_a_clock_that_is_put_back_silences_nobody(house: House) -> None:
    with_limits(house, Limits(answers_per_hour=2, answers_per_day=2), Flood(per_minute=2))
    house.wait(days=30)
    house.say(WORKER, "they took our passports")
    house.say(WORKER, "STATUS")
    assert house.say(WORKER, "STATUS") == []
    for number in range(4):
        house.text(f"+1555010{4000 + number}", "is this the hotline?")

    house.wait(days=-30)

    assert len(house.say(WORKER, "STATUS")) == 1
    assert len(house.say(KNOWN, "they took our passports")) == 1


def test_in_a_flood_all_is_stored_and_whoever_is_known_or_in_danger_is_answered(
    house: House,
) -> None:
    house.say(KNOWN, "they took our passports")
    numbers = [f"+1555012{number:04}" for number in range(300)]

    for number in numbers:
        house.text(number, "please help us with this")
        house.wait(seconds=0.1)
    house.deliver()

    answered = [number for number in numbers if house.phones.texts(number)]
    assert len(answered) + 1 == Flood().per_minute  # whoever is known now was new, too
    assert len(queue(house.console, house.actor("asha"))) == 301
    assert len(house.say(KNOWN, "1")) == 1
    assert "999" in house.say("+15550130001", "they are beating us now, help")[0]
    assert "999" in house.say("+15550130002", "my sister is 12 years old and works here")[0]
    assert len(house.leaves("line_quieted")) == 1


def test_whoever_was_not_answered_in_a_flood_gets_the_first_answer_with_their_next_text(
    house: House,
) -> None:
    with_limits(house, flood=Flood(per_minute=1))
    house.text("+15550130001", "is this the hotline?")
    assert house.say(WORKER, "they took our passports") == []
    assert {said.quiet for page in pages(house) for said in page.thread} >= {"", Why.FLOOD}

    house.wait(minutes=20)

    assert "999" in house.say(WORKER, "and they lock the gate")[0]
    assert len(house.say(WORKER, "1")) == 1


def test_a_handlers_answer_reaches_whoever_was_not_answered_in_a_flood(house: House) -> None:
    with_limits(house, flood=Flood(per_minute=1))
    house.text("+15550130001", "is this the hotline?")
    house.text(WORKER, "they took our passports")
    asha = house.actor("asha")
    case_id = next(page.id for page in pages(house) if "passports" in words_in(page)[0])

    house.desk.answer(asha, case_id, "We read it.")
    house.deliver()

    assert house.phones.texts(WORKER) == ["You have a reply. Send 1 to read it."]
    assert house.say(WORKER, "1") == ["We read it."]


@pytest.mark.parametrize("command", ["STATUS", "NOTICE", "LANGUAGE", "START"])
def test_in_a_flood_a_command_of_a_stranger_is_not_answered(house: House, command: str) -> None:
    with_limits(house, flood=Flood(per_minute=1))
    house.text("+15550130001", "is this the hotline?")

    assert house.say(WORKER, command) == []
