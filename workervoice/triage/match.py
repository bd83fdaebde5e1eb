"""Matching: a text and all packs become evidence. Every pack whose script occurs is asked.

No pack waits for language detection. The order of what is found never depends on hashing: evidence
is sorted by place, item and rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workervoice.message import Evidence
from workervoice.triage.automaton import Automaton, Classes, Found
from workervoice.triage.clock import Clock, shifts
from workervoice.triage.grammar import range_of
from workervoice.triage.ilo import ITEMS
from workervoice.triage.lexicon import Pack, Safe
from workervoice.triage.negation import CONDITION_REACH, Denier
from workervoice.triage.normalise import Token, scripts_of, tokens_of
from workervoice.triage.rules import Compiled, Index, Span, compile_rule, match
from workervoice.triage.view import Reader, View

MOST_EVIDENCE = 400  # of one text


@dataclass(frozen=True, slots=True)
class _Hit:
    item: str
    rule: str
    span: Span
    denied: bool
    weak: bool = False


@dataclass(frozen=True, slots=True)
class _Guard:
    safe: Safe
    rules: tuple[Compiled, ...]


class _Lexicon:
    """One pack, its phrases compiled."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.classes = classes = Classes()
        self.index = Index(compile_rule(rule, classes) for rule in pack.rules)
        self.idioms = Index(compile_rule(rule, classes) for rule in pack.idioms)
        self.guards = [
            _Guard(safe, tuple(compile_rule(rule, classes) for rule in safe.rules))
            for safe in pack.safe
        ]
        self.negators = classes.number(pack.negation.words)
        self.stops = classes.number(pack.negation.stops)
        self.conditions = classes.number(pack.negation.conditions)
        clock = pack.clock
        self.clock = tuple(classes.number(words) for words in (clock.am, clock.pm, clock.to))
        self.points = [(classes.number((word,)), hour) for word, hour in clock.points.items()]
        classes.reader = Reader(pack.spelling, *self._vocabulary())
        self.ranges = classes.ranges()

    def _vocabulary(self) -> tuple[list[str], list[str]]:
        words = [w for _, group in self.classes.each() for w in group if not range_of(w)]
        stems = [word.rstrip("*") for word in words if word.endswith("*")]
        return [word for word in words if not word.endswith("*")], stems

    def add_numbers(self, found: Found, view: View) -> None:
        """Classes of numbers and of shifts, which no automaton can find."""
        kinds_of: dict[float, tuple[int, ...]] = {}
        for index, value in enumerate(view.values):
            if value is not None:
                if value not in kinds_of:
                    kinds_of[value] = self._holding(value, shift=False)
                found.add(f"<{value}>", kinds_of[value], index, index + 1)
        for start, end, hours in shifts(view, self._clock(found)):
            found.add(f"<shift {hours}>", self._holding(hours, shift=True), start, end)

    def _holding(self, value: float, *, shift: bool) -> tuple[int, ...]:
        """The classes whose range holds a value."""
        return tuple(
            kind
            for kind, is_shift, low, high in self.ranges
            if is_shift is shift and low <= value <= high
        )

    def _clock(self, found: Found) -> Clock:
        am, pm, to = (found.ends(kind) for kind in self.clock)
        points = {
            start: (max(ends), hour)
            for kind, hour in self.points
            for start, ends in found.ends(kind).items()
        }
        return Clock(am, pm, to, points)


