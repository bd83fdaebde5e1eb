"""Rules at work: the steps of a phrase are followed through the classes found in a view.

Bounded: a gap reaches a fixed number of words, a phrase keeps a fixed number of spans, so the work
grows with the text and never faster.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from workervoice.triage.automaton import Ends, Found, bits_of
from workervoice.triage.grammar import NEAR, WITH, WITHOUT
from workervoice.triage.view import View

MOST_SPANS = 32  # of one phrase in one text; the rest says nothing new
MOST_STARTS = 1000  # places where a phrase is tried; no honest text has more

NO_WORDS: frozenset[int] = frozenset()


class Span(NamedTuple):
    """Words [start, end) that a phrase matched; `used` are the words that a step matched."""

    start: int
    end: int
    used: frozenset[int]
    crossed: bool = False  # it matched only over a negator, "are not beaten" for "are beaten"


class Move(NamedTuple):
    """A step of a phrase over a numbered class: see `grammar.Step`."""

    kind: int
    gap: int
    crosses: bool
    optional: bool
    absent: bool
    smaller: bool
    opening: bool

    @property
    def required(self) -> bool:
        return not self.optional and not self.absent


class Phrase(NamedTuple):
    """A compiled phrase."""

    names: tuple[tuple[str, str], ...]
    weak: bool
    parts: tuple[tuple[str, tuple[Move, ...]], ...]


class Index:
    """Phrases by the class that each needs and that is seen least, so that most are never looked
    at. They come as they were stored, and are unfolded when they are first possible.

    What is present in a text is a number with a bit for each class.
    """

    def __init__(self, rows: Sequence[Any], by_key: Mapping[int, Sequence[int]]) -> None:
        self._rows = rows
        self._by_key = by_key
        self._keys = bits_of(by_key)
        self._needs: dict[int, int] = {}
        self._unfolded: dict[int, Phrase] = {}

    def possible(self, present: int) -> list[Phrase]:
        """The phrases that have all they need, in the order of the pack."""
        if not self._keys & present:
            return []
        return [self._phrase(number) for number in sorted(self._numbers(present))]

    def any_possible(self, present: int) -> bool:
        """True if there is one."""
        if not self._keys & present:
            return False
        return next(self._numbers(present), None) is not None

    def _numbers(self, present: int) -> Iterator[int]:
        keys, needed = self._keys & present, self._needs
        while keys:
            low = keys & -keys
            keys ^= low
            for number in self._by_key[low.bit_length() - 1]:
                needs = needed.get(number)
                if needs is None:
                    needed[number] = needs = bits_of(self._rows[number][3])
                if needs & present == needs:
                    yield number

    def _phrase(self, number: int) -> Phrase:
        phrase = self._unfolded.get(number)
        if phrase is None:
            names, weak, parts, _ = self._rows[number]
            unfolded = tuple((joiner, tuple(map(Move._make, moves))) for joiner, moves in parts)
            self._unfolded[number] = phrase = Phrase(names, weak, unfolded)
        return phrase


def match(
    phrase: Phrase, found: Found, view: View, near: int, negators: AbstractSet[int] = NO_WORDS
) -> list[Span]:
    """Every span of a phrase in a view, in order. One of `negators` may stand between two steps."""
    spans: list[Span] = []
    for joiner, moves in phrase.parts:
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
    moves: tuple[Move, ...], found: Found, view: View, negators: AbstractSet[int]
) -> list[Span]:
    if len(moves) == 1 and not moves[0].opening:
        return _words(found.spans(moves[0].kind))
    rest = [(move, found.ends(move.kind)) for move in moves[1:]]
    near = rest[0][1] if rest and rest[0][0].required else None
    furthest = rest[0][0].gap + 2 if rest else 0  # a negator may stand between
    spans: list[Span] = []
    for start, end in found.spans(moves[0].kind)[:MOST_STARTS]:
        if moves[0].opening and not view.opens(start):
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


def _words(places: list[tuple[int, int]]) -> list[Span]:
    return [Span(start, end, frozenset(range(start, end))) for start, end in places[:MOST_SPANS]]


class _State(NamedTuple):
    """How far a phrase was followed: the next word, the last number, the words used."""

    place: int
    number: float | None
    used: frozenset[int]
    crossed: bool = False


def _follow(
    rest: Iterable[tuple[Move, Ends]], view: View, first: _State, negators: AbstractSet[int]
) -> Span | None:
    states = [first]
    for move, ends in rest:
        if move.absent:
            states = [state for state in states if state.place not in ends]
        else:
            reached = [new for state in states for new in _reach(state, move, ends, view, negators)]
            states = _distinct(reached + states if move.optional else reached)
        if not states:
            return None
    best = next((state for state in states if not state.crossed), states[0])
    return Span(min(best.used), max(best.used) + 1, best.used, best.crossed)


def _reach(
    state: _State, move: Move, ends: Ends, view: View, negators: AbstractSet[int]
) -> list[_State]:
    place = state.place
    over = move.gap == 0 and place in negators
    last = min(place + move.gap + over, len(view.words) - 1)
    starts = [start for start in range(place, last + 1) if start in ends]
    if not starts:
        return []
    furthest = view.sentence(place - 1) + move.crosses
    return [
        _State(
            end,
            state.number if view.values[start] is None else view.values[start],
            state.used.union(range(start, end)),
            state.crossed or (over and start > place),
        )
        for start in starts
        if view.sentence(start) <= furthest and not (move.smaller and _no_less(state, start, view))
        for end in ends[start]
    ]


def _no_less(state: _State, start: int, view: View) -> bool:
    """True if the word is no number, or none below the last one."""
    value = view.values[start]
    return value is None or state.number is None or value >= state.number


def _distinct(states: list[_State]) -> list[_State]:
    if len(states) < 2:
        return states
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
