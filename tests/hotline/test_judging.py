"""Verdicts on indicators: what a person overruled lifts nothing and goes to nobody."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from tests.builders import WORKER, a_case, a_packet
from tests.house import House
from workervoice.errors import GuardFailed
from workervoice.hotline import disclosing, releasing
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.disclosing import OVERRULED
from workervoice.hotline.issuepage import issue_page
from workervoice.hotline.overview import queue
from workervoice.message import Grade, Priority

DOCUMENTS = "retention_of_identity_documents"
ONE = "Boss took our passports and not give back. RIVER"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def a_report(house: House, text: str = ONE) -> UUID:
    """One text, and nothing asked or answered after it."""
    house.say(WORKER, text)
    (line,) = queue(house.console, house.actor("asha"))
    return line.id


def page_of(house: House, case_id: UUID) -> CasePage:
    return case_page(house.console, house.actor("asha"), case_id)


def judge(house: House, case_id: UUID, indicator: str, verdict: str, why: str = "asked") -> None:
    house.desk.assess(house.actor("asha"), case_id, indicator, verdict, why)


def standing(house: House, case_id: UUID) -> tuple[Grade, Priority]:
    record = page_of(house, case_id).record
    return record.grade, record.priority


def test_an_overruled_indicator_lifts_neither_grade_nor_priority(house: House) -> None:
    case_id = a_report(house)
    before = standing(house, case_id)

    judge(house, case_id, DOCUMENTS, "overruled", "a copy only, they have theirs")

    page = page_of(house, case_id)
    (line,) = queue(house.console, house.actor("asha"))
    assert before == (Grade.FL_ONE_SIDED_STRONG, Priority.P2)
    assert standing(house, case_id) == (Grade.FL_NONE, Priority.P3)
    assert page.record.facts.indicators == {DOCUMENTS}  # what was read stays as it was read
    assert page.record.standing().indicators == set()
    assert (line.record.indicators, line.record.priority) == (frozenset(), Priority.P3)


def test_a_text_about_something_else_does_not_lift_it_again(house: House) -> None:
    case_id = a_report(house)
    judge(house, case_id, DOCUMENTS, "overruled")

    house.say(WORKER, "thank you for reading this")

    assert standing(house, case_id) == (Grade.FL_NONE, Priority.P3)


def test_a_text_that_reports_it_again_does(house: House) -> None:
    """The verdict was about what had been written until then."""
    case_id = a_report(house)
    judge(house, case_id, DOCUMENTS, "overruled")

    house.say(WORKER, "now they took our passports, all of them")

    assert standing(house, case_id)[1] is Priority.P2
    assert page_of(house, case_id).record.standing().indicators >= {DOCUMENTS}


def test_confirming_it_after_all_makes_it_stand_again(house: House) -> None:
    case_id = a_report(house)
    before = standing(house, case_id)

    for verdict in ("overruled", "confirmed"):
        judge(house, case_id, DOCUMENTS, verdict)

    assert standing(house, case_id) == before


def test_an_added_indicator_counts_and_can_be_overruled_again(house: House) -> None:
    case_id = a_report(house, "hello, I have a question")
    before = standing(house, case_id)
    judge(house, case_id, "debt_bondage", "added", "told by telephone")
    added = standing(house, case_id)[0]
    judge(house, case_id, "debt_bondage", "overruled", "another person's")

    assert added is Grade.FL_POSSIBLE
    assert standing(house, case_id) == before


def test_a_priority_that_a_person_set_is_not_lowered_by_a_verdict(house: House) -> None:
    case_id = a_report(house)
    house.desk.set_priority(house.actor("asha"), case_id, Priority.P1, "her voice")

    judge(house, case_id, DOCUMENTS, "overruled")

    assert standing(house, case_id) == (Grade.FL_NONE, Priority.P1)


def test_overruling_danger_does_not_let_one_person_set_the_case_aside(house: House) -> None:
    case_id = a_report(house, "supervisor beat a boy here and locked the door, blood. RIVER")
    for indicator in page_of(house, case_id).record.facts.indicators:
        judge(house, case_id, indicator, "overruled", "he says so")

    for _ in range(2):
        done = house.desk.move(house.actor("asha"), case_id, "set_aside", "not for us")

    assert done == "proposed"


def test_an_overruled_indicator_in_a_packet_stands_in_the_way_of_approval(house: House) -> None:
    case_id, asha = a_case(house), house.actor("asha")
    judge(house, case_id, DOCUMENTS, "overruled")
    issue_id = disclosing.draft(house.console, asha, case_id, a_packet())

    with pytest.raises(GuardFailed):
        disclosing.approve(house.console, asha, issue_id)

    page = issue_page(house.console, asha, issue_id)
    assert (page.state, page.problems) == ("draft", (OVERRULED,))
    another = replace(a_packet(), indicators=("deception",))
    disclosing.redraft(house.console, asha, issue_id, another)
    disclosing.approve(house.console, asha, issue_id)


def test_nor_is_a_packet_released_that_was_approved_before_the_verdict(house: House) -> None:
    case_id, asha = a_case(house), house.actor("asha")
    issue_id = disclosing.draft(house.console, asha, case_id, a_packet())
    disclosing.approve(house.console, asha, issue_id)
    judge(house, case_id, DOCUMENTS, "overruled")

    with pytest.raises(GuardFailed):
        releasing.release(house.console, house.actor("sam"), issue_id)

    assert issue_page(house.console, asha, issue_id).state == "approved"


def test_a_verdict_is_kept_beside_the_machines_own_judgement(house: House) -> None:
    case_id = a_report(house)

    judge(house, case_id, DOCUMENTS, "overruled", "a copy only")

    (judged,) = page_of(house, case_id).judged
    assert judged.by_machine
    assert judged.by_people == (("overruled", "a copy only", "Asha, handler"),)
