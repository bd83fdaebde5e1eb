"""Ranges of numbers: which classes a number belongs to, told in the time of one look-up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from workervoice.triage.automaton import Kinds, bits_of, unpacked

_NONE = Kinds(frozenset(), 0)


class Ranges:
    """Rows of (is a shift, lowest, highest, classes packed). Between two limits all numbers belong
    to the same classes, so that those are put together once."""

    def __init__(self, rows: Iterable[tuple[bool, float, float, bytes]]) -> None:
        self._held = [(low, high, unpacked(kinds).members) for _, low, high, kinds in rows]
        self._limits = sorted({limit for low, high, _ in self._held for limit in (low, high)})
        self._known: dict[tuple[float, float], Kinds] = {}
        self.bits = bits_of({kind for *_, kinds in self._held for kind in kinds})

    def holding(self, value: float) -> Kinds:
        """The classes with a range that holds a value."""
        limits, place = self._limits, bisect_left(self._limits, value)
        if place == len(limits) or (place == 0 and value < limits[0]):
            return _NONE
        low = value if limits[place] == value else limits[place - 1]
        known = self._known.get((low, limits[place]))
        if known is None:
            self._known[low, limits[place]] = known = self._between(low, limits[place])
        return known

    def _between(self, low: float, high: float) -> Kinds:
        members = frozenset[int]().union(
            *(kinds for lowest, highest, kinds in self._held if lowest <= low and high <= highest)
        )
        return Kinds(members, bits_of(members))
