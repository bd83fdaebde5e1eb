"""The ILO items, and the rule over them: facts become a grade and a priority.

Items, grades and the zero-tolerance table are data (`ilo-2012.yaml`); only the shape of the rule is
code (`domain.md` 2.4 and 3.4). Knows no text. A grade says how reported facts stand to a survey
rule; it is never a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from workervoice.message import INDICATORS, Answer, Facts, Grade, Priority

INVOLUNTARY, PENALTY, CONTEXT, FLAG = "I", "P", "X", "F"
STRONG, MEDIUM = "strong", "medium"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be reported. `dimension` is A, B, C, P, X (context) or F (flag)."""

    code: str
    dimension: str
    side: str
    grade: str | None
    indicator: str | None
    protected: bool = False  # violence, threats, child, danger: no safe phrase cancels it
    danger: bool = False  # reported, it means imminent danger too


@dataclass(frozen=True, slots=True)
class Assessment:
    """A judgement by the rule of one version."""

    grade: Grade
    priority: Priority
    rule: str


def _load() -> tuple[str, dict[str, Item], dict[str, Any]]:
    source = Path(__file__).with_name("ilo-2012.yaml")
    table = yaml.safe_load(source.read_text(encoding="utf-8"))
    items = {row["code"]: Item(**row) for row in table["items"]}
    stray = {i.indicator for i in items.values()} - set(INDICATORS) - {None}
    if stray:
        raise ValueError(f"{source.name}: unknown indicators {sorted(map(str, stray))}")
    return str(table["version"]), items, table


VERSION, _ITEMS, _TABLE = _load()
ITEMS: Mapping[str, Item] = MappingProxyType(_ITEMS)
_ORDER = tuple(Priority)
_ZERO_TOLERANCE: tuple[tuple[Priority, frozenset[str]], ...] = tuple(
    (Priority(name), frozenset(codes)) for name, codes in _TABLE["zero_tolerance"].items()
)
_BY_GRADE = {Grade(name): Priority(value) for name, value in _TABLE["priority_of_grade"].items()}
_QUESTIONS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (row["key"], frozenset(row["answered_by"])) for row in _TABLE["questions"]
)


def reported(facts: Facts) -> frozenset[str]:
    """Every item code that is reported, the two flags among them."""
    codes = {code for code, answer in facts.items.items() if answer is Answer.REPORTED}
    flags = (("child", facts.child), ("imminent_danger", facts.imminent_danger))
    return frozenset(codes | {name for name, raised in flags if raised})


def _graded(codes: frozenset[str], side: str, grade: str | None = None) -> list[Item]:
    items = [ITEMS[code] for code in codes if code in ITEMS]
    return [i for i in items if i.side == side and i.grade and grade in (None, i.grade)]


def grade(facts: Facts) -> Grade:
    """The first row of domain.md 2.4 that holds; any penalty combines with any dimension."""
    codes = reported(facts)
    involuntary, penalty = _graded(codes, INVOLUNTARY), _graded(codes, PENALTY)
    strong = [item for item in involuntary + penalty if item.grade == STRONG]
    if involuntary and penalty and strong:
        return Grade.FL_POSITIVE
    if involuntary and penalty:
        return Grade.FL_LIKELY
    if any(
        len(facts.indicators - {item.indicator}) >= 2 for item in _graded(codes, PENALTY, STRONG)
    ):
        return Grade.FL_LIKELY
    if strong:
        return Grade.FL_ONE_SIDED_STRONG
    if involuntary or penalty or facts.indicators:
        return Grade.FL_POSSIBLE
    return Grade.FL_NONE


def assess(facts: Facts) -> Assessment:
    """Grade and priority. The priority is the higher of the rule's and of zero tolerance."""
    codes = reported(facts)
    found = grade(facts)
    claims = [_BY_GRADE[found]]
    claims += [priority for priority, listed in _ZERO_TOLERANCE if codes & listed]
    priority = min(claims, key=_ORDER.index)
    if priority is Priority.P1 and Priority.P1S in claims:
        priority = Priority.P1S  # as urgent as P1, but on a route without government
    if codes == {"X_question"}:
        priority = Priority.P4
    return Assessment(found, priority, VERSION)


def reasons(facts: Facts) -> tuple[str, ...]:
    """What the priority rests on: the items whose row of the zero-tolerance table asks for it, and
    the grade, where the grade alone would."""
    priority, codes = assess(facts).priority, reported(facts)
    listed = {code for level, row in _ZERO_TOLERANCE if level is priority for code in codes & row}
    found = grade(facts)
    return (*sorted(listed), *([found.value] if _BY_GRADE[found] is priority else []))


def missing(facts: Facts) -> str | None:
    """The one question that the rule misses most, or None if it misses nothing.

    One of penalty, recruitment, leave, documents, movement, debt, age.
    """
    codes = reported(facts)
    if grade(facts) is Grade.FL_POSITIVE:
        wanted = ["age"]
    elif not _graded(codes, PENALTY, STRONG) and _graded(codes, INVOLUNTARY):
        wanted = ["penalty", "documents", "movement", "leave", "age"]
    elif _graded(codes, PENALTY):
        wanted = ["leave", "movement", "recruitment", "debt", "age"]
    else:
        wanted = [*_suggested(facts), "penalty", "leave", "age"]
    answered = {key for key, answers in _QUESTIONS if answers & set(facts.items)}
    if facts.child:
        answered.add("age")
    return next((key for key in wanted if key not in answered), None)


def _suggested(facts: Facts) -> list[str]:
    """Questions for indicators that are reported without a graded item."""
    table: dict[str, str] = _TABLE["question_of_indicator"]
    return [key for indicator, key in table.items() if indicator in facts.indicators]
