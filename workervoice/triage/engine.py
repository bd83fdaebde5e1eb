"""The engine: a text becomes a reading. Deterministic: same text, same packs, same reading.

Language detection is asked for the reply only; it never decides which packs read the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workervoice.message import Evidence, Facts
from workervoice.triage import ilo, sets
from workervoice.triage.facts import facts_of
from workervoice.triage.language import Detected, detect
from workervoice.triage.match import Matcher
from workervoice.triage.opinion import Opinion
from workervoice.triage.sets import PackSet


@dataclass(frozen=True, slots=True)
class Reading:
    """What the engine read in one text. Places in it, never its words."""

    language: Detected
    facts: Facts
    evidence: tuple[Evidence, ...]
    rule: str  # by which it is to be judged, see `ilo.RULES`
    versions: str  # of the rule, of the set and of the packs that spoke
    opinion: Opinion | None = None  # a model's, which counts for nothing and may only raise


class Engine:
    """All packs and the rule. Build it once; reading is safe from several threads.

    `fault` says why the packs as they are now are not those that read: one of them is broken.
    """

    def __init__(self, found: PackSet, rule: str = ilo.DEFAULT) -> None:
        self._matcher = Matcher(found.tables)
        self.packs = self._matcher.names
        self.fault = found.fault
        self.set = found.name
        self.rule = rule
        self._versions = {pack.name: pack.version for pack in self.packs}

    @classmethod
    def load(cls, own: Path | None = None, rule: str = ilo.DEFAULT) -> Engine:
        """An engine with the shipped packs and those in `own`: see `sets.load`."""
        return cls(sets.load(own), rule)

    def versions(self, evidence: Iterable[Evidence]) -> str:
        """What a judgement rests on: the rule, the set of packs, and the packs that spoke."""
        spoke = sorted({found.rule.partition("/")[0] for found in evidence})
        told = (f"{name}-{self._versions[name]}" for name in spoke)
        return " ".join([ilo.RULES[self.rule].version, f"set-{self.set}", *told])

    def read(self, text: str, *, prior: str | None = None, line: str | None = None) -> Reading:
        """Read one text. Never raises.

        `prior` is the sender's last known language and `line` the default of the line; both
        serve only where the text itself does not tell its language.
        """
        evidence = self._matcher.read(text)
        detected = detect(text, prior=prior, line=line)
        versions = self.versions(evidence)
        return Reading(detected, facts_of(evidence), evidence, self.rule, versions)
