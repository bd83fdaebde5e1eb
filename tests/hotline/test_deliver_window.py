"""When a text may go out: WhatsApp's 24 hours, a pause, three notices without an answer."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, asked, phrase
from workervoice.message import Rejected

REPORT = "They took our passports"
HELP = "How can we help?"
WHOLE = (REPORT, "1", "they cut pay if we ask", "0")


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def rested(house: House, line: str = "demo-whatsapp") -> Worker:
    """A worker who has answered all questions."""
    worker = a_worker(house, line)
    for text in WHOLE:
        worker.say(text)
    return worker


def answer(worker: Worker, text: str = HELP) -> list[str]:
    """A handler answers, and the courier works; returns what arrives."""
    house, before = worker.house, len(worker.texts)
    house.desk.answer(house.actor("asha"), worker.case.id, text)
    house.deliver()
    return worker.texts[before:]


def states(worker: Worker) -> list[str]:
    return [state for _, state in worker.owed()]


def test_within_the_window_a_notice_goes_out_at_once(house: House) -> None:
    worker = rested(house)
    house.wait(hours=23, minutes=59)

    assert answer(worker) == [phrase(house, "reply_waits")]


@pytest.mark.parametrize("text", ["hello again", "one more thing happened today"])
def test_after_the_window_everything_waits_until_the_worker_writes(house: House, text: str) -> None:
    worker = rested(house)
    house.wait(hours=25)
    before = len(worker.texts)

    silent = answer(worker)
    house.wait(hours=10)
    house.deliver()
    quiet = worker.texts[before:]
    held = states(worker)[-2:]
    back = worker.say(text)

    assert silent == quiet == []
    assert held == ["held", "held"]
    assert len(back) == 1
    assert back[0].endswith(phrase(house, "reply_waits"))
    assert worker.say("1") == [HELP]
    assert worker.say("1") == [phrase(house, "nothing_waits")]


def test_after_the_window_a_one_reads_the_reply_at_once(house: House) -> None:
    worker = rested(house)
    house.wait(hours=25)
    answer(worker)

    assert worker.say("1") == [HELP]


def test_a_notice_that_waited_for_weeks_is_still_mentioned(house: House) -> None:
    worker = rested(house)
    house.wait(hours=25)
    answer(worker)
    for _ in range(3):
        house.wait(days=7)
        house.deliver()

    back = worker.say("hello again")

    assert back[0].endswith(phrase(house, "reply_waits"))
    assert worker.say("1") == [HELP]


def test_sms_has_no_window(house: House) -> None:
    worker = rested(house, "demo-sms")
    house.wait(days=40)

    assert answer(worker) == [phrase(house, "reply_waits")]


def down_until_the_window_is_closed(worker: Worker, text: str) -> None:
    """The worker writes while the provider is down, and it stays so for more than a day."""
    house = worker.house
    house.phones.answer = lambda message: Rejected("unreachable", permanent=False)
    worker.say(text)
    house.wait(hours=25)
    house.phones.answer = None
    house.deliver()


def test_a_reply_that_could_not_be_sent_in_time_is_asked_for_again(house: House) -> None:
    worker = rested(house)
    answer(worker)
    down_until_the_window_is_closed(worker, "1")
    before = len(worker.texts)

    back = worker.say("hello again")

    assert before == 5
    assert back[0].endswith(phrase(house, "reply_waits"))
    assert worker.say("1") == [HELP]


def test_a_question_that_never_arrived_is_not_answered_by_the_one_that_asks_for_it(
    house: House,
) -> None:
    """A lone 1 must not confirm a remedy that the worker was never asked about."""
    worker = rested(house)
    answer(worker)
    worker.say("1")
    house.desk.move(house.actor("asha"), worker.case.id, "report_remedy", "documents returned")
    house.deliver()
    down_until_the_window_is_closed(worker, "1")

    read = worker.say("1")
    state = worker.case.state
    worker.say("4")

    assert read == [phrase(house, "confirm_question")]
    assert state == "remedy_reported"
    assert worker.case.state == "confirmed"


def test_a_first_answer_that_could_not_be_sent_in_time_goes_out_with_the_next_text(
    house: House,
) -> None:
    worker = a_worker(house, "demo-whatsapp")
    down_until_the_window_is_closed(worker, REPORT)
    silent = worker.texts

    back = worker.say("is anybody there?")

    assert silent == []
    assert back == [phrase(house, "first_answer"), phrase(house, "thanks")]


def test_a_text_kept_by_the_window_is_forgotten_by_a_stop(house: House) -> None:
    worker = a_worker(house, "demo-whatsapp")
    down_until_the_window_is_closed(worker, REPORT)

    assert worker.say("STOP") == [phrase(house, "stopped")]
    assert worker.say("START") == [phrase(house, "started")]


def test_a_paused_conversation_gets_nothing_of_what_officers_do(house: House) -> None:
    worker = rested(house, "demo-sms")
    worker.say("STOP")

    said = [answer(worker, f"answer {n}") for n in range(4)]
    house.wait(days=2)
    house.deliver()

    assert said == [[]] * 4
    assert worker.texts[-1] == phrase(house, "stopped")


def test_a_pause_between_the_notice_and_its_sending_stops_it(house: House) -> None:
    """The courier has claimed it already, and looks once more before it sends."""
    worker = rested(house, "demo-sms")
    house.desk.answer(house.actor("asha"), worker.case.id, HELP)
    house.text(worker.number, "STOP")
    asked(house, "UPDATE outbox SET state = 'owed' WHERE state = 'withheld' RETURNING id")

    house.deliver()

    assert worker.texts[-1] == phrase(house, "stopped")
    assert phrase(house, "reply_waits") not in worker.texts
    assert "withheld" in states(worker)


def test_after_three_notices_without_an_answer_nobody_is_chased(house: House) -> None:
    worker = rested(house, "demo-sms")

    said = [answer(worker, f"answer {n}") for n in range(5)]
    state = worker.case.conversation
    worker.say("sorry, my phone was taken")

    assert said == [[phrase(house, "reply_waits")]] * 3 + [[], []]
    assert state == "lost_contact"
    assert worker.say("1") == [f"answer {n}" for n in range(5)]
