"""Proving a pack file: everything that is wrong with it, and what it still lacks.

What is wrong fails. What is lacking is a warning: a pack may be tried while it is being written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workervoice.errors import PackError
from workervoice.message import INDICATORS
from workervoice.triage import packs
from workervoice.triage.ilo import ITEMS
from workervoice.triage.lexicon import Pack
from workervoice.triage.packs import Problem

ENOUGH: Final = 20  # phrases an indicator, at least
_ENOUGH_IN: Final = {"en": 40}
BY_DIALOGUE: Final = frozenset({"possible_distress"})  # reported by no pack: see ilo-2012.yaml


@dataclass(frozen=True, slots=True)
class Proof:
    """What came out. `pack` is None if the file could not be read as a pack."""

    file: str
    pack: Pack | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def examples(self) -> int:
        """Texts that the pack was tried on; one that stands under several items is one."""
        return len({(e.line, e.text) for e in self.pack.examples}) if self.pack else 0


def count(number: int, what: str) -> str:
    """ "1 phrase", "2 phrases"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def prove(path: Path) -> Proof:
    """Try one file. Never raises for what stands in it."""
    pack = packs.read(path)
    if not isinstance(pack, Pack):
        return Proof(path.name, None, tuple(_problem(path, fault) for fault in pack))
    problems = sorted(packs.check(pack), key=lambda problem: problem.line)
    return Proof(pack.file, pack, tuple(problems), tuple(_lacking(pack)))


def _problem(path: Path, fault: PackError) -> Problem:
    return Problem(fault.file or path.name, fault.line, fault.reason)


def _lacking(pack: Pack) -> Iterator[Problem]:
    """Items without a phrase, and indicators with too few."""
    told = {item for rule in pack.rules for item, _ in rule.names}
    if missing := [code for code in ITEMS if code not in told | BY_DIALOGUE]:
        yield Problem(pack.file, 1, f"no phrases yet for {', '.join(missing)}")
    enough = _ENOUGH_IN.get(pack.language, ENOUGH)
    for indicator in INDICATORS:
        lines = [
            rule.line
            for rule in pack.rules
            if any(ITEMS[item].indicator == indicator for item, _ in rule.names)
        ]
        if len(lines) < enough:
            reason = f"{indicator} has {count(len(lines), 'phrase')}; {enough} are the least"
            yield Problem(pack.file, min(lines, default=1), reason)
