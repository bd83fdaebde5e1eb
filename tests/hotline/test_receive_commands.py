"""STOP, START, STATUS, DELETE: what they do to the conversation, the case and what is owed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.house import House
from tests.looking import asked, cases_of, outbox_state, rows, states, the_case, words_in
from workervoice.errors import GuardFailed, IllegalMove
from workervoice.hotline.overview import monitor_lines
from workervoice.message import Outbound, Rejected, SendOutcome

REPORT = "They took our passports"
WORKER, STRANGER, KNOWN = "+15550107001", "+15550107002", "+15550107003"


def phrase(house: House, key: str, language: str = "en") -> str:
    return house.phrases.say(key, language, line="en", emergency="999")


def away(message: Outbound) -> SendOutcome:
    """The provider cannot be reached."""
    return Rejected("unreachable", permanent=False)


def answered(house: House, text: str = "How can we help?") -> None:
    """A handler answers the one case."""
    house.desk.answer(house.actor("asha"), the_case(house).id, text)


def conversation_state(house: House) -> str:
    return the_case(house).conversation


def test_stop_is_confirmed_once_and_nothing_goes_out_until_the_worker_writes(
    house: House,
) -> None:
    house.say(WORKER, REPORT)

    said = [house.say(WORKER, text) for text in ("STOP", "stop", "Stop!")]
    answered(house)
    house.deliver()
    silent = house.phones.texts(WORKER)[2:]
    back = house.say(WORKER, "START")

    assert said == [[phrase(house, "stopped")], [], []]
    assert silent == []
    assert back == [phrase(house, "started") + "\n" + phrase(house, "reply_waits")]
    assert house.say(WORKER, "1") == ["How can we help?"]


def test_stop_withholds_what_is_owed_and_not_sent_yet(house: House) -> None:
    house.say(WORKER, REPORT)
    answered(house)  # announced, but the courier has not gone yet

    said = house.say(WORKER, "STOP")

    assert said == [phrase(house, "stopped")]
    assert states(house) == ["accepted", "accepted", "held", "withheld"]


def test_what_a_person_owed_goes_out_when_the_worker_is_back(house: House) -> None:
    house.say(WORKER, REPORT)
    answered(house)
    house.say(WORKER, "STOP")

    back = house.say(WORKER, "START")

    assert back == [phrase(house, "reply_waits"), phrase(house, "started")]
    assert house.say(WORKER, "1") == ["How can we help?"]


def test_an_answer_that_was_asked_for_survives_a_stop(house: House) -> None:
    house.say(WORKER, REPORT)
    answered(house)
    house.deliver()
    house.phones.answer = away
    house.say(WORKER, "1")
    house.say(WORKER, "STOP")
    house.phones.answer = None
    house.wait(hours=1)
    silent = house.phones.texts(WORKER)[2:]
    house.deliver()

    back = house.say(WORKER, "START")

    assert silent == []
    assert "How can we help?" in back


def test_words_after_a_stop_are_heard_and_resume(house: House) -> None:
    house.say(WORKER, REPORT)
    house.say(WORKER, "STOP")

    back = house.say(WORKER, "they also hit us")

    assert back[0].startswith(phrase(house, "resumed_prompt"))
    assert conversation_state(house) == "safety"
    assert words_in(the_case(house)) == [REPORT, "STOP", "they also hit us"]


def test_a_stop_of_a_stranger_opens_no_case(house: House) -> None:
    said = house.say(STRANGER, "STOP")

    assert said == [phrase(house, "stopped")]
    assert cases_of(house) == set()


def test_status_tells_a_stranger_and_a_known_worker_the_same_bytes(house: House) -> None:
    house.say(KNOWN, REPORT)
    before = rows(house)

    stranger = house.say(STRANGER, "STATUS")
    known = house.say(KNOWN, "STATUS")

    assert stranger == known == [phrase(house, "nothing_waits")]
    assert rows(house)["cases"] == before["cases"]
    assert len(cases_of(house)) == 1


def test_status_says_that_a_reply_waits_and_nothing_of_it(house: House) -> None:
    house.say(WORKER, REPORT)
    answered(house, "Come to the office in Dhaka")
    house.deliver()

    said = house.say(WORKER, "STATUS")

    assert said == [phrase(house, "reply_waits")]


def a_digit(text: str) -> str:
    """The digit that a DELETE asks for."""
    (digit,) = re.findall(r"send (\d)\b", text)
    return str(digit)


def test_delete_takes_a_digit_and_holds_the_case_for_72_hours(house: House) -> None:
    house.say(WORKER, REPORT)
    (asks,) = house.say(WORKER, "DELETE")
    before = the_case(house).state

    said = house.say(WORKER, a_digit(asks))

    page = the_case(house)
    assert "Nothing has left" in asks
    assert said == [phrase(house, "delete_started")]
    assert before == "received"
    assert (page.state, page.conversation) == ("withdrawn", "withdrawn")
    assert words_in(page)[0] == REPORT  # nothing is erased by a text


def test_a_withdrawn_case_is_out_of_routine_work(house: House) -> None:
    house.say(WORKER, REPORT)
    case_id = the_case(house).id
    house.say(WORKER, a_digit(house.say(WORKER, "DELETE")[0]))

    with pytest.raises(GuardFailed):
        house.desk.answer(house.actor("asha"), case_id, "Are you there?")
    with pytest.raises(IllegalMove):
        house.desk.move(house.actor("asha"), case_id, "take_up", "")

    assert house.deliver() == 0
    assert monitor_lines(house.console, house.actor("mina"))[0].stage == "withdrawn"


@pytest.mark.parametrize("wrong", ["no", "10", "0", "keep it please"])
def test_any_other_text_keeps_everything(house: House, wrong: str) -> None:
    house.say(WORKER, REPORT)
    house.say(WORKER, "DELETE")

    said = house.say(WORKER, wrong)

    assert said == [phrase(house, "delete_cancelled")]
    assert (the_case(house).state, conversation_state(house)) == ("received", "resting")


def test_a_wrong_digit_keeps_everything(house: House) -> None:
    house.say(WORKER, REPORT)
    (asks,) = house.say(WORKER, "DELETE")
    wrong = str(9 - int(a_digit(asks)))

    house.say(WORKER, wrong)

    assert the_case(house).state == "received"


def test_the_same_digit_twice_changes_nothing_and_another_word_brings_all_back(
    house: House,
) -> None:
    house.say(WORKER, REPORT)
    house.say(WORKER, "1")
    house.say(WORKER, "they cut pay if we ask")
    digit = a_digit(house.say(WORKER, "DELETE")[0])
    before = the_case(house).state
    house.say(WORKER, digit)

    again = house.say(WORKER, digit)
    withdrawn = the_case(house).state
    back = house.say(WORKER, "no, keep it")

    assert again == []
    assert withdrawn == "withdrawn"
    assert back == [phrase(house, "delete_cancelled")]
    assert the_case(house).state == before == "clarifying"


def test_while_the_digit_is_awaited_nothing_else_goes_out(house: House) -> None:
    house.say(WORKER, REPORT)
    answered(house)  # announced, but the courier has not gone yet

    said = house.say(WORKER, "DELETE")
    house.wait(hours=1)
    house.deliver()
    later = house.phones.texts(WORKER)[2:]
    kept = house.say(WORKER, "no")

    assert [a_digit(text) for text in said]
    assert later == []
    assert phrase(house, "reply_waits") in kept


def test_delete_says_so_when_something_has_left(house: House) -> None:
    house.say(WORKER, REPORT)
    case_id = the_case(house).id
    with house.owner.begin() as tx:
        assert tx  # the owner may look, but the record is sealed: mark it as the console would
    from dataclasses import replace  # noqa: PLC0415

    from workervoice.hotline.opening import open_case  # noqa: PLC0415

    with open_case(house.console, house.actor("sam"), case_id) as case:
        case.record = replace(case.record, disclosed=True)
        case.save("disclosed")

    (asks,) = house.say(WORKER, "DELETE")

    assert "already left" in asks


def test_a_worker_who_withdrew_within_the_hour_is_acknowledged_after_coming_back(
    house: House,
) -> None:
    """The clock of the first acknowledgement runs again."""
    house.say(WORKER, REPORT)
    house.say(WORKER, a_digit(house.say(WORKER, "DELETE")[0]))
    house.wait(hours=2)
    house.deliver()
    house.say(WORKER, "no, keep it")

    house.now += timedelta(days=8)
    house.deliver()

    assert monitor_lines(house.console, house.actor("mina"))[0].late
    assert len(asked(house, "SELECT id FROM clock")) >= 3
    assert outbox_state
