"""How late a text may arrive: later, the phone may be in other hands. Nothing that a handler wrote
is lost by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, asked, outbox_state, phrase
from workervoice.hotline.owing import CONTENT_VALIDITY, PROMPT_VALIDITY
from workervoice.message import Outbound, Rejected, SendOutcome, Unknown

REPORT = "They took our passports"
HELP = "How can we help?"
DOWN = Rejected("unreachable", permanent=False)


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


@pytest.fixture
def worker(house: House) -> Worker:
    """Somebody who has answered all questions, by SMS."""
    someone = a_worker(house)
    for text in (REPORT, "1", "they cut pay if we ask", "0"):
        someone.say(text)
    return someone


def answer(worker: Worker, *texts: str) -> None:
    house = worker.house
    for text in texts or (HELP,):
        house.desk.answer(house.actor("asha"), worker.case.id, text)
    house.deliver()


def provider(worker: Worker, outcome: SendOutcome | None) -> None:
    worker.house.phones.answer = None if outcome is None else lambda message: outcome


def after(worker: Worker, **duration: float) -> list[str]:
    """What arrives in so much more time, the courier looking every hour."""
    house, before = worker.house, len(worker.texts)
    ends = house.now + timedelta(**duration)
    while house.now < ends:
        house.now = min(house.now + timedelta(hours=1), ends)
        house.deliver()
    return worker.texts[before:]


def sent(worker: Worker) -> Outbound:
    return worker.house.phones.received[-1]


def waits(worker: Worker) -> list[str]:
    return [state for _, state in worker.owed() if state == "held"]


def test_an_answer_that_is_asked_for_is_valid_for_four_hours(worker: Worker) -> None:
    answer(worker)

    worker.say("1")

    assert (sent(worker).text, sent(worker).validity) == (HELP, CONTENT_VALIDITY)
    assert timedelta(hours=4) == CONTENT_VALIDITY


def test_what_is_sent_late_is_valid_for_what_is_left_of_the_four_hours(worker: Worker) -> None:
    answer(worker)
    provider(worker, DOWN)
    worker.say("1")
    after(worker, hours=3)
    provider(worker, None)

    said = after(worker, minutes=15)

    assert said == [HELP]
    assert timedelta(0) < sent(worker).validity <= timedelta(hours=1)


@pytest.mark.parametrize("hours", [3.9, 5, 24, 24 * 30])
def test_an_answer_that_could_not_be_sent_in_time_waits_again_and_is_not_lost(
    worker: Worker, hours: float
) -> None:
    answer(worker)
    provider(worker, DOWN)
    worker.say("1")
    worker.house.wait(hours=hours)
    worker.house.deliver()
    provider(worker, None)

    silent = after(worker, hours=2)
    held = waits(worker)
    told = worker.say("are you there?")

    assert silent == []
    assert held == ["held"]
    assert told[-1].endswith(phrase(worker.house, "reply_waits"))
    assert worker.say("1") == [HELP]
    assert worker.say("1") == [phrase(worker.house, "nothing_waits")]


def test_an_answer_that_waits_again_is_told_by_status_and_read_by_a_one(worker: Worker) -> None:
    answer(worker)
    provider(worker, DOWN)
    worker.say("1")
    after(worker, hours=5)
    provider(worker, None)

    assert worker.say("STATUS") == [phrase(worker.house, "reply_waits")]
    assert worker.say("1") == [HELP]


def test_answers_that_wait_again_keep_their_order_and_a_question_stays_a_question(
    worker: Worker,
) -> None:
    house = worker.house
    answer(worker, "one", "two")
    house.desk.move(house.actor("asha"), worker.case.id, "report_remedy", "documents returned")
    house.deliver()
    provider(worker, DOWN)
    worker.say("1")
    after(worker, hours=5)
    provider(worker, None)

    read = worker.say("1")
    worker.say("4")

    assert read == ["one", "two", phrase(house, "confirm_question")]
    assert worker.case.state == "confirmed"


def test_a_digit_confirms_nothing_while_the_question_waits_again(worker: Worker) -> None:
    house = worker.house
    answer(worker, "one")
    house.desk.move(house.actor("asha"), worker.case.id, "report_remedy", "documents returned")
    house.deliver()
    provider(worker, DOWN)
    worker.say("1")
    after(worker, hours=5)
    provider(worker, None)

    worker.say("4")

    assert worker.case.state == "remedy_reported"


def test_an_answer_kept_back_by_a_stop_for_hours_has_to_be_asked_for_again(worker: Worker) -> None:
    house = worker.house
    answer(worker)
    provider(worker, DOWN)
    worker.say("1")
    worker.say("STOP")
    provider(worker, None)
    after(worker, hours=5)

    back = worker.say("START")

    assert back == [phrase(house, "started")]
    assert worker.say("1") == [HELP]


def test_an_answer_that_surely_was_not_sent_hours_ago_is_not_sent_late(worker: Worker) -> None:
    answer(worker)
    provider(worker, Unknown("no answer"))
    worker.say("1")
    worker.house.wait(hours=5)
    provider(worker, None)

    late = after(worker, hours=1)

    assert late == []
    assert waits(worker) == ["held"]


def test_a_held_answer_that_was_asked_for_once_is_not_sent_by_whoever_writes_to_the_database(
    worker: Worker,
) -> None:
    house = worker.house
    answer(worker)
    provider(worker, DOWN)
    worker.say("1")
    after(worker, hours=5)
    provider(worker, None)
    answer(worker, "another")
    ((late,),) = asked(house, "SELECT id FROM outbox WHERE release_id IS NOT NULL")

    asked(
        house, "UPDATE outbox SET state = 'owed', code = NULL WHERE id = :id RETURNING 1", id=late
    )
    house.deliver()

    assert HELP not in worker.texts
    assert outbox_state(house, late) == ("failed", "untrusted")


def test_a_notice_is_valid_for_a_day_and_then_told_with_the_next_text(worker: Worker) -> None:
    house = worker.house
    provider(worker, DOWN)
    answer(worker)
    after(worker, hours=25)
    provider(worker, None)

    silent = after(worker, hours=1)
    told = worker.say("hello again")

    assert timedelta(hours=24) == PROMPT_VALIDITY
    assert silent == []
    assert told[-1].endswith(phrase(house, "reply_waits"))
    assert worker.say("1") == [HELP]


def test_a_notice_reaches_the_phone_within_a_day(worker: Worker) -> None:
    provider(worker, DOWN)
    answer(worker)
    after(worker, hours=20)
    provider(worker, None)

    said = after(worker, minutes=15)

    assert said == [phrase(worker.house, "reply_waits")]
    assert timedelta(hours=3) < sent(worker).validity < timedelta(hours=4)


def test_a_first_answer_that_came_too_late_goes_out_with_the_next_text(house: House) -> None:
    worker = a_worker(house)
    provider(worker, DOWN)
    worker.say(REPORT)
    after(worker, hours=25)
    provider(worker, None)

    silent = after(worker, hours=1)
    back = worker.say("is anybody there?")

    assert silent == []
    assert back == [phrase(house, "first_answer"), phrase(house, "thanks")]


def test_a_question_about_the_matter_is_dropped_after_four_hours(house: House) -> None:
    worker = a_worker(house)
    worker.say(REPORT)
    provider(worker, DOWN)
    worker.say("1")
    after(worker, hours=5)
    provider(worker, None)

    silent = after(worker, hours=1)
    back = worker.say("hello?")

    assert silent == []
    assert back == [phrase(house, "consent_menu")]


def test_a_first_answer_within_the_day_is_sent_though_the_provider_was_down(house: House) -> None:
    worker = a_worker(house)
    provider(worker, DOWN)
    worker.say(REPORT)
    after(worker, hours=8)
    provider(worker, None)

    assert after(worker, minutes=15) == [phrase(house, "first_answer")]
