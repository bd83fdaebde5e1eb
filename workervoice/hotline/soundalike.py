"""How a name sounds, roughly, whatever script it is written in: its consonants in six classes, as
in Soundex, so that a Latin name is found again in Bangla, Hindi, Arabic or Cyrillic letters.

Vowels are left out, since half of these scripts do not write them.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import groupby

_CLASSES = {
    "1": "bfpvبفپڤбпфв",
    "2": "cgjkqsxzجكقغخسشصزثچگژгкхцчжзсшщ",
    "3": "dtتطدذضظٹڈдт",
    "4": "lلл",
    "5": "mnمنںмн",
    "6": "rرڑр",
}
_CLASS = {letter: number for number, letters in _CLASSES.items() for letter in letters}
_INDIC = ("BENGALI", "DEVANAGARI", "GURMUKHI", "TAMIL", "SINHALA", "MYANMAR", "KHMER")


def skeleton(word: str) -> str:
    """The classes of the consonants, one for several alike in a row."""
    classes = (_class_of(letter) for letter in word)
    return "".join(number for number, _ in groupby(filter(None, classes)))


@lru_cache(4096)
def _class_of(letter: str) -> str:
    known = _CLASS.get(letter)
    if known is not None or letter.isascii():
        return known or ""
    name = unicodedata.name(letter, "")
    if not name.startswith(_INDIC):
        return ""
    if name.endswith("ANUSVARA"):
        return "5"
    if " LETTER " not in name:
        return ""
    return _CLASS.get(name.split()[-1][0].lower(), "")  # "BENGALI LETTER BHA"
