"""What no single person, no button pressed twice and no late click can bring about."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from tests.builders import WORKER, a_case, a_packet
from tests.house import House
from workervoice.errors import GuardFailed
from workervoice.hotline import buying, disclosing, releasing
from workervoice.hotline.casepage import case_page
from workervoice.message import Priority


def a_delete(house: House) -> None:
    asked = house.say(WORKER, "DELETE")[-1]
    house.say(WORKER, re.findall(r"send (\d)", asked)[0])


def state_of(house: House, case_id: UUID) -> str:
    return case_page(house.console, house.actor("asha"), case_id).state


def test_after_a_confirmed_delete_nothing_is_drafted_approved_or_released(house: House) -> None:
    case_id = a_case(house)
    issue_id = disclosing.draft(house.console, house.actor("asha"), case_id, a_packet())
    disclosing.approve(house.console, house.actor("asha"), issue_id)
    a_delete(house)

    with pytest.raises(GuardFailed):
        releasing.release(house.console, house.actor("sam"), issue_id)
    with pytest.raises(GuardFailed):
        disclosing.draft(house.console, house.actor("asha"), case_id, a_packet())

    assert buying.disclosure_lines(house.console, house.actor("nora")) == []


def test_while_delete_waits_for_its_digit_nothing_is_released(house: House) -> None:
    case_id = a_case(house)
    issue_id = disclosing.draft(house.console, house.actor("asha"), case_id, a_packet())
    disclosing.approve(house.console, house.actor("asha"), issue_id)
    house.say(WORKER, "DELETE")

    with pytest.raises(GuardFailed):
        releasing.release(house.console, house.actor("sam"), issue_id)


def test_a_lowered_priority_lets_no_single_person_set_danger_aside(house: House) -> None:
    case_id = a_case(house, report="supervisor beat a boy here and locked the door, blood. RIVER")
    house.desk.set_priority(house.actor("asha"), case_id, Priority.P4, "seems quiet now")

    for _ in range(2):
        done = house.desk.move(house.actor("asha"), case_id, "set_aside", "not for us")
        assert done == "proposed"

    assert state_of(house, case_id) != "out_of_scope"


def test_a_second_person_may_set_danger_aside(house: House) -> None:
    case_id = a_case(house, report="supervisor beat a boy here and locked the door, blood. RIVER")
    house.desk.move(house.actor("asha"), case_id, "set_aside", "a test by the trainer")

    assert house.desk.move(house.actor("ben"), case_id, "set_aside", "yes") == "out_of_scope"


def test_a_button_pressed_twice_answers_once(house: House) -> None:
    case_id = a_case(house)
    before = len(house.phones.texts(WORKER))

    for _ in range(3):
        house.desk.answer(house.actor("asha"), case_id, "We look into it.")
    house.deliver()

    assert len(house.phones.texts(WORKER)) == before + 1
    assert house.say(WORKER, "1") == ["We look into it."]


def test_a_priority_that_a_person_lowered_stays_until_something_new_is_said(house: House) -> None:
    case_id = a_case(house)
    house.desk.set_priority(house.actor("asha"), case_id, Priority.P3, "clarified by telephone")

    house.say(WORKER, "thank you for reading")
    page = case_page(house.console, house.actor("asha"), case_id)
    quiet = page.record.priority
    house.say(WORKER, "he beats us now, blood, door is locked")
    urgent = case_page(house.console, house.actor("asha"), case_id).record.priority

    assert quiet is Priority.P3
    assert urgent is Priority.P0


def test_a_recalled_issue_is_closed_to_its_buyers(house: House) -> None:
    case_id = a_case(house)
    issue_id = disclosing.draft(house.console, house.actor("asha"), case_id, a_packet())
    disclosing.approve(house.console, house.actor("asha"), issue_id)
    releasing.release(house.console, house.actor("sam"), issue_id)
    house.deliver()
    disclosing.move(house.console, house.actor("sam"), issue_id, "recall", "wrong site")

    done = disclosing.move(house.console, house.actor("maria"), issue_id, "recall", "agreed")

    assert done == "cancelled"
    states = {line.state for line in buying.disclosure_lines(house.console, house.actor("nora"))}
    assert states == {"revoked"}


def test_a_packet_that_was_sent_back_unchanged_can_be_approved_again(house: House) -> None:
    issue_id = disclosing.draft(house.console, house.actor("asha"), a_case(house), a_packet())
    disclosing.approve(house.console, house.actor("asha"), issue_id)
    disclosing.move(
        house.console, house.actor("ben"), issue_id, "send_back", "is it the right site"
    )

    disclosing.approve(house.console, house.actor("asha"), issue_id)
    releasing.release(house.console, house.actor("sam"), issue_id)

    assert len(buying.disclosure_lines(house.console, house.actor("nora"))) == 1
