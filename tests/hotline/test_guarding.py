"""Who holds the phone: freezing, thawing and forgetting, by people who say why."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, outbox_state, phrase
from workervoice.errors import Declined, GuardFailed, IllegalMove, NotFound, ReasonMissing
from workervoice.hotline import guarding
from workervoice.message import Rejected, Role
from workervoice.workflow.conversation import MACHINE

REPORT = "They took our passports and we can not go out"
WHY = "she called from the office of the union"
ANSWER = "How many are you?"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def a_report(house: House, *texts: str) -> tuple[Worker, UUID]:
    """A worker who reported, wrote this, and got all the answers to it."""
    worker = a_worker(house)
    for text in (REPORT, *texts):
        worker.say(text)
    assert worker.case_id is not None
    return worker, worker.case_id


def move(house: House, case_id: UUID, name: str, reason: str = WHY, login: str = "asha") -> None:
    guarding.move(house.console, house.actor(login), case_id, name, reason)


def forget(house: House, case_id: UUID, reason: str = WHY) -> None:
    guarding.forget(house.console, house.actor("asha"), case_id, reason)


def answer(house: House, case_id: UUID, text: str = ANSWER) -> None:
    house.desk.answer(house.actor("asha"), case_id, text)


def away(house: House) -> None:
    """The provider takes nothing."""
    house.phones.answer = lambda message: Rejected("unreachable", permanent=False)


def back(house: House) -> None:
    house.phones.answer = None
    house.wait(minutes=10)
    house.deliver()


def confirmed(worker: Worker) -> None:
    """The random digit that the last text asked for."""
    (digit,) = [letter for letter in worker.texts[-1] if letter.isdigit()]
    worker.say(digit)


def test_what_a_freeze_withheld_goes_out_after_a_thaw_when_it_is_asked_for(house: House) -> None:
    worker, case_id = a_report(house)
    answer(house, case_id)
    house.deliver()
    away(house)
    worker.say("1")  # asked for, and not sent yet
    move(house, case_id, "freeze", "the supervisor has her phone")
    back(house)
    frozen = worker.texts[:]

    move(house, case_id, "thaw")
    house.deliver()
    thawed = worker.texts[:]
    hello = worker.say("hello")
    read = worker.say("1")

    assert ANSWER not in thawed
    assert thawed == frozen
    assert hello[-1].endswith(phrase(house, "reply_waits"))
    assert read == [ANSWER]


def test_what_was_still_to_be_sent_waits_as_well_if_a_thaw_comes_at_once(house: House) -> None:
    worker, case_id = a_report(house, "1", "safety", "6")
    confirmed(worker)
    away(house)
    answer(house, case_id)  # would go at once
    before = worker.texts[:]

    move(house, case_id, "freeze", "a strange text")
    move(house, case_id, "thaw")
    back(house)

    assert worker.texts == before
    assert worker.say("1") == [ANSWER]


def test_a_notice_that_was_withheld_is_not_sent_after_a_thaw(house: House) -> None:
    worker, case_id = a_report(house)
    away(house)
    answer(house, case_id)
    move(house, case_id, "freeze", "a strange text")
    back(house)
    before = worker.texts[:]

    move(house, case_id, "thaw")
    house.deliver()

    assert worker.texts == before
    assert {state for _, state in worker.owed() if state != "accepted"} == {"held", "withheld"}


def test_answers_that_waited_keep_their_order_through_a_freeze(house: House) -> None:
    worker, case_id = a_report(house)
    for text in ("first", "second"):
        answer(house, case_id, text)
    house.deliver()
    away(house)
    worker.say("1")
    answer(house, case_id, "third")
    move(house, case_id, "freeze", "a strange text")
    back(house)

    move(house, case_id, "thaw")
    worker.say("hello")

    assert worker.say("1") == ["first", "second", "third"]


def test_nothing_is_written_to_a_frozen_conversation(house: House) -> None:
    worker, case_id = a_report(house)
    move(house, case_id, "freeze", "a strange text")
    before = worker.texts[:]

    with pytest.raises(GuardFailed):
        answer(house, case_id)
    house.deliver()

    assert worker.texts == before
    assert worker.case.conversation == "frozen"


def test_who_had_sent_stop_is_not_written_to_after_a_thaw_before_they_write(house: House) -> None:
    worker, case_id = a_report(house, "STOP")
    move(house, case_id, "freeze", "a strange text")
    before = worker.texts[:]

    move(house, case_id, "thaw")
    answer(house, case_id)
    house.deliver()

    assert worker.case.conversation == "paused"
    assert worker.texts == before
    assert phrase(house, "resumed_prompt") in worker.say("hello")[0]
    worker.say("1")  # it is safe
    assert worker.say("1") == [ANSWER]


def test_a_delete_that_waited_for_its_digit_is_dropped_by_a_freeze(house: House) -> None:
    worker, case_id = a_report(house, "DELETE")

    move(house, case_id, "freeze", "somebody else made her send it")
    move(house, case_id, "thaw")
    confirmed(worker)

    assert worker.case.state != "withdrawn"


@pytest.mark.parametrize("login", ["asha", "sam"])
def test_the_buttons_are_the_rows_of_the_table_that_ask_why(house: House, login: str) -> None:
    worker, case_id = a_report(house)
    talking = [each.name for each in worker.case.guarded.moves]

    move(house, case_id, "freeze", WHY, login)
    frozen = [each.name for each in worker.case.guarded.moves]

    assert (talking, frozen) == (["freeze"], ["thaw"])
    assert guarding.moves("withdrawn", Role.HANDLER) == ()
    assert all(m.reason for state in MACHINE.states for m in guarding.moves(state, Role.SUPERVISOR))


def test_a_move_that_does_not_fit_is_refused_and_changes_nothing(house: House) -> None:
    worker, case_id = a_report(house)
    before = len(worker.case.thread)

    with pytest.raises(IllegalMove):
        move(house, case_id, "thaw")
    with pytest.raises(ReasonMissing):
        move(house, case_id, "freeze", "  \n")
    with pytest.raises(NotFound):
        move(house, case_id, "hand_over")
    with pytest.raises(NotFound):
        move(house, case_id, "freeze", WHY, "nora")

    assert worker.case.conversation == "safety"
    assert len(worker.case.thread) == before


def test_why_stands_in_the_thread_and_that_it_was_in_the_log(house: House) -> None:
    worker, case_id = a_report(house, "safety", "4", "4826")
    move(house, case_id, "freeze")
    move(house, case_id, "thaw")
    forget(house, case_id)

    told = [(s.kind, s.by, "".join(t for t, _, _ in s.passages)) for s in worker.case.thread[-3:]]

    assert told == [(kind, "Asha, handler", WHY) for kind in ("freeze", "thaw", "forget")]
    for event in ("conversation_frozen", "conversation_thawed", "protection_forgotten"):
        (leaf,) = house.leaves(event)
        assert leaf["object"] == str(case_id)
        assert WHY not in str(leaf)


def test_a_forgotten_pin_is_removed_and_a_1_is_enough_again(house: House) -> None:
    worker, case_id = a_report(house, "safety", "4", "4826")
    answer(house, case_id)
    house.deliver()
    locked = worker.say("1")

    forget(house, case_id)

    assert locked == [phrase(house, "pin_needed")]
    assert worker.say("1") == [ANSWER]
    assert not worker.case.guarded.may_forget


def test_without_the_pin_no_answer_comes_unasked_whatever_was_chosen_before(house: House) -> None:
    worker, case_id = a_report(house, "1", "safety", "6")
    confirmed(worker)
    for text in ("safety", "4", "4826"):
        worker.say(text)

    forget(house, case_id)
    answer(house, case_id)
    house.deliver()

    assert worker.texts[-1] == phrase(house, "reply_waits")


def test_a_forgotten_word_for_duress_is_a_word_like_any_other(house: House) -> None:
    worker, case_id = a_report(house, "safety", "5", "mandarina")

    forget(house, case_id)
    worker.say("mandarina")

    assert worker.case.conversation != "frozen"


def test_there_is_nothing_to_forget_for_who_has_set_nothing(house: House) -> None:
    _, case_id = a_report(house)

    with pytest.raises(Declined):
        forget(house, case_id)
    with pytest.raises(Declined):
        forget(house, case_id, " ")

    assert not house.leaves("protection_forgotten")


def test_hours_in_which_a_worker_may_be_written_to_are_kept(house: House) -> None:
    worker, case_id = a_report(house, "safety", "7", "6", "safety", "4", "4826")

    forget(house, case_id)

    assert worker.case.guarded.hours == (12, 18)


def test_a_thaw_leaves_alone_what_was_sent(house: House) -> None:
    worker, case_id = a_report(house)
    answer(house, case_id)
    house.deliver()
    worker.say("1")
    sent = {each: outbox_state(house, each)[0] for each, _ in worker.owed()}

    move(house, case_id, "freeze")
    move(house, case_id, "thaw")

    assert {each: outbox_state(house, each)[0] for each, _ in worker.owed()} == sent
