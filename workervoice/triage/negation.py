"""Negation: which hits are denied. A denied hit scores nothing, and stays in the evidence.

A negator denies a hit when it stands between the words that the hit used, or close by on the side
where the language puts it, in the same clause, with no new subject between. A negator that is part
of some other hit ("no salary") belongs to that hit.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from workervoice.triage.automaton import Found
from workervoice.triage.compiled import Lexicon, indices
from workervoice.triage.lexicon import AFTER, BEFORE
from workervoice.triage.rules import NO_WORDS, Span
from workervoice.triage.view import View

CONDITION_REACH = 3  # words: "if the target is not finished" says nothing of what is not
HEDGE_REACH = 5  # words: "they told us to say that nobody hits us"


class Denier:
    """Answers, for one view, whether a span is denied, and what a contrast parts."""

    def __init__(self, lexicon: Lexicon, found: Found, view: View) -> None:
        self._view, self._scope = view, lexicon.scope
        self._stops = indices(found, lexicon.scope.stops)
        self._hedges = indices(found, lexicon.scope.hedges)
        conditions = indices(found, lexicon.scope.conditions)
        reach = range(1, CONDITION_REACH + 1)
        self.negators = {
            index
            for index in indices(found, lexicon.scope.words)
            if not any(index - away in conditions for away in reach)
        }
        self._sides = _sides(view, indices(found, lexicon.scope.contrasts))

    def sides(self, span: Span) -> set[int]:
        """The sides of a contrast, "bad but now solved", that a span touches."""
        return set(range(self._sides[span.start], self._sides[span.end - 1] + 1))

    def inner(self, span: Span) -> set[int]:
        """The negators between the words that a span used, in the clause that ends it."""
        if not self.negators:
            return set()
        tokens = self._view.tokens
        last = tokens[span.end - 1].clause
        return {
            index
            for index in range(span.start, span.end)
            if index in self.negators and index not in span.used and tokens[index].clause == last
        }

    def denies(self, span: Span, taken: AbstractSet[int] = NO_WORDS) -> bool:
        """True if a negator that no hit uses (`taken`) denies this span."""
        if not self.negators:
            return False
        free = self.negators - taken
        if self.inner(span) - taken:
            return True
        scope = self._scope.side
        before = scope != AFTER and span.start not in self._stops and self._walk(span, free, -1)
        return before or (scope != BEFORE and self._walk(span, free, 1))

    def _walk(self, span: Span, free: set[int], direction: int) -> bool:
        edge = span.start if direction < 0 else span.end - 1
        tokens = self._view.tokens
        for away in range(1, self._scope.window + 1):
            index = edge + direction * away
            if not 0 <= index < len(tokens) or tokens[index].clause != tokens[edge].clause:
                return False
            if index in free:
                return True
            if index in self._stops:
                return False
        return False

    def hedged(self, span: Span) -> bool:
        """True if the words before a span make of it a wish, a question or somebody's claim."""
        first = max(0, span.start - HEDGE_REACH)
        here = self._sides[span.start]
        return any(i in self._hedges and self._sides[i] == here for i in range(first, span.start))


def _sides(view: View, contrasts: set[int]) -> list[int]:
    """For each word the number of its side; a new one begins with a sentence or a contrast."""
    sides: list[int] = []
    for index, token in enumerate(view.tokens):
        ended = index > 0 and token.sentence != view.tokens[index - 1].sentence
        sides.append((sides[-1] if sides else 0) + (ended or index in contrasts))
    return sides
