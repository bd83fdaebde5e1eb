"""A pack compiled: its phrases over numbered word classes, ready for the one automaton.

`compiling` makes these tables from a pack; here they come to life again. They hold nothing but
tuples, strings and numbers, so that a set of them can lie on disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from workervoice.triage.automaton import Found, unpacked
from workervoice.triage.clock import Clock, shifts
from workervoice.triage.ranges import Ranges
from workervoice.triage.rules import Index
from workervoice.triage.view import Reader, Tables, View


class Name(NamedTuple):
    """What a pack is called in a judgement, and the scripts that it reads; more of it is told by
    `packheads`."""

    name: str
    version: str  # "<author's number>:<digest of the file>"
    scripts: frozenset[str]


class Scope(NamedTuple):
    """On which side of a hit a pack's negators stand, how far, and the classes of its words."""

    side: str
    window: int
    words: int
    stops: int
    conditions: int
    contrasts: int
    hedges: int


class Guard(NamedTuple):
    """A group of safe phrases, or of asides: the items that they reach, and how far."""

    items: frozenset[str]
    reach: str
    aside: bool
    phrases: Index


class Lexicon:
    """One pack at work. `tables` are what `compiling.tables_of` made."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self.name = Name(*tables["name"])
        self.near: int = tables["near"]
        self.reader = Reader(Tables(*tables["spelling"]))
        self.scope = Scope(*tables["negation"])
        self.index = Index(*tables["phrases"])
        self.denials = Index(*tables["denials"])
        self.idioms = Index(*tables["idioms"])
        self.guards = [
            Guard(items, reach, aside, Index(*index))
            for items, reach, aside, index in tables["guards"]
        ]
        self._respelt: dict[str, bytes | int] = dict(tables["respelt"])
        self.respelt_keys: frozenset[str] = tables["respelt_keys"]
        self._dropped = frozenset(w for w, to in self.reader.tables.sms.items() if not to)
        self.keyed_by_numbers: bool = tables["keyed_by_numbers"]
        self._numbers = Ranges(row for row in tables["ranges"] if not row[0])
        self._shifts = Ranges(row for row in tables["ranges"] if row[0])
        self.numeric = self._numbers.bits | self._shifts.bits
        self._clock: tuple[int, int, int] = tables["clock"]
        self._points: tuple[tuple[int, float], ...] = tables["points"]

    def may_say(self, present: int) -> bool:
        """True if some phrase has all it needs among these classes, told as bits."""
        return self.index.any_possible(present) or self.denials.any_possible(present)

    def reads_anew(self, forms: AbstractSet[str]) -> bool:
        """True if this pack takes an ending off a word, or reads a word as nothing: what stands
        beside each other then is not told beforehand."""
        if self._dropped & forms:
            return True
        ending = self.reader.tables.possessive
        return bool(ending) and any(form.endswith(ending) for form in forms)

    def respells(self, forms: AbstractSet[str]) -> bool:
        """True if this pack reads one of these words as another, or as a number."""
        return any(form in self._respelt for form in forms)

    def respelt(self, forms: AbstractSet[str]) -> int:
        """Every class that words spelt otherwise may bring into a text, and those of numbers, told
        as bits."""
        bits = self.numeric
        for form in forms:
            brought = self._respelt.get(form, 0)
            if isinstance(brought, bytes):
                self._respelt[form] = brought = unpacked(brought).bits
            bits |= brought
        return bits

    def add_numbers(self, found: Found, view: View) -> None:
        """Classes of numbers and of shifts, which no automaton can find."""
        for index, value in enumerate(view.values):
            if value is not None:
                found.add(("number", value), self._numbers.holding(value), index, index + 1)
        if found.bits >> self._clock[2] & 1:  # no shift without "to"
            for start, end, hours in shifts(view, self._times(found)):
                found.add(("shift", hours), self._shifts.holding(hours), start, end)

    def _times(self, found: Found) -> Clock:
        am, pm, to = (found.ends(kind) for kind in self._clock)
        points = {
            start: (max(ends), hour)
            for kind, hour in self._points
            for start, ends in found.ends(kind).items()
        }
        return Clock(am, pm, to, points)


def indices(found: Found, kind: int) -> set[int]:
    """Every word at which a class stands."""
    return {index for start, end in found.spans(kind) for index in range(start, end)}
