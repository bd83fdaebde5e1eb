"""Tests of the rule: grades, priorities and the question to ask, from facts alone."""

from __future__ import annotations

import pytest

from workervoice.message import INDICATORS, Answer, Facts, Grade, Priority
from workervoice.triage import ilo
from workervoice.triage.facts import indicators_of


def facts(*codes: str, child: bool = False, danger: bool = False, denied: str = "") -> Facts:
    items = dict.fromkeys(codes, Answer.REPORTED) | dict.fromkeys(denied.split(), Answer.DENIED)
    return Facts(items=items, indicators=indicators_of(items), child=child, imminent_danger=danger)


@pytest.mark.parametrize(
    ("codes", "grade", "priority"),
    [
        ("A_deception_nature P_documents", "FL_POSITIVE", "P1"),
        ("P_documents", "FL_ONE_SIDED_STRONG", "P2"),
        ("A_deception_conditions P_fines X_threat", "FL_LIKELY", "P2"),
        ("B_forced_overtime P_wages", "FL_POSITIVE", "P1"),
        ("A_recruitment_debt C_no_resignation", "FL_ONE_SIDED_STRONG", "P2"),
        ("B_degrading_living C_no_resignation P_fines", "FL_POSITIVE", "P1"),
        ("P_sexual_violence P_dismissal", "FL_ONE_SIDED_STRONG", "P1"),
        ("A_coercive_recruitment P_fines state_imposed", "FL_POSITIVE", "P1s"),
        ("A_deception_conditions P_documents", "FL_POSITIVE", "P1"),
        ("C_training_bond P_fines", "FL_POSITIVE", "P1"),
        ("B_multiple_dependency P_dismissal", "FL_LIKELY", "P2"),
        ("P_documents X_long_hours X_bad_food", "FL_LIKELY", "P2"),
        ("P_documents X_long_hours", "FL_ONE_SIDED_STRONG", "P2"),
        ("X_long_hours", "FL_POSSIBLE", "P3"),
        ("X_long_hours X_bad_food X_no_papers X_debt", "FL_POSSIBLE", "P3"),
        ("P_dismissal", "FL_POSSIBLE", "P3"),
        ("B_illicit_activities", "FL_POSSIBLE", "P3"),
        ("retaliation", "FL_POSSIBLE", "P1"),
        ("hotline_complaint", "FL_NONE", "P1"),
        ("X_ordinary", "FL_NONE", "P3"),
        ("X_question", "FL_NONE", "P4"),
        ("X_question X_long_hours", "FL_POSSIBLE", "P3"),
        ("X_question X_ordinary", "FL_NONE", "P3"),
        ("", "FL_NONE", "P3"),
    ],
)
def test_items_have_the_grade_and_priority_of_the_table(
    codes: str, grade: str, priority: str
) -> None:
    judged = ilo.assess(facts(*codes.split()))

    assert (judged.grade, judged.priority) == (Grade(grade), Priority(priority))


@pytest.mark.parametrize(
    ("child", "danger", "codes", "priority"),
    [
        (True, False, "", "P1"),
        (False, True, "", "P0"),
        (True, True, "state_imposed", "P0"),
        (True, False, "state_imposed", "P1s"),
        (False, True, "X_question", "P0"),
    ],
)
def test_flags_raise_the_priority_and_never_the_grade(
    child: bool, danger: bool, codes: str, priority: str
) -> None:
    judged = ilo.assess(facts(*codes.split(), child=child, danger=danger))

    assert (judged.grade, judged.priority) == (Grade.FL_NONE, Priority(priority))


def test_what_is_denied_gives_no_grade() -> None:
    judged = ilo.assess(facts(denied="P_documents A_deception_nature"))

    assert (judged.grade, judged.priority) == (Grade.FL_NONE, Priority.P3)


def test_more_facts_never_lower_the_priority_or_the_grade() -> None:
    grades, priorities = list(Grade), list(Priority)
    codes = [code for code in ilo.ITEMS if code not in {"X_question", "state_imposed"}]

    for first in codes:
        alone = ilo.assess(facts(first))
        for second in codes:
            both = ilo.assess(facts(first, second))
            assert grades.index(both.grade) <= grades.index(alone.grade)
            assert priorities.index(both.priority) <= priorities.index(alone.priority)


