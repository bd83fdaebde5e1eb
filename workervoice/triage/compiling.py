"""Compiling: a pack becomes tables of numbered word classes, and all packs one set of words.

Slow, and done once for a set of packs: `sets` keeps the outcome on disk.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workervoice.errors import PackError
from workervoice.triage.alike import Alike
from workervoice.triage.automaton import NUMBERS, Automaton, machine_of, members_of, row
from workervoice.triage.grammar import WITHOUT, range_of
from workervoice.triage.lexicon import Pack, Rule
from workervoice.triage.normalise import RANGE_SIGN, joined, tokens_of
from workervoice.triage.ranges import Ranges
from workervoice.triage.view import SHORTEST_FUZZY, SHORTEST_STEM, Reader, Tables
from workervoice.triage.words import small_words

Words = tuple[str, ...]  # of a class, as an author wrote them
_MOST_CLASSES = 60_000  # a number of one has two bytes
_NEVER_A_KEY = 1 << 30  # a class of numbers only: no word of a text tells that it is there


class _Classes:
    """The word classes of one pack, each with a number of its own."""

    def __init__(self) -> None:
        self.numbers: dict[Words, int] = {}

    def number(self, words: Words) -> int:
        """The number of a class; the same words have the same number."""
        return self.numbers.setdefault(words, len(self.numbers))

    def refuse_too_many(self, file: str) -> None:
        """Raises `PackError` if there are more classes than can be numbered."""
        if len(self.numbers) > _MOST_CLASSES:
            raise PackError(f"more than {_MOST_CLASSES} different lists of words", file)

    def by_word(self) -> dict[str, list[int]]:
        """The classes that each word belongs to: often a hundred."""
        found: dict[str, list[int]] = {}
        for words, number in self.numbers.items():
            for word in words:
                found.setdefault(word, []).append(number)
        return found


def set_of(packs: Iterable[Pack]) -> dict[str, Any]:
    """The tables of all packs, and the words of all of them for one automaton."""
    tables = []
    owners, keyed = defaultdict[str, dict[int, bytes]](dict), Counter[str]()
    for number, pack in enumerate(packs):
        told, atoms = _tables_of(pack)
        tables.append(told)
        keys = _keys(told)
        for atom, kinds in atoms.items():
            owners[atom][number] = _packed(kinds)
            if not keys.isdisjoint(kinds):
                keyed[atom] |= 1 << number
    alike = Alike()
    words = [alike.row(row(atom, owned, keyed[atom])) for atom, owned in sorted(owners.items())]
    machine = machine_of(words)
    told = alike.one({"packs": tables, "lexis": _lexis(tables)})
    return {**told, "words": words, "machine": machine}


def _keys(told: Mapping[str, Any]) -> frozenset[int]:
    """The classes by which the phrases of a pack are looked for."""
    return frozenset().union(told["phrases"][1], told["denials"][1])


def _tables_of(pack: Pack) -> tuple[dict[str, Any], dict[str, set[int]]]:
    """One pack's tables, and its words with their classes."""
    classes = _Classes()
    said, clock = pack.negation, pack.clock
    to = classes.number(clock.to)
    groups = {
        "phrases": _rows(pack.rules, classes, to),
        "denials": _rows(pack.denials, classes, to),
        "idioms": _rows(pack.idioms, classes, to),
    }
    guards = [(safe, _rows(safe.rules, classes, to)) for safe in pack.safe]
    heard = (said.words, said.stops, said.conditions, said.contrasts, said.hedges)
    negation = (said.scope, said.window, *map(classes.number, heard))
    classes.refuse_too_many(pack.file)
    told: dict[str, Any] = {
        "name": (pack.name, pack.version, pack.scripts),
        "near": pack.near,
        "negation": negation,
        "clock": (classes.number(clock.am), classes.number(clock.pm), to),
        "points": tuple((classes.number((word,)), hour) for word, hour in clock.points.items()),
        "ranges": _ranges(classes),
    }
    spelling = _spelling(pack, classes)
    atoms = _atoms(classes, Reader(spelling))
    told["spelling"] = tuple(spelling)
    respelt = _respelt(spelling, atoms, told["ranges"])
    told["respelt"] = {word: _packed(kinds) for word, kinds in respelt.items()}
    seen = _seen(pack, told, atoms)
    for name, rows in groups.items():
        told[name] = _indexed(rows, seen)
    told["guards"] = [
        (safe.items, safe.reach, safe.aside, _indexed(rows, seen)) for safe, rows in guards
    ]
    keys = _keys(told)
    told["respelt_keys"] = frozenset(w for w, kinds in respelt.items() if keys & kinds)
    told["keyed_by_numbers"] = any(seen[key] >= _NEVER_A_KEY for key in keys)
    return told, atoms