class Matcher:
    """All packs, ready to read texts. Immutable once built."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self._lexicons = [_Lexicon(pack) for pack in packs]
        self._automaton = Automaton([lexicon.classes for lexicon in self._lexicons])

    def read(self, text: str) -> tuple[Evidence, ...]:
        """All evidence in a text, sorted by place. Never raises."""
        scripts = scripts_of(text)
        tokens = tokens_of(text)
        evidence: list[Evidence] = []
        for number, lexicon in enumerate(self._lexicons):
            if tokens and lexicon.pack.scripts & scripts:
                evidence.extend(self._read_as(number, lexicon, tokens))
        evidence.sort(key=lambda e: (e.start, e.end, e.item, e.rule))
        return tuple(evidence[:MOST_EVIDENCE])

    def _read_as(self, number: int, lexicon: _Lexicon, tokens: tuple[Token, ...]) -> list[Evidence]:
        reader = lexicon.classes.reader
        if reader is None:
            return []
        view = reader.view(tokens)
        found = self._automaton.read(view, number)
        lexicon.add_numbers(found, view)
        near = lexicon.pack.near
        idioms = _spans(lexicon.idioms.possible(found), found, view, near)
        if idioms:
            found = found.without({index for span in idioms for index in span.used})
        safe = _safe_places(lexicon, found, view)
        hits = _settle(_said(_hits(lexicon, found, view), calm=bool(safe)), safe, view)
        return _with_danger([_evidence(hit, view) for hit in hits])


def _spans(rules: Iterable[Compiled], found: Found, view: View, near: int) -> list[Span]:
    needed = (rule for rule in rules if rule.needs <= found.kinds)
    return [span for rule in needed for span in match(rule, found, view, near)]


def _hits(lexicon: _Lexicon, found: Found, view: View) -> list[_Hit]:
    near = lexicon.pack.near
    matched = [
        (rule, span)
        for rule in lexicon.index.possible(found)
        for span in match(rule, found, view, near)
    ]
    taken = {i for rule, span in matched if not rule.rule.weak for i in span.used}
    denier = _denier(lexicon, found, view)
    return [
        _Hit(item, name, span, denier.denies(span, taken), rule.rule.weak)
        for rule, span in matched
        for item, name in rule.rule.names
    ]


def _said(hits: list[_Hit], *, calm: bool) -> list[_Hit]:
    """Hits without the weak ones, unless only weak ones say anything.

    Where a stronger hit is denied, or the writer says that something is well (`calm`), weak hits
    are a misreading; all but those of violence, threats, children and danger.
    """
    strong = [hit for hit in hits if not hit.weak]
    if any(not hit.denied and _tells(hit.item) for hit in strong):
        return strong
    settled = {ITEMS[hit.item].indicator for hit in strong}
    doubted = calm or any(hit.denied for hit in strong)
    return strong + [
        hit
        for hit in hits
        if hit.weak
        and ITEMS[hit.item].indicator not in settled
        and (ITEMS[hit.item].protected or not doubted)
    ]


def _tells(code: str) -> bool:
    return ITEMS[code].indicator is not None or ITEMS[code].protected


def _denier(lexicon: _Lexicon, found: Found, view: View) -> Denier:
    stops = _indices(found, lexicon.stops)
    conditions = _indices(found, lexicon.conditions)
    negators = {
        index
        for index in _indices(found, lexicon.negators)
        if not any(index - away in conditions for away in range(1, CONDITION_REACH + 1))
    }
    return Denier(view, lexicon.pack.negation, negators, stops)


def _indices(found: Found, kind: int) -> set[int]:
    return {index for start, end in found.spans(kind) for index in range(start, end)}


def _safe_places(lexicon: _Lexicon, found: Found, view: View) -> list[tuple[Safe, set[int]]]:
    denier = _denier(lexicon, found, view)
    places = []
    for guard in lexicon.guards:
        matched = _spans(guard.rules, found, view, lexicon.pack.near)
        spans = [span for span in matched if not denier.denies(span, set())]
        if spans:
            places.append((guard.safe, {view.sentence(span.start) for span in spans}))
    return places


def _settle(hits: list[_Hit], safe: list[tuple[Safe, set[int]]], view: View) -> list[_Hit]:
    """One hit for each stretch of words and item: the longest, denied if any of them is."""
    by_item: dict[str, list[_Hit]] = {}
    for hit in hits:
        by_item.setdefault(hit.item, []).append(hit)
    settled: list[_Hit] = []
    for item, group in sorted(by_item.items()):
        group.sort(key=lambda h: (h.span.start, -h.span.end, h.rule))
        reach = -1
        for hit in group:
            denied = hit.denied or _is_safe(hit, safe, view)
            if hit.span.start < reach:
                last = settled[-1]
                settled[-1] = _Hit(item, last.rule, last.span, last.denied or denied)
                longer = hit.span.end > last.span.end
                if longer:
                    settled[-1] = _Hit(
                        item, last.rule, _union(last.span, hit.span), last.denied or denied
                    )
                    reach = hit.span.end
            else:
                settled.append(_Hit(item, hit.rule, hit.span, denied))
                reach = hit.span.end
    return settled


def _union(left: Span, right: Span) -> Span:
    return Span(left.start, max(left.end, right.end), left.used | right.used)


def _is_safe(hit: _Hit, safe: list[tuple[Safe, set[int]]], view: View) -> bool:
    return any(
        hit.item in group.items and (group.whole_message or view.sentence(hit.span.start) in where)
        for group, where in safe
    )


def _evidence(hit: _Hit, view: View) -> Evidence:
    start = view.tokens[hit.span.start].start
    end = view.tokens[hit.span.end - 1].end
    return Evidence(hit.item, start, end, hit.rule, hit.denied)


def _with_danger(evidence: list[Evidence]) -> list[Evidence]:
    """Adds imminent danger where an item means it: the same words, the same rule."""
    told = {(e.start, e.end) for e in evidence if e.item == "imminent_danger"}
    for found in tuple(evidence):
        place = found.start, found.end
        if ITEMS[found.item].danger and place not in told:
            told.add(place)
            evidence.append(Evidence("imminent_danger", *place, found.rule, found.denied))
    return evidence
