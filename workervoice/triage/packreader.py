"""The sections of a pack file, read into values. What is wrong is noted, and the rest read on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Final, TypeVar

from workervoice.errors import PackError
from workervoice.triage import ilo
from workervoice.triage.grammar import WEAK, Slots, listed, parse
from workervoice.triage.lexicon import (
    AFTER,
    BEFORE,
    BOTH,
    DENIAL,
    MESSAGE,
    PHRASE,
    SENTENCE,
    SIDE,
    Clock,
    Example,
    Negation,
    Rule,
    Safe,
    Signature,
    Spelling,
)
from workervoice.triage.packfile import Value

T = TypeVar("T")
DRAFT: Final = "draft"
REVIEWED: Final = "reviewed"
FIELDS: Final = frozenset(
    {"language", "status", "version", "signed", "scripts", "near", "sms", "common", "endings"}
    | {"possessive", "fuzzy", "numbers", "clock", "slots", "negation", "idioms", "safe", "asides"}
    | {"items"}
)
_NEGATION = frozenset({"words", "scope", "window", "stops", "conditions", "contrasts", "hedges"})
_ITEM = frozenset({"phrases", "denies", "hits", "denied", "not"})
_KINDS = (("phrases", PHRASE), ("denies", DENIAL))
_SAFE = frozenset({"items", "phrases", "reach"})
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def one_of(value: Value, allowed: tuple[str, ...] | frozenset[str]) -> str:
    """Raises `PackError` for anything else."""
    if value.text() not in allowed:
        raise value.wrong(f'"{value.text()}" is not one of {", ".join(sorted(allowed))}')
    return value.text()


def standing(fields: Mapping[str, Value]) -> tuple[int, str, tuple[Signature, ...]]:
    """The number of a version, its status, and who signed which version.

    Raises `PackError` for a pack that says it was reviewed, and that nobody signed as it is now.
    """
    number, status = fields["version"].whole(), one_of(fields["status"], (REVIEWED, DRAFT))
    signed = _signatures(fields)
    later = next((each.of for each in signed if each.of > number), None)
    if later is not None:
        raise fields["signed"].wrong(f"version {later} is signed, and this is version {number}")
    if status == REVIEWED and number not in {each.of for each in signed}:
        raise fields["status"].wrong(
            f'"status: reviewed" needs a native speaker\'s entry in "signed" of version {number}; '
            'until then write "status: draft"'
        )
    return number, status, signed


def _signatures(fields: Mapping[str, Value]) -> tuple[Signature, ...]:
    """Who signed which version. Raises `PackError`."""
    return tuple(_signature(v) for v in (fields["signed"].each() if "signed" in fields else ()))


def _signature(value: Value) -> Signature:
    parts = value.fields(frozenset({"by", "date", "of"}))
    by, day, of = (value.need(parts, name) for name in ("by", "date", "of"))
    if not by.text().strip():
        raise by.wrong("the name or role of whoever signed is missing")
    try:
        written = date.fromisoformat(day.text()) if _DAY.fullmatch(day.text()) else None
    except ValueError:
        written = None
    if written is None:
        raise day.wrong(f'"{day.text()}" is not a day such as 2026-11-22')
    return Signature(by.text().strip(), day.text(), of.whole())


def numbered(items: Value, pack: str) -> Iterator[tuple[str, Value]]:
    """Every phrase of the items as its author wrote it, under the name of its rule: counted for
    each item from 1, "en/P_documents#3"; one that denies, "en/P_documents#d3"."""
    counts: Counter[str] = Counter()
    for key, body in items.entries():
        parts = body.fields(_ITEM)
        for kind, sign in _KINDS:
            for phrase in parts[kind].each() if kind in parts else ():
                for code in key.text().split(","):
                    name = code.strip() + sign
                    counts[name] += 1
                    yield f"{pack}/{name}{counts[name]}", phrase


class Reader:
    """Turns the sections of one file into values. Faults gather in those of the root value."""

    def __init__(self, name: str, root: Value, fields: dict[str, Value]) -> None:
        self._name, self._fields, self._faults = name, fields, root.faults
        self._slots = self._read_slots()

    def tried(self, read: Callable[[], T], otherwise: T) -> T:
        """What was read; if it is wrong, that is noted, and something else given for it."""
        try:
            return read()
        except PackError as fault:
            self._faults.append(fault)
            return otherwise

    def _entries(self, value: Value) -> list[tuple[Value, Value]]:
        nothing: list[tuple[Value, Value]] = []
        return self.tried(lambda: [*value.entries()], nothing)

    def _section(self, name: str) -> Iterator[Value]:
        """The entries of a section that is a list."""
        return iter(self._listed(self._fields, name))

    def _read_slots(self) -> Slots:
        slots: Slots = {}
        if "slots" in self._fields:
            for key, value in self._entries(self._fields["slots"]):
                # A slot that is wrong stands empty, so that not every use of it is a fault, too.
                slots[key.text()] = self.tried(partial(self._slot, value, slots), ())
        return slots

    def _slot(self, value: Value, slots: Slots) -> tuple[str, ...]:
        words = self._opened(value.each(), slots)
        if not words:
            raise value.wrong("a slot needs words")
        return words

    def _opened(self, entries: Iterator[Value], slots: Slots) -> tuple[str, ...]:
        """Texts, those of slots opened."""
        words: list[str] = []
        for entry in entries:
            text = entry.text()
            if text.startswith("{"):
                if text[1:-1] not in slots:
                    raise entry.wrong(f"{text} is not a slot defined above")
                words.extend(slots[text[1:-1]])
            else:
                try:
                    words.extend(listed(text))
                except ValueError as exc:
                    raise entry.wrong(str(exc)) from None
        return tuple(dict.fromkeys(words))

    def _rule(self, value: Value, names: tuple[tuple[str, str], ...]) -> Rule:
        weak = value.text().startswith(WEAK)
        phrase = value.text().removeprefix(WEAK)
        try:
            return Rule(names, parse(phrase, self._slots), value.line, weak)
        except ValueError as exc:
            raise value.wrong(str(exc)) from None

    def _rules(self, phrases: Iterator[Value]) -> tuple[Rule, ...]:
        """Phrases without an item of their own; those that are wrong are left out."""
        return tuple(
            rule for phrase in phrases for rule in self._one(partial(self._rule, phrase, ()))
        )

    def _one(self, read: Callable[[], T]) -> list[T]:
        """What was read, or nothing where it is wrong."""
        nothing: list[T] = []
        return self.tried(lambda: [read()], nothing)

    def items(self) -> tuple[tuple[Rule, ...], tuple[Rule, ...], tuple[Example, ...]]:
        """Phrases that report, phrases that deny, and the examples of both."""
        found: dict[str, list[Rule]] = {"phrases": [], "denies": []}
        examples: list[Example] = []
        counts: Counter[str] = Counter()
        for key, body in self._entries(self._fields["items"]):
            codes = [code for listed in self._one(partial(_codes, key)) for code in listed]
            parts = {
                k: v for read in self._one(partial(body.fields, _ITEM)) for k, v in read.items()
            }
            for kind, sign in _KINDS:
                for phrase in self._listed(parts, kind):
                    counts.update(code + sign for code in codes)
                    names = tuple((c, f"{self._name}/{c}{sign}{counts[c + sign]}") for c in codes)
                    found[kind] += self._one(partial(self._rule, phrase, names))
            for kind in ("hits", "denied", "not"):
                for text in self._listed(parts, kind):
                    examples += self._examples(codes, text, kind)
        return tuple(found["phrases"]), tuple(found["denies"]), tuple(examples)

    def _listed(self, fields: dict[str, Value], name: str) -> list[Value]:
        return [v for read in self._one(fields[name].each) for v in read] if name in fields else []

    def _examples(self, codes: list[str], value: Value, kind: str) -> list[Example]:
        return [
            Example(code, text, kind == "hits", value.line, kind == "denied")
            for text in self._one(value.text)
            for code in codes
        ]

    def idioms(self) -> tuple[Rule, ...]:
        return self._rules(self._section("idioms"))

    def safe(self, section: str) -> tuple[Safe, ...]:
        """The groups of "safe" or of "asides"."""
        aside = section == "asides"
        return tuple(
            group
            for value in self._section(section)
            for group in self._one(partial(self._group, value, aside=aside))
        )

    def _group(self, value: Value, *, aside: bool) -> Safe:
        fields = value.fields(_SAFE)
        items = [self._safe_item(item) for item in value.need(fields, "items").each()]
        rules = self._rules(value.need(fields, "phrases").each())
        reach = one_of(fields["reach"], (SIDE, SENTENCE, MESSAGE)) if "reach" in fields else SIDE
        return Safe(frozenset().union(*items), rules, reach, aside)

    def _safe_item(self, value: Value) -> frozenset[str]:
        code = value.text()
        open_items = {i.code for i in ilo.ITEMS.values() if not i.protected}
        if code == "all":
            return frozenset(open_items)
        if code not in ilo.ITEMS:
            raise value.wrong(f'"{code}" is not an item of {ilo.VERSION}')
        if code not in open_items:
            raise value.wrong(f"no safe phrase may cancel {code}")
        return frozenset({code})

    def negation(self) -> Negation:
        if "negation" not in self._fields:
            return Negation()
        value = self._fields["negation"]
        fields = value.fields(_NEGATION)
        return Negation(
            words=value.need(fields, "words").words(),
            scope=one_of(fields["scope"], (BEFORE, AFTER, BOTH)) if "scope" in fields else BEFORE,
            window=fields["window"].whole() if "window" in fields else 3,
            stops=self._opened(fields["stops"].each(), self._slots) if "stops" in fields else (),
            conditions=fields["conditions"].words() if "conditions" in fields else (),
            contrasts=fields["contrasts"].words() if "contrasts" in fields else (),
            hedges=fields["hedges"].words() if "hedges" in fields else (),
        )

    def clock(self) -> Clock:
        if "clock" not in self._fields:
            return Clock()
        fields = self._fields["clock"].fields(frozenset({"am", "pm", "to", "points"}))
        points = fields["points"].entries() if "points" in fields else ()
        return Clock(
            am=fields["am"].words() if "am" in fields else (),
            pm=fields["pm"].words() if "pm" in fields else (),
            to=fields["to"].words() if "to" in fields else (),
            points={key.text(): value.number() for key, value in points},
        )

    def spelling(self) -> Spelling:
        fields = self._fields
        numbers = fields["numbers"].entries() if "numbers" in fields else ()
        return Spelling(
            sms=fields["sms"].mapping() if "sms" in fields else {},
            common=frozenset(fields["common"].words() if "common" in fields else ()),
            endings=fields["endings"].words() if "endings" in fields else (),
            possessive=fields["possessive"].text() if "possessive" in fields else "",
            numbers={key.text(): value.number() for key, value in numbers},
            fuzzy="fuzzy" not in fields or one_of(fields["fuzzy"], ("yes", "no")) == "yes",
        )


def _codes(key: Value) -> list[str]:
    codes = [code.strip() for code in key.text().split(",")]
    if unknown := [code for code in codes if code not in ilo.ITEMS]:
        raise key.wrong(f'"{unknown[0]}" is not an item of {ilo.VERSION}')
    return codes
