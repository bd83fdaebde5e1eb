"""Trying packs on a text: every hit with the phrase that made it, as its author wrote it.

For people who write packs. Keeps nothing and logs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workervoice.errors import PackError
from workervoice.message import Evidence, Facts
from workervoice.triage import ilo, packs, scripts, words
from workervoice.triage.engine import Engine
from workervoice.triage.facts import facts_of
from workervoice.triage.language import Detected, detect
from workervoice.triage.match import Matcher
from workervoice.triage.packheads import written

_HEARD = 3  # languages whose strength is told


@dataclass(frozen=True, slots=True)
class Hit:
    """One hit: what it is of, and the phrase that made it, with its file and line."""

    evidence: Evidence
    indicator: str | None
    phrase: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What was read in one text."""

    text: str = field(repr=False)
    hits: tuple[Hit, ...] = field(repr=False)
    facts: Facts
    judged: ilo.Assessment
    language: Detected
    heard: str  # what spoke for the language

    def to_json(self) -> dict[str, Any]:
        """For programs, in the words of `triage --json`."""
        return {
            "text": self.text,
            "language": self.language.code,
            "step": self.language.step,
            "heard": self.heard,
            "indicators": sorted(self.facts.indicators),
            "child": self.facts.child,
            "imminent_danger": self.facts.imminent_danger,
            "grade": self.judged.grade.value,
            "priority": self.judged.priority.value,
            "hits": [_hit_json(hit) for hit in self.hits],
        }


class Trier:
    """Reads texts with the packs of the files, or with every pack of the hotline."""

    def __init__(
        self, files: Sequence[Path] = (), own: Path | None = None, rule: str = ilo.DEFAULT
    ) -> None:
        """Raises `PackError` for a file that is no pack. `own` are packs of the hotline's own."""
        self._files = {path.stem: path for path in files or packs.files(own)}
        if len(self._files) < len(files):
            raise PackError("two of the files have the same name, and so would their rules")
        self._rule = rule
        self._phrases: dict[str, Mapping[str, tuple[str, int]]] = {}
        self.fault: str | None = None  # why the packs that read are not those of the files
        if files:
            self._read = Matcher.of([packs.load(path) for path in files]).read
        else:
            engine = Engine.load(own)
            self.fault = engine.fault
            self._read = lambda text: engine.read(text).evidence

    def read(self, text: str) -> Trial:
        """Try one text. Never raises."""
        evidence = self._read(text)
        facts, language = facts_of(evidence), detect(text)
        hits = tuple(self._hit(each) for each in evidence)
        return Trial(
            text, hits, facts, ilo.assess(facts, self._rule), language, heard(text, language)
        )

    def _hit(self, found: Evidence) -> Hit:
        name = found.rule.partition("/")[0]
        path = self._files.get(name, Path(f"{name}.yaml"))
        if name not in self._phrases:
            self._phrases[name] = _written(path)
        # a file may have changed since the hotline read it
        phrase, line = self._phrases[name].get(found.rule, ("no longer in the file", 0))
        return Hit(found, ilo.ITEMS[found.item].indicator, phrase, path.name, line)


def heard(text: str, language: Detected) -> str:
    """What spoke for the language that was detected: a script, or words with their strength."""
    read = scripts.plain(text)
    script = scripts.script_of(read) or "no letters"
    if language.step in ("script", "letters"):
        return f"{script} script"
    loudest = words.vote(read).strength[:_HEARD]
    told = ", ".join(f"{code} {strength:.1f}" for code, strength in loudest)
    return f"{script} script; words speak for {told or 'no language'}"


def _written(path: Path) -> Mapping[str, tuple[str, int]]:
    """Nothing for a file that is broken now: the last good packs read, and it is told of."""
    try:
        return written(path)
    except PackError:
        return {}


def _hit_json(hit: Hit) -> dict[str, Any]:
    found = hit.evidence
    return {
        "item": found.item,
        "indicator": hit.indicator,
        "start": found.start,
        "end": found.end,
        "denied": found.denied,
        "rule": found.rule,
        "phrase": hit.phrase,
        "file": hit.file,
        "line": hit.line,
    }
