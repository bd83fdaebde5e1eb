"""Whether a passphrase that somebody thought up is too easy to guess. A word list is no help in the
languages that our people speak, so this asks for length, and for not being a pattern.

Source: NIST SP 800-63B section 5.1.1.2, without its list of passwords that were leaked.
"""

from __future__ import annotations

import unicodedata

SHORTEST = 14  # characters; what the product makes has 19
_DISTINCT = 8
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890")
_RUN = 5


def weakness(passphrase: str, *names: str) -> str:
    """Why it will not do, in words, or "". `names`: what a stranger would try first."""
    plain = unicodedata.normalize("NFKC", passphrase).casefold()
    if len(plain) < SHORTEST:
        return f"A passphrase has {SHORTEST} characters or more: four or five words, say."
    if len(set(plain)) < _DISTINCT or _repeats(plain):
        return "This passphrase repeats itself: take other words."
    bare = plain
    for name in (*_parts(names), *_runs(plain)):
        bare = bare.replace(name, "")
    if len(bare) < SHORTEST - _RUN:
        return "This passphrase is mostly a name or a row of keys: take other words."
    return ""


def _repeats(text: str) -> bool:
    """True for a piece written over and over."""
    return any(text == (text[:n] * len(text))[: len(text)] for n in range(1, len(text) // 2 + 1))


def _parts(names: tuple[str, ...]) -> list[str]:
    """The words in the names, and what our own product is called."""
    words = (" ".join(names) + " workervoice passphrase password hotline").casefold().split()
    return [word.strip(",.") for word in words if len(word) > 2]


def _runs(text: str) -> list[str]:
    pieces = (text[at : at + _RUN] for at in range(len(text) - _RUN + 1))
    return [piece for piece in pieces if any(piece in run or piece in run[::-1] for run in _RUNS)]
