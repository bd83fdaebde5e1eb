"""A lone HELP and a lone 3: seen soon by a person, explained, and never lowered by the machine."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, phrase
from workervoice.hotline.opening import open_case
from workervoice.hotline.overview import queue
from workervoice.message import Answer, Grade, Priority
from workervoice.triage import ilo
from workervoice.workflow.turn import POSSIBLE_DISTRESS

REPORT = "They took our passports"
QUIET = "the food in the canteen is bad"


def judgements(worker: Worker) -> list[Mapping[str, object]]:
    """What the machine judged so far, oldest first."""
    house = worker.house
    assert worker.case_id is not None
    with open_case(house.console, house.actor("asha"), worker.case_id) as file:
        return [one.words for one in file.assessments if one.words and one.direction == "machine"]


@pytest.mark.parametrize("word", ["HELP", "help!", "AYUDA", "সাহায্য"])
def test_a_lone_help_is_seen_within_a_day(shared_house: House, word: str) -> None:
    worker = a_worker(shared_house)

    worker.say(word)

    record = worker.case.record
    assert (record.priority, record.grade) == (Priority.P1, Grade.FL_NONE)
    assert not record.facts.imminent_danger
    lines = queue(shared_house.console, shared_house.actor("asha"))
    shown = {line.id: line.record.priority for line in lines}
    assert shown[worker.case.id] is Priority.P1


def test_a_help_is_explained_by_its_own_word_and_by_the_rule_that_lifted_it(
    shared_house: House,
) -> None:
    worker = a_worker(shared_house)
    worker.say("HELP")

    page = worker.case
    (judged,) = judgements(worker)

    assert page.thread[0].passages == (("HELP", POSSIBLE_DISTRESS, False),)
    assert page.record.facts.items == {POSSIBLE_DISTRESS: Answer.REPORTED}
    assert (judged["priority"], judged["rests_on"]) == ("P1", [POSSIBLE_DISTRESS])
    assert POSSIBLE_DISTRESS in ilo.ITEMS


def test_a_three_is_its_own_evidence(shared_house: House) -> None:
    worker = a_worker(shared_house)
    worker.say(REPORT)

    worker.say("৩")

    assert worker.case.thread[-1].passages == (("৩", "imminent_danger", False),)


def test_a_help_gets_the_first_answer_like_everyone_and_later_the_number(
    shared_house: House,
) -> None:
    worker = a_worker(shared_house)

    said = [worker.say("HELP"), worker.say("HELP")]

    assert said == [[phrase(shared_house, "first_answer")], [phrase(shared_house, "help_now")]]


def test_a_help_after_a_quiet_report_lifts_it(shared_house: House) -> None:
    worker = a_worker(shared_house)
    worker.say(QUIET)
    before = worker.case.record.priority

    worker.say("help")

    assert before is Priority.P3
    assert worker.case.record.priority is Priority.P1


@pytest.mark.parametrize("later", ["hello", "1", "STATUS", "all is good now, thank you"])
def test_what_is_written_after_a_help_does_not_lower_it(shared_house: House, later: str) -> None:
    worker = a_worker(shared_house)
    worker.say("HELP")

    worker.say(later)

    assert worker.case.record.priority is Priority.P1


def test_a_help_lowers_no_danger(shared_house: House) -> None:
    worker = a_worker(shared_house)
    worker.say(REPORT)
    worker.say("3")

    worker.say("HELP")

    assert worker.case.record.priority is Priority.P0


@pytest.mark.parametrize(
    ("cry", "lifted"),
    [
        ("HELP", Priority.P1),
        ("3", Priority.P0),
        ("he beats us now, blood, door is locked", Priority.P0),
    ],
)
def test_what_a_person_has_lowered_is_lifted_each_time_it_is_said(
    shared_house: House, cry: str, lifted: Priority
) -> None:
    house, worker = shared_house, a_worker(shared_house)
    for text in (QUIET, "1", "no", "0", cry):
        worker.say(text)
    house.desk.set_priority(house.actor("asha"), worker.case.id, Priority.P3, "we have talked")
    worker.say("thank you")
    quiet = worker.case.record.priority

    worker.say(cry)

    assert quiet is Priority.P3
    assert worker.case.record.priority is lifted


@pytest.mark.parametrize("said", ["3", "they are beating us now, the door is locked"])
def test_danger_while_a_delete_waits_for_its_digit_cancels_it_and_is_danger(
    shared_house: House, said: str
) -> None:
    worker = a_worker(shared_house)
    worker.say(REPORT)
    worker.say("DELETE")

    (answer,) = worker.say(said)

    record = worker.case.record
    assert (record.priority, record.facts.imminent_danger) == (Priority.P0, True)
    assert (worker.case.state, worker.case.conversation) == ("received", "resting")
    assert answer.startswith(phrase(shared_house, "delete_cancelled"))


def test_the_digit_of_a_delete_is_none_that_means_something(shared_house: House) -> None:
    worker = a_worker(shared_house)
    worker.say(REPORT)

    drawn = set()
    for _ in range(40):
        drawn.add(worker.say("DELETE")[0].partition("send ")[2][0])
        shared_house.wait(minutes=5)  # more at once is not answered

    assert drawn <= set("456789")


def test_a_help_while_a_delete_waits_cancels_it_and_is_a_cry_for_help(shared_house: House) -> None:
    house, worker = shared_house, a_worker(shared_house)
    worker.say(QUIET)
    worker.say("DELETE")

    (answer,) = worker.say("HELP")

    assert answer == phrase(house, "delete_cancelled") + "\n" + phrase(house, "help_now")
    assert (worker.case.record.priority, worker.case.state) == (Priority.P1, "received")
