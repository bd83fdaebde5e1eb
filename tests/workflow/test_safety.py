"""What a worker sets for their own safety: a PIN, a word for duress, hours, answers at once."""

from __future__ import annotations

import pytest

from tests.workflow.test_dialogue import DONE
from tests.workflow.transcript import Stage, play
from workervoice.workflow.conversation import TALKING
from workervoice.workflow.progress import Progress
from workervoice.workflow.secretwords import candidate, masked, secrets_in

WITH_PIN = (
    DONE
    + """
    > safety
    < safety_menu
    > 4
    < pin_ask
    > 4826
    < pin_set
    * secret
"""
)

WITH_DURESS = (
    DONE
    + """
    > SEGURIDAD
    < safety_menu
    > 5
    < duress_ask
    > Mango!
    < duress_set
    * secret
"""
)


def test_with_a_pin_an_answer_is_let_go_for_the_pin_alone() -> None:
    play(
        WITH_PIN
        + """
        = hold reply
        = notice
        > 1
        < pin_needed
        > 1111
        < pin_wrong
        * secret
        > \u09ea\u09ee\u09e8\u09ec
        * release=1
        """
    )


@pytest.mark.parametrize("text", ["4826", "4826 1", " 4826. ", "4826-1"])
def test_a_pin_in_front_needs_no_question(text: str) -> None:
    play(
        WITH_PIN
        + f"""
        = hold reply
        = notice
        > {text}
        * release=1
        """
    )


def test_words_after_a_pin_are_a_report_and_let_nothing_go() -> None:
    play(
        WITH_PIN
        + """
        = day 1
        = hold reply
        = notice
        > 4826 they beat him again
        < thanks
        * report
        """
    )


def test_a_pin_is_tried_five_times_a_day_and_then_a_person_is_told() -> None:
    tried = "".join(f"> 111{last}\n< pin_wrong\n* secret\n" for last in range(4))
    play(
        WITH_PIN
        + f"""
        = hold reply
        = notice
        > 1
        < pin_needed
        {tried}
        > 1119
        < pin_later
        * secret ask_human distress
        > 4826
        < pin_later
        > 1
        < pin_later
        = day 1
        > 4826
        * release=1
        """
    )


def test_a_wrong_word_is_a_try_and_a_report_that_a_person_reads() -> None:
    play(
        WITH_PIN
        + """
        = hold reply
        = notice
        > 1
        < pin_needed
        > basement
        < pin_wrong
        * report
        > 4826
        * release=1
        """
    )


def test_with_a_pin_what_is_set_asks_for_it() -> None:
    play(
        WITH_PIN
        + """
        > pin
        < pin_needed
        > 4826
        < safety_menu
        > 7
        < hours_ask
        > 5
        < set_done
        > 4826 safety
        < safety_menu
        """
    )


def test_a_word_may_be_a_pin() -> None:
    stage = play(
        DONE
        + """
        > safety
        < safety_menu
        > 4
        < pin_ask
        > Mandarina
        < pin_set
        * secret
        = hold reply
        = notice
        > mandarina
        * release=1
        """
    )

    assert stage.progress.pin == "mark of mandarina"


def test_what_tells_of_something_is_no_pin() -> None:
    stage = play(
        DONE
        + """
        > safety
        < safety_menu
        > 4
        < pin_ask
        = tells yes
        = day 1
        > beaten
        < thanks
        * report
        """
    )

    assert stage.progress.pin is None


@pytest.mark.parametrize(
    "text",
    ["they hit us", "stop", "yes", "1", "12", "1234567", "", "no", "4826 5926", "\u4ed6" * 13],
)
def test_what_is_no_pin_and_no_single_word_sets_none(text: str) -> None:
    assert candidate(text) is None


@pytest.mark.parametrize(
    "text", ["4826", "482619", "\u0664\u0668\u0662\u0666", "mango", "\u0986\u09ae", "Mango."]
)
def test_four_to_six_digits_or_a_word_may_be_one(text: str) -> None:
    assert candidate(text) is not None


def test_an_answer_that_comes_an_hour_later_sets_nothing() -> None:
    stage = play(
        DONE
        + """
        > safety
        < safety_menu
        > 4
        < pin_ask
        = minutes 61
        = day 1
        > 4826
        < thanks
        * report
        """
    )

    assert stage.progress.pin is None


def test_the_word_for_duress_freezes_everything_behind_a_harmless_answer() -> None:
    play(
        WITH_DURESS
        + """
        = hold reply
        = notice
        > mango
        < nothing_waits
        * withhold ask_human distress report secret
        state frozen
        = day 1
        > 1
        < thanks
        * ask_human report
        > status
        < nothing_waits
        * ask_human
        > DELETE
        < nothing_waits
        * ask_human
        """
    )


def test_the_word_in_a_sentence_is_no_duress() -> None:
    play(
        WITH_DURESS
        + """
        = day 1
        > we pick mango all day
        < thanks
        * report
        state resting
        """
    )


