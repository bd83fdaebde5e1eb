"""A complaint about the hotline or one of its people: for the supervisors alone, seen by the
monitor, known to no handler."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.builders import (
    REPORT,
    WORKER,
    a_case,
    a_confirmed_delete,
    a_packet,
    an_erased_case,
)
from tests.house import START, House
from tests.security.thief import Thief
from workervoice.errors import GuardFailed, NotFound
from workervoice.hotline import disclosing, epochs, restricting, telling
from workervoice.hotline.act import Desk
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.overseeing import complaints_overseen
from workervoice.hotline.overview import QueueLine, monitor_lines, queue
from workervoice.message import MediaHandle, Priority
from workervoice.workflow.clocks import HANDLER_BY_PRIORITY
from workervoice.workflow.retention import Policy

TOLD = "your officer told my boss my name"
PAID = "the handler of this hotline asked me for money"
MORE = "he came to the dormitory with two men"
STRANGER = "+15550100321"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def lines(house: House, login: str) -> list[QueueLine]:
    return list(queue(house.console, house.actor(login)))


def complaints(house: House, login: str = "sam") -> list[UUID]:
    return [line.id for line in lines(house, login) if line.record.complaint]


def a_complaint(house: House, number: str = WORKER, text: str = TOLD) -> UUID:
    """The worker complains about us; nobody has looked yet."""
    known = set(complaints(house))
    house.say(number, text)
    (made,) = set(complaints(house)) - known
    return made


def page(house: House, case_id: UUID, login: str = "sam") -> CasePage:
    return case_page(house.console, house.actor(login), case_id)


def said(house: House, case_id: UUID, login: str = "sam") -> list[str]:
    """What the worker wrote into a case."""
    entries = page(house, case_id, login).thread
    return ["".join(p for p, _, _ in e.passages) for e in entries if e.direction == "in"]


def overseen(house: House) -> list[tuple[str, bool, bool, bool]]:
    """Stage, opened, restricted, late."""
    told = complaints_overseen(house.console, house.actor("mina"))
    return [(line.stage, line.opened, line.restricted, line.late) for line in told.lines]


def close(house: House, case_id: UUID, login: str = "sam") -> None:
    house.desk.move(house.actor(login), case_id, "take_up", "")
    house.desk.move(house.actor(login), case_id, "close_unconfirmed", "looked into, and told them")


def test_a_complaint_goes_to_the_supervisors_and_no_handler_knows_of_it(house: House) -> None:
    case_id = a_complaint(house)

    for login in ("sam", "maria"):
        assert said(house, case_id, login) == [TOLD]
        (line,) = lines(house, login)
        assert (line.record.priority, line.record.restricted) == (Priority.P1, True)
    for login in ("asha", "ben"):
        assert lines(house, login) == []
        with pytest.raises(NotFound):
            page(house, case_id, login)


def test_the_worker_gets_the_first_answer_that_everybody_gets(house: House) -> None:
    assert house.say(WORKER, TOLD) == house.say(STRANGER, "Boss took our passports")


def test_an_open_case_stays_with_the_team_and_learns_nothing(house: House) -> None:
    team_case = a_case(house)
    before = page(house, team_case, "asha")

    case_id = a_complaint(house)
    house.say(WORKER, MORE)

    after = page(house, team_case, "asha")
    assert said(house, case_id) == [TOLD, MORE]
    assert (after.thread, after.record, after.state) == (
        before.thread,
        before.record,
        before.state,
    )
    assert [line.id for line in lines(house, "asha")] == [team_case]


def test_a_digit_that_answers_the_hotline_still_reaches_the_teams_case(house: House) -> None:
    house.say(WORKER, REPORT)
    (team_case,) = [line.id for line in lines(house, "asha")]
    case_id = a_complaint(house, text=PAID)

    house.say(WORKER, "3")

    assert page(house, team_case, "asha").record.facts.imminent_danger
    assert page(house, team_case, "asha").record.priority is Priority.P0
    assert page(house, case_id).record.priority is Priority.P0
    assert said(house, team_case) == [REPORT, "3"]


def test_words_do_not_go_along_with_what_they_answer(house: House) -> None:
    house.say(WORKER, REPORT)
    (team_case,) = [line.id for line in lines(house, "asha")]
    house.say(WORKER, "2")  # not safe; whoever writes again says that it is safe now

    case_id = a_complaint(house)

    assert said(house, case_id) == [TOLD]
    assert said(house, team_case, "asha") == [REPORT, "2"]


def test_a_lone_cry_for_help_reaches_both(house: House) -> None:
    team_case = a_case(house)
    case_id = a_complaint(house)

    house.say(WORKER, "HELP")

    assert said(house, team_case, "asha")[-1] == said(house, case_id)[-1] == "HELP"
    assert page(house, team_case, "asha").record.priority is Priority.P1


def test_a_complaint_that_tells_of_danger_is_at_the_top_for_supervisors_at_once(
    house: House,
) -> None:
    case_id = a_complaint(house, text=f"{TOLD} and they are beating me now, help")

    (line,) = lines(house, "sam")

    assert (line.id, line.record.priority) == (case_id, Priority.P0)
    house.wait(hours=1, minutes=5)
    house.deliver()
    house.wait(hours=1)
    house.deliver()
    rungs = [leaf["detail"] for leaf in house.leaves("clock_ran_out")]
    assert rungs == ["rung 0: supervisor", "rung 1: monitor"]
    assert lines(house, "sam")[0].late
    assert HANDLER_BY_PRIORITY[Priority.P0] == timedelta(minutes=30)


def test_a_child_in_a_complaint_is_seen_by_supervisors(house: House) -> None:
    case_id = a_complaint(house, text=f"{TOLD}. I am 14 years old and work in factory")

    assert page(house, case_id).record.facts.child


def test_a_complaint_that_nobody_takes_up_is_late_for_supervisors_then_for_the_monitor(
    house: House,
) -> None:
    a_complaint(house)
    house.deliver()
    assert overseen(house) == [("received", False, True, False)]

    for _ in range(5):
        house.wait(hours=13)
        house.deliver()

    heard = {leaf["detail"] for leaf in house.leaves("clock_ran_out")}
    assert heard == {"rung 0: supervisor", "rung 1: monitor"}
    assert overseen(house) == [("received", False, True, True)]


def test_the_monitor_sees_that_a_supervisor_opened_it_and_how_it_moves(house: House) -> None:
    case_id = a_complaint(house)
    told = complaints_overseen(house.console, house.actor("mina"))
    before = overseen(house)

    page(house, case_id)
    opened = overseen(house)
    page(house, case_id)
    close(house, case_id)

    assert [line.received for line in told.lines] == [START]
    assert told.supervisors == 2
    assert before == [("received", False, True, False)]
    assert opened == [("received", True, True, False)]
    assert overseen(house) == [("closed", True, True, False)]
    assert page(house, case_id).record.seen_at == house.now
    assert monitor_lines(house.console, house.actor("mina")) == []


@pytest.mark.parametrize("login", ["sam", "asha", "nora"])
def test_only_monitors_oversee_complaints(house: House, login: str) -> None:
    with pytest.raises(NotFound):
        complaints_overseen(house.console, house.actor(login))


def test_a_closed_complaint_gives_the_conversation_back_to_the_team(house: House) -> None:
    team_case = a_case(house)
    case_id = a_complaint(house)
    close(house, case_id)

    house.say(WORKER, MORE)

    assert said(house, team_case, "asha")[-1] == MORE
    assert said(house, case_id) == [TOLD]


def test_another_complaint_reopens_the_one_that_was_closed(house: House) -> None:
    a_case(house)
    case_id = a_complaint(house)
    close(house, case_id)

    house.say(WORKER, PAID)

    assert complaints(house) == [case_id]
    assert page(house, case_id).state == "in_progress"
    assert said(house, case_id) == [TOLD, PAID]


def test_a_text_after_a_closed_complaint_without_another_case_reopens_it(house: House) -> None:
    case_id = a_complaint(house)
    close(house, case_id)

    house.say(WORKER, MORE)

    assert said(house, case_id) == [TOLD, MORE]
    assert lines(house, "asha") == []


def test_long_after_a_complaint_a_text_opens_a_case_for_the_team(house: House) -> None:
    case_id = a_complaint(house)
    close(house, case_id)
    house.wait(days=91)

    house.say(WORKER, REPORT)

    (line,) = lines(house, "asha")
    assert line.id != case_id
    assert said(house, line.id, "asha") == [REPORT]


def test_long_after_a_complaint_another_is_a_new_one(house: House) -> None:
    case_id = a_complaint(house)
    close(house, case_id)
    house.wait(days=91)

    other = a_complaint(house, text=PAID)

    assert said(house, other) == [PAID]
    assert set(complaints(house)) == {case_id, other}
    assert lines(house, "asha") == []


def test_a_supervisor_hands_it_to_the_team(house: House) -> None:
    case_id = a_complaint(house)

    restricting.unrestrict(house.console, house.actor("sam"), case_id, "about the telephone bill")
    house.say(WORKER, MORE)

    assert said(house, case_id, "asha") == [TOLD, MORE]
    assert overseen(house) == [("received", False, False, False)]


@pytest.mark.parametrize("handed", ["to the team", "to a handler"])
def test_what_was_handed_to_others_takes_no_new_complaint(house: House, handed: str) -> None:
    case_id, sam = a_complaint(house), house.actor("sam")
    if handed == "to the team":
        restricting.unrestrict(house.console, sam, case_id, "not about us")
    else:
        named = {sam.id, house.actor("asha").id}
        restricting.restrict(house.console, sam, case_id, named, "asha speaks the language")

    other = a_complaint(house, text=PAID)

    assert said(house, other) == [PAID]
    assert said(house, case_id, "asha") == [TOLD]
    with pytest.raises(NotFound):
        page(house, other, "asha")


def test_a_complaint_that_was_handed_on_becomes_the_conversations_case(house: House) -> None:
    handed = a_complaint(house)
    restricting.unrestrict(house.console, house.actor("sam"), handed, "not about us")
    other = a_complaint(house, text=PAID)
    house.say(WORKER, MORE)
    close(house, other)

    house.say(WORKER, REPORT)

    assert said(house, other) == [PAID, MORE]
    assert said(house, handed, "asha") == [TOLD, REPORT]
    assert [line.id for line in lines(house, "asha")] == [handed]


def test_one_of_two_supervisors_is_left_out(house: House) -> None:
    case_id, sam = a_complaint(house), house.actor("sam")

    restricting.restrict(house.console, sam, case_id, {sam.id}, "Maria is meant")
    house.say(WORKER, PAID)

    assert said(house, case_id) == [TOLD, PAID]
    with pytest.raises(NotFound):
        page(house, case_id, "maria")


def test_an_answer_is_held_asked_for_and_shows_in_the_complaint_alone(house: House) -> None:
    team_case = a_case(house)
    case_id = a_complaint(house)
    before = page(house, team_case, "asha").thread

    house.desk.answer(house.actor("sam"), case_id, "We look into it. You are safe to write.")
    notice = house.say(WORKER, "STATUS")
    arrived = house.say(WORKER, "1")

    assert "Send 1" in notice[-1]
    assert arrived == ["We look into it. You are safe to write."]
    assert page(house, team_case, "asha").thread == before
    assert page(house, case_id).thread[-1].asked_for_reply


def test_each_case_hears_whether_its_own_matter_is_fixed(house: House) -> None:
    team_case = a_case(house)
    case_id = a_complaint(house)
    for each, login in ((team_case, "asha"), (case_id, "sam")):
        house.wait(minutes=5)
        house.desk.move(house.actor(login), each, "take_up", "")
        house.desk.move(house.actor(login), each, "report_remedy", "talked to, two people")

    house.say(WORKER, "1")
    house.say(WORKER, "4")
    first = page(house, team_case).state, page(house, case_id).state
    house.say(WORKER, "1")
    house.say(WORKER, "5")

    assert first == ("confirmed", "remedy_reported")
    assert (page(house, team_case).state, page(house, case_id).state) == (
        "confirmed",
        "in_progress",
    )


def test_no_sensitive_issue_is_drafted_from_what_only_supervisors_know(house: House) -> None:
    case_id = a_complaint(house, text=f"{TOLD}. I work in RIVER")

    with pytest.raises(GuardFailed):
        disclosing.draft(house.console, house.actor("sam"), case_id, a_packet())
    restricting.unrestrict(house.console, house.actor("sam"), case_id, "for the team")
    disclosing.draft(house.console, house.actor("sam"), case_id, a_packet())


def test_a_medium_goes_to_the_complaint(house: House) -> None:
    team_case = a_case(house)
    case_id = a_complaint(house)

    house.text(WORKER, "", media=(MediaHandle("https://provider.test/1", "image/jpeg"),))

    assert page(house, case_id).thread[-1].media == 1
    assert sum(entry.media for entry in page(house, team_case).thread) == 0


def test_a_handlers_paper_for_the_worker_does_not_tell(house: House) -> None:
    team_case = a_case(house)
    asha = house.actor("asha")
    before = telling.tell_worker(house.console, asha, team_case, "the code").partition("REPORT OF")

    a_complaint(house)
    after = telling.tell_worker(house.console, asha, team_case, "the code").partition("REPORT OF")
    sams = telling.tell_worker(house.console, house.actor("sam"), team_case, "the code")

    assert after[0] == before[0]
    assert TOLD not in after[2]
    assert TOLD in sams


def test_delete_withdraws_both_and_a_handler_erases_hers_without_learning(
    house: House, thief_of_house: Thief
) -> None:
    team_case = a_case(house)
    case_id = a_complaint(house)

    an_erased_case(house, team_case)

    with pytest.raises(Exception, match="erased"):
        page(house, team_case, "asha")
    assert page(house, case_id).state == "withdrawn"
    assert thief_of_house.one("SELECT count(*) FROM contact").count == 1
    house.desk.move(house.actor("sam"), case_id, "erase", "the worker asked")
    assert thief_of_house.one("SELECT count(*) FROM contact").count == 0
    assert thief_of_house.one("SELECT count(*) FROM message").count == 0
    assert overseen(house) == [("erased", True, False, False)]


def test_a_supervisor_erases_everything_of_the_worker(house: House, thief_of_house: Thief) -> None:
    team_case = a_case(house)
    case_id = a_complaint(house)
    a_confirmed_delete(house)
    house.wait(hours=73)

    house.desk.move(house.actor("sam"), case_id, "erase", "the worker asked")

    states = thief_of_house.rows("SELECT id, state FROM cases")
    assert {row.id: row.state for row in states} == {team_case: "erased", case_id: "erased"}
    assert thief_of_house.one("SELECT count(*) FROM contact").count == 0


def test_a_delete_that_nobody_carries_out_is_late_for_the_monitor(house: House) -> None:
    a_complaint(house)
    a_confirmed_delete(house)

    for _ in range(6):
        house.wait(hours=15)
        house.deliver()

    assert overseen(house)[0][0] == "withdrawn"
    assert overseen(house)[0][3]


def test_words_that_take_a_delete_back_go_to_the_complaint_and_keep_both(house: House) -> None:
    team_case = a_case(house)
    case_id = a_complaint(house)
    a_confirmed_delete(house)

    house.say(WORKER, MORE)

    assert page(house, case_id).state == page(house, team_case, "asha").state
    assert page(house, case_id).state != "withdrawn"
    assert said(house, case_id)[-1] == MORE
    assert MORE not in said(house, team_case, "asha")


def test_words_that_take_back_a_delete_of_a_complaint_of_long_ago_are_a_new_one(
    house: House,
) -> None:
    case_id = a_complaint(house)
    close(house, case_id)
    house.wait(days=91)
    a_confirmed_delete(house)

    house.say(WORKER, MORE)

    assert page(house, case_id).state == "closed"
    (other,) = set(complaints(house)) - {case_id}
    assert said(house, other) == [MORE]
    assert lines(house, "asha") == []


def test_a_complaint_that_was_erased_before_keeps_no_number(
    house: House, thief_of_house: Thief
) -> None:
    team_case = a_case(house)
    case_id = a_complaint(house)
    close(house, case_id)
    house.wait(days=301)
    desk = Desk(replace(house.console, retention=Policy(record=300)), house.phrases)
    desk.move(house.actor("sam"), case_id, "erase", "kept long enough")

    an_erased_case(house, team_case)

    assert thief_of_house.one("SELECT count(*) FROM contact").count == 0


def test_a_complaint_whose_key_somebody_took_away_leaves_no_word_to_the_team(
    house: House, thief_of_house: Thief
) -> None:
    a_case(house)
    case_id = a_complaint(house)
    thief_of_house.change("DELETE FROM key_pair WHERE holder_id = %(case)s", case=case_id)

    house.say(WORKER, MORE)

    (other,) = set(complaints(house)) - {case_id}
    assert said(house, other) == [MORE]
    assert len(lines(house, "asha")) == 1


def test_a_new_key_of_a_complaint_is_for_its_readers_alone(
    house: House, thief_of_house: Thief
) -> None:
    case_id = a_complaint(house)

    epochs.renew_case(house.console, house.actor("sam"), case_id)
    epochs.renew_team(house.console, house.actor("sam"))
    house.wait(seconds=6)
    house.say(WORKER, MORE)

    assert said(house, case_id, "maria") == [TOLD, MORE]
    readers = thief_of_house.rows(
        "SELECT DISTINCT reader_id FROM key_wrap WHERE holder_id = %(case)s", case=case_id
    )
    assert {row.reader_id for row in readers} == {house.actor(n).id for n in ("sam", "maria")}


def test_the_gateway_makes_no_key_for_a_handler(house: House, thief_of_house: Thief) -> None:
    case_id = a_complaint(house)

    wraps = thief_of_house.rows(
        "SELECT reader_id, reader_epoch FROM key_wrap WHERE holder_id = %(case)s", case=case_id
    )
    named = thief_of_house.rows("SELECT officer_id FROM case_reader")

    supervisors = {house.actor(login).id for login in ("sam", "maria")}
    assert {(row.reader_id, row.reader_epoch) for row in wraps} == {(s, 0) for s in supervisors}
    assert {row.officer_id for row in named} == supervisors


def test_a_desk_without_the_right_role_gets_nothing_done(house: House) -> None:
    case_id, desk = a_complaint(house), Desk(house.console, house.phrases)

    for act in (
        lambda: desk.answer(house.actor("asha"), case_id, "hello"),
        lambda: desk.note(house.actor("asha"), case_id, "hello"),
        lambda: desk.move(house.actor("asha"), case_id, "take_up", ""),
        lambda: telling.tell_worker(house.console, house.actor("asha"), case_id, "x"),
    ):
        with pytest.raises(NotFound):
            act()


def has_come_to(house: House, case_id: UUID, state: str) -> None:
    """Bring a case there, as people and the worker would."""
    sam = house.actor("sam")
    moves = {
        "in_progress": ["take_up"],
        "referred": ["take_up", "refer"],
        "remedy_reported": ["take_up", "report_remedy"],
        "confirmed": ["take_up", "report_remedy"],
        "closed": ["take_up", "close_unconfirmed"],
        "out_of_scope": ["set_aside"],
    }
    for move in moves.get(state, []):
        house.desk.move(sam, case_id, move, "as it came")
    if state == "out_of_scope":
        house.desk.move(house.actor("maria"), case_id, "set_aside", "I think so, too")
    if state == "confirmed":
        house.say(WORKER, "1")
        house.say(WORKER, "4")
    if state == "withdrawn":
        a_confirmed_delete(house)
    assert page(house, case_id).state == state


STATES = (
    "awaiting_review",
    "in_progress",
    "referred",
    "remedy_reported",
    "confirmed",
    "closed",
    "out_of_scope",
    "withdrawn",
)


@pytest.mark.parametrize("state", STATES)
def test_whatever_state_the_teams_case_is_in_a_complaint_stands_beside_it(
    house: House, state: str
) -> None:
    team_case = a_case(house, consent="4")
    before = page(house, team_case).state
    has_come_to(house, team_case, state)
    words = said(house, team_case, "asha")

    case_id = a_complaint(house)

    assert said(house, case_id) == [TOLD]
    assert said(house, team_case, "asha") == words
    assert page(house, team_case).state == (before if state == "withdrawn" else state)


@pytest.mark.parametrize("state", STATES)
def test_in_every_state_of_a_complaint_what_follows_is_for_supervisors_alone(
    house: House, state: str
) -> None:
    house.say(WORKER, TOLD)
    (case_id,) = complaints(house)
    for text in ("1", "they cut pay if we ask", "4"):
        house.say(WORKER, text)
    has_come_to(house, case_id, state)

    house.say(WORKER, MORE)

    assert said(house, case_id)[-1] == MORE
    assert lines(house, "asha") == []
    assert complaints(house) == [case_id]


@pytest.mark.parametrize("before", ["STOP", "DELETE", "STATUS", "HELP"])
def test_whatever_was_said_before_a_complaint_is_heard(house: House, before: str) -> None:
    a_case(house)
    house.say(WORKER, before)

    case_id = a_complaint(house)

    assert said(house, case_id) == [TOLD]
