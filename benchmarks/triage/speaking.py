"""How well a text's language is told, by how much of it there is."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from workervoice.triage.language import Detected, detect

LENGTHS = (40, 80, 160)
_ONE = {  # told apart by nobody on short text, or not meant to be
    "zh-cn": "zh", "zh-tw": "zh", "id": "id-ms", "ms": "id-ms", "ur-latn": "hi-latn",
}  # fmt: skip
_ASKS = "langdetect"


@dataclass(slots=True)
class Telling:
    """What came out: by language and length, right or not; and seconds by the step that decided."""

    right: dict[tuple[str, int], list[bool]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, language: str, length: int, text: str) -> None:
        started = time.perf_counter()
        found = detect(text)
        self.seconds[found.step].append(time.perf_counter() - started)
        self.right[language, length].append(_same(found, language))

    def share(self, language: str, length: int) -> float:
        return mean(self.right[language, length])

    def languages(self, *, romanised: bool) -> list[str]:
        found = {language for language, _ in self.right}
        return sorted(each for each in found if each.endswith("-latn") is romanised)

    def micros(self, *, asked: bool) -> float | None:
        """The median of a message, of those for which langdetect was asked, or was not."""
        times = [
            second
            for step, seconds in self.seconds.items()
            for second in seconds
            if (step == _ASKS) is asked
        ]
        return median(times) * 1e6 if times else None


def telling(rows: Iterable[tuple[str, str]], lengths: Iterable[int] = LENGTHS) -> Telling:
    """Tell the language of (language, text), cut to each length at a word's end."""
    said = Telling()
    detect("the first answer loads the detectors and is not counted")
    texts = list(rows)
    for length in lengths:
        for language, text in texts:
            said.add(language, length, cut(text, length))
    return said


def sentences(path: Path) -> Iterable[tuple[str, str]]:
    """(language, text) of a file of short sentences."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield str(row["lang"]), str(row["text"])


def cut(text: str, length: int) -> str:
    """At most so many characters, without half a word at the end where words have spaces."""
    if len(text) <= length:
        return text
    short = text[:length]
    return short.rsplit(" ", 1)[0] if " " in short else short


def steps(said: Telling) -> Counter[str]:
    """How often each step decided."""
    return Counter({step: len(seconds) for step, seconds in said.seconds.items()})


def _same(found: Detected, language: str) -> bool:
    return _ONE.get(found.code, found.code) == _ONE.get(language, language)
