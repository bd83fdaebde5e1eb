"""The labelled texts: two halves, of which packs are grown on one and scored on the other.

A row has `lang`, `group` (case, ordinary, hard_negative), `text`, `indicators`, `child` and
`imminent_danger`; where it comes from stands in `source`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "triage" / "corpus"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
HALVES = ("grow", "score")
CASE = "case"
QUIET = ("ordinary", "hard_negative")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text."""

    id: str
    language: str
    group: str
    text: str
    indicators: frozenset[str]
    child: bool
    danger: bool


def half(name: str) -> dict[str, list[Row]]:
    """The rows of one half by language."""
    files = sorted((CORPUS / name).glob("*.jsonl"))
    return {path.stem: list(rows(path)) for path in files}


def rows(path: Path) -> Iterator[Row]:
    """The rows of a file; `negative` is another word for ordinary in older ones."""
    for line in path.read_text(encoding="utf-8").splitlines():
        read = json.loads(line)
        group = "ordinary" if read["group"] == "negative" else str(read["group"])
        yield Row(
            *(str(read["id"]), str(read["lang"]), group, str(read["text"])),
            indicators=frozenset(read["indicators"]),
            child=bool(read["child"]),
            danger=bool(read["imminent_danger"]),
        )
