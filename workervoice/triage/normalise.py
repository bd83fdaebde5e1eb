"""Normalising: a text becomes plain tokens, each of which knows where it stood in the original.

Knows no language: what a word means, its SMS spellings and its misspellings are a pack's matter
(`view`). Offsets are code points of the original text, end exclusive. Linear in the text, and
every text has a reading: an emoji, a NUL or a lone surrogate simply yields no token.

A text is read from its front up to `MOST_LETTERS` and `MOST_TOKENS`, more than SMS or WhatsApp
carry in one message: one sign may stand for eighteen letters, and a long text may be all words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

# Latin, Arabic and general marks, tatweel, zero-width and direction characters, nuktas: they are
# typed or left out at will, so they carry nothing that a phrase may depend on.
_DROPPED = (
    (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640),
    (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E8), (0x093C, 0x093C),
    (0x09BC, 0x09BC), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
)  # fmt: skip
_SCRIPTS = (
    ("latin", 0x0041, 0x024F), ("cyrillic", 0x0400, 0x052F), ("arabic", 0x0600, 0x06FF),
    ("arabic", 0x0750, 0x077F), ("devanagari", 0x0900, 0x097F), ("bengali", 0x0980, 0x09FF),
    ("tamil", 0x0B80, 0x0BFF), ("sinhala", 0x0D80, 0x0DFF), ("thai", 0x0E00, 0x0E7F),
    ("lao", 0x0E80, 0x0EFF), ("myanmar", 0x1000, 0x109F), ("hangul", 0x1100, 0x11FF),
    ("hangul", 0x3130, 0x318F), ("hangul", 0xAC00, 0xD7AF),
    ("ethiopic", 0x1200, 0x139F), ("khmer", 0x1780, 0x17FF), ("han", 0x3040, 0x30FF),
    ("han", 0x3400, 0x9FFF), ("han", 0x20000, 0x3FFFF),
)  # fmt: skip
SCRIPTS = frozenset(name for name, _, _ in _SCRIPTS)
RANGE_SIGN = "-"  # the token between the ends of a range, "6am-10pm"
MOST_LETTERS = 100_000  # after ligatures are opened
MOST_TOKENS = 4_100
UNSEGMENTED = frozenset({"thai", "lao", "myanmar", "khmer", "han"})  # no spaces between words

_ONE_LETTER = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه",
        "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ؤ": "و", "ئ": "ي", "ı": "i", "ø": "o", "đ": "d", "ł": "l",
    }
)  # fmt: skip
_APOSTROPHES = "'’‘`´ʼ′ʹ"
_MARKS = {
    "'": "'",
    **dict.fromkeys("!?;\n\r।॥؟؛۔。！？။។።፧", "!"),
    **dict.fromkeys("-‐‑‒–—", "-"),
    **dict.fromkeys("()[]=،、，၊፣፤፥", ","),
    **{sign: sign for sign in ".,:/"},
}

# Over the string of kinds: L letter, D digit, U one letter of an unsegmented script.
_TOKEN = re.compile(
    r"L\.L\.?(?![LD])"  # p.m.
    r"|D+(?:[.,:/]D+)*(?:L\.L\.?(?![LD])|[LD]*)"  # 12, 12,000, 6:30, 24/7, 6am, 6p.m.
    r"|[LD]+(?:'[LD]+)*"  # words, can't
    r"|(?<=[LD])-(?=D)|(?<=[LD]) - (?=D)"  # 6am-10pm: a range
    r"|U"
)
_SENTENCE_END = re.compile(r"!|\.(?![LD])|\.\.+")
_CLAUSE_END = re.compile(r"[,:]| - |\.")
_SPACES = ("", " ")  # most of what stands between words
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{2,3})+|\d{1,3}(?:\.\d{3})+")


class Token(NamedTuple):
    """One word, number, range sign or unsegmented letter, and its place in the original."""

    text: str
    start: int
    end: int
    sentence: int
    clause: int
    unsegmented: bool = False


@lru_cache(maxsize=16384)
def fold(char: str) -> str:
    """One character in plain form: "" if it carries nothing, several if it was a ligature."""
    if char in _APOSTROPHES:
        return "'"
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    kept = [c for c in plain if not any(low <= ord(c) <= high for low, high in _DROPPED)]
    digits = [str(unicodedata.decimal(c, "")) or c for c in kept]
    return "".join(digits).translate(_ONE_LETTER)


@lru_cache(maxsize=16384)
def script_of(char: str) -> str:
    """The script of a character, or "" for signs, digits and scripts that no pack can have."""
    code = ord(char)
    if code < 0x0250 and not char.isalpha():
        return ""
    return next((name for name, low, high in _SCRIPTS if low <= code <= high), "")


@lru_cache(maxsize=16384)
def _kind(char: str) -> str:
    if char in _MARKS:
        return _MARKS[char]
    if char.isdecimal():
        return "D"
    if script_of(char) in UNSEGMENTED:
        return "U"
    category = unicodedata.category(char)
    return "L" if category[0] in "LM" else " "


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text, in order, up to the bounds. Never raises."""
    letters, places = _opened(text)
    kinds = "".join(map(_kind, letters))
    stretched = bool(_LONG_RUN.search(letters))

    found: list[Token] = []
    sentence = clause = last = 0
    for match in islice(_TOKEN.finditer(kinds), MOST_TOKENS):
        start, end = match.span()
        between = kinds[last:start]
        if between not in _SPACES and found:
            ended = bool(_SENTENCE_END.search(between))
            sentence += ended
            clause += ended or bool(_CLAUSE_END.search(between))
        last = end
        word = letters[start:end]
        if stretched or not word.isalpha():
            word = _plain_word(word.strip())
        unsegmented = kinds[start] == "U"
        span = places[start], places[end - 1] + 1
        found.append(Token(word, *span, sentence, clause, unsegmented))
    return tuple(found)


