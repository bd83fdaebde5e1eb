"""The ILO items, and the rule over them: facts become a grade and a priority.

Items, grades and the zero-tolerance table are data (`ilo-2012.yaml`, and what `ilo-2025.yaml`
changes); only the shape of the rule is code (`domain.md` 2.4 and 3.4). Knows no text. A grade says
how reported facts stand to a survey rule; it is never a finding.

A case is judged by the rule of its day and names it: the same facts and rule give the same grade.
"""

from __future__ import annotations

from dataclasses import dataclass

from workervoice.message import Answer, Facts, Grade, Priority
from workervoice.triage.iloitems import ITEMS, MEDIUM, RULES, STRONG, Item

INVOLUNTARY, PENALTY = "I", "P"
DEFAULT = "ilo-2012"
VERSION = RULES[DEFAULT].version
HIGHEST = frozenset({Priority.P0, Priority.P1, Priority.P1S})
_ORDER = tuple(Priority)

__all__ = [
    "DEFAULT",
    "HIGHEST",
    "ITEMS",
    "MEDIUM",
    "RULES",
    "STRONG",
    "VERSION",
    "Assessment",
    "Item",
]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A judgement by the rule of one version."""

    grade: Grade
    priority: Priority
    rule: str


def reported(facts: Facts) -> frozenset[str]:
    """Every item code that is reported, the two flags among them."""
    codes = {code for code, answer in facts.items.items() if answer is Answer.REPORTED}
    flags = (("child", facts.child), ("imminent_danger", facts.imminent_danger))
    return frozenset(codes | {name for name, raised in flags if raised})


def grade(facts: Facts, rule: str = DEFAULT) -> Grade:
    """The first row of domain.md 2.4 that holds; any penalty combines with any dimension."""
    graded = RULES[rule].graded(reported(facts))
    involuntary = [item for item in graded if item.side == INVOLUNTARY]
    penalty = [item for item in graded if item.side == PENALTY]
    strong = [item for item in graded if item.grade == STRONG]
    if involuntary and penalty and strong:
        return Grade.FL_POSITIVE
    if involuntary and penalty:
        return Grade.FL_LIKELY
    if any(
        len(facts.indicators - {item.indicator}) >= 2 for item in penalty if item.grade == STRONG
    ):
        return Grade.FL_LIKELY
    if strong:
        return Grade.FL_ONE_SIDED_STRONG
    if involuntary or penalty or facts.indicators:
        return Grade.FL_POSSIBLE
    return Grade.FL_NONE


def assess(facts: Facts, rule: str = DEFAULT) -> Assessment:
    """Grade and priority. The priority is the higher of the rule's and of zero tolerance."""
    by, codes = RULES[rule], reported(facts)
    found = grade(facts, rule)
    claims = [by.priority_of[found]]
    claims += [priority for priority, listed in by.zero_tolerance if codes & listed]
    priority = min(claims, key=_ORDER.index)
    if priority is Priority.P1 and Priority.P1S in claims:
        priority = Priority.P1S  # as urgent as P1, but on a route without government
    if codes == {"X_question"}:
        priority = Priority.P4
    return Assessment(found, priority, by.version)


def is_grave(facts: Facts, rule: str = DEFAULT) -> bool:
    """Whether danger, a child, a strong item or anything of the highest priorities is reported."""
    strong = any(item.grade == STRONG for item in RULES[rule].graded(reported(facts)))
    highest = assess(facts, rule).priority in HIGHEST
    return facts.imminent_danger or facts.child or strong or highest


def reasons(facts: Facts, rule: str = DEFAULT) -> tuple[str, ...]:
    """What the priority rests on: the items whose row of the zero-tolerance table asks for it, and
    the grade, where the grade alone would."""
    by, judged, codes = RULES[rule], assess(facts, rule), reported(facts)
    listed = {
        code for level, row in by.zero_tolerance if level is judged.priority for code in codes & row
    }
    is_by_grade = by.priority_of[judged.grade] is judged.priority
    return (*sorted(listed), *([judged.grade.value] if is_by_grade else []))


def missing(facts: Facts, rule: str = DEFAULT) -> str | None:
    """The one question that the rule misses most, or None if it misses nothing.

    One of penalty, recruitment, leave, documents, movement, debt, age.
    """
    by = RULES[rule]
    graded = by.graded(reported(facts))
    sides = {item.side for item in graded}
    if grade(facts, rule) is Grade.FL_POSITIVE:
        wanted = ["age"]
    elif INVOLUNTARY in sides and (PENALTY, STRONG) not in {(i.side, i.grade) for i in graded}:
        wanted = ["penalty", "documents", "movement", "leave", "age"]
    elif PENALTY in sides:
        wanted = ["leave", "movement", "recruitment", "debt", "age"]
    else:
        wanted = [*by.suggested(facts.indicators), "penalty", "leave", "age"]
    answered = {key for key, answers in by.questions if answers & set(facts.items)}
    if facts.child:
        answered.add("age")
    return next((key for key in wanted if key not in answered), None)
