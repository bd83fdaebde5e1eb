"""STOP, START, STATUS, DELETE: what they do to the conversation, the case and what is owed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, cases_of, phrase, rows, words_in
from workervoice.errors import GuardFailed, IllegalMove
from workervoice.hotline.opening import open_case
from workervoice.hotline.overview import monitor_lines
from workervoice.hotline.references import reference
from workervoice.message import Rejected

REPORT = "They took our passports"
HELP = "How can we help?"


@pytest.fixture
def worker(shared_house: House) -> Iterator[Worker]:
    """Somebody who has reported, in a hotline that can send again afterwards."""
    someone = a_worker(shared_house)
    someone.say(REPORT)
    yield someone
    shared_house.phones.answer = None
    shared_house.deliver()


def answer(worker: Worker, text: str = HELP) -> None:
    """A handler answers; the courier has not gone yet."""
    house = worker.house
    house.desk.answer(house.actor("asha"), worker.case.id, text)


def a_digit(text: str) -> str:
    """The digit that a DELETE asks for."""
    (digit,) = re.findall(r"send (\d)\b", text)
    return str(digit)


def withdrawn(worker: Worker) -> str:
    """The worker deletes, and confirms; returns the digit."""
    digit = a_digit(worker.say("DELETE")[0])
    worker.say(digit)
    return digit


def test_stop_is_confirmed_once_and_nothing_goes_out_until_the_worker_writes(
    worker: Worker,
) -> None:
    for text in ("1", "they cut pay if we ask", "0"):
        worker.say(text)
    before = len(worker.texts)

    said = [worker.say(text) for text in ("STOP", "stop", "Stop!")]
    answer(worker)
    worker.house.deliver()
    silent = worker.texts[before + 1 :]
    back = worker.say("START")

    house = worker.house
    assert said == [[phrase(house, "stopped")], [], []]
    assert silent == []
    assert back == [phrase(house, "started") + "\n" + phrase(house, "reply_waits")]
    assert worker.say("1") == [HELP]


def test_stop_withholds_what_is_owed_and_not_sent_yet(worker: Worker) -> None:
    answer(worker)

    said = worker.say("STOP")

    states = sorted(state for _, state in worker.owed())
    assert said == [phrase(worker.house, "stopped")]
    assert states == ["accepted", "accepted", "held", "withheld"]


def test_what_a_person_owed_goes_out_when_the_worker_is_back(worker: Worker) -> None:
    answer(worker)
    worker.say("STOP")

    back = worker.say("START")

    assert back == [phrase(worker.house, "reply_waits"), phrase(worker.house, "started")]
    assert worker.say("1") == [HELP]


def test_an_answer_that_was_asked_for_survives_a_stop(worker: Worker) -> None:
    house = worker.house
    answer(worker)
    house.deliver()
    house.phones.answer = lambda message: Rejected("unreachable", permanent=False)
    worker.say("1")
    worker.say("STOP")
    house.phones.answer = None
    house.wait(minutes=5)
    house.deliver()
    silent = worker.texts[2:]

    back = worker.say("START")

    assert silent == [phrase(house, "stopped")]
    assert sorted(back) == sorted([HELP, phrase(house, "started")])


def test_words_after_a_stop_are_heard_and_resume(worker: Worker) -> None:
    worker.say("STOP")

    back = worker.say("they also hit us")

    assert back == [phrase(worker.house, "resumed_prompt")]
    assert worker.case.conversation == "safety"
    assert words_in(worker.case) == [REPORT, "STOP", "they also hit us"]


def test_a_stop_of_a_stranger_opens_no_case(shared_house: House) -> None:
    before = cases_of(shared_house)

    said = a_worker(shared_house).say("STOP")

    assert said == [phrase(shared_house, "stopped")]
    assert cases_of(shared_house) == before


def test_status_tells_a_stranger_and_a_known_worker_the_same_bytes(worker: Worker) -> None:
    house, stranger = worker.house, a_worker(worker.house)
    before = rows(house)

    said = [stranger.say("STATUS"), worker.say("STATUS"), stranger.say("status?")]

    assert said == [[phrase(house, "nothing_waits")]] * 3
    assert rows(house)["cases"] == before["cases"]


def test_status_says_that_a_reply_waits_and_nothing_of_it(worker: Worker) -> None:
    answer(worker, "Come to the office in Dhaka")
    worker.house.deliver()

    assert worker.say("STATUS") == [phrase(worker.house, "reply_waits")]


def test_delete_takes_a_digit_and_holds_the_case_for_a_person(worker: Worker) -> None:
    (asks,) = worker.say("DELETE")
    before = worker.case.state

    said = worker.say(a_digit(asks))

    assert asks == phrase(worker.house, "delete_confirm_nothing_left", digit=a_digit(asks))
    assert said == [phrase(worker.house, "delete_started")]
    assert before == "received"
    assert (worker.case.state, worker.case.conversation) == ("withdrawn", "withdrawn")
    assert words_in(worker.case)[0] == REPORT  # nothing is erased by a text


def test_a_withdrawn_case_is_out_of_routine_work(worker: Worker) -> None:
    house = worker.house
    withdrawn(worker)

    with pytest.raises(GuardFailed):
        answer(worker, "Are you there?")
    with pytest.raises(IllegalMove):
        house.desk.move(house.actor("asha"), worker.case.id, "take_up", "")

    assert house.deliver() == 0
    mina = house.actor("mina")
    mine = reference(house.console.vault, mina, worker.case.id)
    lines = monitor_lines(house.console, mina)
    assert [line.stage for line in lines if line.reference == mine] == ["withdrawn"]


@pytest.mark.parametrize("other", ["no", "10", "0", "keep it please"])
def test_any_other_text_keeps_everything(worker: Worker, other: str) -> None:
    worker.say("DELETE")

    said = worker.say(other)

    assert said == [phrase(worker.house, "delete_cancelled")]
    assert (worker.case.state, worker.case.conversation) == ("received", "resting")


def test_a_wrong_digit_keeps_everything(worker: Worker) -> None:
    (asks,) = worker.say("DELETE")

    worker.say(str(9 - int(a_digit(asks))))

    assert worker.case.state == "received"


def test_the_digit_is_drawn_anew(worker: Worker) -> None:
    drawn = {a_digit(worker.say("DELETE")[0]) for _ in range(30)}

    assert len(drawn) > 1
    assert "0" not in drawn


def test_the_same_digit_twice_changes_nothing_and_a_word_brings_all_back(worker: Worker) -> None:
    worker.say("1")
    worker.say("they cut pay if we ask")
    before = worker.case.state
    digit = withdrawn(worker)

    again, state = worker.say(digit), worker.case.state
    back = worker.say("no, keep it")

    assert again == []
    assert state == "withdrawn"
    assert back == [phrase(worker.house, "delete_cancelled")]
    assert worker.case.state == before == "clarifying"


def test_while_the_digit_is_awaited_nothing_else_goes_out(worker: Worker) -> None:
    house = worker.house
    answer(worker)

    (asks,) = worker.say("DELETE")
    house.wait(minutes=20)
    house.deliver()
    later = worker.texts[2:]
    kept = worker.say("no")

    assert a_digit(asks)
    assert later == []
    assert kept == [phrase(house, "reply_waits"), phrase(house, "delete_cancelled")]


def test_delete_says_so_when_something_has_left(worker: Worker) -> None:
    house = worker.house
    with open_case(house.console, house.actor("sam"), worker.case.id) as case:
        case.record = replace(case.record, disclosed=True)
        case.save("disclosed")

    (asks,) = worker.say("DELETE")

    assert asks == phrase(house, "delete_confirm_left", digit=a_digit(asks))


def test_who_comes_back_after_a_withdrawal_is_owed_an_acknowledgement_again(
    emptied_house: House,
) -> None:
    worker = a_worker(emptied_house)
    worker.say(REPORT)
    withdrawn(worker)
    emptied_house.wait(hours=2)
    emptied_house.deliver()  # a withdrawn case needs none, so the clock has stopped

    worker.say("no, keep it")
    emptied_house.wait(hours=80)

    assert worker.case.state == "received"
    assert monitor_lines(emptied_house.console, emptied_house.actor("mina"))[0].late
