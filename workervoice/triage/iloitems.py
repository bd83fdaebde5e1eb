"""The items of the ILO survey rule, and the tables of each version of the rule, read from data.

The items, their indicators and what protects them are the same in every version; a version says on
which side an item counts, and how much.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from workervoice.message import INDICATORS, Grade, Priority

STRONG, MEDIUM = "strong", "medium"
_BASE, _VERSIONS = "ilo-2012", ("ilo-2012", "ilo-2025")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be reported. `dimension` is A, B, C, P, X (context) or F (flag); `side` is
    I (involuntariness), P (penalty), X or F."""

    code: str
    dimension: str
    side: str
    grade: str | None
    indicator: str | None
    protected: bool = False  # violence, threats, child, danger: no safe phrase cancels it
    danger: bool = False  # reported, it means imminent danger too


@dataclass(frozen=True, slots=True)
class Rule:
    """The tables of one version."""

    version: str
    items: Mapping[str, Item]
    weaker: Mapping[str, tuple[frozenset[str], str]]  # strong only with one of these, otherwise
    zero_tolerance: tuple[tuple[Priority, frozenset[str]], ...]
    priority_of: Mapping[Grade, Priority]
    questions: tuple[tuple[str, frozenset[str]], ...]  # key, and the items that answer it
    question_of: Mapping[str, str]  # by indicator

    def graded(self, codes: Collection[str]) -> list[Item]:
        """The items that count, each with the grade that it has beside the others."""
        found = []
        for item in (self.items[code] for code in sorted(codes) if code in self.items):
            company, otherwise = self.weaker.get(item.code, (frozenset(codes), item.grade))
            found.append(item if company & set(codes) else replace(item, grade=otherwise))
        return [item for item in found if item.grade]

    def suggested(self, indicators: Collection[str]) -> list[str]:
        """Questions for indicators that are reported without a graded item."""
        return [key for indicator, key in self.question_of.items() if indicator in indicators]


@cache
def _table(name: str) -> dict[str, Any]:
    """A version's data, on top of those of the version that it is based on."""
    source = Path(__file__).with_name(f"{name}.yaml")
    table: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    if "based_on" in table:
        return {**_table(table["based_on"]), **table}
    return table


def _rule(table: Mapping[str, Any]) -> Rule:
    items = {row["code"]: Item(**row) for row in table["items"]}
    for row in table.get("grades", ()):
        items[row["code"]] = replace(items[row["code"]], side=row["side"], grade=row["grade"])
    weaker = {
        row["code"]: (_known(row["with"], items), str(row["otherwise"]))
        for row in table.get("strong_only_with", ())
    }
    stray = {item.indicator for item in items.values()} - set(INDICATORS) - {None}
    if stray:
        raise ValueError(f"{table['version']}: unknown indicators {sorted(map(str, stray))}")
    return Rule(
        version=str(table["version"]),
        items=MappingProxyType(items),
        weaker=MappingProxyType(weaker),
        zero_tolerance=tuple(
            (Priority(name), _known(codes, items))
            for name, codes in table["zero_tolerance"].items()
        ),
        priority_of={Grade(name): Priority(to) for name, to in table["priority_of_grade"].items()},
        questions=tuple(
            (str(row["key"]), _known(row["answered_by"], items)) for row in table["questions"]
        ),
        question_of=table["question_of_indicator"],
    )


def _known(codes: Collection[str], items: Mapping[str, Item]) -> frozenset[str]:
    if unknown := set(codes) - items.keys():
        raise ValueError(f"no such items: {sorted(unknown)}")
    return frozenset(codes)


# Every version by its name. `ValueError` for data that name what does not exist.
RULES: Mapping[str, Rule] = MappingProxyType({name: _rule(_table(name)) for name in _VERSIONS})
ITEMS = RULES[_BASE].items
