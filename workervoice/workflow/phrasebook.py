"""The fixed texts that workers read, one YAML file a language.

A file names its language, its status (`draft` until a native speaker has signed it, then `signed`)
and has every key with the same placeholders as every other language. Errors name the file, the
line or key and what to do; they are raised when the book is loaded, so that no phrase is missing
when a worker waits for it.
"""

from __future__ import annotations

import string
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from workervoice.errors import PhraseError
from workervoice.workflow.questions import CONSENTS, FIRST, MISSING, SITE

FALLBACK = "en"

KEYS: frozenset[str] = frozenset(
    {
        *(FIRST, SITE, CONSENTS),
        *(f"question_{missing}" for missing in MISSING),
        *(f"question_{missing}_only" for missing in MISSING),
        *("thanks", "unread_kind", "danger_now", "not_safe", "help_now"),
        *("reply_waits", "question_waits", "nothing_waits"),
        *("confirm_question", "confirm_thanks", "dispute_thanks"),
        *("stopped", "started", "resumed_prompt"),
        *("delete_confirm_nothing_left", "delete_confirm_left"),
        *("delete_started", "delete_cancelled"),
    }
)

PLACEHOLDERS: frozenset[str] = frozenset({"emergency", "digit"})

_FIELDS = frozenset({"language", "status", "signed_by", "phrases"})


@dataclass(frozen=True, slots=True)
class PhraseFile:
    """One language's phrases, and who stands behind them."""

    language: str
    status: str
    signed_by: str
    phrases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """Every language we speak; complete, or not loaded at all."""

    files: Mapping[str, PhraseFile]

    @classmethod
    def load(cls, directory: Path | None = None) -> PhraseBook:
        """Read every `*.yaml` of a directory (ours, if none is given), or raise `PhraseError`."""
        directory = directory or Path(__file__).parent / "phrases"
        files = {path.stem: _read(path) for path in sorted(directory.glob("*.yaml"))}
        if FALLBACK not in files:
            raise PhraseError(f"{directory.name}: {FALLBACK}.yaml is missing")
        for language, file in files.items():
            _check_same_placeholders(f"{language}.yaml", file, files[FALLBACK])
        return cls(MappingProxyType(files))

    def language(self, wanted: str | None, line: str = FALLBACK) -> str:
        """The language that is spoken: the wanted one, its base ("es" for "es-mx"), the line's, or
        English."""
        known = (tag for code in (wanted, line) if code for tag in _tags(code) if tag in self.files)
        return next(known, FALLBACK)

    def say(self, key: str, language: str | None, *, line: str = FALLBACK, **params: str) -> str:
        """The phrase in this language. A placeholder without a value is a `PhraseError`; values
        that the phrase does not use are ignored."""
        spoken = self.language(language, line)
        try:
            return self.files[spoken].phrases[key].format_map(params)
        except KeyError:
            told = key if key in KEYS else "(unknown key)"
            raise PhraseError(
                f"{spoken}.yaml: {told}: no such phrase, or a value missing"
            ) from None


def _tags(code: str) -> tuple[str, ...]:
    """A language code as file names spell it, then its base."""
    lower = code.casefold().replace("_", "-")
    return lower, lower.partition("-")[0]


def _read(path: Path) -> PhraseFile:
    record = _parse(path)
    name = path.name
    if set(record) != _FIELDS or not isinstance(record["phrases"], dict):
        raise PhraseError(f"{name}: has to have exactly {', '.join(sorted(_FIELDS))}")
    if record["language"] != path.stem:
        raise PhraseError(f"{name}: language: has to be {path.stem}, as the file is named")
    signer = record["signed_by"] or ""
    if record["status"] not in {"draft", "signed"} or (record["status"] == "signed") != bool(
        signer
    ):
        raise PhraseError(f"{name}: status: draft, or signed together with a name in signed_by")
    _check_phrases(name, record["phrases"])
    phrases = MappingProxyType({key: text.strip() for key, text in record["phrases"].items()})
    return PhraseFile(path.stem, record["status"], str(signer), phrases)


def _parse(path: Path) -> dict[str, Any]:
    try:
        record = yaml.load(path.read_text(encoding="utf-8"), Loader=_OnceEach)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError:
        raise PhraseError(f"{path.name}: has to be saved as UTF-8") from None
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise PhraseError(f"{path.name}: line {line}: {broken.problem}") from None
    if not isinstance(record, dict):
        raise PhraseError(f"{path.name}: has to be a list of names and texts")
    return record


def _check_phrases(name: str, phrases: Mapping[Any, Any]) -> None:
    for key in sorted(KEYS - set(phrases)):
        raise PhraseError(f"{name}: {key}: this phrase is missing")
    for key, text in phrases.items():
        if key not in KEYS:
            raise PhraseError(f"{name}: {key}: no such phrase; look for a spelling mistake")
        if not isinstance(text, str) or not text.strip():
            raise PhraseError(f"{name}: {key}: has to be a text; put it between quotes")
        unknown = _placeholders(name, key, text) - PLACEHOLDERS
        if unknown:
            raise PhraseError(f"{name}: {key}: unknown placeholder {', '.join(sorted(unknown))}")


def _placeholders(name: str, key: str, text: str) -> set[str]:
    """The names between braces. Only plain `{name}`: no index, attribute, conversion or format."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        raise PhraseError(f"{name}: {key}: a brace is not closed") from None
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise PhraseError(f"{name}: {key}: a placeholder is a name between braces, nothing more")
    return {field for _, field, _, _ in parts if field is not None}


def _check_same_placeholders(name: str, file: PhraseFile, model: PhraseFile) -> None:
    for key, text in file.phrases.items():
        wanted = _placeholders(name, key, model.phrases[key])
        if _placeholders(name, key, text) != wanted:
            told = ", ".join(sorted(wanted)) or "none"
            raise PhraseError(f"{name}: {key}: needs the placeholders of {FALLBACK}: {told}")


class _OnceEach(yaml.SafeLoader):
    """YAML that refuses a key written twice instead of silently keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """As `SafeLoader`, but a repeated key is an error with its line."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                problem = f"{key.value} is written twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)
