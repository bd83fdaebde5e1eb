"""Whole dialogues, played as transcripts: what a worker writes, and all that follows from it."""

from __future__ import annotations

import pytest

from tests.workflow.transcript import Stage, play

TOLD_SAFE = """
    > they took our passports
    < first_answer
    * report
    > 1
    < question_documents
    * safe
"""

DONE = (
    TOLD_SAFE
    + """
    > no they lock them in a box. Blue Mill
    < consent_menu
    * report
    > 5
    < thanks
    * consent=5
    state resting
"""
)


def test_a_first_report_with_consents_costs_the_worker_four_messages() -> None:
    stage = play(DONE)

    assert len(stage.turns) == 4
    assert stage.progress.asked == 3


def test_only_the_question_is_asked_when_the_site_is_known() -> None:
    play("""
        = site known
        > they took our passports at Blue Mill
        < first_answer
        * report
        > 1
        < question_documents_only
        * safe
    """)


def test_only_the_site_is_asked_when_nothing_is_missing() -> None:
    play("""
        = missing nothing
        > they hit us when we want to leave
        < first_answer
        * report
        > ১
        < question_site
        * safe
        > Blue Mill
        < consent_menu
        * report
        > 0
        < thanks
        * consent=0
    """)


def test_consents_follow_at_once_when_all_else_is_known() -> None:
    play("""
        = missing nothing
        = site known
        > they hit us at Blue Mill
        < first_answer
        * report
        > 1
        < consent_menu
        * safe
    """)


def test_nothing_is_asked_that_was_said_already() -> None:
    play("""
        = missing nothing
        = site known
        = fact consent
        > they hit us at Blue Mill, tell the buyers
        < first_answer
        * report
        > 1
        < thanks
        * safe
        state resting
    """)


def test_a_question_that_triage_made_up_is_not_asked() -> None:
    play("""
        = missing passports
        > they took our passports
        < first_answer
        * report
        > 1
        < question_site
        * safe
    """)


def test_not_safe_means_silence_until_the_worker_writes() -> None:
    play("""
        > they took our passports
        < first_answer
        * report
        > 2
        < not_safe
        * unsafe
        state resting
        = day 1
        > now I am outside
        < question_documents
        * report safe
        > they never give them
        < consent_menu
        * report
        > 1
        < thanks
        * consent=1
    """)


def test_danger_gets_the_number_a_person_and_later_only_the_consents() -> None:
    play("""
        > they lock us in
        < first_answer
        * report
        > 3
        < danger_now
        * danger ask_human
        state resting
        > we are out now
        < consent_menu
        * report
        > 7
        < thanks
        * consent=7
    """)


def test_a_three_is_danger_even_weeks_after_the_first_answer() -> None:
    play(
        DONE
        + """
        = day 30
        > 3
        < danger_now
        * danger ask_human report
    """
    )


def test_words_instead_of_a_digit_leave_question_one_standing() -> None:
    play("""
        > they took our passports
        < first_answer
        * report
        > and they shout
        < thanks
        * report
        > the boss too
        * report
        > 1
        < question_documents
        * safe
    """)


def test_an_unclear_answer_to_the_consents_is_none_and_is_not_asked_again() -> None:
    play(
        TOLD_SAFE
        + """
        > never. Blue Mill
        < consent_menu
        * report
        = minutes 90
        > who are the buyers
        < thanks
        * report
        state resting
        = day 1
        > 1
        < nothing_waits
    """
    )


def test_words_that_cross_the_consent_menu_do_not_close_it() -> None:
    play(
        TOLD_SAFE
        + """
        > never
        < consent_menu
        * report
        = minutes 2
        > Blue Mill
        < thanks
        * report
        > 4
        < thanks
        * consent=4
    """
    )


@pytest.mark.parametrize("text", ["8", "1+4", "14", "yes", "all of them", "?"])
def test_only_one_digit_of_the_menu_is_a_consent(text: str) -> None:
    stage = play(TOLD_SAFE)
    stage.write("Blue Mill")

    turn = stage.write(text)

    assert turn.answers.consent is None
    assert turn.report