def _rows(rules: Iterable[Rule], classes: _Classes, to: int) -> list[Any]:
    """Each phrase as `rules.Phrase` unfolds it."""
    rows = []
    for rule in rules:
        parts, needs = [], set[int]()
        for part in rule.parts:
            moves = []
            for step in part.steps:
                kind = classes.number(step.words)
                flags = step.crosses, step.optional, step.absent, step.smaller, step.opening
                moves.append((kind, step.gap, *flags))
                if step.required and part.joiner != WITHOUT:
                    needs |= {kind, to} if _only_shifts(step.words) else {kind}
            parts.append((part.joiner, tuple(moves)))
        rows.append((rule.names, rule.weak, tuple(parts), frozenset(needs)))
    return rows


def _only_shifts(words: Words) -> bool:
    return all((limits := range_of(word)) and limits[0] for word in words)


def _ranges(classes: _Classes) -> tuple[tuple[bool, float, float, bytes], ...]:
    """(is a shift, lowest, highest, classes) for every range."""
    found = defaultdict[tuple[bool, float, float], set[int]](set)
    for words, number in classes.numbers.items():
        for word in words:
            if limits := range_of(word):
                found[limits].add(number)
    return tuple((*limits, _packed(kinds)) for limits, kinds in sorted(found.items()))


def _spelling(pack: Pack, classes: _Classes) -> Tables:
    """The tables of spelling. A word stands in many phrases, and is taken apart once."""
    spelling = pack.spelling
    used = {word for words in classes.numbers for word in words if not range_of(word)}
    words = {bare for word in used if not word.endswith("*") for bare in _full(word)}
    stems = {bare for word in used if word.endswith("*") for bare in _full(word.rstrip("*"))[-1:]}
    numbers = {_plain(word): value for word, value in spelling.numbers.items()}
    sms = {_key(short): _full(full) for short, full in spelling.sms.items()}
    replaced = {word for full in sms.values() for word in full}
    everyday = {_plain(word) for word in spelling.common | small_words(pack.language)}
    known = words | everyday | set(numbers) | replaced
    targets = defaultdict[str, list[str]](list)
    for word in sorted(words | stems) if spelling.fuzzy else ():
        if len(word) >= SHORTEST_FUZZY and word[0].isalpha():
            targets[word[0]].append(word)
    long_stems = frozenset(stem for stem in stems if len(stem) >= SHORTEST_STEM)
    return Tables(
        sms,
        frozenset(known),
        long_stems,
        dict(targets),
        spelling.endings,
        spelling.possessive,
        numbers,
        spelling.fuzzy,
    )


def _plain(word: str) -> str:
    return "".join(token.text for token in tokens_of(word))


def _full(text: str) -> tuple[str, ...]:
    """The words of a text as a view has them: without apostrophes."""
    words = (token.text.replace("'", "") for token in tokens_of(text))
    return tuple(word for word in words if word)


def _key(short: str) -> str:
    return " ".join(token.text for token in tokens_of(short)) or short


