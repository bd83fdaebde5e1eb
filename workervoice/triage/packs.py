"""Packs: language files become lexicons, and prove themselves on their own examples.

A pack is written by people who do not program: see `grammar` for what they may write. Adding a
language needs a file and no code.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workervoice.errors import PackError
from workervoice.triage import ilo
from workervoice.triage.grammar import WEAK, Slots, parse
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
    Pack,
    Rule,
    Safe,
    Spelling,
)
from workervoice.triage.match import Matcher
from workervoice.triage.normalise import SCRIPTS
from workervoice.triage.packfile import Value, open_pack

DIRECTORY = Path(__file__).with_name("packs")
_FIELDS = frozenset(
    [
        "language",
        "status",
        "version",
        "scripts",
        "near",
        "sms",
        "common",
        "endings",
        "possessive",
        "fuzzy",
        "numbers",
        "clock",
        "slots",
        "negation",
        "idioms",
        "safe",
        "asides",
        "items",
    ]
)
_NEGATION = frozenset({"words", "scope", "window", "stops", "conditions", "contrasts", "hedges"})
_ITEM = frozenset({"phrases", "denies", "hits", "denied", "not"})
_REQUIRED = ("language", "status", "version", "scripts", "items")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a pack, and where."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


def load(path: Path) -> Pack:
    """Read one pack. Raises `PackError` naming file, line and reason."""
    root, raw = open_pack(path)
    fields = root.fields(_FIELDS)
    for name in _REQUIRED:
        if name not in fields:
            raise root.wrong(f'"{name}" is missing')
    reader = _Reader(path.stem, fields)
    number = fields["version"].text()
    rules, denials, examples = reader.items()
    return Pack(
        name=path.stem,
        file=path.name,
        language=fields["language"].text(),
        status=_one_of(fields["status"], ("reviewed", "draft")),
        version=f"{number}:{hashlib.sha256(raw).hexdigest()[:12]}",
        scripts=frozenset(_one_of(script, SCRIPTS) for script in fields["scripts"].each()),
        near=fields["near"].whole() if "near" in fields else 6,
        spelling=reader.spelling(),
        negation=reader.negation(),
        clock=reader.clock(),
        idioms=reader.idioms(),
        safe=reader.safe("safe") + reader.safe("asides"),
        rules=rules,
        denials=denials,
        examples=examples,
    )


def load_all(directory: Path | None = None) -> tuple[Pack, ...]:
    """Every pack of a directory, in the order of their names."""
    found = sorted((directory or DIRECTORY).glob("*.yaml"))
    if not found:
        raise PackError("no language pack was found")
    return tuple(load(path) for path in found)


def check(pack: Pack) -> list[Problem]:
    """Try a pack on its own examples. An empty list means that all of them hold."""
    matcher = Matcher((pack,))
    problems = []
    for example in pack.examples:
        evidence = matcher.read(example.text)
        hits = {e.item for e in evidence if not e.denied}
        if (example.item in hits) != example.hit:
            wanted = "must report" if example.hit else "must not report"
            reason = f'"{example.text}" {wanted} {example.item}; it reports {sorted(hits)}'
            problems.append(Problem(pack.file, example.line, reason))
        if example.denied and not any(e.denied and e.item == example.item for e in evidence):
            reason = f'"{example.text}" must deny {example.item}'
            problems.append(Problem(pack.file, example.line, reason))
    return problems + _unproven(pack)


def _unproven(pack: Pack) -> list[Problem]:
    """Items with phrases, or with denials, that no example proves."""
    problems = []
    for rules, proven, missing in (
        (pack.rules, {e.item for e in pack.examples if e.hit}, "hits"),
        (pack.denials, {e.item for e in pack.examples if e.denied}, "denied"),
    ):
        for rule in rules:
            for item, _ in rule.names:
                if item not in proven:
                    proven.add(item)
                    reason = f"{item} has no example in {missing}"
                    problems.append(Problem(pack.file, rule.line, reason))
    return problems


def _one_of(value: Value, allowed: tuple[str, ...] | frozenset[str]) -> str:
    if value.text() not in allowed:
        raise value.wrong(f'"{value.text()}" is not one of {", ".join(sorted(allowed))}')
    return value.text()


def _examples(codes: list[str], parts: dict[str, Value]) -> Iterator[Example]:
    for name in ("hits", "denied", "not"):
        for text in parts[name].each() if name in parts else ():
            for code in codes:
                yield Example(code, text.text(), name == "hits", text.line, name == "denied")


class _Reader:
    """Turns the sections of one file into values."""

    def __init__(self, name: str, fields: dict[str, Value]) -> None:
        self._name, self._fields = name, fields
        self._slots = self._read_slots()

    def _read_slots(self) -> Slots:
        slots: Slots = {}
        if "slots" not in self._fields:
            return slots
        for key, value in self._fields["slots"].entries():
            words: list[str] = []
            for entry in value.each():
                text = entry.text()
                if text.startswith("{"):
                    if text[1:-1] not in slots:
                        raise entry.wrong(f"{text} is not a slot defined above")
                    words.extend(slots[text[1:-1]])
                else:
                    words.append(text)
            slots[key.text()] = tuple(dict.fromkeys(words))
        return slots

    def _rule(self, value: Value, names: tuple[tuple[str, str], ...]) -> Rule:
        weak = value.text().startswith(WEAK)
        phrase = value.text().removeprefix(WEAK)
        try:
            return Rule(names, parse(phrase, self._slots), value.line, weak)
        except ValueError as exc:
            raise value.wrong(str(exc)) from None

    def items(self) -> tuple[tuple[Rule, ...], tuple[Rule, ...], tuple[Example, ...]]:
        """Phrases that report, phrases that deny, and the examples of both."""
        rules: list[Rule] = []
        denials: list[Rule] = []
        examples: list[Example] = []
        counts: Counter[str] = Counter()
        for key, body in self._fields["items"].entries():
            codes = [code.strip() for code in key.text().split(",")]
            if unknown := [code for code in codes if code not in ilo.ITEMS]:
                raise key.wrong(f'"{unknown[0]}" is not an item of {ilo.VERSION}')
            parts = body.fields(_ITEM)
            for kind, sign, found in (("phrases", PHRASE, rules), ("denies", DENIAL, denials)):
                for phrase in parts[kind].each() if kind in parts else ():
                    counts.update(code + sign for code in codes)
                    names = [(c, f"{self._name}/{c}{sign}{counts[c + sign]}") for c in codes]
                    found.append(self._rule(phrase, tuple(names)))
            examples.extend(_examples(codes, parts))
        return tuple(rules), tuple(denials), tuple(examples)

    def idioms(self) -> tuple[Rule, ...]:
        listed = self._fields["idioms"].each() if "idioms" in self._fields else ()
        return tuple(self._rule(value, ()) for value in listed)

    def safe(self, section: str) -> tuple[Safe, ...]:
        """The groups of "safe" or of "asides"."""
        groups = []
        for value in self._fields[section].each() if section in self._fields else ():
            fields = value.fields(frozenset({"items", "phrases", "reach"}))
            items = [self._safe_item(item) for item in fields["items"].each()]
            rules = tuple(self._rule(phrase, ()) for phrase in fields["phrases"].each())
            reach = SIDE
            if "reach" in fields:
                reach = _one_of(fields["reach"], (SIDE, SENTENCE, MESSAGE))
            groups.append(Safe(frozenset().union(*items), rules, reach, section == "asides"))
        return tuple(groups)

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
        fields = self._fields["negation"].fields(_NEGATION)
        return Negation(
            words=fields["words"].words(),
            scope=_one_of(fields["scope"], (BEFORE, AFTER, BOTH)) if "scope" in fields else BEFORE,
            window=fields["window"].whole() if "window" in fields else 3,
            stops=self._opened(fields["stops"]) if "stops" in fields else (),
            conditions=fields["conditions"].words() if "conditions" in fields else (),
            contrasts=fields["contrasts"].words() if "contrasts" in fields else (),
            hedges=fields["hedges"].words() if "hedges" in fields else (),
        )

    def _opened(self, value: Value) -> tuple[str, ...]:
        words: list[str] = []
        for word in value.words():
            words.extend(self._slots.get(word[1:-1], ()) if word.startswith("{") else (word,))
        return tuple(words)

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
            fuzzy="fuzzy" not in fields or _one_of(fields["fuzzy"], ("yes", "no")) == "yes",
        )
