"""Which script a message is written in, and what its letters alone tell about its language.

Knows no word and no statistics. Ranges are Unicode blocks; a script that no line is answered in
(Cyrillic, Japanese kana) is "other".
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from functools import lru_cache

READ_AT_MOST = 4000  # code points; a language shows long before that, and time stays bounded

_BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "latin"),
    (0x0370, 0x052F, "other"),  # Greek, Cyrillic
    (0x0530, 0x05FF, "other"),  # Armenian, Hebrew
    (0x0600, 0x06FF, "arabic"),
    (0x0700, 0x074F, "other"),
    (0x0750, 0x077F, "arabic"),
    (0x0780, 0x089F, "other"),
    (0x08A0, 0x08FF, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x09FF, "bengali"),
    (0x0A00, 0x0B7F, "other"),  # Gurmukhi, Gujarati, Oriya
    (0x0B80, 0x0BFF, "tamil"),
    (0x0C00, 0x0D7F, "other"),  # Telugu, Kannada, Malayalam
    (0x0D80, 0x0DFF, "sinhala"),
    (0x0E00, 0x0E7F, "thai"),
    (0x0E80, 0x0EFF, "lao"),
    (0x0F00, 0x0FFF, "other"),  # Tibetan
    (0x1000, 0x109F, "myanmar"),
    (0x10A0, 0x10FF, "other"),  # Georgian
    (0x1100, 0x11FF, "hangul"),
    (0x1200, 0x139F, "ethiopic"),
    (0x13A0, 0x177F, "other"),
    (0x1780, 0x17FF, "khmer"),
    (0x1800, 0x1DFF, "other"),
    (0x1E00, 0x1EFF, "latin"),
    (0x2D80, 0x2DDF, "ethiopic"),
    (0x3040, 0x30FF, "kana"),
    (0x3130, 0x318F, "hangul"),
    (0x3400, 0x9FFF, "han"),
    (0xA960, 0xA97F, "hangul"),
    (0xA9E0, 0xA9FF, "myanmar"),
    (0xAA60, 0xAA7F, "myanmar"),
    (0xAB00, 0xAB2F, "ethiopic"),
    (0xAC00, 0xD7FF, "hangul"),
    (0x20000, 0x323AF, "han"),
)
_STARTS = [first for first, _, _ in _BLOCKS]

# A Han character or a Hangul syllable says as much as a word of letters; Latin letters among
# another script are mostly names of companies and borrowed words.
_WEIGHT = {"han": 6, "hangul": 4, "kana": 6, "latin": 1}
_WEIGHT_ELSEWHERE = 2

LANGUAGE_OF = {
    "thai": "th",
    "lao": "lo",
    "myanmar": "my",
    "ethiopic": "am",
    "khmer": "km",
    "sinhala": "si",
    "tamil": "ta",
    "bengali": "bn",
    "hangul": "ko",
}

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
_UNREADABLE = re.compile("[@\x00-\x1f\x7f-\x9f\ud800-\udfff\ufff0-\uffff]+")


def plain(text: str) -> str:
    """Lower case, compatibility forms resolved, links and invisible characters gone, bounded."""
    text = unicodedata.normalize("NFKC", text[: 2 * READ_AT_MOST])[: 2 * READ_AT_MOST]
    text = _INVISIBLE.sub("", text.replace("İ", "i")).lower()
    text = " ".join(word for word in text.split() if not _is_link(word))
    return " ".join(_UNREADABLE.sub(" ", text).split())[:READ_AT_MOST]


def _is_link(word: str) -> bool:
    return word.startswith(("http:", "https:", "www.")) or "." in word.partition("@")[2]


def script_of(text: str) -> str:
    """The script that carries the text, "" if there is no letter in it, "other" if not ours."""
    if text.isascii():
        return "latin" if any(map(str.isalpha, text)) else ""
    weight: Counter[str] = Counter()
    for character, times in Counter(text).items():
        if character.isalpha():
            script = _block(ord(character))
            weight[script] += times * _WEIGHT.get(script, _WEIGHT_ELSEWHERE)
    if weight["kana"] * 10 > weight["han"]:
        weight["other"] += weight.pop("kana") + weight.pop("han", 0)
    return max(weight, key=lambda script: weight[script]) if weight.total() else ""


def _block(point: int) -> str:
    _, last, script = _BLOCKS[max(0, bisect_right(_STARTS, point) - 1)]
    return script if point <= last else "other"


def letters_of(text: str) -> str:
    """The letters of the text, without spaces, digits and marks."""
    return "".join(filter(str.isalpha, text))


def chinese(text: str) -> str | None:
    """The variety whose own characters are more, "zh-cn" or "zh-tw"; None if even."""
    kinds = Counter(_only(character) for character in text if ord(character) >= 0x3400)
    if kinds["zh-cn"] == kinds["zh-tw"]:
        return None
    return "zh-cn" if kinds["zh-cn"] > kinds["zh-tw"] else "zh-tw"


@lru_cache(maxsize=8192)
def _only(character: str) -> str | None:
    # GB 2312 holds the simplified forms and Big5 the traditional ones; what both hold, both write.
    mainland, taiwan = _holds("gb2312", character), _holds("big5", character)
    if mainland == taiwan:
        return None
    return "zh-cn" if mainland else "zh-tw"


def _holds(codec: str, character: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
