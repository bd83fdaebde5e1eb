"""Rules at work: the steps of a phrase are followed through the classes found in a view.

Bounded: a gap reaches a fixed number of words, a phrase keeps a fixed number of spans, so the work
grows with the text and never faster.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from workervoice.triage.automaton import Classes, Ends, Found
from workervoice.triage.grammar import NEAR, WITH, WITHOUT, Step
from workervoice.triage.lexicon import Rule
from workervoice.triage.view import View

MOST_SPANS = 32  # of one phrase in one text; the rest says nothing new
MOST_STARTS = 1000  # places where a phrase is tried; no honest text has more


NO_WORDS: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """Words [start, end) that a phrase matched; `used` are the words that a step matched."""

    start: int
    end: int
    used: frozenset[int]
    crossed: bool = False  # it matched only over a negator, "are not beaten" for "are beaten"


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
            needs |= {m.kind for m in moves if m.step.required}
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
        self._keys = frozenset(self._by_key)

    def possible(self, found: Found) -> list[Compiled]:
        """The rules that have all they need."""
        present = found.kinds
        return [
            rule
            for kind in sorted(self._keys & present)  # of hundreds present few are keys
            for rule in self._by_key[kind]
            if rule.needs <= present
        ]


def match(
    rule: Compiled, found: Found, view: View, near: int, negators: AbstractSet[int] = NO_WORDS
) -> list[Span]:
    """Every span of a rule in a view, in order. One of `negators` may stand between two steps."""
    spans: list[Span] = []
    for joiner, moves in rule.parts:
        own = _follow_all(moves, found, view, negators)
        if joiner == NEAR:
            spans = _pairs(spans, own, view, near)
        elif joiner == WITH:
            spans = spans if own else []
        elif joiner == WITHOUT:
            barred = {view.sentence(span.start) for span in own if not span.crossed}
            spans = [span for span in spans if view.sentence(span.start) not in barred]
        else:
            spans = own
        if not spans:
            return []
    return spans


def _follow_all(
    moves: tuple[_Move, ...], found: Found, view: View, negators: AbstractSet[int]
) -> list[Span]:
    rest = [(move.step, found.ends(move.kind)) for move in moves[1:]]
    near = rest[0][1] if rest and rest[0][0].required else None
    furthest = rest[0][0].gap + 2 if rest else 0  # a negator may stand between
    spans: list[Span] = []
    for start, end in found.spans(moves[0].kind)[:MOST_STARTS]:
        if moves[0].step.opening and not view.opens(start):
            continue
        if near is not None and near.keys().isdisjoint(range(end, end + furthest)):
            continue  # most starts lead nowhere
        first = _State(end, view.values[start], frozenset(range(start, end)))
        span = _follow(rest, view, first, negators)
        if span:
            spans.append(span)
            if len(spans) == MOST_SPANS:
                break
    return spans


class _State(NamedTuple):
    """How far a phrase was followed: the next word, the last number, the words used."""

    place: int
    number: float | None
    used: frozenset[int]
    crossed: bool = False


def _follow(
    rest: Iterable[tuple[Step, Ends]], view: View, first: _State, negators: AbstractSet[int]
) -> Span | None:
    states = [first]
    for step, ends in rest:
        if step.absent:
            states = [state for state in states if state.place not in ends]
        else:
            reached = [new for state in states for new in _reach(state, step, ends, view, negators)]
            states = _distinct(reached + states if step.optional else reached)
        if not states:
            return None
    best = next((state for state in states if not state.crossed), states[0])
    return Span(min(best.used), max(best.used) + 1, best.used, best.crossed)


def _reach(
    state: _State, step: Step, ends: Ends, view: View, negators: AbstractSet[int]
) -> list[_State]:
    place = state.place
    over = step.gap == 0 and place in negators
    last = min(place + step.gap + over, len(view.words) - 1)
    starts = [start for start in range(place, last + 1) if start in ends]
    if not starts:
        return []
    furthest = view.sentence(place - 1) + step.crosses
    return [
        _State(
            end,
            state.number if view.values[start] is None else view.values[start],
            state.used.union(range(start, end)),
            state.crossed or (over and start > place),
        )
        for start in starts
        if view.sentence(start) <= furthest and not (step.smaller and _no_less(state, start, view))
        for end in ends[start]
    ]


def _no_less(state: _State, start: int, view: View) -> bool:
    """True if the word is no number, or none below the last one."""
    value = view.values[start]
    return value is None or state.number is None or value >= state.number


def _distinct(states: list[_State]) -> list[_State]:
    seen: dict[tuple[int, float | None, bool], _State] = {}
    for state in states:
        seen.setdefault((state.place, state.number, state.crossed), state)
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
                crossed = span.crossed or other.crossed
                found.append(Span(*both, span.used | other.used, crossed))
                break
    return found
