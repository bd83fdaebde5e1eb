"""How many SMS a text costs: GSM-7 at 160 or 153 septets a part, UCS-2 at 70 or 67 code units.

Source: 3GPP TS 23.038 (default alphabet and its extension table) and 23.040 (parts of a longer
message). What belongs together (an escape and its letter, a surrogate pair, a letter and its marks)
is not split between two parts. National shift tables are not counted on: providers do not use them.
"""

from __future__ import annotations

import unicodedata

from workervoice.gsm7 import EXTENDED, is_gsm7

_GSM7_LIMITS = (160, 153)  # alone, as one part of several
_UCS2_LIMITS = (70, 67)


def segments(text: str) -> int:
    """The number of SMS that carry this text; an empty text still takes one."""
    if is_gsm7(text):
        return _parts([2 if ch in EXTENDED else 1 for ch in text], *_GSM7_LIMITS)
    return _parts(_clusters(text), *_UCS2_LIMITS)


def _clusters(text: str) -> list[int]:
    """Code units of each letter together with the marks and joiners that follow it."""
    sizes: list[int] = []
    for ch in text:
        units = 2 if ord(ch) > 0xFFFF else 1
        follows = unicodedata.category(ch)[0] == "M" or ch in "\u200c\u200d"
        if follows and sizes and sizes[-1] + units <= _UCS2_LIMITS[1]:
            sizes[-1] += units
        else:
            sizes.append(units)
    return sizes


def _parts(units: list[int], alone: int, part: int) -> int:
    if sum(units) <= alone:
        return 1
    count, used = 1, 0
    for unit in units:
        if used + unit > part:
            count, used = count + 1, 0
        used += unit
    return count
