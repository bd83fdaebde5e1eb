"""Matching: a text and all packs become evidence. Every pack whose script occurs is asked.

No pack waits for language detection. A pack that would read a text as it stands shares one walk of
the automaton with all others; only one that spells it otherwise, and may then find something, walks
alone. The order of what is found never depends on hashing: evidence is sorted by place, item, rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workervoice.message import Evidence
from workervoice.triage.automaton import Automaton, Found
from workervoice.triage.compiled import Lexicon, Name
from workervoice.triage.compiling import set_of
from workervoice.triage.hits import Hit, hits_of, spans_of
from workervoice.triage.ilo import ITEMS
from workervoice.triage.lexicon import DENIAL, Pack
from workervoice.triage.lexis import Lexis
from workervoice.triage.normalise import Token, scripts_of, tokens_of
from workervoice.triage.view import UNSPELT, View, forms_of

MOST_EVIDENCE = 400  # of one text


class Matcher:
    """All packs, ready to read texts. Immutable but for what it unfolds when it is first needed."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._lexicons = [Lexicon(told) for told in tables["packs"]]
        self._automaton = Automaton(tables["words"], tables["machine"])
        self._lexis = Lexis(*tables["lexis"])

    @classmethod
    def of(cls, packs: Iterable[Pack]) -> Matcher:
        """A matcher over packs that are compiled for it now."""
        return cls(set_of(packs))

    @property
    def names(self) -> tuple[Name, ...]:
        return tuple(lexicon.name for lexicon in self._lexicons)

    def read(self, text: str) -> tuple[Evidence, ...]:
        """All evidence in a text, sorted by place. Never raises."""
        tokens = tokens_of(text)
        evidence = self._read(tokens, scripts_of(text)) if tokens else []
        pooled = _pooled(evidence)
        pooled.sort(key=lambda e: (e.start, e.end, e.item, e.rule))
        return tuple(pooled[:MOST_EVIDENCE])

    def _read(self, tokens: tuple[Token, ...], scripts: frozenset[str]) -> list[Evidence]:
        plain = UNSPELT.view(tokens)
        shared = self._automaton.read(plain)
        forms, weighed = forms_of(tokens), self._lexis.weigh(plain.words)
        numbered = _has_numbers(plain)
        evidence: list[Evidence] = []
        for number, lexicon in enumerate(self._lexicons):
            if lexicon.name.scripts.isdisjoint(scripts):
                continue
            others = weighed.others(number) if lexicon.reader.tables.fuzzy else None
            corrects = others is not None or lexicon.reads_anew(forms)
            keyed = shared.keyed >> number & 1 or (numbered and lexicon.keyed_by_numbers)
            if not (corrects or keyed or lexicon.respelt_keys & forms):
                continue  # most packs of a script have nothing to say of a text
            found = None if corrects else shared.of(number)
            view = plain
            if found is None or (
                lexicon.respells(forms) and lexicon.may_say(found.bits | lexicon.respelt(forms))
            ):
                view = lexicon.reader.view(tokens, others)
                if view.words != plain.words:
                    found = self._automaton.read_as(view, number)
            hits = _hits(lexicon, found or shared.of(number), view)
            own = _own(hits, view, weighed.foreign(number)) if hits else ()
            evidence += _with_danger([_evidence(hit, view) for hit in own])
        return evidence


def _has_numbers(view: View) -> bool:
    """True if a number stands there, or a time such as 6:30."""
    pairs = zip(view.words, view.values, strict=True)
    return any(value is not None or word[0].isdecimal() for word, value in pairs)


def _hits(lexicon: Lexicon, said: Found, view: View) -> list[Hit]:
    if not lexicon.may_say(said.bits | lexicon.numeric if _has_numbers(view) else said.bits):
        return []
    lexicon.add_numbers(said, view)
    idioms = spans_of(lexicon.idioms, said, view, lexicon.near)
    found = said.without({index for span in idioms for index in span.used}) if idioms else said
    return hits_of(lexicon, found, view, said)


def _own(hits: list[Hit], view: View, foreign: frozenset[str]) -> list[Hit]:
    """The hits with at least one word that does not belong to a pack which knows the text far
    better."""
    if not foreign:
        return hits
    return [hit for hit in hits if any(_is_own(view, index, foreign) for index in hit.span.used)]


def _is_own(view: View, index: int, foreign: frozenset[str]) -> bool:
    word = view.tokens[index].text.replace("'", "")
    return word[:1].isalpha() and word not in foreign


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
