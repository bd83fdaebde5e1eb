"""Hits: what one pack finds in one view, and what of it is reported, denied or left out.

A hit is denied by a negator, by a safe phrase or by a phrase of its item that says the contrary.
Only a negator can deny violence, threats, a child or danger: what is well elsewhere in a message
never takes those away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from workervoice.triage.automaton import Found
from workervoice.triage.compiled import Guard, Lexicon
from workervoice.triage.ilo import ITEMS
from workervoice.triage.lexicon import MESSAGE, SENTENCE
from workervoice.triage.negation import Denier
from workervoice.triage.rules import Index, Span, match
from workervoice.triage.view import View


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of an item, found at some words."""

    item: str
    rule: str
    span: Span
    denied: bool
    weak: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where safe phrases of a group stand."""

    guard: Guard
    sides: frozenset[int]
    sentences: frozenset[int]


def hits_of(lexicon: Lexicon, found: Found, view: View, said: Found) -> list[Hit]:
    """Every hit of a pack, settled: at most one for each item and stretch of words.

    `found` is what was `said` without idioms; what they cover may still say the contrary ("we keep
    our own passports").
    """
    denier = Denier(lexicon, found, view)
    places = _places(lexicon, found, view, denier)
    asides = [place for place in places if place.guard.aside]
    safe = [place for place in places if not place.guard.aside]
    told, crossed = _told(lexicon, found, view, denier)
    contrary = _contrary(lexicon, said, view, denier)
    told, denials = (
        [hit for hit in group if not _within(hit, asides, view, denier)]
        for group in (told, contrary + crossed)
    )
    told = [
        replace(hit, denied=True)
        if not hit.denied and _is_safe(hit, safe, contrary, view, denier)
        else hit
        for hit in told
    ]
    doubted = {side for place in safe for side in place.sides}
    kept = _settle(_said(told, denials, doubted, denier))
    return kept + _apart(_settle(denials), kept)


def spans_of(index: Index, found: Found, view: View, near: int) -> list[Span]:
    """Every span of the rules of an index."""
    return [span for rule in index.possible(found.bits) for span in match(rule, found, view, near)]


def _told(
    lexicon: Lexicon, found: Found, view: View, denier: Denier
) -> tuple[list[Hit], list[Hit]]:
    """Hits of the items' phrases, and those found only over a negator, which deny."""
    near = lexicon.near
    matched = [
        (rule, span)
        for rule in lexicon.index.possible(found.bits)
        for span in match(rule, found, view, near, denier.negators)
    ]
    taken = {i for rule, span in matched if not (rule.weak or span.crossed) for i in span.used}
    told, crossed = [], []
    for rule, span in matched:
        if span.crossed:
            if not rule.weak and denier.inner(span) - taken:
                crossed += [Hit(item, name, span, denied=True) for item, name in rule.names]
        else:
            denied = denier.denies(span, taken)
            told += [Hit(item, name, span, denied, rule.weak) for item, name in rule.names]
    return told, crossed


def _contrary(lexicon: Lexicon, found: Found, view: View, denier: Denier) -> list[Hit]:
    """Phrases that say the contrary of an item, unless they are denied or hedged themselves."""
    return [
        Hit(item, name, span, denied=True)
        for rule in lexicon.denials.possible(found.bits)
        for span in match(rule, found, view, lexicon.near)
        if not denier.denies(span) and not denier.hedged(span)
        for item, name in rule.names
    ]


def _places(lexicon: Lexicon, found: Found, view: View, denier: Denier) -> list[_Place]:
    places = []
    for guard in lexicon.guards:
        matched = spans_of(guard.phrases, found, view, lexicon.near)
        spans = [span for span in matched if not denier.denies(span)]
        if spans:
            sides = frozenset(side for span in spans for side in denier.sides(span))
            sentences = frozenset(view.sentence(span.start) for span in spans)
            places.append(_Place(guard, sides, sentences))
    return places


def _within(hit: Hit, places: Iterable[_Place], view: View, denier: Denier) -> bool:
    """True if a group that names the item reaches the hit."""
    return any(
        hit.item in place.guard.items
        and (
            place.guard.reach == MESSAGE
            or (place.guard.reach == SENTENCE and view.sentence(hit.span.start) in place.sentences)
            or denier.sides(hit.span) <= place.sides
        )
        for place in places
    )


def _is_safe(hit: Hit, safe: list[_Place], contrary: list[Hit], view: View, denier: Denier) -> bool:
    said = [other for other in contrary if _says_contrary(other, hit)]
    if ITEMS[hit.item].protected:  # by a phrase only if a negator stands in it: "no boys work here"
        return any(
            denier.negators & other.span.used - hit.span.used
            and denier.sides(other.span) == denier.sides(hit.span)
            for other in said
        )
    return bool(said) or _within(hit, safe, view, denier)


def _says_contrary(denial: Hit, hit: Hit) -> bool:
    """True if the words of a hit all lie within those of a denial of the same indicator."""
    same = ITEMS[denial.item].indicator == ITEMS[hit.item].indicator
    return same and denial.span.start <= hit.span.start and hit.span.end <= denial.span.end


def _said(told: list[Hit], denials: list[Hit], doubted: set[int], denier: Denier) -> list[Hit]:
    """Hits without the weak ones, unless only weak ones say anything.

    Next to a denial, or where the writer says that something is well (`doubted`), weak hits are a
    misreading; all but those of violence, threats, children and danger.
    """
    strong = [hit for hit in told if not hit.weak]
    if any(not hit.denied and _tells(hit.item) for hit in strong):
        return strong
    settled: dict[str | None, set[int]] = {}
    for hit in strong + denials:
        sides = denier.sides(hit.span)
        settled.setdefault(ITEMS[hit.item].indicator, set()).update(sides)
        if hit.denied:
            doubted = doubted | sides
    weak = []
    for hit in told:
        item, sides = ITEMS[hit.item], denier.sides(hit.span)
        open_to_doubt = sides & doubted and not item.protected
        if hit.weak and not open_to_doubt and not sides & settled.get(item.indicator, set()):
            weak.append(hit)
    return strong + weak


def _tells(code: str) -> bool:
    return ITEMS[code].indicator is not None or ITEMS[code].protected


def _settle(hits: list[Hit]) -> list[Hit]:
    """One hit for each stretch of words and item: the longest, denied if any of them is."""
    by_item: dict[str, list[Hit]] = {}
    for hit in hits:
        by_item.setdefault(hit.item, []).append(hit)
    settled: list[Hit] = []
    for _, group in sorted(by_item.items()):
        group.sort(key=lambda h: (h.span.start, -h.span.end, h.rule))
        reach = -1
        for hit in group:
            if hit.span.start < reach:
                last = settled[-1]
                span = _union(last.span, hit.span) if hit.span.end > last.span.end else last.span
                settled[-1] = replace(last, span=span, denied=last.denied or hit.denied)
            else:
                settled.append(hit)
            reach = settled[-1].span.end
    return settled


def _union(left: Span, right: Span) -> Span:
    return Span(left.start, max(left.end, right.end), left.used | right.used)


def _apart(denials: list[Hit], kept: list[Hit]) -> list[Hit]:
    """The denials that stand where nothing else is said of the same item."""
    return [
        denial
        for denial in denials
        if not any(
            hit.item == denial.item
            and hit.span.start < denial.span.end
            and denial.span.start < hit.span.end
            for hit in kept
        )
    ]