def test_a_three_in_the_consents_is_a_sum_and_brings_a_person() -> None:
    play(
        TOLD_SAFE
        + """
        > Blue Mill
        < consent_menu
        * report
        > 3
        < thanks
        * consent=3 ask_human
    """
    )


def test_a_lone_digit_to_question_two_is_kept_as_an_answer_and_heeded() -> None:
    play(TOLD_SAFE + "> 1\n< consent_menu\n* report")
    play(TOLD_SAFE + "> 2\n< not_safe\n* unsafe report")
    play(TOLD_SAFE + "> 3\n< danger_now\n* danger ask_human report")


def test_after_the_dialogue_one_thanks_a_day_is_all() -> None:
    play(
        DONE
        + """
        > one more thing
        * report
        > and another
        * report
        = day 1
        > it happened again
        < thanks
        * report
        > again
        * report
    """
    )


def test_media_are_noted_and_never_taken_for_an_answer() -> None:
    play("""
        > <photo>
        < first_answer
        * report
        > <photo>
        < unread_kind
        * report
        > <photo>
        * report
        > 1
        < question_documents
        * safe
    """)


def test_a_reply_waits_until_the_worker_sends_one() -> None:
    play(
        DONE
        + """
        = hold reply
        = notice now
        > status
        < reply_waits
        > 1
        * release=1
        > status
        < nothing_waits
        > 1
        < nothing_waits
    """
    )


def test_all_that_waits_goes_out_oldest_first() -> None:
    stage = play(DONE + "= hold reply\n= hold prompt\n= notice now\n> 1\n* release=2")

    assert [held.int for held in stage.turns[-1].release] == [1, 2]


def test_a_notice_after_a_question_takes_the_one_for_itself() -> None:
    play("""
        > they took our passports
        < first_answer
        * report
        = hold reply
        = notice now
        > 1
        * release=1
        > thank you
        < thanks
        * report
    """)


def test_a_question_after_a_held_reply_takes_the_one_for_itself() -> None:
    play(
        TOLD_SAFE
        + """
        > Blue Mill
        < consent_menu
        * report
        = hold reply
        > 1
        < thanks reply_waits
        * consent=1
        > 1
        * release=1
    """
    )


def test_asking_for_status_keeps_a_second_one_from_becoming_a_consent() -> None:
    play(
        TOLD_SAFE
        + """
        > Blue Mill
        < consent_menu
        * report
        = hold reply
        > status
        < reply_waits
        > 1
        * release=1
        > 1
        < nothing_waits
    """
    )


def test_a_worker_confirms_that_it_is_fixed() -> None:
    play(
        DONE
        + """
        = hold confirm
        = notice now
        > 1
        * release=1
        > 4
        < confirm_thanks
        * confirmed
        > 1
        < nothing_waits
    """
    )


@pytest.mark.parametrize("text", ["5", "৫", "no", "No!", "না"])
def test_a_worker_disputes_that_it_is_fixed(text: str) -> None:
    stage = play(DONE + "= hold confirm\n= notice now\n> 1\n* release=1")

    turn = stage.write(text)

    assert [say.key for say in turn.says] == ["dispute_thanks"]
    assert turn.effects == {"disputed", "ask_human"}


@pytest.mark.parametrize("text", ["1", "2"])
def test_the_digit_that_asked_for_the_question_does_not_answer_it(text: str) -> None:
    stage = play(DONE + "= hold confirm\n= notice now\n> 1\n* release=1")

    turn = stage.write(text)

    assert [say.key for say in turn.says] == ["confirm_question"]
    assert not turn.effects


def test_an_unclear_answer_neither_confirms_nor_disputes() -> None:
    play(
        DONE
        + """
        = hold confirm
        = notice now
        > 1
        * release=1
        = day 1
        > they paid half
        < thanks
        * report
        > 6
        * report
        > 3
        < danger_now
        * danger ask_human report
    """
    )


def test_a_question_to_confirm_is_released_alone_and_the_rest_is_mentioned() -> None:
    play(
        DONE
        + """
        = hold reply
        = hold confirm
        = hold reply
        = notice now
        > 1
        * release=2
        > 4
        < confirm_thanks reply_waits
        * confirmed
        > 1
        * release=1
    """
    )


