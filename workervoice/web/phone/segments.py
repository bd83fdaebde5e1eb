"""How many SMS a text becomes. Source: 3GPP TS 23.038 (GSM 7-bit alphabet), 23.040 (parts).

Counts as the provider does: a text outside the 7-bit alphabet goes out in UTF-16, and no
character is split between two parts.
"""

from __future__ import annotations

from collections.abc import Iterable

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # two septets each
_GSM = 160, 153  # septets in a single SMS, in one of several parts
_UCS2 = 70, 67  # UTF-16 units likewise


def segments(text: str) -> int:
    """Number of parts, at least one."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        return _parts((2 if char in _EXTENDED else 1 for char in text), *_GSM)
    return _parts((2 if char > "\uffff" else 1 for char in text), *_UCS2)


def _parts(sizes: Iterable[int], single: int, part: int) -> int:
    units = list(sizes)
    if sum(units) <= single:
        return 1
    parts, room = 1, part
    for size in units:
        if size > room:
            parts, room = parts + 1, part
        room -= size
    return parts
