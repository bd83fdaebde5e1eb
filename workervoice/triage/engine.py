"""The engine: a text becomes a reading. Deterministic: same text, same packs, same reading.

Language detection is asked for the reply only; it never decides which packs read the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workervoice.message import Evidence, Facts
from workervoice.triage import ilo, packs
from workervoice.triage.facts import facts_of
from workervoice.triage.language import Detected, detect
from workervoice.triage.lexicon import Pack
from workervoice.triage.match import Matcher


@dataclass(frozen=True, slots=True)
class Reading:
    """What the engine read in one text. Places in it, never its words."""

    language: Detected
    facts: Facts
    evidence: tuple[Evidence, ...]
    versions: str  # of the rule and of every pack


class Engine:
    """All packs and the rule. Build it once; reading is safe from several threads."""

    def __init__(self, loaded: tuple[Pack, ...]) -> None:
        self.packs = loaded
        self._matcher = Matcher(loaded)
        self.versions = " ".join([ilo.VERSION, *(f"{p.name}-{p.version}" for p in loaded)])

    @classmethod
    def load(cls, packs_dir: Path | None = None) -> Engine:
        """Read every pack of a directory. Raises `PackError` naming file, line and reason."""
        return cls(packs.load_all(packs_dir))

    def read(self, text: str, *, prior: str | None = None, line: str | None = None) -> Reading:
        """Read one text. Never raises.

        `prior` is the sender's last known language and `line` the default of the line; both
        serve only where the text itself does not tell its language.
        """
        evidence = self._matcher.read(text)
        detected = detect(text, prior=prior, line=line)
        return Reading(detected, facts_of(evidence), evidence, self.versions)
