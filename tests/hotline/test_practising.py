"""Practice: what begins with a code is a test, real reports never become one, and people judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.builders import a_packet
from tests.house import House
from tests.looking import Worker, a_worker, words_in
from workervoice.errors import Declined, Forbidden, GuardFailed, IllegalMove, NotFound
from workervoice.hotline import disclosing, practising
from workervoice.hotline.overseeing import complaints_overseen, practices_overseen
from workervoice.hotline.overview import QueueLine, monitor_lines, queue
from workervoice.hotline.practisecode import code_in_front, new_code
from workervoice.hotline.verifying import verify_log
from workervoice.message import Address, AddressKind, Inbound, Role
from workervoice.store import clocks
from workervoice.store.engine import Scope
from workervoice.workflow.case import MACHINE
from workervoice.workflow.commands import command, digit, yes_or_no
from workervoice.workflow.retention import OVER, PRACTICE_DAYS
from workervoice.workflow.secretwords import MASK

SAID = "they took our passports and cut our pay"
DANGER = "they beat her now, she is 15 years old"
MILD = "the food is bad"
SET_ASIDE = "out_of_scope"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def begun(house: House, hours: int = 4, line: str = "demo-sms") -> str:
    return practising.begin(house.console, house.actor("sam"), line, hours)[0]


def a_test(house: House, said: str = SAID) -> Worker:
    """A trainee wrote the code and this, on a line where a practice runs."""
    trainee = a_worker(house)
    trainee.say(f"{begun(house)} {said}")
    return trainee


def line_of(house: House, case_id: UUID | None) -> QueueLine:
    return next(each for each in queue(house.console, house.actor("asha")) if each.id == case_id)


def an_inbound(text: str) -> Inbound:
    return Inbound("SM1", Address(AddressKind.PHONE, "+15550100999"), text)


def running_clocks(house: House) -> dict[str, str]:
    """The clocks that still run, and what each is about."""
    with house.owner.begin(Scope(house.programme)) as tx:
        found = clocks.sealed_clocks(tx, clocks.clock_prints(tx).keys())
        vault = house.console.vault
        return {str(i): clocks.open_clock(tx, vault, i, blob)["about"] for i, blob in found}


def closed(house: House, worker: Worker) -> None:
    """A handler sets the case aside."""
    assert worker.case_id is not None
    for move in ("take_up", "set_aside"):
        house.desk.move(house.actor("asha"), worker.case_id, move, "training")


def is_test(worker: Worker) -> bool:
    return worker.case.record.practice is not None


def test_a_text_that_begins_with_the_code_is_a_test_and_the_code_is_masked(house: House) -> None:
    code = begun(house)
    trainee = a_worker(house)

    trainee.say(f"{code} {SAID}")
    trainee.say("1")
    trainee.say("no, nobody can leave")

    assert is_test(trainee)
    assert line_of(house, trainee.case_id).record.practice
    (first, *others) = words_in(trainee.case)
    assert first == f"{MASK * 6} {SAID}"
    assert len(others) == 2
    assert trainee.case.thread[0].practised


@pytest.mark.parametrize("form", ["{0}: {1}", "  {1}", "({0})\n{1}"])
def test_trainees_write_it_as_people_write_on_phones(house: House, form: str) -> None:
    code = begun(house)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    trainee = a_worker(house)

    trainee.say(form.format(code.lower(), f"{wide} {SAID}" if "{0}" not in form else SAID))

    assert is_test(trainee)
    assert code.lower() not in words_in(trainee.case)[0]


def test_a_trainee_gets_the_same_bytes_as_a_worker(house: House) -> None:
    code = begun(house)
    trainee, worker = a_worker(house), a_worker(house)

    said = [SAID, "1", "nobody can leave. RIVER", "5", "STATUS", "HELP", "STOP"]
    trained = [trainee.say(f"{code} {text}" if text == SAID else text) for text in said]
    real = [worker.say(text) for text in said]

    assert trained == real
    assert [is_test(trainee), is_test(worker)] == [True, False]


def test_a_command_or_digit_behind_the_code_is_one(house: House) -> None:
    code = begun(house)
    stranger = a_worker(house)

    said = stranger.say(f"{code} STATUS")

    assert said == ["Nothing waits for you."]
    assert stranger.case_id is None


def test_a_pin_behind_the_code_is_masked_too(house: House) -> None:
    code, worker = begun(house), a_worker(house)
    for text in (SAID, "safety", "4", "4826"):
        worker.say(text)

    worker.say(f"{code} 4826 they lock the gate")

    assert words_in(worker.case)[-1] == f"{MASK * 6} {MASK * 4} they lock the gate"


def test_the_code_does_not_change_the_language_or_what_is_read(house: House) -> None:
    for code in ("M3A7H2", "K7M3R9", "A7H3M2"):
        for text in ("STATUS", SAID, "nos quitaron los pasaportes", "পাসপোর্ট নিয়ে গেছে"):
            plain, coded = (
                house.reception.read(an_inbound(said)) for said in (text, f"{code} {text}")
            )

            assert coded.language == plain.language
            assert coded.facts == plain.facts
            moved = [replace(e, start=e.start - 7, end=e.end - 7) for e in coded.evidence]
            assert moved == list(plain.evidence)


def test_the_code_alone_is_answered_as_a_report_and_is_a_test(house: House) -> None:
    trainee = a_worker(house)

    said = trainee.say(begun(house))

    assert len(said) == 1
    assert is_test(trainee)


def test_without_a_practice_the_same_text_is_an_ordinary_report(house: House) -> None:
    worker = a_worker(house)

    worker.say("K7M3R9")

    assert not is_test(worker)
    assert words_in(worker.case) == ["K7M3R9"]


@pytest.mark.parametrize("over", ["hours", "ended"])
def test_after_the_practice_the_code_does_nothing(house: House, over: str) -> None:
    code, late = begun(house), a_worker(house)
    if over == "hours":
        house.wait(hours=4)
    else:
        practising.end(house.console, house.actor("sam"), "demo-sms")

    late.say(f"{code} {SAID}")

    assert not is_test(late)
    assert words_in(late.case) == [f"{code} {SAID}"]


def test_the_code_of_one_line_is_none_on_another(house: House) -> None:
    code, worker = begun(house, line="demo-whatsapp"), a_worker(house)

    worker.say(f"{code} {SAID}")

    assert not is_test(worker)


def test_a_real_case_never_becomes_a_test(house: House) -> None:
    code, worker = begun(house), a_worker(house)
    worker.say(SAID)

    worker.say(f"{code} they hit him today")

    assert not is_test(worker)
    assert len(words_in(worker.case)) == 2
    assert [each.id for each in queue(house.console, house.actor("asha"))] == [worker.case_id]


def test_a_complaint_beside_a_real_case_is_real_though_it_begins_with_the_code(
    house: House,
) -> None:
    code, worker = begun(house), a_worker(house)
    worker.say(SAID)

    worker.say(f"{code} your officer told my boss my name")

    listed = queue(house.console, house.actor("sam"))
    assert [line.record.practice for line in listed if line.record.complaint] == [False]


def test_what_a_trainee_writes_when_the_practice_is_over_opens_an_ordinary_case(
    house: House,
) -> None:
    trainee = a_test(house)
    house.wait(hours=5)

    house.say(trainee.number, "now it is me: my boss keeps my passport")

    listed = queue(house.console, house.actor("asha"))
    assert {line.id == trainee.case_id: line.record.practice for line in listed} == {
        True: True,
        False: False,
    }
    assert len(words_in(trainee.case)) == 1


def complaints(house: House) -> list[QueueLine]:
    return [each for each in queue(house.console, house.actor("sam")) if each.record.complaint]


def test_a_complaint_about_the_hotline_is_no_test_whatever_is_in_front_of_it(house: House) -> None:
    worker = a_test(house, "your officer told my boss my name")
    house.say(worker.number, "and she laughed")

    (complaint,) = complaints(house)
    (overseen,) = complaints_overseen(house.console, house.actor("mina")).lines

    assert (complaint.record.practice, complaint.record.restricted) == (False, True)
    assert (overseen.waiting, overseen.late) == (True, False)
    assert len(queue(house.console, house.actor("sam"))) == 1
    house.wait(days=200)
    house.deliver()
    assert complaints_overseen(house.console, house.actor("mina")).lines[0].late


def test_a_complaint_in_a_trainees_conversation_is_no_test(house: House) -> None:
    trainee = a_test(house)
    house.say(trainee.number, "your officer told my boss my name")

    (complaint,) = complaints(house)

    assert not complaint.record.practice
    assert is_test(trainee)
    assert len(complaints_overseen(house.console, house.actor("mina")).lines) == 1


def test_what_somebody_writes_with_the_code_behind_a_complaint_is_in_the_complaint(
    house: House,
) -> None:
    code, worker = begun(house), a_worker(house)
    worker.say("your officer told my boss my name")

    worker.say(f"{code} they took our passports")

    (line,) = queue(house.console, house.actor("sam"))
    assert (line.record.complaint, line.record.practice) == (True, False)


def test_a_test_stands_below_everything_but_one_that_may_be_real_stands_among_cases(
    house: House,
) -> None:
    code = begun(house)
    plain, grave, worker = (a_worker(house) for _ in range(3))
    plain.say(f"{code} the bus is late")
    grave.say(f"{code} {DANGER}")
    worker.say(MILD)

    listed = list(queue(house.console, house.actor("asha")))

    assert [line.id for line in listed] == [grave.case_id, worker.case_id, plain.case_id]
    assert [line.record.may_be_real for line in listed] == [True, False, False]


@pytest.mark.parametrize(
    ("said", "may_be_real"),
    [
        ("they beat him now", True),
        ("I am 15 years old", True),
        ("they took our passports", True),
        (SAID, True),
        (MILD, False),
        ("the bus is late", False),
    ],
)
def test_what_is_grave_in_a_test_may_be_real(house: House, said: str, *, may_be_real: bool) -> None:
    trainee = a_test(house, said)

    assert trainee.case.record.may_be_real() is may_be_real


@pytest.mark.parametrize("was", ["real", "a test"])
def test_a_test_from_a_number_that_had_a_real_case_before_may_be_real(
    house: House, was: str
) -> None:
    worker = a_worker(house) if was == "real" else a_test(house, MILD)
    if was == "real":
        worker.say(MILD)
    assert worker.case_id is not None
    closed(house, worker)
    house.wait(days=91)

    house.say(worker.number, f"{begun(house)} the bus is late")

    (line,) = [
        each for each in queue(house.console, house.actor("asha")) if each.state != SET_ASIDE
    ]
    assert (line.record.practice, line.record.may_be_real) == (True, was == "real")


def test_who_says_that_it_is_a_test_is_asked_again_when_something_grave_comes(
    house: House,
) -> None:
    trainee = a_test(house, DANGER)
    assert trainee.case_id is not None
    asha = house.actor("asha")

    practising.call_test(house.console, asha, trainee.case_id, "our trainer's phone")
    trainee.say("and the bus is late")
    said = line_of(house, trainee.case_id)
    trainee.say("now they beat me")
    house.wait(hours=2)
    asked_again = line_of(house, trainee.case_id)

    assert (said.record.practice, said.record.may_be_real, said.is_test) == (True, False, True)
    assert (asked_again.record.may_be_real, asked_again.late) == (True, True)
    (note,) = [each for each in trainee.case.thread if each.kind == "test"]
    assert note.by == "Asha, handler"
    assert [leaf["object"] for leaf in house.leaves("practice_test")] == [str(trainee.case_id)]


def test_only_a_test_is_called_one_and_with_a_reason(house: House) -> None:
    trainee, worker = a_test(house, DANGER), a_worker(house)
    worker.say(DANGER)
    assert trainee.case_id is not None
    assert worker.case_id is not None

    with pytest.raises(GuardFailed, match="say why"):
        practising.call_test(house.console, house.actor("asha"), trainee.case_id, " ")
    with pytest.raises(IllegalMove):
        practising.call_test(house.console, house.actor("asha"), worker.case_id, "a test")

    assert trainee.case.record.may_be_real()
    assert not is_test(worker)


def test_nothing_of_a_test_goes_to_anybody(house: House) -> None:
    trainee = a_test(house, f"{DANGER}. RIVER")
    assert trainee.case_id is not None

    with pytest.raises(GuardFailed, match="this case is a test"):
        disclosing.draft(house.console, house.actor("asha"), trainee.case_id, a_packet())
    assert "refer" not in {move.name for move in trainee.case.moves}


def test_no_deadline_of_a_test_runs_out(house: House) -> None:
    trainee, worker = a_test(house, DANGER), a_worker(house)
    assert trainee.case_id is not None
    practising.call_test(house.console, house.actor("asha"), trainee.case_id, "our trainer")
    worker.say(DANGER)
    house.wait(hours=1)
    shown = {line.id: line.late for line in queue(house.console, house.actor("asha"))}
    house.wait(days=200)
    house.deliver()

    late = {leaf["object"] for leaf in house.leaves("clock_ran_out")}
    left = running_clocks(house)

    assert shown == {trainee.case_id: False, worker.case_id: True}
    assert set(left.values()) == {str(worker.case_id)}
    assert late == left.keys()


def test_a_test_that_may_be_real_is_late_as_a_case_is(house: House) -> None:
    trainee = a_test(house, DANGER)
    house.wait(hours=1)
    house.deliver()

    late = {leaf["object"] for leaf in house.leaves("clock_ran_out")}

    assert line_of(house, trainee.case_id).late
    assert late <= running_clocks(house).keys()
    assert late


def test_monitors_and_figures_do_not_know_of_tests(house: House) -> None:
    trainee = a_test(house)
    assert trainee.case_id is not None
    asha = house.actor("asha")
    code = "retention_of_identity_documents"
    house.desk.assess(asha, trainee.case_id, code, "confirmed", "they said so")

    assert list(monitor_lines(house.console, house.actor("mina"))) == []
    house.courier.comparing.go_on(house.courier_process, house.programme, house.now)
    counts = house.courier.comparing.rounds[house.programme].counts
    assert counts.cases.total() == 0


def test_a_monitor_sees_each_practice_and_how_many_tests_came(house: House) -> None:
    mina, begins = house.actor("mina"), house.now
    a_test(house, DANGER)
    a_worker(house).say(SAID)
    before = practices_overseen(house.console, mina)
    house.wait(hours=1)
    practising.end(house.console, house.actor("sam"), "demo-sms")
    house.wait(hours=2)
    begun(house, hours=3, line="demo-whatsapp")

    after = practices_overseen(house.console, mina)

    (running,) = before.lines
    assert (running.line, running.runs, running.tests) == ("demo-sms", True, 1)
    assert running.begun == begins.replace(microsecond=0)
    assert running.until == running.begun + timedelta(hours=4)
    assert running.registrar == house.actor("sam").id
    assert (before.tests, before.unsure) == (1, 1)
    assert [(row.line, row.runs, row.tests) for row in after.lines] == [
        ("demo-whatsapp", True, 0),
        ("demo-sms", False, 1),
    ]
    assert after.lines[1].until == running.begun + timedelta(hours=1)
    with pytest.raises(NotFound):
        practices_overseen(house.console, house.actor("asha"))


def test_what_is_real_becomes_a_case_like_any_other_at_once(house: House) -> None:
    trainee = a_test(house, DANGER)
    assert trainee.case_id is not None
    asha, house.now = house.actor("asha"), house.now + timedelta(hours=3)

    practising.call_real(house.console, asha, trainee.case_id, "no trainee has this number")

    line = line_of(house, trainee.case_id)
    assert (line.record.practice, line.record.may_be_real) == (False, False)
    assert trainee.case.thread[-1].kind == "real"
    assert [leaf["object"] for leaf in house.leaves("practice_real")] == [str(trainee.case_id)]
    house.wait(hours=2)
    house.deliver()
    assert line_of(house, trainee.case_id).late
    house.say(trainee.number, "they are at the door")
    assert not is_test(trainee)
    with pytest.raises(IllegalMove):
        practising.call_real(house.console, house.actor("asha"), trainee.case_id, "again")


def test_calling_it_real_wants_a_reason(house: House) -> None:
    trainee = a_test(house)
    assert trainee.case_id is not None

    with pytest.raises(GuardFailed, match="say why"):
        practising.call_real(house.console, house.actor("asha"), trainee.case_id, " ")

    assert is_test(trainee)


def test_a_closed_test_goes_thirty_days_after_its_practice(house: House) -> None:
    trainee = a_test(house, MILD)
    assert trainee.case_id is not None
    closed(house, trainee)
    house.wait(days=PRACTICE_DAYS, hours=3)
    house.deliver()
    assert words_in(trainee.case)

    house.wait(days=1)
    house.deliver()

    assert words_in(trainee.case) == []
    house.desk.move(house.actor("asha"), trainee.case_id, "erase", "training is over")
    assert trainee.case_id not in {line.id for line in queue(house.console, house.actor("asha"))}


def test_the_words_of_a_test_that_nobody_closed_stay(house: House) -> None:
    trainee = a_test(house, MILD)
    house.wait(days=200)
    house.deliver()

    assert words_in(trainee.case)


def test_the_words_of_what_may_be_real_go_only_when_a_person_said_that_it_is_a_test(
    house: House,
) -> None:
    trainee = a_test(house)
    assert trainee.case_id is not None
    closed(house, trainee)
    house.wait(days=PRACTICE_DAYS + 1)
    house.deliver()
    kept = words_in(trainee.case)

    practising.call_test(house.console, house.actor("asha"), trainee.case_id, "Sam's phone")
    house.wait(days=1)
    house.deliver()

    assert kept
    assert words_in(trainee.case) == []


def test_only_people_close_a_case() -> None:
    back = "cancel_withdrawal"  # to where it was: over only if a person had closed it
    over = [move for move in MACHINE.moves if move.dest in OVER and move.name != back]

    assert over
    assert all(move.roles <= {Role.HANDLER, Role.SUPERVISOR} for move in over)


def test_a_practice_is_a_registrars_lasts_a_day_at_most_and_runs_once_a_line(house: House) -> None:
    sam = house.actor("sam")
    with pytest.raises(Forbidden):
        practising.begin(house.console, house.actor("asha"), "demo-sms", 4)
    for hours in (0, 25):
        with pytest.raises(Declined):
            practising.begin(house.console, sam, "demo-sms", hours)
    with pytest.raises(NotFound):
        practising.begin(house.console, sam, "nowhere", 4)
    with pytest.raises(NotFound):
        practising.end(house.console, sam, "demo-sms")

    begun(house)
    with pytest.raises(Declined, match="end it first"):
        practising.begin(house.console, sam, "demo-sms", 4)
    practising.end(house.console, sam, "demo-sms")
    begun(house)

    with house.owner.begin(Scope(house.programme)) as tx:
        report = verify_log(tx, house.console.vault, house.console.trust.root_public)
    assert not [each for each in report.problems if "practice" in each]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE practice SET until = until + interval '9 days'",
        "UPDATE practice SET ended = NULL, version = 1",
    ],
)
def test_a_practice_that_somebody_makes_longer_in_the_database_is_nobodys_word(
    house: House, change: str
) -> None:
    code, worker = begun(house), a_worker(house)
    if "ended" in change:
        with house.owner.begin() as tx:
            (before,) = tx.connection.exec_driver_sql("SELECT signature FROM practice").scalars()
        practising.end(house.console, house.actor("sam"), "demo-sms")
        with house.owner.begin() as tx:
            tx.connection.exec_driver_sql("UPDATE practice SET signature = %s", (before,))
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(change)

    worker.say(f"{code} {SAID}")

    assert not is_test(worker)


def test_a_code_is_no_word_no_digits_and_found_only_in_front() -> None:
    for _ in range(200):
        code = new_code()
        assert (command(code), yes_or_no(code), digit(code)) == (None, None, None)
        assert not code.isalpha()
        assert not code.isdigit()
        assert code_in_front(f"{code} passport") == (code, 6)
        assert code_in_front(f"passport {code}") is None
        assert code_in_front(f"{code}9 passport") is None
    for text in ("", "1", "123456", "1234 hello", "passport", "পাসপোর্ট নিয়েছে", "جوازات"):
        assert code_in_front(text) is None