def test_a_reply_read_in_between_repeats_the_open_question() -> None:
    play(
        DONE
        + """
        = hold confirm
        = notice now
        > 1
        * release=1
        = hold reply
        = notice now
        > 1
        < confirm_question
        * release=1
        > 4
        < confirm_thanks
        * confirmed
    """
    )


def test_stop_is_confirmed_once_and_then_silent() -> None:
    play(
        DONE
        + """
        > STOP
        < stopped
        * pause
        state paused
        > stop
        * pause
        > ALTO
        * pause
        = day 1
        > they hit me again
        < resumed_prompt
        * report resume
        state resting
        > STOP
        < stopped
        * pause
        > START
        < started
        * resume
    """
    )


def test_a_pause_keeps_the_open_question_and_what_waits() -> None:
    play(
        TOLD_SAFE
        + """
        > STOP
        < stopped
        * pause
        > Blue Mill
        < resumed_prompt consent_menu
        * report resume
        > STOP
        < stopped
        * pause
        = hold reply
        > hello
        < resumed_prompt
        * report resume
        > 0
        < thanks reply_waits
        * consent=0
    """
    )


def test_stop_as_a_first_text_pauses_and_opens_no_case() -> None:
    play("""
        > STOP
        < stopped
        * pause
        > they hit us
        < resumed_prompt first_answer
        * report resume
        state safety
    """)


def test_help_is_heard_as_distress_and_asked_questions_stay_open() -> None:
    play(
        TOLD_SAFE
        + """
        > HELP
        < help_now
        * report ask_human distress
        > Blue Mill
        < consent_menu
        * report
    """
    )


def test_help_as_a_first_text_gets_the_first_answer_like_everyone() -> None:
    play("""
        > HELP
        < first_answer
        * report ask_human distress
        state safety
    """)


def test_delete_needs_its_digit_and_holds_everything_meanwhile() -> None:
    play(
        DONE
        + """
        = digit 7
        > DELETE
        < delete_confirm_nothing_left
        * withhold
        state resting
        > 7
        < delete_started
        * withdraw
        state withdrawn
        > 7
        > DELETE
        < delete_started
        > STOP
        < stopped
        > STOP
        state withdrawn
        > I changed my mind
        < delete_cancelled
        * report resume cancel_withdrawal
        state resting
    """
    )


def test_delete_says_what_has_left() -> None:
    stage = play(DONE + "= left yes\n= digit 9\n> borrar\n< delete_confirm_left\n* withhold")

    assert stage.turns[-1].says[0].params == {"digit": "9"}


@pytest.mark.parametrize("text", ["1", "5", "44", "4 4", "yes", "please do not", ""])
def test_anything_but_the_digit_cancels_a_delete_and_is_heard(text: str) -> None:
    stage = play(DONE + "> DELETE\n< delete_confirm_nothing_left\n* withhold")

    turn = stage.write(text)

    assert [say.key for say in turn.says] == ["delete_cancelled"]
    assert turn.effects == {"resume"}
    assert turn.report
    assert turn.progress.delete_digit is None


def test_a_second_delete_asks_for_a_new_digit() -> None:
    play(
        DONE
        + """
        > DELETE
        < delete_confirm_nothing_left
        * withhold
        = digit 8
        > DELETE
        < delete_confirm_nothing_left
        * withhold
        > 4
        < delete_cancelled
        * report resume
    """
    )


def test_stop_while_a_delete_waits_pauses_and_deletes_nothing() -> None:
    play(
        DONE
        + """
        > DELETE
        < delete_confirm_nothing_left
        * withhold
        > STOP
        < stopped
        * pause
        state paused
        > 4
        < resumed_prompt
        * report resume
        state resting
    """
    )


def test_delete_out_of_a_pause_is_asked_without_a_prompt() -> None:
    play(
        DONE
        + """
        > STOP
        < stopped
        * pause
        > DELETE
        < delete_confirm_nothing_left
        * withhold resume
        > 4
        < delete_started
        * withdraw
    """
    )


