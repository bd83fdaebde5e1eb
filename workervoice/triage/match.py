"""Matching: a text and all packs become evidence. Every pack whose script occurs is asked.

No pack waits for language detection. The order of what is found never depends on hashing: evidence
is sorted by place, item and rule.
"""

from __future__ import annotations

from collections.abc import Iterable

from workervoice.message import Evidence
from workervoice.triage.automaton import Automaton
from workervoice.triage.compiled import Lexicon
from workervoice.triage.hits import Hit, hits_of, spans_of
from workervoice.triage.ilo import ITEMS
from workervoice.triage.lexicon import DENIAL, Pack
from workervoice.triage.normalise import Token, scripts_of, tokens_of
from workervoice.triage.view import View

MOST_EVIDENCE = 400  # of one text


class Matcher:
    """All packs, ready to read texts. Immutable once built."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self._lexicons = [Lexicon(pack) for pack in packs]
        self._automaton = Automaton([lexicon.classes for lexicon in self._lexicons])

    def read(self, text: str) -> tuple[Evidence, ...]:
        """All evidence in a text, sorted by place. Never raises."""
        scripts = scripts_of(text)
        tokens = tokens_of(text)
        evidence: list[Evidence] = []
        for number, lexicon in enumerate(self._lexicons):
            if tokens and lexicon.pack.scripts & scripts:
                evidence.extend(self._read_as(number, lexicon, tokens))
        pooled = _pooled(evidence)
        pooled.sort(key=lambda e: (e.start, e.end, e.item, e.rule))
        return tuple(pooled[:MOST_EVIDENCE])

    def _read_as(self, number: int, lexicon: Lexicon, tokens: tuple[Token, ...]) -> list[Evidence]:
        view = lexicon.reader.view(tokens)
        said = self._automaton.read(view, number)
        lexicon.add_numbers(said, view)
        if not (lexicon.index.possible(said) or lexicon.denials.possible(said)):
            return []  # most packs of a script have nothing to say of a text
        idioms = spans_of(lexicon.idioms, said, view, lexicon.pack.near)
        found = said.without({index for span in idioms for index in span.used}) if idioms else said
        return _with_danger([_evidence(hit, view) for hit in hits_of(lexicon, found, view, said)])


def _evidence(hit: Hit, view: View) -> Evidence:
    start = view.tokens[hit.span.start].start
    end = view.tokens[hit.span.end - 1].end
    return Evidence(hit.item, start, end, hit.rule, hit.denied)


def _pooled(evidence: list[Evidence]) -> list[Evidence]:
    """Evidence of all packs, without what another pack read more of and found denied.

    "We do not work 12 hours" is denied in English, whatever "12 hours" alone is in Bangla.
    """
    denied: dict[str, list[Evidence]] = {}
    for found in evidence:
        if found.denied:
            denied.setdefault(_subject(found), []).append(found)
    return [
        e for e in evidence if e.denied or not any(_read(d, e) for d in denied.get(_subject(e), ()))
    ]


def _subject(evidence: Evidence) -> str:
    item = ITEMS[evidence.item]
    return item.code if item.protected else item.indicator or item.code


def _read(larger: Evidence, smaller: Evidence) -> bool:
    """True if another pack read all the words of a hit, and more or as many, and may deny it."""
    inside = larger.start <= smaller.start and smaller.end <= larger.end
    pack, _, rule = larger.rule.partition("/")
    may = not ITEMS[smaller.item].protected or DENIAL not in rule
    return inside and may and not smaller.rule.startswith(f"{pack}/")


def _with_danger(evidence: list[Evidence]) -> list[Evidence]:
    """Adds imminent danger where an item means it: the same words, the same rule."""
    told = {(e.start, e.end) for e in evidence if e.item == "imminent_danger"}
    for found in tuple(evidence):
        place = found.start, found.end
        if ITEMS[found.item].danger and place not in told:
            told.add(place)
            evidence.append(Evidence("imminent_danger", *place, found.rule, found.denied))
    return evidence
