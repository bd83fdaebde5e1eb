"""A cry for help and a report of danger are heard in every state of the dialogue."""

from __future__ import annotations

import pytest

from tests.workflow.test_dialogue import DONE
from tests.workflow.transcript import Stage, marks, play

DELETING = DONE + "= digit 7\n> DELETE\n< delete_confirm_nothing_left\n* withhold\n"
WITHDRAWN = DELETING + "> 7\n< delete_started\n* withdraw\nstate withdrawn\n"

BEFORE = {
    "nothing": "",
    "question 1": "> they hit us\n< first_answer\n* report",
    "the end": DONE,
    "STOP": DONE + "> STOP\n< stopped\n* pause",
    "three notices": DONE + "= notice 1\n= notice 2\n= notice 3\n= lost now",
    "duress": DONE + "= freeze now",
    "DELETE": DELETING,
    "a confirmed DELETE": WITHDRAWN,
}


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("word", ["HELP", "Ayuda!", "সাহায্য", "bachao"])
def test_help_is_possible_distress_in_every_state(before: str, word: str) -> None:
    stage = play(BEFORE[before])

    turn = stage.write(word)

    assert {"distress", "ask_human", "report"} <= marks(turn)


@pytest.mark.parametrize("word", ["START", "STATUS", "STOP", "hello", "1"])
def test_nothing_else_is_taken_for_a_cry_for_help(word: str) -> None:
    assert "distress" not in marks(Stage().write(word))


def test_help_is_answered_like_any_first_text_and_later_with_the_number() -> None:
    first, later = Stage(), play(DONE)

    assert [say.key for say in first.write("HELP").says] == ["first_answer"]
    assert [say.key for say in later.write("HELP").says] == ["help_now"]


@pytest.mark.parametrize("three", ["3", "৩", "3.", "３", "③"])
def test_a_three_while_a_delete_waits_is_danger_and_keeps_everything(three: str) -> None:
    stage = play(DELETING)

    turn = stage.write(three)

    assert [say.key for say in turn.says] == ["delete_cancelled", "danger_now"]
    assert marks(turn) == {"danger", "ask_human", "report", "resume"}
    assert turn.progress.delete_digit is None


def test_a_three_within_the_72_hours_is_danger_and_keeps_everything() -> None:
    play(
        WITHDRAWN
        + """
        > 3
        < delete_cancelled danger_now
        * danger ask_human report resume cancel_withdrawal
        state resting
    """
    )


def test_a_two_while_a_delete_waits_keeps_everything_and_stops_writing() -> None:
    stage = play(
        DELETING
        + """
        > 2
        < delete_cancelled not_safe
        * unsafe report resume
        = hold reply
    """
    )

    assert stage.progress.safe is False


def test_words_while_a_delete_waits_are_heard_and_answered_the_same_whatever_they_report() -> None:
    quiet, grave = play(DELETING), play(DELETING)

    one, other = quiet.write("the food is bad"), grave.write("fire, the doors are locked")

    assert one.says == other.says
    assert one.report
    assert other.report


def test_a_three_in_a_frozen_dialogue_is_danger_behind_the_same_harmless_answer() -> None:
    three, word = play(BEFORE["duress"]), play(BEFORE["duress"])
    for stage in (three, word):
        stage.change("day", "1")

    one, other = three.write("3"), word.write("hello")

    assert one.says == other.says
    assert marks(one) == {"danger", "ask_human", "report"}
    assert "danger" not in marks(other)
