"""The automaton: one Aho-Corasick machine over the words of all packs.

Every phrase step stands for a class of words. The automaton finds the words of a view, and says
which classes begin at which word and where they end. Segmented words are kept with a space on
each side, stems with one in front, letters of unsegmented scripts bare: whole words, stems and
substrings thus need no further check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import ahocorasick

from workervoice.triage.view import View

Spans = list[tuple[int, int]]  # (start, end) in words
Ends = dict[int, list[int]]  # first word -> ends of the hits that begin there

_FEW = 50  # words, of an ordinary text
NUMBERS: Final = "H"  # how class numbers are packed: two bytes each


class Kinds(NamedTuple):
    """Classes of one pack: as members, and as a number with a bit for each."""

    members: frozenset[int]
    bits: int


def bits_of(members: Iterable[int]) -> int:
    """A number with these bits set."""
    bits = 0
    for member in members:
        bits |= 1 << member
    return bits


def members_of(bits: int) -> list[int]:
    """The bits that are set in a number."""
    return [place for place, digit in enumerate(bin(bits)[:1:-1]) if digit == "1"]


def unpacked(kinds: bytes) -> Kinds:
    """Classes as `compiling` packed them."""
    members = frozenset(memoryview(kinds).cast(NUMBERS))
    return Kinds(members, bits_of(members))


class Found:
    """Which classes of one pack occur in a view, and where. Places are worked out when they are
    asked for: a word may belong to a hundred classes of which few are ever looked at."""

    def __init__(self) -> None:
        self._atoms: dict[object, tuple[Kinds, Spans]] = {}
        self.bits = 0  # of every class that occurs
        self._spans: dict[int, Spans] = {}
        self._ends: dict[int, Ends] = {}
        self._by_kind: dict[int, list[Spans]] = {}

    def add(self, atom: object, kinds: Kinds, start: int, end: int) -> None:
        """Note that an atom, which belongs to these classes, stands at [start, end)."""
        known = self._atoms.get(atom)
        if known is None:
            self._atoms[atom] = known = kinds, []
            self.bits |= kinds.bits
            for member in kinds.members if self._by_kind else ():
                self._by_kind.setdefault(member, []).append(known[1])
        known[1].append((start, end))

    def spans(self, kind: int) -> Spans:
        """Where a class stands, in order."""
        found = self._spans.get(kind)
        if found is None:
            at = self._at(kind)
            if len(at) == 1 and len(at[0]) == 1:
                found = at[0]
            else:
                found = sorted({span for spans in at for span in spans})
            self._spans[kind] = found
        return found

    def _at(self, kind: int) -> list[Spans]:
        if len(self._atoms) <= _FEW:
            return [spans for kinds, spans in self._atoms.values() if kind in kinds.members]
        if not self._by_kind:  # in a long text looking through all words each time would add up
            for kinds, spans in self._atoms.values():
                for member in kinds.members:
                    self._by_kind.setdefault(member, []).append(spans)
        return self._by_kind.get(kind, [])

    def ends(self, kind: int) -> Ends:
        """Where a class stands, by its first word."""
        ends = self._ends.get(kind)
        if ends is None:
            self._ends[kind] = ends = {}
            for start, end in self.spans(kind):
                ends.setdefault(start, []).append(end)
        return ends

    def without(self, masked: set[int]) -> Found:
        """The same, but for hits that touch a masked word."""
        kept = Found()
        for atom, (kinds, spans) in self._atoms.items():
            for start, end in spans:
                if masked.isdisjoint(range(start, end)):
                    kept.add(atom, kinds, start, end)
        return kept


Hit = tuple[int, int, int]  # (number of the word, first token, end)

# A word with its fences; for each pack (by number) the classes that it belongs to there, packed
# until they are asked for; and (where it begins, counted from its last letter, 1 for a fence at its
# end, a bit for each pack with a phrase that is looked for by this word).
Row = tuple[str, dict[int, "bytes | Kinds"], tuple[int, int, int]]


def row(text: str, owners: Mapping[int, bytes], keyed: int) -> Row:
    """A row of the automaton."""
    begins, closes = text.startswith(" "), text.endswith(" ")
    return text, dict(owners), (len(text) - 1 - begins, int(closes), keyed)


class Shared:
    """What one walk found for every pack. `keyed` has a bit for each pack of which some phrase may
    be possible: most packs are done with then."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._hits: dict[int, list[Hit]] = {}
        self.keyed = 0

    def add(self, packs: Iterable[int], keyed: int, hit: Hit) -> None:
        self.keyed |= keyed
        for pack in packs:
            if pack in self._hits:
                self._hits[pack].append(hit)
            else:
                self._hits[pack] = [hit]

    def of(self, pack: int) -> Found:
        """What was found of one pack."""
        found = Found()
        for number, start, end in self._hits.get(pack, ()):
            found.add(number, self._automaton.kinds(number, pack), start, end)
        return found


def machine_of(rows: Sequence[Row]) -> tuple[Any, ...]:
    """The machine over the words of the rows, as plain values from which it is made again at
    once."""
    machine = ahocorasick.Automaton(ahocorasick.STORE_INTS)
    for number, (text, _, _) in enumerate(rows):
        machine.add_word(text, number)
    if not rows:
        return (ahocorasick.STORE_INTS,)
    machine.make_automaton()
    _, told = machine.__reduce__()  # how it pickles: its arguments
    return tuple(told)


class Automaton:
    """Finds the words of every pack. The rows are taken over: they change as it works. `machine`
    is what `machine_of` made of them."""

    def __init__(self, rows: Sequence[Row], machine: Sequence[Any]) -> None:
        self._machine = ahocorasick.Automaton(*machine)
        self._owners = [owners for _, owners, _ in rows]
        self._told = [told for *_, told in rows]
        self._empty = not rows

    def read(self, view: View) -> Shared:
        """What is found of every pack."""
        shared = Shared(self)
        for hit in self._hits(view):
            shared.add(self._owners[hit[0]], self._told[hit[0]][2], hit)
        return shared

    def read_as(self, view: View, pack: int) -> Found:
        """What is found of one pack in its own view."""
        found = Found()
        for number, start, end in self._hits(view):
            if pack in self._owners[number]:
                found.add(number, self.kinds(number, pack), start, end)
        return found

    def _hits(self, view: View) -> Iterable[Hit]:
        if self._empty or not view.words:
            return
        owners, told = view.owners, self._told
        for last, number in self._machine.iter(view.text):
            back, closes, _ = told[number]
            yield number, owners[last - back], owners[last - closes] + 1

    def kinds(self, number: int, pack: int) -> Kinds:
        """The classes of a word in a pack that has it."""
        owners = self._owners[number]
        kinds = owners[pack]
        if isinstance(kinds, bytes):  # most words of thirty languages are never asked for
            owners[pack] = kinds = unpacked(kinds)
        return kinds
