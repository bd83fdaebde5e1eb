"""What an engine makes of labelled texts, as counts that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.triage.corpus import CASE, Row
from workervoice.message import INDICATORS, Facts
from workervoice.triage.engine import Engine


@dataclass(slots=True)
class Score:
    """Counts of one set of rows. Shares are None where there was nothing to count."""

    groups: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)  # by group
    labelled: Counter[str] = field(default_factory=Counter)  # by indicator, child, danger
    said: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row, facts: Facts) -> None:
        said = _named(facts.indicators, child=facts.child, danger=facts.imminent_danger)
        labelled = _named(row.indicators, child=row.child, danger=row.danger)
        self.groups[row.group] += 1
        self.flagged[row.group] += bool(said)
        self.labelled.update(labelled)
        self.said.update(said)
        self.right.update(labelled & said)

    def plus(self, other: Score) -> Score:
        return Score(
            self.groups + other.groups,
            self.flagged + other.flagged,
            self.labelled + other.labelled,
            self.said + other.said,
            self.right + other.right,
        )

    def found(self, group: str = CASE) -> float | None:
        """The share of a group that was flagged at all."""
        return _share(self.flagged[group], self.groups[group])

    def recall(self, name: str) -> float | None:
        return _share(self.right[name], self.labelled[name])

    def precision(self, name: str) -> float | None:
        return _share(self.right[name], self.said[name])

    def macro_recall(self) -> float | None:
        return _mean(self.recall(name) for name in INDICATORS)

    def macro_precision(self) -> float | None:
        return _mean(self.precision(name) for name in INDICATORS)


def scored(engine: Engine, rows: Iterable[Row]) -> Score:
    """The score of these rows."""
    score = Score()
    for row in rows:
        score.add(row, engine.read(row.text).facts)
    return score


def _named(indicators: Iterable[str], *, child: bool, danger: bool) -> set[str]:
    flags = {name for name, is_raised in (("child", child), ("danger", danger)) if is_raised}
    return {*indicators, *flags}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(shares: Iterable[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None