def _atoms(classes: _Classes, reader: Reader) -> dict[str, set[int]]:
    """Every word as the automaton keeps it, and its classes."""
    found = defaultdict[str, set[int]](set)
    for word, numbers in classes.by_word().items():
        text = None if range_of(word) else _atom(word, reader)
        if text:
            found[text].update(numbers)
    return dict(found)


def _atom(word: str, reader: Reader) -> str | None:
    """A word or phrase of an author with its fences; None if nothing is left of it."""
    if word == RANGE_SIGN:
        return f" {word} "
    stem = word.endswith("*")
    view = reader.view(tokens_of(word.rstrip("*")))
    if not view.words:
        return None
    text, _ = joined(view.tokens, view.words)
    if view.tokens[0].unsegmented:
        text = text.removeprefix(" ")
    return text.removesuffix(" ") if stem else text


def _respelt(
    spelling: Tables, atoms: Mapping[str, set[int]], ranges: Sequence[Any]
) -> dict[str, set[int]]:
    """For every word that is read as others, the classes that these may bring along."""
    by_word, stems = defaultdict[str, set[int]](set), defaultdict[str, set[int]](set)
    for atom, kinds in atoms.items():
        # letters of scripts without spaces are words of their own to a view
        for word in (*atom.split(), *("" if " " in atom else atom)):
            by_word[word] |= kinds
        if not atom.endswith(" "):
            stems[atom.split()[-1]] |= kinds

    def brought(word: str) -> Iterator[set[int]]:
        yield by_word.get(word, set())
        yield from (stems[word[:n]] for n in range(1, len(word) + 1) if word[:n] in stems)
        if (value := spelling.numbers.get(word)) is not None:
            yield set(Ranges(row for row in ranges if not row[0]).holding(value).members)

    respelt = [*spelling.sms.items(), *((word, (word,)) for word in spelling.numbers)]
    return {
        short: set[int]().union(*(kinds for word in full for kinds in brought(word)))
        for short, full in respelt
    }


def _seen(pack: Pack, told: Mapping[str, Any], atoms: Mapping[str, set[int]]) -> Counter[int]:
    """In how many of the pack's own examples each class occurs: how often texts may have it."""
    reader = Reader(Tables(*told["spelling"]))
    rows = [row(atom, {0: _packed(kinds)}, 0) for atom, kinds in atoms.items()]
    automaton = Automaton(rows, machine_of(rows))
    counts: Counter[int] = Counter()
    for example in pack.examples:
        view = reader.view(tokens_of(example.text))
        found = automaton.read_as(view, 0)
        counts.update(members_of(found.bits))
    numbers = {kind for *_, kinds in told["ranges"] for kind in memoryview(kinds).cast(NUMBERS)}
    counts.update(dict.fromkeys(numbers, _NEVER_A_KEY))
    return counts


def _indexed(rows: list[Any], seen: Counter[int]) -> tuple[list[Any], dict[int, tuple[int, ...]]]:
    uses = Counter(kind for *_, needs in rows for kind in needs)
    by_key = defaultdict[int, list[int]](list)
    for number, (*_, needs) in enumerate(rows):
        by_key[min(needs, key=lambda kind: (seen[kind], uses[kind], kind))].append(number)
    return rows, {key: tuple(numbers) for key, numbers in by_key.items()}


def _lexis(tables: Iterable[Mapping[str, Any]]) -> tuple[dict[str, int], dict[str, int], int]:
    """Which packs know a word, or a stem: a bit for each pack; and those that take endings off."""
    words: dict[str, int] = {}
    stems: dict[str, int] = {}
    with_endings = 0
    for number, told in enumerate(tables):
        spelling, bit = Tables(*told["spelling"]), 1 << number
        for mine, found in ((spelling.known, words), (spelling.stems, stems)):
            for word in sorted(mine):
                found[word] = found.get(word, 0) | bit
        with_endings |= bit if spelling.endings else 0
    return words, stems, with_endings


def _packed(kinds: Iterable[int]) -> bytes:
    return array(NUMBERS, sorted(kinds)).tobytes()
