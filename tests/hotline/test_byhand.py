"""What people write down for workers: walk-ins, letters and calls become cases like any other."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from tests.house import House
from tests.looking import Worker, asked, cases_of, read_by_a_handler, words_in
from workervoice.errors import GuardFailed, IllegalMove, NotFound, ReasonMissing
from workervoice.hotline import restricting, sameworker
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.handover import Entry, became, hand_over, number_of
from workervoice.message import Priority
from workervoice.workflow import case as case_machine
from workervoice.workflow.machine import OFFICERS
from workervoice.workflow.returncodes import found
from workervoice.workflow.secretwords import MASK

SAID = "They took our passports and we can not leave the dormitory"
NUMBER = "+15550177001"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def an_entry(house: House, **said: Any) -> Entry:
    return Entry(**{"way": "walk_in", "text": SAID, "line_id": house.line().id, **said})


def a_call(house: House, number: str = NUMBER, **said: Any) -> Entry:
    return an_entry(house, way="call", number=number, **said)


def enter(house: House, entry: Entry, login: str = "asha") -> dict[str, Any]:
    """Hand it over, let the gateway take it; what its writer is told."""
    entry_id, actor = uuid4(), house.actor(login)
    hand_over(house.console, actor, entry, entry_id)
    house.by_hand.take_waiting()
    return became(house.console, actor, entry_id)


def entered(house: House, entry: Entry, login: str = "asha") -> UUID:
    return UUID(enter(house, entry, login)["case"])


def page(house: House, case_id: UUID, login: str = "asha") -> CasePage:
    return case_page(house.console, house.actor(login), case_id)


def test_a_walk_in_becomes_a_case_with_triage_site_and_the_writers_name(house: House) -> None:
    site = next(s for s in page(house, entered(house, an_entry(house))).sites if s.code == "RIVER")

    case_id = entered(house, an_entry(house, site_id=site.id, consent=1))

    shown = page(house, case_id)
    (said,) = shown.thread
    assert words_in(shown) == [SAID]
    assert (said.way, said.written_by) == ("walk_in", "Asha, handler")
    assert "retention_of_identity_documents" in shown.record.facts.indicators
    assert (shown.site, shown.record.facts.consent) == (site, 1)
    assert shown.state == "awaiting_review"
    assert said.reads
    assert [leaf["object"] for leaf in house.leaves("entered_by_hand")][-1] == str(case_id)


@pytest.mark.parametrize("way", ["walk_in", "letter", "call"])
def test_every_way_is_said_in_the_thread_and_in_the_log(house: House, way: str) -> None:
    case_id = entered(house, an_entry(house, way=way))

    assert page(house, case_id).thread[0].way == way
    assert [leaf["detail"] for leaf in house.leaves("handed_over")] == [way]


def test_ticks_for_danger_and_a_child_raise_the_priority_whatever_the_text_says(
    house: House,
) -> None:
    plain = entered(house, an_entry(house, text="The worker asks about the contract"))
    danger = entered(house, an_entry(house, text="The worker asks about it", danger=True))
    child = entered(house, an_entry(house, text="The worker asks about it", child=True))

    assert page(house, plain).record.priority not in {Priority.P0, Priority.P1}
    assert page(house, danger).record.priority is Priority.P0
    assert page(house, child).record.facts.child
    assert page(house, child).record.priority in {Priority.P0, Priority.P1}


def test_a_code_that_is_told_on_a_call_is_masked_and_asks_for_that_phone(house: House) -> None:
    worker = Worker(house, "+15550177009")
    worker.say(SAID)
    assert worker.case_id is not None
    (said,) = worker.say("code")
    code = found(said)
    assert code is not None

    case_id = entered(house, a_call(house, text=f"It is me, {code.digits}, my phone is gone"))

    assert words_in(page(house, case_id)) == [f"It is me, {MASK * 16}, my phone is gone"]
    assert len(house.leaves("code_used")) == 1
    sameworker.let_in(house.console, house.actor("asha"), worker.case_id, "knew the month")
    assert entered(house, a_call(house, text="More of it")) == worker.case_id


def test_without_a_tick_nobody_may_be_told(house: House) -> None:
    assert page(house, entered(house, an_entry(house))).record.facts.consent is None


def test_a_case_without_a_phone_cannot_be_answered_and_nothing_is_stored_of_the_try(
    house: House,
) -> None:
    case_id = entered(house, an_entry(house))

    with pytest.raises(GuardFailed, match="no phone leads to this worker"):
        house.desk.answer(house.actor("asha"), case_id, "Come back on Monday")

    house.deliver()
    assert house.phones.received == []
    assert asked(house, "SELECT count(*) AS n FROM outbox")[0].n == 0
    assert words_in(page(house, case_id)) == [SAID]
    assert page(house, case_id).state == "awaiting_review"


def test_a_case_without_a_phone_closes_once_somebody_wrote_down_that_the_worker_said_so(
    house: House,
) -> None:
    case_id, asha = entered(house, an_entry(house)), house.actor("asha")
    house.desk.move(asha, case_id, "take_up", "")

    house.desk.move(asha, case_id, "report_remedy", "passports given back to 40 workers")
    with pytest.raises(IllegalMove):
        house.desk.move(asha, case_id, "close", "done")
    with pytest.raises(ReasonMissing):
        house.desk.move(asha, case_id, "confirm_in_person", " ")
    house.desk.move(asha, case_id, "confirm_in_person", "came back today: has the passport")
    state = house.desk.move(asha, case_id, "close", "the worker has it back")

    assert state == "closed"
    kinds = [said.kind for said in page(house, case_id).thread]
    assert "question" not in kinds
    assert [leaf["object"] for leaf in house.leaves("case_confirm_in_person")] == [str(case_id)]


def test_for_a_worker_with_a_phone_nobody_else_says_that_it_is_fixed(house: House) -> None:
    worker = Worker(house, NUMBER)
    worker.say(SAID)
    assert worker.case_id is not None
    asha = house.actor("asha")
    house.desk.move(asha, worker.case_id, "take_up", "")
    house.desk.move(asha, worker.case_id, "report_remedy", "passports given back")

    assert "confirm_in_person" not in [move.name for move in worker.case.moves]
    with pytest.raises(GuardFailed):
        house.desk.move(asha, worker.case_id, "confirm_in_person", "told me so")


def test_clocks_of_a_case_without_a_phone_run_as_of_any_other(house: House) -> None:
    entered(house, an_entry(house, danger=True))

    assert asked(house, "SELECT count(*) AS n FROM clock")[0].n > 0
    house.wait(days=8)
    house.deliver()

    assert house.leaves("clock_ran_out")
    assert house.phones.received == []


def test_a_call_by_a_stranger_opens_a_case_and_sends_nothing(house: House) -> None:
    case_id = entered(house, a_call(house))

    house.deliver()

    assert read_by_a_handler(house, case_id) == [SAID]
    assert house.phones.received == []


def test_unless_they_said_that_it_is_safe_nothing_is_sent_until_they_write(house: House) -> None:
    case_id = entered(house, a_call(house))
    house.desk.answer(house.actor("asha"), case_id, "We have begun")
    house.deliver()

    silent = house.phones.texts(NUMBER)
    assert silent == []
    assert house.say(NUMBER, "1") == ["We have begun"]


def test_whoever_may_be_written_to_first_gets_a_notice_without_content(house: House) -> None:
    case_id = entered(house, a_call(house, may_write=True))
    house.desk.answer(house.actor("asha"), case_id, "We have begun")
    house.deliver()

    (notice,) = house.phones.texts(NUMBER)
    assert "1" in notice
    assert "begun" not in notice
    assert house.say(NUMBER, "1") == ["We have begun"]


def test_a_call_by_a_known_number_goes_into_the_open_case(house: House) -> None:
    worker = Worker(house, NUMBER)
    worker.say("We are not paid since March")
    before = cases_of(house)

    case_id = entered(house, a_call(house, "+15550177001"))

    assert case_id == worker.case_id
    assert cases_of(house) == before
    assert read_by_a_handler(house, case_id) == ["We are not paid since March", SAID]


def test_a_call_by_a_number_known_by_whatsapp_is_the_same_worker(house: House) -> None:
    worker = Worker(house, NUMBER, line="demo-whatsapp")
    worker.say("We are not paid since March")

    assert entered(house, a_call(house)) == worker.case_id


def test_who_called_and_writes_later_writes_into_the_same_case(house: House) -> None:
    case_id = entered(house, a_call(house))

    house.say(NUMBER, "Now they took our phones, too")

    assert cases_of(house) == {case_id}
    assert len(read_by_a_handler(house, case_id)) == 2


def test_a_stop_from_the_phone_stands_whatever_somebody_says_on_a_call(house: House) -> None:
    worker = Worker(house, NUMBER)
    worker.say("We are not paid since March")
    worker.say("STOP")
    house.phones.received.clear()

    case_id = entered(house, a_call(house, may_write=True))
    house.desk.answer(house.actor("asha"), case_id, "We have begun")
    house.deliver()

    assert house.phones.texts(NUMBER) == []


def test_two_walk_ins_are_two_workers(house: House) -> None:
    assert entered(house, an_entry(house)) != entered(house, an_entry(house))


def test_who_comes_again_goes_on_in_the_same_case_and_may_answer_who_is_told(
    house: House,
) -> None:
    case_id = entered(house, an_entry(house))

    again = entered(house, an_entry(house, text="She says yes", consent=1, case_id=case_id), "ben")

    shown = page(house, case_id)
    assert again == case_id
    assert words_in(shown) == [SAID, "She says yes"]
    assert shown.record.facts.consent == 1
    assert [said.written_by for said in shown.thread] == ["Asha, handler", "Ben, handler"]


def test_to_a_case_with_a_phone_or_of_others_nothing_is_added_by_hand(house: House) -> None:
    worker = Worker(house, NUMBER)
    worker.say("We are not paid since March")
    assert worker.case_id is not None
    own = entered(house, an_entry(house))
    sam = house.actor("sam")
    restricting.restrict(house.console, sam, own, {sam.id}, "for one person")

    told = enter(house, an_entry(house, case_id=worker.case_id, consent=7))
    for case_id in (own, uuid4()):
        with pytest.raises(NotFound):
            enter(house, an_entry(house, case_id=case_id))
    with pytest.raises(GuardFailed):
        a_call(house, case_id=own)

    assert told == {"became": "refused"}
    assert worker.case.record.facts.consent is None
    assert len(worker.case.thread) == 1


def test_the_same_form_sent_twice_makes_one_case(house: House) -> None:
    entry_id, asha = uuid4(), house.actor("asha")

    for _ in range(2):
        hand_over(house.console, asha, an_entry(house), entry_id)
        house.by_hand.take_waiting()

    assert len(cases_of(house)) == 1


def test_a_complaint_told_on_a_call_is_for_the_supervisors_and_its_writer_sees_no_case(
    house: House,
) -> None:
    told = enter(house, a_call(house, text="Your officer told my boss my name"))

    assert told == {"became": "apart"}
    (case_id,) = cases_of(house)
    with pytest.raises(NotFound):
        page(house, case_id)
    assert words_in(page(house, case_id, "sam")) == ["Your officer told my boss my name"]


def test_a_call_does_not_tell_that_a_complaint_is_open(house: House) -> None:
    worker = Worker(house, NUMBER)
    worker.say("We are not paid since March")
    worker.say("Your officer told my boss my name")

    told = enter(house, a_call(house))

    assert told == {"became": "filed", "case": str(worker.case_id)}


def test_a_case_that_is_for_others_is_not_named_to_the_writer(house: House) -> None:
    worker = Worker(house, NUMBER)
    worker.say("We are not paid since March")
    assert worker.case_id is not None
    sam = house.actor("sam")
    restricting.restrict(house.console, sam, worker.case_id, {sam.id}, "for one person")

    assert enter(house, a_call(house)) == {"became": "apart"}


def test_what_somebody_else_wrote_down_is_not_theirs_to_look_up(house: House) -> None:
    entry_id = uuid4()
    hand_over(house.console, house.actor("asha"), an_entry(house), entry_id)

    with pytest.raises(NotFound):
        became(house.console, house.actor("ben"), entry_id)


@pytest.mark.parametrize("login", ["nora", "mina"])
def test_only_handlers_and_supervisors_hand_over(house: House, login: str) -> None:
    with pytest.raises(DBAPIError):
        hand_over(house.console, house.actor(login), an_entry(house), uuid4())

    assert asked(house, "SELECT count(*) AS n FROM handover")[0].n == 0


def test_every_handing_over_is_in_the_log_before_the_number_is_looked_up(house: House) -> None:
    entry_id, asha = uuid4(), house.actor("asha")

    hand_over(house.console, asha, a_call(house), entry_id)

    (leaf,) = house.leaves("handed_over")
    assert (leaf["actor"], leaf["object"]) == (str(asha.id), str(entry_id))
    assert not house.leaves("entered_by_hand")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+880 1712-345678", "+8801712345678"),
        ("00880 1712 345678", "+8801712345678"),
        (" +1 (555) 017-7001 ", "+15550177001"),
        ("+৮৮০ ১৭১২ ৩৪৫৬৭৮", "+8801712345678"),
        ("", ""),
    ],
)
def test_a_number_may_be_typed_as_people_do(typed: str, number: str) -> None:
    assert number_of(typed) == number


@pytest.mark.parametrize(
    "number", ["01712345678", "+12", "+0171234567", "call me", "+88017x2345678"]
)
def test_what_is_no_number_is_refused_without_being_repeated(house: House, number: str) -> None:
    with pytest.raises(GuardFailed) as refused:
        a_call(house, number_of(number))

    assert number not in str(refused.value)


def test_an_entry_shows_neither_words_nor_number(house: House) -> None:
    shown = repr(a_call(house))

    assert NUMBER not in shown
    assert "passports" not in shown


def test_no_text_and_writing_to_nobody_are_refused(house: House) -> None:
    for said in ({"text": " "}, {"text": "x" * 12_001}, {"may_write": True}, {"way": "gossip"}):
        with pytest.raises(GuardFailed):
            an_entry(house, **said)


def test_the_machine_of_cases_lets_nobody_confirm_in_person_but_officers() -> None:
    rows = [m for m in case_machine.MACHINE.moves if m.name == "confirm_in_person"]

    assert [(row.guards, row.reason, row.dest) for row in rows] == [
        (("no_phone",), True, "confirmed")
    ]
    assert rows[0].roles == OFFICERS
