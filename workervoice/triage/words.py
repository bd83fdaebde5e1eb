"""The vote of the small words: how strongly the words of a message speak for each language.

Reads `language_words.yaml`; knows no detector. A word that several languages share is split
between them, a word of working life counts a third, and romanised languages are compared by sound.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import yaml

ROMANISED = frozenset({"hi-latn", "bn-latn", "ne-latn", "ar-latn"})
MALAYIC = "id-ms"  # one vote for Indonesian and Malay, told apart afterwards

_CONTENT = 0.34
_FOLDED = 0.8  # a romanised word found by sound only
_ARABIZI = 0.7  # a word like "ma3ash" that no list knows
_ENDING = 0.5  # a long word that no list knows, by how it ends
_BORROWED = 0.4  # English words in a romanised sentence are borrowed; the reverse hardly happens
_LONGEST_ENDING = 9
_STEM = 3  # letters at least before an ending

# Devanagari vowel signs are not \w.
_TOKEN = re.compile(r"(?:[^\W_]|[\u0900-\u0963])+(?:['’`][^\W_]+)*")
_ARABIZI_WORD = re.compile(r"[a-z]+[23579][a-z]+[a-z23579]*|[2379][a-z]{3,}|[a-z]{3,}[379]")
_COUNTED = re.compile(r"\d+(st|nd|rd|th|am|pm|hrs?|min|mins|days?|m\w+|weeks?|years?|kg|km|h|d)")
_MARKS = re.compile("[\u0300-\u036f]")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = re.compile(r"([a-z])\1+")
_SOUNDS = (
    *(("aa", "a"), ("ee", "i"), ("oo", "u"), ("ph", "f"), ("w", "v"), ("z", "j")),
    *(("chh", "ch"), ("x", "ch"), ("sh", "s")),
)
_FINAL = re.compile(r"(?<=..)[ae]y$")


@dataclass(frozen=True, slots=True)
class Vote:
    """What the words said: strength by language, highest first, and how many words there were."""

    strength: tuple[tuple[str, float], ...]
    tokens: int

    def of(self, language: str) -> float:
        return dict(self.strength).get(language, 0.0)

    def plus(self, more: tuple[str, float]) -> Vote:
        """The same vote with more strength for one language."""
        language, weight = more
        if not weight:
            return self
        strength = dict(self.strength) | {language: self.of(language) + weight}
        return Vote(_ranked(strength), self.tokens)

    @property
    def leader(self) -> str | None:
        return self.strength[0][0] if self.strength else None

    @property
    def first(self) -> float:
        return self.strength[0][1] if self.strength else 0.0

    @property
    def second(self) -> float:
        return self.strength[1][1] if len(self.strength) > 1 else 0.0


def vote(text: str, candidates: frozenset[str] | None = None) -> Vote:
    """Count the words of a `scripts.plain` text, for all languages or only the candidates."""
    strength: defaultdict[str, float] = defaultdict(float)
    tokens = 0
    for token in _tokens(text):
        tokens += 1
        for language, weight in _weights(token):
            if candidates is None or language in candidates:
                strength[language] += weight
    if "en" in strength:
        romanised = max(strength.get(language, 0.0) for language in ROMANISED)
        strength["en"] -= _BORROWED * romanised
    return Vote(_ranked(strength), tokens)


def _ranked(strength: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(strength.items(), key=lambda item: -item[1]))


def more_indonesian(text: str) -> int:
    """How many more words only Indonesian uses than only Malay uses; negative for Malay."""
    index = _lexicon().only
    seen = Counter(index[token] for token in _tokens(text) if token in index)
    return seen["id"] - seen["ms"]


def _tokens(text: str) -> Iterator[str]:
    """Words; "don't" is one where a list has it, "l'argent" is "l'" and "argent"."""
    words = _lexicon().words
    for match in _TOKEN.finditer(text):
        token = _STRETCHED.sub(r"\1", match.group())
        parts = re.split("['’`]", token)
        joined = "".join(parts)
        if joined.isdigit():
            continue
        if len(parts) == 1 or joined in words:
            yield joined
        else:
            yield from (f"{parts[0]}'", *(part for part in parts if len(part) > 1))


def _weights(token: str) -> tuple[tuple[str, float], ...]:
    known = _lexicon()
    found = known.words.get(token)
    if found is None and token.isascii():
        found = known.sounds.get(_fold(token))
    if found is None and _ARABIZI_WORD.fullmatch(token) and not _COUNTED.fullmatch(token):
        found = (("ar-latn", _ARABIZI),)
    return found or _by_ending(token)


def _by_ending(token: str) -> tuple[tuple[str, float], ...]:
    endings = _endings()
    for size in range(min(_LONGEST_ENDING, len(token) - _STEM), 2, -1):
        if token[-size:] in endings:
            return ((endings[token[-size:]], _ENDING),)
    own = {} if token.isascii() else _owners()
    return next((((own[letter], _ENDING),) for letter in token if letter in own), ())


@dataclass(frozen=True, slots=True)
class _Lexicon:
    words: Mapping[str, tuple[tuple[str, float], ...]]  # as written, with and without accents
    sounds: Mapping[str, tuple[tuple[str, float], ...]]  # folded, romanised varieties only
    only: Mapping[str, str]  # words of Indonesian that Malay lacks, and the reverse


@cache
def letters() -> Mapping[str, frozenset[str]]:
    """Letters by the language that alone writes them."""
    return MappingProxyType({key: frozenset(row.split()) for key, row in lists("letters").items()})


@cache
def _file() -> Mapping[str, Mapping[str, str]]:
    source = resources.files("workervoice.triage").joinpath("language_words.yaml")
    loaded: Mapping[str, Mapping[str, str]] = yaml.safe_load(source.read_text("utf-8"))
    return loaded


def lists(kind: str) -> Mapping[str, str]:
    """One section of the word lists: by language a row of words."""
    return _file()[kind]


def small_words(language: str) -> frozenset[str]:
    """The words that the vote counts for a language: they stand in most of its sentences."""
    keys = ("id-ms", "id", "ms") if language == MALAYIC else (language,)
    rows = (lists(kind).get(key, "") for kind in ("words", "content") for key in keys)
    return frozenset(word for row in rows for word in row.split())


@cache
def _owners() -> Mapping[str, str]:
    return {letter: language for language, own in letters().items() for letter in own}


@cache
def _endings() -> Mapping[str, str]:
    return {end: language for language, row in lists("endings").items() for end in row.split()}


@cache
def _lexicon() -> _Lexicon:
    written: dict[str, dict[str, float]] = {}
    sounds: dict[str, dict[str, float]] = {}
    for kind, full in (("words", 1.0), ("content", _CONTENT)):
        for key, row in lists(kind).items():
            language = MALAYIC if key in ("id", "ms") else key
            for word in row.split():
                for form in (unicodedata.normalize("NFKC", word), bare(word)):
                    _raise(written, form, language, full)
                if language in ROMANISED:
                    _raise(sounds, _fold(word), language, full * _FOLDED)
    return _Lexicon(_shared(written), _shared(sounds), _only())


def _raise(index: dict[str, dict[str, float]], word: str, language: str, weight: float) -> None:
    row = index.setdefault(word, {})
    row[language] = max(weight, row.get(language, 0.0))


def _shared(index: dict[str, dict[str, float]]) -> Mapping[str, tuple[tuple[str, float], ...]]:
    return {
        word: tuple((language, weight / len(row)) for language, weight in row.items())
        for word, row in index.items()
    }


def _only() -> Mapping[str, str]:
    rows = {key: set(lists("words")[key].split()) for key in ("id", "ms", MALAYIC)}
    common = rows[MALAYIC] | (rows["id"] & rows["ms"])
    return {word: key for key in ("id", "ms") for word in rows[key] - common}


def bare(word: str) -> str:
    """Without accents, as many people type on a phone; Vietnamese and Turkish letters too."""
    stripped = _MARKS.sub("", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFKC", stripped.replace("đ", "d").replace("ı", "i"))


def _fold(word: str) -> str:
    """How a romanised word sounds, for the many ways of spelling it."""
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return _FINAL.sub("e", _DOUBLED.sub(r"\1", word))