def test_help_or_status_within_the_72_hours_cancels_too() -> None:
    started = DONE + "> DELETE\n< delete_confirm_nothing_left\n* withhold\n"
    gone = started + "> 4\n< delete_started\n* withdraw\n"

    play(
        gone + "> help\n< delete_cancelled help_now\n"
        "* report ask_human distress resume cancel_withdrawal"
    )
    play(gone + "> status\n< delete_cancelled\n* resume cancel_withdrawal")
    play(started + "> status\n< delete_cancelled\n* resume")


def test_a_cancelled_delete_mentions_a_reply_that_came_meanwhile() -> None:
    play(
        DONE
        + """
        > DELETE
        < delete_confirm_nothing_left
        * withhold
        = hold reply
        > no
        < delete_cancelled reply_waits
        * report resume
        > 1
        * release=1
    """
    )


def test_a_cancelled_delete_keeps_what_waits() -> None:
    play(
        DONE
        + """
        = hold reply
        = notice now
        > DELETE
        < delete_confirm_nothing_left
        * withhold
        > no
        < delete_cancelled
        * report resume
        > 1
        * release=1
    """
    )


def test_a_stranger_learns_nothing_and_leaves_no_case() -> None:
    for text in ("STATUS", "delete"):
        stage = Stage()
        play(f"> {text}\n< nothing_waits", stage)
        assert stage.progress.to_dict() == {}


def test_a_lone_digit_from_a_stranger_is_someone_who_needs_an_answer() -> None:
    play("> 1\n< first_answer\n* report")
    play("> \n< first_answer\n* report")


def test_duress_is_met_with_harmless_answers_and_nothing_moves() -> None:
    play(
        DONE
        + """
        = hold reply
        = freeze now
        = day 1
        > hello
        < thanks
        * report ask_human
        > 1
        * report ask_human
        > STATUS
        < nothing_waits
        * ask_human
        > STOP
        < nothing_waits
        * ask_human
        > DELETE
        < nothing_waits
        * ask_human
        > 4
        * report ask_human
        state frozen
    """
    )


def test_a_lost_worker_who_writes_is_back_where_they_were() -> None:
    play(
        DONE
        + """
        = hold reply
        = notice now
        = notice now
        = notice now
        = lost now
        state lost_contact
        = day 9
        > 1
        * release=1
        state resting
    """
    )


def test_a_worker_who_said_not_safe_learns_of_the_reply_on_coming_back() -> None:
    play(
        DONE
        + """
        > 2
        < not_safe
        * unsafe report
        = hold reply
        = day 1
        > I can talk
        < thanks reply_waits
        * report safe
        > 1
        * release=1
    """
    )


def test_the_first_answer_goes_once_a_day_to_a_number() -> None:
    play(
        DONE
        + """
        = fresh now
        > a second matter
        * report
        state safety
        = day 1
        = fresh now
        > a third matter
        < first_answer
        * report
    """
    )


def test_the_language_follows_the_worker_and_survives_a_doubtful_text() -> None:
    stage = play("= language bn\n> ওরা পাসপোর্ট নিয়েছে\n< first_answer\n* report")
    stage.change("language", "doubtful")

    stage.write("1")

    assert stage.progress.language == "bn"


def test_a_one_after_not_safe_says_safe_again_even_if_nothing_is_left_to_ask() -> None:
    play(
        DONE
        + """
        > 2
        < not_safe
        * unsafe report
        > 1
        < nothing_waits
        * safe
        = hold reply
        > hello
        < reply_waits
        * report
    """
    )


def test_a_waiting_reply_is_not_mentioned_beside_the_emergency_number() -> None:
    play(
        DONE
        + """
        = hold reply
        > 3
        < danger_now
        * danger ask_human report
        > help
        < help_now
        * report ask_human distress
        > still here
        < reply_waits
        * report
    """
    )


def test_any_text_ends_the_count_of_unanswered_notices() -> None:
    stage = play(DONE + "= hold reply\n= notice now\n= notice now")

    stage.write("hello")

    assert stage.progress.unanswered == 0


def test_nothing_of_a_cancelled_delete_stays_in_the_record() -> None:
    stage = play(DONE)
    before = stage.progress

    for text in ("DELETE", "4", "STOP", "keep it"):
        stage.write(text)

    assert stage.progress == before
    assert "withdrawn_at" not in stage.progress.to_dict()
