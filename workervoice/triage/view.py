"""A view: how one pack reads a text. SMS spellings, number words and misspellings are put right.

Each word of a view still knows its place in the original. A misspelling is put right only if the
word is unknown: not in the pack, not of every day, and not either with an ending taken off. So
"interested" never becomes "interest".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import extractOne

from workervoice.triage.normalise import Token, joined

_GLUED = re.compile(r"(\d+(?:[.,:]\d+)*)([^\d.,:/][^\d]*)")  # 12hrs
_PRICE = re.compile(r"([^\W\d_]{1,4})(\d{2,})")  # rs5000
_DOUBLE = re.compile(r"([^\W\d_])\1+")
SHORTEST_FUZZY = 5
SHORTEST_STEM, LONGEST_STEM = 3, 30  # letters by which a word is known
_LONG_WORD = 8  # from here on a misspelling may be two edits away
MOST_UNKNOWN = 0.7  # a text with more unknown words than this is not in this language


class Tables(NamedTuple):
    """What a pack knows of spelling, as its compiled form keeps it."""

    sms: Mapping[str, tuple[str, ...]]
    known: AbstractSet[str]
    stems: AbstractSet[str]
    targets: Mapping[str, Sequence[str]]  # words to which one may be put right, by first letter
    endings: tuple[str, ...]
    possessive: str
    numbers: Mapping[str, float]
    fuzzy: bool


@dataclass(frozen=True, slots=True)
class View:
    """Words, their tokens and values, and the text that the automaton reads."""

    words: list[str]
    tokens: list[Token]
    values: list[float | None]
    text: str
    owners: list[int]

    def sentence(self, index: int) -> int:
        return self.tokens[index].sentence

    def opens(self, index: int) -> bool:
        """True if a clause begins with this word."""
        return index == 0 or self.tokens[index].clause != self.tokens[index - 1].clause


class Reader:
    """Reads texts as one pack does."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def view(self, tokens: Iterable[Token], others: AbstractSet[str] | None = None) -> View:
        """The view of a text's tokens. Given the words that are `others`' to know, misspellings
        among the rest are put right."""
        words, kept = self._spelt(tokens)
        if others is not None:
            words = self._corrected(words, others)
        text, owners = joined(kept, words)
        return View(words, kept, [self._value(word) for word in words], text, owners)

    def _spelt(self, tokens: Iterable[Token]) -> tuple[list[str], list[Token]]:
        words: list[str] = []
        kept: list[Token] = []
        for token in tokens:
            for word in self._spell(token.text):
                words.append(word)
                kept.append(token)
        return words, kept

    def _spell(self, word: str) -> tuple[str, ...]:
        sms = self.tables.sms
        if word in sms:
            return sms[word]
        if word.isalpha():
            return (word,)
        ending = self.tables.possessive
        if ending and word.endswith(ending):
            word = word[: -len(ending)] or word
        word = word.replace("'", "")
        if word in sms:
            return sms[word]
        glued = glued_parts(word)
        if glued:
            return tuple(part for half in glued for part in self._spell(half))
        return (word,) if word else ()

    def _corrected(self, words: list[str], others: AbstractSet[str]) -> list[str]:
        unknown = [not self._knows(word) for word in words]
        if sum(unknown) > MOST_UNKNOWN * len(words):
            return words
        return [
            self._nearest(word) if strange and word not in others else word
            for word, strange in zip(words, unknown, strict=True)
        ]

    def _knows(self, word: str) -> bool:
        known = self.tables.known
        if word in known or not word[0].isalpha() or self._has_stem(word):
            return True
        for ending in self.tables.endings:
            if word.endswith(ending):
                root = word[: -len(ending)]
                if root in known or root + "e" in known:
                    return True
                if len(root) > 2 and root[-1] == root[-2] and root[:-1] in known:
                    return True
                if root.endswith("i") and root[:-1] + "y" in known:
                    return True
        return False

    def _has_stem(self, word: str) -> bool:
        stems = self.tables.stems
        return any(word[:size] in stems for size in _sizes(word))

    def _nearest(self, word: str) -> str:
        single = _DOUBLE.sub(r"\1", word)
        if single != word and self._knows(single):
            return single
        if len(word) < SHORTEST_FUZZY:
            return word
        best = extractOne(
            word,
            self.tables.targets.get(word[0], ()),
            scorer=DamerauLevenshtein.distance,
            score_cutoff=1 if len(word) < _LONG_WORD else 2,
        )
        return str(best[0]) if best else word

    def _value(self, word: str) -> float | None:
        if word in self.tables.numbers:
            return self.tables.numbers[word]
        if not word[0].isdecimal():
            return None
        try:
            return float(word)
        except ValueError:
            return None


def _sizes(word: str) -> range:
    return range(SHORTEST_STEM, min(len(word), LONGEST_STEM) + 1)


def glued_parts(word: str) -> tuple[str, ...]:
    """The number and the rest of "12hrs" or "rs5000"; empty if a word is neither."""
    if word.isalpha() or word.isdecimal():
        return ()
    glued = _GLUED.fullmatch(word) or _PRICE.fullmatch(word)
    return tuple(glued.groups()) if glued else ()


def forms_of(tokens: Iterable[Token]) -> frozenset[str]:
    """Every form under which a pack may have a word of a text in its tables of spelling."""
    return frozenset(form for token in tokens for form in _forms(token.text))


def _forms(word: str) -> Iterator[str]:
    yield word
    if word.isalpha():
        return
    bare = word.replace("'", "")
    if bare != word:
        yield bare
    for part in glued_parts(bare):
        yield from _forms(part)


UNSPELT = Reader(Tables({}, frozenset(), frozenset(), {}, (), "", {}, fuzzy=False))
