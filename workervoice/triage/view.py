"""A view: how one pack reads a text. SMS spellings, number words and misspellings are put right.

Each word of a view still knows its place in the original. A misspelling is put right only if the
word is unknown: not in the pack, not of every day, and not either with an ending taken off. So
"interested" never becomes "interest".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from workervoice.triage.lexicon import Spelling
from workervoice.triage.normalise import Token, joined, tokens_of

_GLUED = re.compile(r"(\d+(?:[.,:]\d+)*)([^\d.,:/][^\d]*)")  # 12hrs
_PRICE = re.compile(r"([^\W\d_]{1,4})(\d{2,})")  # rs5000
_DOUBLE = re.compile(r"([^\W\d_])\1+")
_SHORTEST_FUZZY = 5
_LONG_WORD = 8  # from here on a misspelling may be two edits away
_MOST_UNKNOWN = 0.7  # a text with more unknown words than this is not in this language


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
    """Reads texts as one pack does. `vocabulary` are the words that its phrases use."""

    def __init__(self, spelling: Spelling, vocabulary: Iterable[str], stems: Iterable[str]) -> None:
        self._spelling = spelling
        self._numbers = {_plain(word): value for word, value in spelling.numbers.items()}
        # A word stands in many phrases, and is taken apart once.
        words = {token.text for word in set(vocabulary) for token in tokens_of(word)}
        stems = {token.text for stem in set(stems) for token in tokens_of(stem)[-1:]}
        self._known = words | {_plain(word) for word in spelling.common} | set(self._numbers)
        self._stems = tuple(sorted(stem for stem in stems if len(stem) >= 3))
        self._sms = {_key(short): self._full(full) for short, full in spelling.sms.items()}
        self._known |= {word for full in self._sms.values() for word in full}
        self._targets: dict[str, list[str]] = {}
        for word in sorted(words | stems):
            if len(word) >= _SHORTEST_FUZZY and word[0].isalpha():
                self._targets.setdefault(word[0], []).append(word)

    def _full(self, text: str) -> tuple[str, ...]:
        return tuple(token.text for token in tokens_of(text))

    def view(self, tokens: Iterable[Token]) -> View:
        """The view of a text's tokens, misspellings put right."""
        return self._read(tokens, fuzzy=self._spelling.fuzzy)

    def plain(self, tokens: Iterable[Token]) -> View:
        """The view without putting misspellings right: for the words of phrases themselves."""
        return self._read(tokens, fuzzy=False)

    def _read(self, tokens: Iterable[Token], *, fuzzy: bool) -> View:
        words: list[str] = []
        kept: list[Token] = []
        for token in tokens:
            for word in self._spell(token.text):
                words.append(word)
                kept.append(token)
        if fuzzy:
            words = self._corrected(words)
        text, owners = joined(kept, words)
        return View(words, kept, [self._value(word) for word in words], text, owners)

    def _spell(self, word: str) -> tuple[str, ...]:
        if word in self._sms:
            return self._sms[word]
        ending = self._spelling.possessive
        if ending and word.endswith(ending):
            word = word[: -len(ending)] or word
        word = word.replace("'", "")
        if word in self._sms:
            return self._sms[word]
        glued = _GLUED.fullmatch(word) or _PRICE.fullmatch(word)
        if glued and not word.isdecimal():
            return tuple(part for half in glued.groups() for part in self._spell(half))
        return (word,) if word else ()

    def _corrected(self, words: list[str]) -> list[str]:
        unknown = [not self._knows(word) for word in words]
        if sum(unknown) > _MOST_UNKNOWN * len(words):
            return words
        pairs = zip(words, unknown, strict=True)
        return [self._nearest(word) if strange else word for word, strange in pairs]

    def _knows(self, word: str) -> bool:
        if word in self._known or not word[0].isalpha() or word.startswith(self._stems):
            return True
        for ending in self._spelling.endings:
            if word.endswith(ending):
                root = word[: -len(ending)]
                if root in self._known or root + "e" in self._known:
                    return True
                if len(root) > 2 and root[-1] == root[-2] and root[:-1] in self._known:
                    return True
                if root.endswith("i") and root[:-1] + "y" in self._known:
                    return True
        return False

    def _nearest(self, word: str) -> str:
        single = _DOUBLE.sub(r"\1", word)
        if single != word and self._knows(single):
            return single
        if len(word) < _SHORTEST_FUZZY:
            return word
        allowed = 1 if len(word) < _LONG_WORD else 2
        best, found = allowed + 1, word
        for target in self._targets.get(word[0], ()):
            if abs(len(target) - len(word)) < best:
                away = DamerauLevenshtein.distance(word, target, score_cutoff=best - 1)
                if away < best:
                    best, found = away, target
        return found

    def _value(self, word: str) -> float | None:
        if word in self._numbers:
            return self._numbers[word]
        if not word[0].isdecimal():
            return None
        try:
            return float(word)
        except ValueError:
            return None


def _plain(word: str) -> str:
    return "".join(token.text for token in tokens_of(word))


def _key(short: str) -> str:
    return " ".join(token.text for token in tokens_of(short)) or short
