"""The automaton: one Aho-Corasick machine over the words of all packs.

Every phrase step stands for a class of words. The automaton finds the words of a view, and says
which classes begin at which word and where they end. Segmented words are kept with a space on
each side, stems with one in front, letters of unsegmented scripts bare: whole words, stems and
substrings thus need no further check.
"""

from __future__ import annotations

from collections.abc import Iterable

import ahocorasick

from workervoice.triage.grammar import range_of
from workervoice.triage.normalise import RANGE_SIGN, joined, tokens_of
from workervoice.triage.view import Reader, View

Spans = list[tuple[int, int]]  # (start, end) in words
Ends = dict[int, list[int]]  # first word -> ends of the hits that begin there


class Found:
    """Which classes occur in a view, and where. Places are worked out when they are asked for:
    a word may belong to a hundred classes of which few are ever looked at."""

    def __init__(self) -> None:
        self._atoms: dict[str, tuple[frozenset[int], Spans]] = {}
        self.kinds: set[int] = set()  # every class that occurs
        self._spans: dict[int, Spans] = {}
        self._ends: dict[int, Ends] = {}

    def add(self, atom: str, kinds: frozenset[int], start: int, end: int) -> None:
        """Note that an atom, which belongs to these classes, stands at [start, end)."""
        known = self._atoms.get(atom)
        if known is None:
            self._atoms[atom] = known = kinds, []
            self.kinds |= kinds
        known[1].append((start, end))

    def spans(self, kind: int) -> Spans:
        """Where a class stands, in order."""
        if kind not in self._spans:
            atoms = self._atoms.values() if kind in self.kinds else ()
            self._spans[kind] = sorted(
                {s for kinds, spans in atoms if kind in kinds for s in spans}
            )
        return self._spans[kind]

    def ends(self, kind: int) -> Ends:
        """Where a class stands, by its first word."""
        if kind not in self._ends:
            ends: Ends = {}
            for start, end in self.spans(kind):
                ends.setdefault(start, []).append(end)
            self._ends[kind] = ends
        return self._ends[kind]

    def without(self, masked: set[int]) -> Found:
        """The same, but for hits that touch a masked word."""
        kept = Found()
        for atom, (kinds, spans) in self._atoms.items():
            for start, end in spans:
                if not any(index in masked for index in range(start, end)):
                    kept.add(atom, kinds, start, end)
        return kept


class Classes:
    """The word classes of one pack, each with a number of its own."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}
        self.reader = reader

    def number(self, words: tuple[str, ...]) -> int:
        """The number of a class; the same words have the same number."""
        return self._numbers.setdefault(words, len(self._numbers))

    def each(self) -> Iterable[tuple[int, tuple[str, ...]]]:
        return ((number, words) for words, number in self._numbers.items())

    def ranges(self) -> list[tuple[int, bool, float, float]]:
        """(class, is a shift, lowest, highest) for every class of numbers."""
        return [
            (number, *limits)
            for words, number in self._numbers.items()
            for word in words
            if (limits := range_of(word))
        ]


def atom(word: str, reader: Reader) -> str | None:
    """A word or phrase of an author as the automaton keeps it; None if nothing is left of it."""
    if word == RANGE_SIGN:
        return f" {word} "
    stem = word.endswith("*")
    view = reader.plain(tokens_of(word.rstrip("*")))
    if not view.words:
        return None
    text, _ = joined(view.tokens, view.words)
    if view.tokens[0].unsegmented:
        text = text.removeprefix(" ")
    return text.removesuffix(" ") if stem else text


def _by_word(classes: Classes) -> dict[str, list[int]]:
    """The classes that each word belongs to: often a hundred."""
    found: dict[str, list[int]] = {}
    for number, words in classes.each():
        for word in words:
            found.setdefault(word, []).append(number)
    return found


class Automaton:
    """Finds the classes of every pack. Built once."""

    def __init__(self, packs: list[Classes]) -> None:
        payloads: dict[str, dict[int, set[int]]] = {}
        for index, classes in enumerate(packs):
            if classes.reader is None:
                continue
            for word, numbers in _by_word(classes).items():
                text = None if range_of(word) else atom(word, classes.reader)
                if text:
                    payloads.setdefault(text, {}).setdefault(index, set()).update(numbers)
        self._machine = ahocorasick.Automaton()
        for text, kinds_of in payloads.items():
            begins, closes = text.startswith(" "), text.endswith(" ")
            kinds = {index: frozenset(numbers) for index, numbers in kinds_of.items()}
            self._machine.add_word(text, (text, len(text) - 1 - begins, int(closes), kinds))
        if payloads:
            self._machine.make_automaton()
        self._empty = not payloads

    def read(self, view: View, pack: int) -> Found:
        """Every class of one pack in a view."""
        found = Found()
        if self._empty or not view.words:
            return found
        owners = view.owners
        for last, (text, back, closes, kinds_of) in self._machine.iter(view.text):
            kinds = kinds_of.get(pack)
            if kinds:
                found.add(text, kinds, owners[last - back], owners[last - closes] + 1)
        return found
