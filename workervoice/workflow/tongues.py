"""The languages that a worker may choose from, where neither their text nor the line tells one.

Each has a number of two digits that stays its own for ever, and that no menu uses: an answer to a
list of last week means the same today.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from types import MappingProxyType

NO_LANGUAGE = "und"  # of a line whose workers speak many

CHOICES: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "en": (41, "English"),
        "es": (42, "Español"),
        "bn": (43, "বাংলা"),
        "pt": (44, "Português"),
        "fr": (45, "Français"),
        "ar": (46, "العربية"),
        "tr": (47, "Türkçe"),
        "hi": (48, "हिन्दी"),
        "ur": (49, "اردو"),
        "ne": (50, "नेपाली"),
        "ta": (51, "தமிழ்"),
        "si": (52, "සිංහල"),
        "my": (53, "မြန်မာ"),
        "th": (54, "ไทย"),
        "km": (55, "ខ្មែរ"),
        "lo": (56, "ລາວ"),
        "vi": (57, "Tiếng Việt"),
        "id": (58, "Indonesia"),
        "ms": (59, "Melayu"),
        "tl": (60, "Tagalog"),
        "zh-cn": (61, "中文（简体）"),
        "zh-tw": (62, "中文（繁體）"),
        "ko": (63, "한국어"),
        "ug": (64, "ئۇيغۇرچە"),
        "sw": (65, "Kiswahili"),
        "am": (66, "አማርኛ"),
        "ht": (67, "Kreyòl"),
    }
)


def listed(languages: Collection[str]) -> str:
    """The list that a worker reads, of these languages, each on a line of its own: beside one that
    is written from right to left, nobody could tell which number is whose."""
    told = (f"\n{name} {number}" for code, (number, name) in CHOICES.items() if code in languages)
    return "".join(told)


def chosen(text: str, languages: Collection[str]) -> str | None:
    """The language whose number this whole text is, in digits of any script; None if it is not one
    of these languages'."""
    word = text.strip(" .)(،。")
    if len(word) != 2 or not all(unicodedata.decimal(char, None) is not None for char in word):
        return None
    number = int("".join(str(unicodedata.decimal(char)) for char in word))
    by_number = {own: code for code, (own, _) in CHOICES.items() if code in languages}
    return by_number.get(number)
