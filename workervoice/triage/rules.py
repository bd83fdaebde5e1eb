"""Rules at work: the steps of a phrase are followed through the classes found in a view.

Bounded: a gap reaches a fixed number of words, a phrase keeps a fixed number of spans, so the work
grows with the text and never faster.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from workervoice.triage.automaton import Classes, Found
from workervoice.triage.grammar import NEAR, WITH, WITHOUT, Part, Step
from workervoice.triage.lexicon import Rule
from workervoice.triage.view import View

MOST_SPANS = 32  # of one phrase in one text; the rest says nothing new
MOST_STARTS = 1000  # places where a phrase is tried; no honest text has more


@dataclass(frozen=True, slots=True)
class Span:
    """Words [start, end) that a phrase matched; `used` are the words that a step matched."""

    start: int
    end: int
    used: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Move:
    kind: int
    step: Step


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule over numbered classes. `needs` are classes without which it cannot match."""

    rule: Rule
    parts: tuple[tuple[str, tuple[_Move, ...]], ...]
    needs: frozenset[int]


def compile_rule(rule: Rule, classes: Classes) -> Compiled:
    """Number the classes of a rule."""
    parts = []
    needs: set[int] = set()
    for part in rule.parts:
        moves = tuple(_Move(classes.number(step.words), step) for step in part.steps)
        parts.append((part.joiner, moves))
        if part.joiner != WITHOUT:
            needs |= {m.kind for m in moves if not m.step.optional and not m.step.absent}
    return Compiled(rule, tuple(parts), frozenset(needs))


class Index:
    """Rules by the rarest class that each needs, so that most are never looked at."""

    def __init__(self, rules: Iterable[Compiled]) -> None:
        every = list(rules)
        uses: dict[int, int] = {}
        for rule in every:
            for kind in rule.needs:
                uses[kind] = uses.get(kind, 0) + 1
        self._by_key: dict[int, list[Compiled]] = {}
        for rule in every:
            key = min(rule.needs, key=lambda kind: (uses[kind], kind))
            self._by_key.setdefault(key, []).append(rule)

    def possible(self, found: Found) -> Iterable[Compiled]:
        """The rules that have all they need."""
        present = found.kinds
        for kind in present:
            for rule in self._by_key.get(kind, ()):
                if rule.needs <= present:
                    yield rule


def match(rule: Compiled, found: Found, view: View, near: int) -> list[Span]:
    """Every span of a rule in a view, in order."""
    spans: list[Span] = []
    for joiner, moves in rule.parts:
        own = _follow_all(moves, found, view)
        if joiner == NEAR:
            spans = _pairs(spans, own, view, near)
        elif joiner == WITH:
            spans = spans if own else []
        elif joiner == WITHOUT:
            barred = {view.sentence(span.start) for span in own}
            spans = [span for span in spans if view.sentence(span.start) not in barred]
        else:
            spans = own
        if not spans:
            return []
    return spans


def _follow_all(moves: tuple[_Move, ...], found: Found, view: View) -> list[Span]:
    spans: list[Span] = []
    for start, end in found.spans(moves[0].kind)[:MOST_STARTS]:
        value = view.values[start]
        span = _follow(moves[1:], found, view, (start, end, value))
        if span:
            spans.append(span)
            if len(spans) == MOST_SPANS:
                break
    return spans


_State = tuple[int, float | None, frozenset[int]]  # next word, last number, words used


def _follow(
    moves: tuple[_Move, ...], found: Found, view: View, first: tuple[int, int, float | None]
) -> Span | None:
    start, end, value = first
    states: list[_State] = [(end, value, frozenset(range(start, end)))]
    for move in moves:
        ends = found.ends(move.kind)
        if move.step.absent:
            states = [state for state in states if state[0] not in ends]
        else:
            reached = [new for state in states for new in _reach(state, move.step, ends, view)]
            states = _distinct(reached + states if move.step.optional else reached)
        if not states:
            return None
    best = states[0]
    return Span(start, max(best[2]) + 1, best[2])


def _reach(state: _State, step: Step, ends: dict[int, list[int]], view: View) -> Iterable[_State]:
    place, number, used = state
    here = view.sentence(place - 1)
    furthest = here + step.crosses
    for start in range(place, min(place + step.gap + 1, len(view.words))):
        if view.sentence(start) > furthest:
            return
        for end in ends.get(start, ()):
            value = view.values[start]
            if step.smaller and (value is None or number is None or value >= number):
                continue
            yield end, number if value is None else value, used | frozenset(range(start, end))


def _distinct(states: list[_State]) -> list[_State]:
    seen: dict[tuple[int, float | None], _State] = {}
    for state in states:
        seen.setdefault(state[:2], state)
    return list(seen.values())


def _pairs(left: list[Span], right: list[Span], view: View, near: int) -> list[Span]:
    """Spans of both kinds within `near` words of one sentence, joined."""
    starts = [span.start for span in right]
    found = []
    for span in left:
        place = bisect_left(starts, span.start)
        for other in right[max(0, place - 2) : place + 2]:
            apart = max(other.start - span.end, span.start - other.end)
            same = view.sentence(other.start) == view.sentence(span.start)
            if same and apart <= near and not span.used & other.used:
                both = min(span.start, other.start), max(span.end, other.end)
                found.append(Span(*both, span.used | other.used))
                break
    return found


def part_words(part: Part) -> Iterable[str]:
    """Every word of a part, as its author wrote it."""
    return (word for step in part.steps for word in step.words)