@pytest.mark.parametrize("leave", ["stop", "4826"])
def test_duress_is_heard_wherever_the_dialogue_stands(leave: str) -> None:
    stage = play(WITH_DURESS)
    for text in (leave, "mango"):
        stage.write(text)

    assert stage.progress.state == "frozen"


def test_duress_takes_back_a_delete_that_somebody_was_forced_to_send() -> None:
    play(
        WITH_DURESS
        + """
        > delete
        < delete_confirm_nothing_left
        * withhold
        > 4
        < delete_started
        * withdraw
        > mango
        < nothing_waits
        * withhold ask_human cancel_withdrawal distress report secret
        state frozen
        """
    )


def test_a_pin_and_a_word_for_duress_are_two_words() -> None:
    play(
        WITH_DURESS
        + """
        > safety
        < safety_menu
        > 4
        < pin_ask
        > papaya
        < pin_set
        * secret
        > papaya
        < nothing_waits
        > papaya safety
        < safety_menu
        > 5
        < duress_ask
        > papaya
        < nothing_waits
        """
    )


def test_answers_at_once_and_undoing_need_a_random_digit() -> None:
    stage = play(
        DONE
        + """
        = digit 8
        > safety
        < safety_menu
        > 6
        < confirm_digit
        > 8
        < set_done
        """
    )
    assert stage.progress.direct

    play(
        """
        > safety
        < safety_menu
        > 9
        < confirm_digit
        > 8
        < set_done
        """,
        stage,
    )
    assert not stage.progress.direct


def test_another_digit_changes_nothing() -> None:
    stage = play(
        DONE
        + """
        = digit 8
        > safety
        < safety_menu
        > 6
        < confirm_digit
        = day 1
        > 7
        < thanks
        * report
        """
    )

    assert not stage.progress.direct


def test_danger_is_heard_while_something_is_set() -> None:
    play(
        DONE
        + """
        > safety
        < safety_menu
        > 3
        < danger_now
        * danger ask_human report
        """
    )


@pytest.mark.parametrize(
    ("digit", "hours"), [(4, None), (5, (6, 12)), (6, (12, 18)), (7, (18, 22))]
)
def test_the_hours_are_chosen_by_a_digit(digit: int, hours: tuple[int, int] | None) -> None:
    stage = play(DONE + f"> safety\n< safety_menu\n> 7\n< hours_ask\n> {digit}\n< set_done")

    assert stage.progress.hours == hours


def test_a_stranger_may_set_a_pin_before_anything_is_reported() -> None:
    play(
        """
        > safety
        < safety_menu
        > 4
        < pin_ask
        > 4826
        < pin_set
        * secret
        state greeting
        """
    )


def test_every_language_is_offered_when_asked_for() -> None:
    play(
        DONE
        + """
        > idioma
        < language_choice
        > 42
        < started
        """
    )


def test_who_reads_it_is_told_when_asked_for() -> None:
    play(DONE + "> who reads\n< notice_short")


def test_only_a_pin_in_front_is_masked_and_all_else_stays_in_its_place() -> None:
    progress = Progress(pin="mark of 4826")

    found = secrets_in("4826 they beat us", progress, lambda secret: f"mark of {secret}")

    assert (found.rest, found.opened) == ("they beat us", True)
    assert masked("4826 they beat us", found.length) == "\u2022\u2022\u2022\u2022 they beat us"


def test_a_talking_worker_can_freeze_from_every_state() -> None:
    for state in TALKING:
        stage = Stage(progress=Progress(state=state, duress="mark of mango"))
        stage.write("mango")
        assert stage.progress.state == "frozen"


@pytest.mark.parametrize("word", ["new", "i am another person"])
def test_new_asks_for_a_pin_of_its_own_and_begins_with_it(word: str) -> None:
    play(f"> {word}\n< first_answer\n* report")
    play(DONE + f"= day 1\n> {word}\n< new_ask\n> 4826\n< new_ready\n* begin secret")
    play(DONE + f"= day 1\n> {word}\n< new_ask\n= minutes 61\n> 4826\n< thanks\n* report")


PIN_SET = "> safety\n< safety_menu\n> 4\n< pin_ask\n> 4826\n< pin_set\n* secret\n"


@pytest.mark.parametrize("word", ["CODE", "nuevo teléfono"])
def test_a_code_is_given_to_whoever_reported_something(word: str) -> None:
    play(f"> {word}\n< first_answer\n* report")
    play(DONE + f"= day 1\n> {word}\n< code_given\n* give_code")
    play(DONE + PIN_SET + f"> {word}\n< pin_needed")


def test_digits_that_nobody_asked_for_are_a_try_where_there_is_a_pin() -> None:
    play(DONE + PIN_SET + "> 1111\n< pin_wrong\n* secret")


def test_that_it_is_fixed_needs_the_pin_where_there_is_one_and_that_it_is_not_does_not() -> None:
    asked = DONE + PIN_SET + "= hold confirm\n> 4826\n* release=1\n"
    play(asked + "> 4\n< pin_needed\n> 4826\n< confirm_thanks\n* confirmed")
    play(asked + "> 4826 4\n< confirm_thanks\n* confirmed")
    play(asked + "> 5\n< dispute_thanks\n* disputed ask_human")
