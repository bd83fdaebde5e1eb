"""Packs: language files become lexicons, and prove themselves on their own examples.

A pack is written by people who do not program: `docs/packs.md` teaches it, and `grammar` says what
they may write. Adding a language needs a file and no code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workervoice.errors import PackError
from workervoice.triage.lexicon import Clock, Negation, Pack, Signature, Spelling
from workervoice.triage.match import Matcher
from workervoice.triage.normalise import SCRIPTS
from workervoice.triage.packfile import DIRECTORY, Value, files, open_pack
from workervoice.triage.packreader import DRAFT, FIELDS, Reader, one_of, standing

__all__ = ["DIRECTORY", "Problem", "check", "files", "load", "load_all", "read"]
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
    """Read one pack. Raises `PackError` naming file, line and reason of the first fault."""
    found = read(path)
    if isinstance(found, Pack):
        return found
    raise found[0]


def load_all(own: Path | None = None) -> tuple[Pack, ...]:
    """Every pack of `files`. Raises `PackError` naming file, line and reason."""
    return tuple(load(path) for path in files(own))


def read(path: Path) -> Pack | list[PackError]:
    """One pack, or everything that is wrong with it, in the order of its lines."""
    try:
        root, raw = open_pack(path)
        fields = root.fields(FIELDS)
    except PackError as fault:
        return [fault]
    missing = [root.wrong(f'"{name}" is missing') for name in _REQUIRED if name not in fields]
    if missing:
        return [*root.faults, *missing]
    pack = _pack(path, root, fields, hashlib.sha256(raw).hexdigest()[:12])
    return sorted(root.faults, key=lambda fault: fault.line) or pack


def _pack(path: Path, root: Value, fields: dict[str, Value], digest: str) -> Pack:
    """The pack of a file; without worth if there are faults."""
    reader = Reader(path.stem, root, fields)
    rules, denials, examples = reader.items()
    values: Mapping[str, tuple[Callable[[], Any], object]] = {
        "language": (fields["language"].text, ""),
        "near": (lambda: fields["near"].whole() if "near" in fields else 6, 6),
        "spelling": (reader.spelling, Spelling()),
        "negation": (reader.negation, Negation()),
        "clock": (reader.clock, Clock()),
    }
    unknown: tuple[int, str, tuple[Signature, ...]] = (0, DRAFT, ())
    number, status, signed = reader.tried(lambda: standing(fields), unknown)
    return Pack(
        name=path.stem,
        file=path.name,
        status=status,
        version=f"{number}:{digest}",
        signed=signed,
        scripts=reader.tried(lambda: _scripts(fields["scripts"]), frozenset()),
        idioms=reader.idioms(),
        safe=reader.safe("safe") + reader.safe("asides"),
        rules=rules,
        denials=denials,
        examples=examples,
        **{name: reader.tried(*how) for name, how in values.items()},
    )


def _scripts(value: Value) -> frozenset[str]:
    return frozenset(one_of(script, SCRIPTS) for script in value.each())


def check(pack: Pack) -> list[Problem]:
    """Try a pack on its own examples. An empty list means that all of them hold."""
    matcher = Matcher.of((pack,))
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
