"""The default alphabet of SMS: in it a text has 160 letters a part, in any other 70.

Source: 3GPP TS 23.038 (default alphabet and its extension table).
"""

from __future__ import annotations

ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # an escape and a letter: two septets


def is_gsm7(text: str) -> bool:
    """True if every character is in the default alphabet or its extension."""
    return all(ch in ALPHABET or ch in EXTENDED for ch in text)
