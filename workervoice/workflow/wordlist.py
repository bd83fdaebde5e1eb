"""The words that a worker may send alone, one YAML file a language; see `docs/phrases.md`.

The first spelling of each is the one that our texts name. No spelling stands for two things, in any
language, because a word is read before anybody knows whose language it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from workervoice.errors import PhraseError

DIRECTORY = Path(__file__).with_name("words")
YES, NO = "yes", "no"
COMMANDS = (
    *("stop", "start", "help", "delete", "status"),
    *("code", "new", "language", "safety", "notice"),
)
_WRITTEN = {"language": "language_choice"}  # in a file, where `language` is whose words they are
NAMES = frozenset({*COMMANDS, YES, NO})


@dataclass(frozen=True, slots=True)
class WordList:
    """One language's words: spellings by name, as they are written in the file."""

    language: str
    spellings: Mapping[str, tuple[str, ...]]

    def named(self) -> dict[str, str]:
        """What our texts say for each command, in capitals where there are any: by placeholder."""
        return {f"word_{name}": self.spellings[name][0].upper() for name in COMMANDS}


def load_words(directory: Path = DIRECTORY) -> Mapping[str, WordList]:
    """Every language's words. Raises `PhraseError`, with the file and the word, for a file that
    cannot be read or lacks a list."""
    found = {path.stem: _read(path) for path in sorted(directory.glob("*.yaml"))}
    return MappingProxyType(found)


def by_spelling(lists: Iterable[WordList], bare: Callable[[str], str]) -> dict[str, str]:
    """The name that each spelling stands for, as `bare` takes it. Raises `PhraseError` if one
    stands for two."""
    meant: dict[str, tuple[str, str]] = {}
    for words in lists:
        for name, spellings in words.spellings.items():
            for spelling in spellings:
                key = bare(spelling)
                other, where = meant.setdefault(key, (name, words.language))
                if other != name:
                    told = f"words/{words.language}.yaml: {name}: {spelling!r} is {other!r}"
                    raise PhraseError(f"{told} in {where}.yaml")
                if not key:
                    raise PhraseError(f"words/{words.language}.yaml: {name}: {spelling!r} is empty")
    return {key: name for key, (name, _) in meant.items()}


def _read(path: Path) -> WordList:
    where = f"words/{path.name}"
    try:
        record: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except UnicodeDecodeError:
        raise PhraseError(f"{where}: has to be saved as UTF-8") from None
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise PhraseError(f"{where}: line {line}: {broken.problem}") from None
    if not isinstance(record, dict) or record.get("language") != path.stem:
        raise PhraseError(f"{where}: language: has to be {path.stem}, as the file is named")
    found: dict[str, Any] = {name: record.get(_WRITTEN.get(name, name)) for name in sorted(NAMES)}
    for name, spellings in found.items():
        if not isinstance(spellings, list) or not all(isinstance(word, str) for word in spellings):
            raise PhraseError(
                f"{where}: {name}: has to be a list of words; put yes and no in quotes"
            )
        if not spellings:
            raise PhraseError(f"{where}: {name}: needs one word at least")
    unknown = set(map(str, record)) - {"language", *(_WRITTEN.get(name, name) for name in NAMES)}
    if unknown:
        raise PhraseError(f"{where}: {', '.join(sorted(unknown))}: no such list")
    return WordList(path.stem, {name: tuple(spellings) for name, spellings in found.items()})
