"""Referring: with the worker's yes for authorities, or a supervisor's recorded override."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.builders import WORKER, a_case
from tests.house import House
from workervoice.errors import Forbidden, GuardFailed, ReasonMissing
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.workflow.consent import Override

DANGER = "supervisor beat a boy here and locked the door, blood. RIVER"
WHY = "the labour inspectorate can be there tonight"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def taken_up(house: House, **more: str) -> UUID:
    case_id = a_case(house, **more)
    house.desk.move(house.actor("asha"), case_id, "take_up", "")
    return case_id


def page_of(house: House, case_id: UUID, login: str = "asha") -> CasePage:
    return case_page(house.console, house.actor(login), case_id)


def override(house: House, ground: str = "imminent_danger", login: str = "sam") -> Override:
    return Override(house.actor(login).id, WHY, ground)  # type: ignore[arg-type]


@pytest.mark.parametrize("consent", ["4", "5", "7"])
def test_with_the_workers_yes_for_authorities_a_handler_refers(house: House, consent: str) -> None:
    case_id = taken_up(house, consent=consent)

    done = house.desk.move(house.actor("asha"), case_id, "refer", WHY)

    assert done == "referred"
    assert page_of(house, case_id).record.disclosed


@pytest.mark.parametrize("consent", ["0", "1", "2", "3"])
def test_without_it_nobody_refers_by_a_reason_alone(house: House, consent: str) -> None:
    case_id = taken_up(house, consent=consent, report=DANGER)

    for login in ("asha", "sam"):
        with pytest.raises(GuardFailed):
            house.desk.move(house.actor(login), case_id, "refer", WHY)

    page = page_of(house, case_id)
    assert (page.state, page.record.disclosed) == ("in_progress", False)


def test_a_supervisor_overrides_where_danger_is_reported_and_it_is_recorded(house: House) -> None:
    case_id = taken_up(house, consent="0", report=DANGER)

    done = house.desk.move(house.actor("sam"), case_id, "refer", WHY, override(house))

    page = page_of(house, case_id)
    assert (done, page.record.disclosed) == ("referred", True)
    assert (page.thread[-1].by, page.thread[-1].move) == ("Sam, supervisor", "refer")
    assert page.thread[-1].override == ("imminent_danger", WHY)


def test_a_handler_overrides_nothing_nor_does_a_supervisor_in_anothers_name(house: House) -> None:
    case_id = taken_up(house, consent="0", report=DANGER)

    for login, named in (("asha", "asha"), ("asha", "sam"), ("sam", "maria")):
        with pytest.raises(Forbidden):
            house.desk.move(house.actor(login), case_id, "refer", WHY, override(house, login=named))

    assert page_of(house, case_id).state == "in_progress"


def test_an_override_needs_its_ground_in_the_report_and_a_reason(house: House) -> None:
    calm, sam = taken_up(house, consent="0"), house.actor("sam")
    grave = taken_up(house, consent="0", report=DANGER, number="+15550100778")

    with pytest.raises(GuardFailed):
        house.desk.move(sam, calm, "refer", WHY, override(house))
    with pytest.raises((GuardFailed, ReasonMissing)):
        house.desk.move(sam, grave, "refer", " ", Override(sam.id, " ", "imminent_danger"))
    with pytest.raises(GuardFailed):
        house.desk.move(sam, grave, "refer", WHY, override(house, "convenience"))

    assert {page_of(house, each).state for each in (calm, grave)} == {"in_progress"}


def test_only_who_may_refer_is_shown_the_way(house: House) -> None:
    calm = taken_up(house, consent="0")
    grave = taken_up(house, consent="0", report=DANGER, number="+15550100778")

    shown = {
        (case_id, login): "refer" in {m.name for m in page_of(house, case_id, login).moves}
        for case_id in (calm, grave)
        for login in ("asha", "sam")
    }

    assert shown == {
        (calm, "asha"): False,
        (calm, "sam"): False,
        (grave, "asha"): False,
        (grave, "sam"): True,
    }
    assert "imminent_danger" in page_of(house, grave, "sam").may_override
    assert page_of(house, grave, "asha").may_override == ()


def test_an_override_is_no_way_around_any_other_guard(house: House) -> None:
    case_id = taken_up(house, consent="0", report=DANGER)

    with pytest.raises(GuardFailed):
        house.desk.move(house.actor("sam"), case_id, "report_remedy", " ", override(house))

    page = page_of(house, case_id)
    assert page.proposals == frozenset()
    assert all(said.override == ("", "") for said in page.thread)


def test_while_a_delete_waits_for_its_digit_nothing_is_referred(house: House) -> None:
    case_id = taken_up(house, consent="7", report=DANGER)
    house.say(WORKER, "DELETE")

    for login, given in (("asha", None), ("sam", override(house))):
        with pytest.raises(GuardFailed):
            house.desk.move(house.actor(login), case_id, "refer", WHY, given)

    assert page_of(house, case_id).state == "in_progress"
