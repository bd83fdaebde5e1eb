"""A pack compiled: its phrases over numbered word classes, ready for one automaton."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workervoice.triage.automaton import Classes, Found
from workervoice.triage.clock import Clock, shifts
from workervoice.triage.grammar import range_of
from workervoice.triage.lexicon import Pack, Rule, Safe
from workervoice.triage.rules import Index, compile_rule
from workervoice.triage.view import Reader, View


@dataclass(frozen=True, slots=True)
class Guard:
    """A group of safe phrases, or of asides."""

    safe: Safe
    rules: Index


class Lexicon:
    """One pack, its phrases compiled."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.classes = classes = Classes()
        self.index = self._index(pack.rules)
        self.denials = self._index(pack.denials)
        self.idioms = self._index(pack.idioms)
        self.guards = [Guard(safe, self._index(safe.rules)) for safe in pack.safe]
        said = pack.negation
        self.negators = classes.number(said.words)
        self.stops = classes.number(said.stops)
        self.conditions = classes.number(said.conditions)
        self.contrasts = classes.number(said.contrasts)
        self.hedges = classes.number(said.hedges)
        clock = pack.clock
        self.clock = tuple(classes.number(words) for words in (clock.am, clock.pm, clock.to))
        self.points = [(classes.number((word,)), hour) for word, hour in clock.points.items()]
        self.reader = classes.reader = Reader(pack.spelling, *self._vocabulary())
        self.ranges = classes.ranges()

    def _index(self, rules: Iterable[Rule]) -> Index:
        return Index(compile_rule(rule, self.classes) for rule in rules)

    def _vocabulary(self) -> tuple[list[str], list[str]]:
        words = [w for _, group in self.classes.each() for w in group if not range_of(w)]
        stems = [word.rstrip("*") for word in words if word.endswith("*")]
        return [word for word in words if not word.endswith("*")], stems

    def add_numbers(self, found: Found, view: View) -> None:
        """Classes of numbers and of shifts, which no automaton can find."""
        kinds_of: dict[float, frozenset[int]] = {}
        for index, value in enumerate(view.values):
            if value is not None:
                if value not in kinds_of:
                    kinds_of[value] = self._holding(value, shift=False)
                found.add(f"<{value}>", kinds_of[value], index, index + 1)
        for start, end, hours in shifts(view, self._clock(found)):
            found.add(f"<shift {hours}>", self._holding(hours, shift=True), start, end)

    def _holding(self, value: float, *, shift: bool) -> frozenset[int]:
        """The classes whose range holds a value."""
        return frozenset(
            kind
            for kind, is_shift, low, high in self.ranges
            if is_shift is shift and low <= value <= high
        )

    def _clock(self, found: Found) -> Clock:
        am, pm, to = (found.ends(kind) for kind in self.clock)
        points = {
            start: (max(ends), hour)
            for kind, hour in self.points
            for start, ends in found.ends(kind).items()
        }
        return Clock(am, pm, to, points)


def indices(found: Found, kind: int) -> set[int]:
    """Every word at which a class stands."""
    return {index for start, end in found.spans(kind) for index in range(start, end)}