def _opened(text: str) -> tuple[str, Sequence[int]]:
    """The plain letters of a text, and for each its place in the original."""
    folds = list(map(fold, text[:MOST_LETTERS]))
    if all(len(folded) == 1 for folded in folds):
        return "".join(folds), range(len(folds))
    plain: list[str] = []
    places: list[int] = []
    for place, folded in enumerate(map(fold, text)):
        if folded:
            plain.append(folded)
            places.extend([place] * len(folded))
            if len(places) >= MOST_LETTERS:
                break
    return "".join(plain), places


def _plain_word(word: str) -> str:
    if word[0].isdecimal():
        number = _THOUSANDS.match(word)
        if number:
            whole = number.group().replace(",", "").replace(".", "")
            return whole + word[number.end() :].replace(".", "")
        return word if word[-1].isdecimal() else re.sub(r"(?<=\D)\.|\.(?=\D)", "", word)
    if "." in word:
        return word.replace(".", "")
    return _LONG_RUN.sub(r"\1\1", word)


def scripts_of(text: str) -> frozenset[str]:
    """Every script that occurs in a text, as it stands or in plain form: letters of full width are
    Latin ones."""
    signs = set(text)
    signs.update(plain for char in tuple(signs) for plain in fold(char))
    return frozenset(map(script_of, signs)) - {""}


def joined(tokens: list[Token] | tuple[Token, ...], words: list[str]) -> tuple[str, list[int]]:
    """The text an automaton reads, and for each of its characters the index of its token.

    Segmented words are fenced by spaces (" a b \\n c "), so that a phrase matches whole words
    only; letters of unsegmented scripts touch. A sentence end stands between as "\\n".
    """
    parts: list[str] = [" "]
    owners: list[int] = [0]
    for index, (token, word) in enumerate(zip(tokens, words, strict=True)):
        previous = tokens[index - 1] if index else token
        fence = ""
        if token.sentence != previous.sentence:
            fence = "\n "
        elif token.unsegmented != previous.unsegmented and index:
            fence = " "
        piece = fence + word + ("" if token.unsegmented else " ")
        parts.append(piece)
        owners.extend([index] * len(piece))
    return "".join(parts), owners
