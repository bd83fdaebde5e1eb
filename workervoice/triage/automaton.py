"""The automaton: one Aho-Corasick machine over the words of all packs.

Every phrase step stands for a class of words. The automaton finds the words of a view, and says
which classes begin at which word and where they end. Segmented words are kept with a space on
each side, stems with one in front, letters of unsegmented scripts bare: whole words, stems and
substrings thus need no further check.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import ahocorasick

from workervoice.triage.grammar import range_of
from workervoice.triage.normalise import RANGE_SIGN, joined, tokens_of
from workervoice.triage.view import Reader, View

Spans = dict[int, list[tuple[int, int]]]  # class -> (start, end) in words, in order


@dataclass(slots=True)
class Found:
    """Which classes occur in a view, and where."""

    spans: Spans = field(default_factory=dict)
    ends: dict[int, dict[int, list[int]]] = field(default_factory=dict)  # class -> start -> ends

    def add(self, kind: int, start: int, end: int) -> None:
        ends = self.ends.setdefault(kind, {}).setdefault(start, [])
        if end not in ends:
            ends.append(end)
            self.spans.setdefault(kind, []).append((start, end))

    def without(self, masked: set[int]) -> Found:
        """The same, but for hits that touch a masked word."""
        kept = Found()
        for kind, spans in self.spans.items():
            for start, end in spans:
                if not any(index in masked for index in range(start, end)):
                    kept.add(kind, start, end)
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


class Automaton:
    """Finds the classes of every pack. Built once."""

    def __init__(self, packs: list[Classes]) -> None:
        payloads: dict[str, dict[int, list[int]]] = {}
        for index, classes in enumerate(packs):
            if classes.reader is None:
                continue
            for number, words in classes.each():
                for word in words:
                    text = None if range_of(word) else atom(word, classes.reader)
                    if text:
                        payloads.setdefault(text, {}).setdefault(index, []).append(number)
        self._machine = ahocorasick.Automaton()
        for text, classes_of in payloads.items():
            begins, closes = text.startswith(" "), text.endswith(" ")
            self._machine.add_word(text, (len(text) - 1 - begins, int(closes), classes_of))
        if payloads:
            self._machine.make_automaton()
        self._empty = not payloads

    def read(self, view: View, pack: int) -> Found:
        """Every class of one pack in a view."""
        found = Found()
        if self._empty or not view.words:
            return found
        owners = view.owners
        for last, (back, closes, classes_of) in self._machine.iter(view.text):
            kinds = classes_of.get(pack)
            if kinds:
                start, end = owners[last - back], owners[last - closes] + 1
                for kind in kinds:
                    found.add(kind, start, end)
        return found
