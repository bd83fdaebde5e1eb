"""Several workers on one phone, and one worker on several, on a real hotline."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.house import House
from tests.looking import Worker, a_worker, cases_of, phrase, read_by_a_handler
from workervoice.errors import Declined
from workervoice.hotline import practising, sameworker
from workervoice.hotline.pacing import Pacing
from workervoice.store.engine import Scope
from workervoice.store.tables import contact
from workervoice.workflow.pace import Limits
from workervoice.workflow.returncodes import found, made_of

FIRST = "They took our passports and we can not go out"
SECOND = "the boss hits the women in the canteen"
PIN, OTHER = "4826", "7315"


def _two(house: House, *, first_has: str | None = None) -> Worker:
    """A phone with two conversations, the second of which has a PIN and no report yet."""
    worker = a_worker(house)
    worker.say(FIRST)
    if first_has:
        for text in ("safety", "4", first_has):
            worker.say(text)
    assert worker.say("new") == [phrase(house, "new_ask")]
    assert worker.say(OTHER) == [phrase(house, "new_ready")]
    return worker


def _ids(house: House) -> dict[UUID, list[str]]:
    """What the worker wrote, by case."""
    return {case_id: read_by_a_handler(house, case_id) for case_id in cases_of(house)}


def _two_threads(house: House) -> list[list[str]]:
    """The first person's, then the second's."""
    return sorted(_ids(house).values(), key=lambda thread: SECOND in str(thread))


def test_new_begins_a_conversation_of_its_own_with_its_own_case(house: House) -> None:
    worker = _two(house)

    worker.say(SECOND)

    first, second = _two_threads(house)
    assert second == [SECOND]
    assert SECOND not in first
    assert FIRST in first


def test_a_pin_in_front_calls_its_conversation_and_anything_else_goes_to_the_last(
    house: House,
) -> None:
    worker = _two(house, first_has=PIN)
    worker.say(SECOND)
    house.wait(seconds=1)

    worker.say(f"{PIN} and no water")
    house.wait(seconds=1)
    worker.say("since monday")
    worker.say(f"{OTHER} he did it again")

    first, second = _two_threads(house)
    assert [text for text in first if "water" in text or "monday" in text] == [
        "•••• and no water",
        "since monday",
    ]
    assert second[-1] == "•••• he did it again"


def test_without_a_pin_the_first_conversation_is_the_phones_again_after_an_hour(
    house: House,
) -> None:
    worker = _two(house)
    worker.say(SECOND)

    worker.say("still here")
    house.wait(hours=1, seconds=1)
    worker.say("it is me again")

    first, second = _two_threads(house)
    assert second == [SECOND, "still here"]
    assert first[-1] == "it is me again"


def test_what_one_of_them_is_answered_the_other_cannot_read(house: House) -> None:
    worker = _two(house, first_has=PIN)
    worker.say(SECOND)
    (first,) = [id_ for id_, texts in _ids(house).items() if FIRST in str(texts)]
    house.desk.answer(house.actor("asha"), first, "How many are you?")
    house.deliver()

    for text in ("1", "no", "0"):  # what is still asked of the second
        worker.say(text)

    asked = worker.say("1")
    wrong = worker.say(f"{OTHER} 1")
    right = worker.say(f"{PIN} 1")

    assert asked == [phrase(house, "pin_needed")]
    assert "How many are you?" not in str(wrong)
    assert right == ["How many are you?"]


def test_a_pin_that_calls_another_conversation_opens_nothing_when_it_is_chosen(
    house: House,
) -> None:
    worker = _two(house, first_has=PIN)
    worker.say(SECOND)
    (first,) = [id_ for id_, texts in _ids(house).items() if FIRST in str(texts)]
    house.desk.answer(house.actor("asha"), first, "How many are you?")
    house.deliver()
    worker.say("new")

    said = [worker.say(PIN) for _ in range(5)]

    assert said[:4] == [[phrase(house, "word_taken")]] * 4
    assert said[4] == [phrase(house, "pin_later")]
    assert "How many are you?" not in worker.texts


def test_trying_pins_in_one_conversation_closes_the_other_one_too(house: House) -> None:
    worker = _two(house, first_has=PIN)
    worker.say(SECOND)
    (first,) = [id_ for id_, texts in _ids(house).items() if FIRST in str(texts)]
    house.desk.answer(house.actor("asha"), first, "How many are you?")
    house.deliver()

    said = [worker.say(wrong) for wrong in ("1111", "2222", "3333", "4444", "5555")]
    right = worker.say(PIN)
    house.wait(days=1)
    tomorrow = worker.say(PIN)

    assert said == [[phrase(house, "pin_wrong")]] * 4 + [[phrase(house, "pin_later")]]
    assert right == [phrase(house, "pin_later")]
    assert tomorrow == ["How many are you?"]


def test_wrong_pins_of_another_day_do_not_hide_a_new_one_from_the_other_conversation(
    house: House,
) -> None:
    worker = _two(house, first_has=PIN)
    worker.say(SECOND)
    for wrong in ("1111", "2222", "3333"):
        worker.say(wrong)
    house.wait(days=1)
    for wrong in ("1111", "2222", "3333", "4444", "5555"):
        worker.say(wrong)

    assert worker.say(PIN) == [phrase(house, "pin_later")]


def test_stop_silences_the_phone_and_not_only_one_of_its_conversations(house: House) -> None:
    worker = _two(house, first_has=PIN)
    worker.say(SECOND)
    (first,) = [id_ for id_, texts in _ids(house).items() if FIRST in str(texts)]

    said = worker.say("stop")
    house.desk.answer(house.actor("asha"), first, "How many are you?")
    house.deliver()
    silent = worker.say("stop")
    back = worker.say(PIN)

    assert len(said) == 1
    assert silent == []
    assert "How many are you?" in back


def test_there_is_room_for_four_and_then_a_person_looks(house: House) -> None:
    worker = _two(house)
    worker.say(SECOND)
    for pin in ("1111", "2222"):
        assert worker.say("new") == [phrase(house, "new_ask")]
        worker.say(pin)
        worker.say("no wages since may")

    assert phrase(house, "new_ask") not in worker.say("new")


def test_no_index_shows_that_two_conversations_are_one_phones(house: House) -> None:
    worker = _two(house)
    worker.say(SECOND)

    with house.owner.begin(Scope(house.programme)) as tx:
        rows = tx.connection.execute(select(contact.c["index"], contact.c.conversation_id)).all()

    assert len(rows) == 2
    assert len({bytes(index) for index, _ in rows}) == 2
    assert len({conversation for _, conversation in rows}) == 2


def _code(worker: Worker) -> str:
    (said,) = worker.say("code")
    code = found(said)
    assert code is not None
    return code.digits


def _phone_asks(house: House) -> tuple[Worker, Worker]:
    old, new = a_worker(house), a_worker(house)
    old.say(FIRST)
    code = _code(old)
    said = new.say(f"{code[:4]} {code[4:8]} {code[8:12]} {code[12:]}")
    assert said == [phrase(house, "code_taken")]
    return old, new


def test_a_phone_with_the_code_goes_on_only_after_a_person_let_it_in(house: House) -> None:
    old, new = _phone_asks(house)
    assert old.case_id is not None
    before = len(_ids(house))

    sameworker.let_in(house.console, house.actor("asha"), old.case_id, "told us the PIN of June")
    new.say("they moved us to another house")
    house.desk.answer(house.actor("asha"), old.case_id, "Where is it?")
    house.deliver()

    assert new.texts[-1] == phrase(house, "reply_waits")
    assert new.say("1") == ["Where is it?"]
    assert "they moved us to another house" in read_by_a_handler(house, old.case_id)
    assert len(_ids(house)) == before


def test_the_old_phone_still_works_before_and_after(house: House) -> None:
    old, new = _phone_asks(house)
    assert old.case_id is not None
    old.say("still me")
    sameworker.let_in(house.console, house.actor("asha"), old.case_id, "sure")
    new.say("the other phone")
    old.say("and this one")

    house.desk.answer(house.actor("asha"), old.case_id, "Where is it?")
    house.deliver()

    assert old.texts[-1] == phrase(house, "reply_waits")
    assert read_by_a_handler(house, old.case_id)[-3:] == [
        "still me",
        "the other phone",
        "and this one",
    ]


def test_a_refused_phone_is_a_strangers(house: House) -> None:
    old, new = _phone_asks(house)
    assert old.case_id is not None

    sameworker.refuse(house.console, house.actor("asha"), old.case_id, "did not know the month")
    new.say("no wages since may")

    assert "no wages since may" not in read_by_a_handler(house, old.case_id)
    with pytest.raises(Declined, match="no phone asks"):
        sameworker.let_in(house.console, house.actor("asha"), old.case_id, "after all")


def test_a_code_works_once_and_a_wrong_one_is_answered_the_same(house: House) -> None:
    old, third = a_worker(house), a_worker(house)
    old.say(FIRST)
    code = _code(old)
    a_worker(house).say(code)

    again = third.say(code)

    assert again == [phrase(house, "code_taken")]
    assert len(house.leaves("code_used")) == 1


def test_codes_without_end_are_for_a_person_and_no_lock_out(house: House) -> None:
    old, thief = a_worker(house), a_worker(house)
    old.say(FIRST)
    code = _code(old)
    for _ in range(6):
        thief.say(made_of(123_456_789_012_345))

    thief.say(code)

    assert len(house.leaves("code_used")) == 0
    assert thief.case_id is not None
    house.wait(days=1)
    thief.say(code)
    assert len(house.leaves("code_used")) == 1


def test_a_code_that_a_pause_keeps_from_being_told_ends_none_that_was_told(house: House) -> None:
    old, new = a_worker(house), a_worker(house)
    old.say(FIRST)
    code = _code(old)
    house.reception = replace(house.reception, pacing=Pacing(Limits(answers_per_hour=1)))
    old.say("status")
    assert old.say("code") == []

    new.say(code)

    assert len(house.leaves("code_used")) == 1


def test_a_practice_code_in_front_of_a_pin_hides_it_from_nobody(house: House) -> None:
    worker = _two(house, first_has=PIN)
    worker.say(SECOND)
    code, _ = practising.begin(house.console, house.actor("sam"), "demo-sms", 1)

    worker.say(f"{code} {PIN} this is the first one of us")

    assert "this is the first one of us" in str(_two_threads(house)[0])


@pytest.mark.parametrize("said", ["my code {}", "CODE: {}", "{} code", "código {}"])
def test_the_word_code_beside_a_code_asks_for_no_new_one(house: House, said: str) -> None:
    old, new = a_worker(house), a_worker(house)
    old.say(FIRST)
    code = _code(old)
    new.say(SECOND)

    assert new.say(said.format(code)) == [phrase(house, "code_taken")]


def test_a_code_is_masked_wherever_it_is_pasted(house: House) -> None:
    worker = a_worker(house)
    worker.say(FIRST)
    code = _code(worker)

    worker.say(f"is this {code} my number?")
    worker.say(f"or {made_of(1)} or {code} or both")

    assert worker.case_id is not None
    kept = " ".join(read_by_a_handler(house, worker.case_id))
    assert not re.search(r"\d{8}", kept)
    assert "is this •••••••••••••••• my number?" in kept
    assert "or •••••••••••••••• or •••••••••••••••• or both" in kept


def test_with_a_pin_a_code_needs_it(house: House) -> None:
    worker = a_worker(house)
    for text in (FIRST, "safety", "4", PIN):
        worker.say(text)

    asked, given = worker.say("code"), worker.say(PIN)

    assert asked == [phrase(house, "pin_needed")]
    assert found(given[0]) is not None


def test_erasing_the_worker_forgets_every_phone(house: House) -> None:
    old, _new = _phone_asks(house)
    assert old.case_id is not None
    sameworker.let_in(house.console, house.actor("asha"), old.case_id, "sure")
    (digit,) = re.findall(r"\d", old.say("delete")[0].replace("72", ""))
    old.say(digit)
    house.wait(hours=73)
    house.desk.move(house.actor("asha"), old.case_id, "erase", "asked for")

    with house.owner.begin(Scope(house.programme)) as tx:
        left = tx.connection.execute(contact.select()).all()

    assert left == []


def test_a_phone_that_left_is_on_its_own_again(house: House) -> None:
    old, new = _phone_asks(house)
    assert old.case_id is not None
    sameworker.let_in(house.console, house.actor("asha"), old.case_id, "sure")
    new.say("the other phone")

    sameworker.leave(house.console, house.actor("asha"), old.case_id, "lost to the foreman")
    new.say("who are you?")
    house.desk.answer(house.actor("asha"), old.case_id, "Where is it?")
    house.deliver()

    assert "who are you?" not in read_by_a_handler(house, old.case_id)
    assert old.texts[-1] == phrase(house, "reply_waits")
    assert phrase(house, "reply_waits") not in new.texts[-1:]


def test_a_phone_whose_own_case_others_read_is_not_forgotten_with_the_worker(
    house: House,
) -> None:
    old, new = a_worker(house), a_worker(house)
    old.say(FIRST)
    code = _code(old)
    new.say("your officer told my boss my name")
    new.say(code)
    assert old.case_id is not None
    sameworker.let_in(house.console, house.actor("asha"), old.case_id, "sure")
    (digit,) = re.findall(r"\d", old.say("delete")[0].replace("72", ""))
    old.say(digit)
    house.wait(hours=73)
    house.desk.move(house.actor("asha"), old.case_id, "erase", "asked for")

    with house.owner.begin(Scope(house.programme)) as tx:
        left = tx.connection.execute(select(contact.c.id)).all()

    assert len(left) == 1
