"""Negation: which hits are denied. A denied hit scores nothing, and stays in the evidence.

A negator denies a hit when it stands between the words that the hit used, or close by on the side
where the language puts it, in the same clause, with no new subject between. A negator that is part
of some other hit ("no salary") belongs to that hit.
"""

from __future__ import annotations

from workervoice.triage.lexicon import AFTER, BEFORE, Negation
from workervoice.triage.rules import Span
from workervoice.triage.view import View

CONDITION_REACH = 3  # words: "if the target is not finished" says nothing of what is not


class Denier:
    """Answers, for one view, whether a span is denied."""

    def __init__(self, view: View, negation: Negation, negators: set[int], stops: set[int]) -> None:
        self._view, self._negation = view, negation
        self._negators, self._stops = negators, stops

    def denies(self, span: Span, taken: set[int]) -> bool:
        """True if a negator that no hit uses (`taken`) denies this span."""
        if not self._negators:
            return False
        free = self._negators - taken
        if any(index in free for index in range(span.start, span.end) if index not in span.used):
            return True
        scope = self._negation.scope
        before = scope != AFTER and span.start not in self._stops and self._walk(span, free, -1)
        return before or (scope != BEFORE and self._walk(span, free, 1))

    def _walk(self, span: Span, free: set[int], direction: int) -> bool:
        edge = span.start if direction < 0 else span.end - 1
        tokens = self._view.tokens
        for away in range(1, self._negation.window + 1):
            index = edge + direction * away
            if not 0 <= index < len(tokens) or tokens[index].clause != tokens[edge].clause:
                return False
            if index in free:
                return True
            if index in self._stops:
                return False
        return False
