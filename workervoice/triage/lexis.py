"""The lexis: which packs know a word, and so which of them may say something of it.

All packs of a script read a text, whatever its language is. But none leaves its mark on words that
belong to another: a pack puts a misspelling right only if it knows enough of the text, and if no
pack that knows more of it knows that word; and a phrase made of nothing but words that a pack knows
which knows far more of the text is a false friend ("on me" is French, too).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from workervoice.triage.view import LONGEST_STEM, MOST_UNKNOWN, SHORTEST_FUZZY, SHORTEST_STEM

_LONGEST_ENDING = 4
_LONG = 5  # letters of a stem that tells as much as a whole word
_OF_BEST = 0.6  # a pack that knows less than this of what the best one knows puts nothing right
_FAR_MORE = 1.5  # times as many words
_NEARLY_ALL = 0.9
_EVERY = -1  # the bits of all packs
_DOUBLED = re.compile(r"(.)\1")


class Lexis:
    """Words and stems with a bit for each pack that knows them."""

    def __init__(
        self, words: Mapping[str, int], stems: Mapping[str, int], with_endings: int
    ) -> None:
        self._words, self._stems, self._with_endings = words, stems, with_endings

    def weigh(self, words: list[str]) -> Weighed:
        """Who knows what of a text's words."""
        masks = {word: self._knowing(word) for word in words}
        whole = {word: self._words.get(word, 0) | self._by_stem(word, _LONG) for word in words}
        known = Counter(pack for word in words for pack in _bits(whole[word]))
        return Weighed(masks, whole, known, sum(masks[word] != _EVERY for word in words))

    def _by_stem(self, word: str, shortest: int) -> int:
        mask = 0
        for size in range(shortest, min(len(word), LONGEST_STEM) + 1):
            mask |= self._stems.get(word[:size], 0)
        return mask

    def _knowing(self, word: str) -> int:
        if not word[0].isalpha():
            return _EVERY
        mask = self._words.get(word, 0) | self._by_stem(word, SHORTEST_STEM)
        for less in range(1, min(_LONGEST_ENDING, len(word) - 1) + 1):
            mask |= self._words.get(word[:-less], 0) & self._with_endings
        return mask


@dataclass(frozen=True, slots=True)
class Weighed:
    """One text: the packs that know each of its words, as bits: at all (by a stem, or without an
    ending), and as a `whole` word; and how many whole words each knows. `total` counts words, not
    numbers."""

    masks: Mapping[str, int]
    whole: Mapping[str, int]
    known: Mapping[int, int]
    total: int

    def others(self, pack: int) -> frozenset[str] | None:
        """The words that a pack leaves alone when it puts misspellings right; None if it puts
        nothing right here."""
        count, best = self.known.get(pack, 0), max(self.known.values(), default=0)
        if count < max((1 - MOST_UNKNOWN) * self.total, best * _OF_BEST):
            return None
        better = self._better(count)
        own = better | 1 << pack
        if not any(not mask & own and _may_be_put_right(word) for word, mask in self.masks.items()):
            return None
        return _known_to(better, self.masks)

    def foreign(self, pack: int) -> frozenset[str]:
        """The words that belong to packs which know far more of this text, or nearly all of it
        and more."""
        count, nearly = self.known.get(pack, 0), _NEARLY_ALL * self.total
        return _known_to(
            self._better(count, min(count * _FAR_MORE, max(count, nearly))), self.whole
        )

    def _better(self, count: float, beyond: float = 0) -> int:
        """The packs that know more than `count` words, and more than `beyond` or as many."""
        return sum(
            1 << other for other, more in self.known.items() if more > count and more >= beyond
        )


def _known_to(packs: int, masks: Mapping[str, int]) -> frozenset[str]:
    if not packs:
        return frozenset()
    return frozenset(word for word, mask in masks.items() if mask & packs)


def _bits(mask: int) -> list[int]:
    """The numbers of the bits that are set; none of a mask for every pack."""
    found = []
    while mask > 0:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def _may_be_put_right(word: str) -> bool:
    return len(word) >= SHORTEST_FUZZY or bool(_DOUBLED.search(word))
