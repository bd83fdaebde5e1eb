"""A worker's own protection, on a real hotline: PINs, words for duress, what is kept of them."""

from __future__ import annotations

from tests.house import House
from tests.looking import Worker, a_worker, phrase, read_by_a_handler
from tests.security.thief import Thief
from workervoice.message import Priority
from workervoice.workflow.hours import read_hours

PIN, WORD = "4826", "mandarina"
REPORT = "They took our passports and we can not go out"


def test_a_pin_lets_an_answer_go_and_nobody_reads_it(house: House, thief_of_own: Thief) -> None:
    worker = a_worker(house)
    for text in (REPORT, "safety", "4", PIN):
        worker.say(text)
    assert worker.case_id is not None
    house.desk.answer(house.actor("asha"), worker.case_id, "How many are you?")
    house.deliver()

    without = worker.say("1")
    wrong = worker.say("1111")
    right = worker.say(f"{PIN} 1")

    assert without == [phrase(house, "pin_needed")]
    assert wrong == [phrase(house, "pin_wrong")]
    assert right == ["How many are you?"]
    kept = " ".join(read_by_a_handler(house, worker.case_id))
    assert PIN not in kept
    assert "1111" not in kept
    assert "•••• 1" in kept
    stored = [value for _, value in thief_of_own.cells() if isinstance(value, bytes | str)]
    assert not [value for value in stored if (PIN in value if isinstance(value, str) else False)]


def test_a_pin_in_front_of_a_report_is_not_read_and_the_report_is(house: House) -> None:
    worker = a_worker(house)
    for text in ("safety", "4", PIN, f"{PIN} {REPORT}"):
        worker.say(text)

    assert worker.case_id is not None
    assert read_by_a_handler(house, worker.case_id) == [f"•••• {REPORT}"]
    assert "retention_of_identity_documents" in worker.case.record.facts.indicators


def test_duress_freezes_and_a_person_is_to_look_within_a_day(house: House) -> None:
    worker = a_worker(house)
    for text in ("the food is bad", "safety", "5", WORD):
        worker.say(text)
    assert worker.case_id is not None
    house.desk.answer(house.actor("asha"), worker.case_id, "Tell us more?")
    house.deliver()

    said = worker.say(WORD.upper())
    after = worker.say("1")

    assert said == [phrase(house, "nothing_waits")]
    assert "Tell us more?" not in after
    assert worker.case.conversation == "frozen"
    assert worker.case.record.priority is Priority.P1
    assert WORD not in " ".join(read_by_a_handler(house, worker.case_id)).lower()


def test_the_same_pin_of_two_workers_has_two_marks(house: House) -> None:
    first, second = a_worker(house), a_worker(house)
    for worker in (first, second):
        for text in (REPORT, "safety", "4", PIN):
            worker.say(text)

    assert first.texts[-1] == second.texts[-1] == phrase(house, "pin_set")


def _with_answers_at_once(house: House) -> Worker:
    worker = a_worker(house)
    for text in (REPORT, "1", "they cut pay. RIVER", "1", "safety", "6"):
        said = worker.say(text)
    (digit,) = [letter for letter in said[-1] if letter.isdigit()]
    worker.say(digit)
    return worker


def test_answers_go_at_once_to_a_phone_that_nobody_else_uses(house: House) -> None:
    worker = _with_answers_at_once(house)

    house.desk.answer(house.actor("asha"), worker.case.id, "How many are you?")
    house.deliver()

    assert worker.texts[-1] == "How many are you?"
    assert phrase(house, "reply_waits") not in worker.texts


def test_an_answer_that_could_not_go_at_once_waits_to_be_asked_for(house: House) -> None:
    worker = _with_answers_at_once(house)
    house.desk.answer(house.actor("asha"), worker.case.id, "How many are you?")
    house.wait(hours=5)
    house.deliver()
    before = worker.texts[:]

    said = worker.say("hello")
    read = worker.say("1")

    assert "How many are you?" not in before
    assert phrase(house, "reply_waits") in said[-1]
    assert read == ["How many are you?"]


def test_with_a_pin_nothing_goes_at_once(house: House) -> None:
    worker = _with_answers_at_once(house)
    for text in ("safety", "4", PIN):
        worker.say(text)

    house.desk.answer(house.actor("asha"), worker.case.id, "How many are you?")
    house.deliver()

    assert worker.texts[-1] == phrase(house, "reply_waits")


def test_a_notice_waits_for_the_hours_that_the_worker_chose(house: House) -> None:
    worker = a_worker(house)
    for text in (REPORT, "1", "they cut pay. RIVER", "1", "safety", "7", "7"):
        worker.say(text)
    house.desk.answer(house.actor("asha"), worker.case.id, "How many are you?")
    zone = read_hours(house.line().reading_hours).zone
    told_at = None
    for _ in range(30):
        house.deliver()
        if phrase(house, "reply_waits") in worker.texts:
            told_at = house.now.astimezone(zone).hour
            break
        house.wait(hours=1)

    assert told_at is not None
    assert 18 <= told_at < 22
