"""The fixed texts that workers read, one YAML file a language; see `docs/phrases.md`.

A file names its language, its status (`draft` until a native speaker has signed it, then `signed`)
and has every key with the same placeholders as every other language, in four parts: what the
hotline says by itself, what a handler may pick, what stands on posters, and the notice. Errors name
the file, the line or key and what to do; they are raised when the book is loaded, so that no phrase
is missing when a worker waits for it.
"""

from __future__ import annotations

import string
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from workervoice.errors import PhraseError
from workervoice.workflow.questions import CHOICE, CONSENTS, FIRST, MISSING, SITE
from workervoice.workflow.wordlist import COMMANDS, WordList, load_words

FALLBACK = "en"

KEYS: frozenset[str] = frozenset(
    {
        *(FIRST, SITE, CONSENTS, CHOICE),
        *(f"question_{missing}" for missing in MISSING),
        *(f"question_{missing}_only" for missing in MISSING),
        *("thanks", "unread_kind", "danger_now", "not_safe", "help_now"),
        *("reply_waits", "question_waits", "nothing_waits"),
        *("confirm_question", "confirm_thanks", "dispute_thanks"),
        *("stopped", "started", "resumed_prompt"),
        *("delete_confirm_nothing_left", "delete_confirm_left"),
        *("delete_started", "delete_cancelled"),
        *("hours", "hours_always", "notice_short", "code_given", "code_taken"),
        *("new_ask", "new_ready", "safety_menu", "safety_sms", "set_done"),
        *("confirm_digit", "hours_ask"),
        *("pin_ask", "pin_set", "pin_needed", "pin_wrong", "pin_later"),
        *("duress_ask", "duress_set", "word_taken"),
    }
)

PLACEHOLDERS: frozenset[str] = frozenset(
    {
        *("emergency", "digit", "languages", "from", "to", "code", "url", "place"),
        *(f"word_{name}" for name in COMMANDS),
    }
)

SAID = "phrases"  # the part that the hotline says by itself
PARTS = (SAID, "suggestions", "poster", "notice")
_FIELDS = frozenset({"language", "status", "signed_by", *PARTS})


@dataclass(frozen=True, slots=True)
class PhraseFile:
    """One language's phrases, and who stands behind them."""

    language: str
    status: str
    signed_by: str
    parts: Mapping[str, Mapping[str, str]]
    words: WordList

    @property
    def phrases(self) -> Mapping[str, str]:
        """What the hotline says by itself."""
        return self.parts[SAID]


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """Every language we speak; complete, or not loaded at all."""

    files: Mapping[str, PhraseFile]

    @classmethod
    def load(cls, directory: Path | None = None) -> PhraseBook:
        """Read every `*.yaml` of a directory (ours, if none is given), or raise `PhraseError`."""
        directory, words = directory or Path(__file__).parent / "phrases", load_words()
        files = {path.stem: _read(path, words) for path in sorted(directory.glob("*.yaml"))}
        if FALLBACK not in files:
            raise PhraseError(f"{directory.name}: {FALLBACK}.yaml is missing")
        for language, file in files.items():
            _check_same(f"{language}.yaml", file, files[FALLBACK])
        return cls(MappingProxyType(files))

    def language(self, wanted: str | None, line: str = FALLBACK) -> str:
        """The language that is spoken: the wanted one, its base ("es" for "es-mx"), the line's, or
        English."""
        known = (tag for code in (wanted, line) if code for tag in _tags(code) if tag in self.files)
        return next(known, FALLBACK)

    def say(
        self,
        key: str,
        language: str | None,
        *,
        line: str = FALLBACK,
        part: str = SAID,
        **params: str,
    ) -> str:
        """The phrase in this language, with its command words put in. A placeholder without a value
        is a `PhraseError`; values that the phrase does not use are ignored."""
        spoken = self.language(language, line)
        file = self.files[spoken]
        try:
            return file.parts[part][key].format_map({**file.words.named(), **params})
        except KeyError:
            told = key if key in self.files[FALLBACK].parts.get(part, ()) else "(unknown key)"
            raise PhraseError(
                f"{spoken}.yaml: {told}: no such phrase, or a value missing"
            ) from None


def _tags(code: str) -> tuple[str, ...]:
    """A language code as file names spell it, then its base."""
    lower = code.casefold().replace("_", "-")
    return lower, lower.partition("-")[0]


def _read(path: Path, words: Mapping[str, WordList]) -> PhraseFile:
    record = _parse(path)
    name = path.name
    if set(record) != _FIELDS or not all(isinstance(record[part], dict) for part in PARTS):
        raise PhraseError(f"{name}: has to have exactly {', '.join(sorted(_FIELDS))}")
    if record["language"] != path.stem:
        raise PhraseError(f"{name}: language: has to be {path.stem}, as the file is named")
    signer = record["signed_by"] or ""
    if record["status"] not in {"draft", "signed"} or (record["status"] == "signed") != bool(
        signer
    ):
        raise PhraseError(f"{name}: status: draft, or signed together with a name in signed_by")
    if path.stem not in words:
        raise PhraseError(f"{name}: its command words are missing: write words/{name}")
    parts = {part: _checked(name, part, record[part]) for part in PARTS}
    return PhraseFile(path.stem, record["status"], str(signer), parts, words[path.stem])


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


def _checked(name: str, part: str, phrases: Mapping[Any, Any]) -> Mapping[str, str]:
    """One part of a file, looked through."""
    if part == SAID:
        _check_keys(name, set(phrases), KEYS)
    for key, text in phrases.items():
        if not isinstance(text, str) or not text.strip():
            raise PhraseError(f"{name}: {key}: has to be a text; put it between quotes")
        unknown = _placeholders(name, key, text) - PLACEHOLDERS
        if unknown:
            raise PhraseError(f"{name}: {key}: unknown placeholder {', '.join(sorted(unknown))}")
    return MappingProxyType({key: text.strip() for key, text in phrases.items()})


def _check_keys(name: str, keys: set[Any], wanted: Collection[str]) -> None:
    for key in sorted(set(wanted) - keys):
        raise PhraseError(f"{name}: {key}: this phrase is missing")
    for key in sorted(map(str, keys - set(wanted))):
        raise PhraseError(f"{name}: {key}: no such phrase; look for a spelling mistake")


def _placeholders(name: str, key: str, text: str) -> set[str]:
    """The names between braces. Only plain `{name}`: no index, attribute, conversion or format."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        raise PhraseError(f"{name}: {key}: a brace is not closed") from None
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise PhraseError(f"{name}: {key}: a placeholder is a name between braces, nothing more")
    return {field for _, field, _, _ in parts if field is not None}


def _check_same(name: str, file: PhraseFile, model: PhraseFile) -> None:
    """Every part has the keys of English, and each phrase its placeholders."""
    for part, texts in model.parts.items():
        _check_keys(name, set(file.parts[part]), texts)
        for key, text in file.parts[part].items():
            wanted = _placeholders(name, key, texts[key])
            if _placeholders(name, key, text) != wanted:
                told = ", ".join(sorted(wanted)) or "none"
                raise PhraseError(f"{name}: {key}: needs the placeholders of {FALLBACK}: {told}")


class _OnceEach(yaml.CSafeLoader):
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
