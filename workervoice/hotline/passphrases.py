"""Passphrases that people choose: long enough, and not what everybody tries first."""

from __future__ import annotations

import re
import unicodedata

from workervoice.errors import GuardFailed

LEAST = 14  # characters
_FEW_LETTERS = 6  # fewer different characters are a pattern
_COMMON = (
    *("password", "passphrase", "passwort", "contrasena", "qwerty", "letmein", "iloveyou"),
    *(
        "welcome",
        "administrator",
        "workervoice",
        "hotline",
        "changeme",
        "correcthorsebatterystaple",
    ),
    *("123456", "abcdef", "asdfgh", "dragon", "monkey", "football", "sunshine", "princess"),
)


def check_passphrase(chosen: str) -> None:
    """Raises `GuardFailed` with what to do; never says what was typed."""
    plain = unicodedata.normalize("NFKC", chosen).casefold()
    if len(chosen) < LEAST:
        raise GuardFailed(f"choose a passphrase of {LEAST} characters or more: four or five words")
    left = re.sub(r"[\W\d_]+", "", plain)
    for common in _COMMON:
        left = left.replace(common, "")
    if len(set(plain)) < _FEW_LETTERS or len(left) < _FEW_LETTERS:
        raise GuardFailed("this is one of the first that are tried: choose four or five words")
