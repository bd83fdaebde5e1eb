"""Verdicts on indicators: what a person overruled lifts nothing and goes to nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
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
from workervoice.hotline.judging import after_verdict
from workervoice.hotline.overview import queue
from workervoice.hotline.records import CaseRecord
from workervoice.hotline.sidebyside import Said, judged
from workervoice.hotline.verdicts import Verdict
from workervoice.message import INDICATORS, Grade, Priority
from workervoice.triage.ilo import VERSION
from workervoice.triage.opinion import Opinion

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

    (both,) = page_of(house, case_id).judged
    assert both.machine == "read"
    assert [read.item for read in both.reads] == ["P_documents"]
    assert both.by_people == (Said("overruled", "a copy only", "Asha, handler", house.now),)
    assert (both.counts, both.again) == (False, False)


def test_the_machines_side_and_the_persons_stand_after_later_texts(house: House) -> None:
    case_id = a_report(house)
    judge(house, case_id, DOCUMENTS, "overruled", "a copy only")

    house.say(WORKER, "now they took our passports, all of them")

    page = page_of(house, case_id)
    (both,) = page.judged
    assert (both.machine, both.counts, both.again) == ("read", True, True)
    assert [said.verdict for said in both.by_people] == ["overruled"]
    assert page.record.verdicts == {DOCUMENTS: Verdict("overruled", read=True)}


def test_a_verdict_says_whether_packs_had_read_it_until_then(house: House) -> None:
    case_id = a_report(house, "hello, I have a question")
    judge(house, case_id, DOCUMENTS, "added", "told by telephone")

    house.say(WORKER, "they took our passports, all of them")

    page = page_of(house, case_id)
    assert page.record.read == {DOCUMENTS}
    assert page.record.verdicts == {DOCUMENTS: Verdict("added", read=False)}
    assert page.record.judged_by == f"{VERSION} set-{house.engine.set}"


def test_what_was_answered_to_a_question_was_read_by_no_pack(house: House) -> None:
    record = page_of(house, a_report(house)).record
    facts = replace(record.facts, indicators=frozenset({DOCUMENTS, "isolation"}))

    told = judged(replace(record, facts=facts), [], [], {})

    assert {each.indicator: each.machine for each in told} == {
        DOCUMENTS: "read",
        "isolation": "answered",
    }


def test_what_is_judged_does_not_change_the_size_of_the_record(house: House) -> None:
    record = page_of(house, a_report(house)).record
    told = [code for code in INDICATORS if code not in record.added]

    def size(of: CaseRecord) -> int:
        return len(json.dumps([of.to_json()[name] for name in ("read", "verdicts")]))

    said = record
    for code in told:
        said = after_verdict(said, code, "confirmed")

    assert size(said) == size(record)
    assert CaseRecord.from_json(said.to_json()) == said


class Model:
    """A model that always thinks the same."""

    def __init__(self, **likely: float) -> None:
        self.likely = likely

    def of(self, text: str, language: str) -> Opinion:
        return Opinion("toy 1", self.likely)


@pytest.fixture
def asked(house: House) -> Iterator[Callable[[Model], None]]:
    """Lets a model give its opinion on what is written from now on."""
    before = house.reception

    def ask(model: Model) -> None:
        house.reception = replace(before, second=model)

    yield ask
    house.reception = before


@pytest.mark.parametrize(
    ("likely", "priority", "shown"),
    [
        ({"isolation": 0.9}, Priority.P1, [(("isolation",), True)]),
        ({"isolation": 0.2}, Priority.P2, [((), False)]),
        ({DOCUMENTS: 0.9}, Priority.P2, [((), False)]),
    ],
    ids=["suggests", "is not sure", "says what was read"],
)
def test_a_second_opinion_is_shown_with_what_it_did(
    house: House,
    asked: Callable[[Model], None],
    likely: dict[str, float],
    priority: Priority,
    shown: list[tuple[tuple[str, ...], bool]],
) -> None:
    asked(Model(**likely))

    page = page_of(house, a_report(house))

    assert page.record.priority is priority
    assert [(each.suggests, each.raised) for each in page.seconds] == shown
    assert page.record.standing().indicators == {DOCUMENTS}


def test_a_second_opinion_that_changed_nothing_does_not_claim_to_have(
    house: House, asked: Callable[[Model], None]
) -> None:
    case_id = a_report(house)
    house.desk.set_priority(house.actor("asha"), case_id, Priority.P1, "her voice")
    asked(Model(isolation=0.9))

    house.say(WORKER, "thank you for reading this")

    assert [each.raised for each in page_of(house, case_id).seconds] == [False]
    assert standing(house, case_id)[1] is Priority.P1