@pytest.mark.parametrize(
    ("known", "question"),
    [
        (facts("A_deception_nature"), "penalty"),
        (facts("B_degrading_living", denied="P_dismissal"), "documents"),
        (facts("P_documents"), "leave"),
        (facts("P_documents", denied="C_no_resignation"), "movement"),
        (facts("P_dismissal", denied="C_no_resignation P_locked A_deception_nature"), "debt"),
        (facts("X_documents"), "documents"),
        (facts("X_no_exit"), "movement"),
        (facts("X_promise_broken"), "recruitment"),
        (facts("X_debt"), "debt"),
        (facts("X_long_hours"), "penalty"),
        (facts(), "penalty"),
        (facts("A_sale", "P_documents"), "age"),
        (facts("A_sale", "P_documents", child=True), None),
        (facts("A_sale", "P_documents", denied="child"), None),
    ],
)
def test_the_question_asked_is_the_one_the_rule_misses(known: Facts, question: str | None) -> None:
    assert ilo.missing(known) == question


def test_every_item_of_the_survey_list_is_there_with_its_side() -> None:
    sides = {"A": "I", "B": "I", "C": "I", "P": "P", "X": "X", "F": "F"}

    graded = [item for item in ilo.ITEMS.values() if item.grade]

    assert all(item.side == sides[item.dimension] for item in ilo.ITEMS.values())
    assert [sum(i.dimension == d for i in graded) for d in "ABC"] == [7, 11, 4]
    assert sum(i.dimension == "P" for i in graded) == 23
    assert {item.indicator for item in ilo.ITEMS.values()} - {None} == set(INDICATORS)
    assert not any(item.grade for item in ilo.ITEMS.values() if item.code.startswith("X_"))


@pytest.mark.parametrize(
    ("codes", "reasons"),
    [
        ("possible_distress", ("possible_distress",)),
        ("possible_distress child", ("child", "possible_distress")),
        ("possible_distress imminent_danger", ("imminent_danger",)),
        ("P_wages", ("P_wages", "FL_ONE_SIDED_STRONG")),
        ("X_bad_food", ("FL_POSSIBLE",)),
    ],
)
def test_a_priority_names_what_it_rests_on(codes: str, reasons: tuple[str, ...]) -> None:
    assert ilo.reasons(facts(*codes.split())) == reasons


@pytest.mark.parametrize(
    ("codes", "before", "after"),
    [
        ("B_degrading_living", "FL_ONE_SIDED_STRONG", "FL_POSSIBLE"),
        ("B_degrading_living C_no_resignation", "FL_ONE_SIDED_STRONG", "FL_ONE_SIDED_STRONG"),
        ("X_tied_visa P_dismissal", "FL_POSSIBLE", "FL_LIKELY"),
        ("X_tied_visa P_documents", "FL_ONE_SIDED_STRONG", "FL_POSITIVE"),
        ("X_promise_broken X_deductions", "FL_POSSIBLE", "FL_LIKELY"),
        ("recruitment_fees", "FL_POSSIBLE", "FL_POSSIBLE"),
        ("P_documents B_forced_overtime", "FL_POSITIVE", "FL_POSITIVE"),
    ],
)
def test_each_version_of_the_rule_grades_by_its_own_tables(
    codes: str, before: str, after: str
) -> None:
    known = facts(*codes.split())

    judged = [ilo.assess(known, rule) for rule in ("ilo-2012", "ilo-2025")]

    assert [each.grade for each in judged] == [Grade(before), Grade(after)]
    assert [each.rule.partition(".")[0] for each in judged] == ["ilo-2012", "ilo-2025"]


def test_every_version_knows_the_same_items_and_eleven_indicators() -> None:
    tables = [rule.items for rule in ilo.RULES.values()]

    for code, item in ilo.ITEMS.items():
        for table in tables:
            other = table[code]
            assert (other.indicator, other.protected, other.danger, other.dimension) == (
                *(item.indicator, item.protected, item.danger, item.dimension),
            )
