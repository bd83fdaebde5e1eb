"""A worker's access request: everything of theirs is told, nobody else's name, and it is noted."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from tests.builders import REPORT, WORKER, a_case, a_released_issue
from tests.house import House
from tests.security.thief import Thief
from workervoice.errors import Forbidden, GuardFailed, NotFound
from workervoice.hotline import restricting
from workervoice.hotline.casepage import case_page
from workervoice.hotline.telling import tell_worker
from workervoice.message import Priority

HOW = "wrote from the same number and named the day of the first report"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def test_everything_that_is_stored_is_told(house: House) -> None:
    case_id = a_case(house)
    asha, sam = house.actor("asha"), house.actor("sam")
    house.desk.answer(asha, case_id, "We look into it.")
    house.desk.note(sam, case_id, "Ask about the agent")
    house.desk.assess(asha, case_id, "deception", "overruled", "an agent, not the employer")
    a_released_issue(house, case_id)

    told = tell_worker(house.console, sam, case_id, HOW)

    for each in (
        REPORT,
        "they cut pay if we ask",
        "We look into it.",
        "Ask about the agent",
        "an agent, not the employer",
        "Riverside Garments",
        "You agreed that we tell: buyers",
        "went to: Northwind Apparel",
        "Identity papers kept",
        "REPORT OF 2026-11-22",
        "This is all that",
        "Deception: Overruled",
        "while the matter is open",
    ):
        assert each in told, each


def test_it_is_in_words_and_has_no_codes_and_no_marks(house: House) -> None:
    case_id = a_case(house, report="They hit us and pay late. We work at RIVER")
    house.desk.set_priority(house.actor("asha"), case_id, Priority.P1, "somebody was hit")

    told = tell_worker(house.console, house.actor("asha"), case_id, HOW)

    assert "You said: physical violence" in told
    assert "How urgent: Most serious" in told
    assert not re.search(r"[#>*]|FL_|\bP[0-4]\b|\b[ABCPX]_\w|\w_\w", told), told


def test_what_cannot_be_read_is_counted(house: House, thief_of_own: Thief) -> None:
    case_id = a_case(house)
    thief_of_own.change("DELETE FROM message WHERE ordinal = 2")
    thief_of_own.change("UPDATE message SET words = signature WHERE ordinal = 1")

    told = tell_worker(house.console, house.actor("asha"), case_id, HOW)

    assert "This is all" not in told
    assert re.search(r"\d+ entries cannot be read any more", told)


def a_case_after_a_restricted_one(house: House) -> UUID:
    """Of the same worker, whose first report one person alone may open."""
    older, sam = a_case(house, report="Agent took a fee of 900. RIVER"), house.actor("sam")
    house.desk.move(sam, older, "take_up", "")
    house.desk.move(sam, older, "close_unconfirmed", "went home")
    house.wait(days=91)
    newer = a_case(house)
    restricting.restrict(house.console, sam, older, {sam.id}, "for one person")
    return newer


def test_a_report_that_only_named_people_may_open_is_counted(house: House) -> None:
    newer = a_case_after_a_restricted_one(house)

    told = tell_worker(house.console, house.actor("maria"), newer, HOW)

    assert "1 report of yours can be opened by a few named people only" in told
    assert "Agent took a fee" not in told


def test_a_handlers_paper_says_the_same_whether_or_not_there_is_such_a_report(
    house: House,
) -> None:
    plain, asha = a_case(house, number="+15550100654"), house.actor("asha")
    other = tell_worker(house.console, asha, plain, HOW).partition("REPORT OF")[0]
    newer = a_case_after_a_restricted_one(house)

    told = tell_worker(house.console, house.actor("asha"), newer, HOW).partition("REPORT OF")[0]

    assert "something that only a few people here may read" in told
    assert told == other


def test_no_number_and_no_name_of_the_hotlines_people_stands_in_it(house: House) -> None:
    case_id = a_case(house)
    house.desk.note(house.actor("sam"), case_id, "Ask about the agent")

    told = tell_worker(house.console, house.actor("asha"), case_id, HOW)

    assert WORKER not in told
    assert not {"Asha", "Sam", "handler", "supervisor"} & set(told.replace(",", " ").split())


def test_an_older_report_of_the_same_worker_is_told_too(house: House) -> None:
    older = a_case(house, report="Agent took a fee of 900. RIVER")
    house.desk.move(house.actor("sam"), older, "take_up", "")
    house.desk.move(house.actor("sam"), older, "close_unconfirmed", "went home")
    house.wait(days=91)
    newer = a_case(house)

    told = tell_worker(house.console, house.actor("asha"), newer, HOW)

    assert told.count("REPORT OF ") == 2
    assert "Agent took a fee of 900" in told
    assert "until 2029-11-22" in told
    assert REPORT in told


def test_it_is_noted_in_the_thread_and_in_the_log(house: House) -> None:
    case_id = a_case(house)

    tell_worker(house.console, house.actor("asha"), case_id, HOW)

    last = case_page(house.console, house.actor("sam"), case_id).thread[-1]
    assert HOW in "".join(text for text, _, _ in last.passages)
    (leaf,) = house.leaves("access_given")
    assert (leaf["object"], leaf["actor"]) == (str(case_id), str(house.actor("asha").id))
    assert HOW not in str(leaf)


def test_nobody_tells_without_saying_how_they_know_who_asks(house: House) -> None:
    case_id = a_case(house)

    with pytest.raises(GuardFailed):
        tell_worker(house.console, house.actor("asha"), case_id, " ")

    assert house.leaves("access_given") == []


@pytest.mark.parametrize("login", ["nora", "mina"])
def test_nobody_but_the_cases_team_can_tell(house: House, login: str) -> None:
    case_id = a_case(house)

    with pytest.raises((NotFound, Forbidden)):
        tell_worker(house.console, house.actor(login), case_id, HOW)
