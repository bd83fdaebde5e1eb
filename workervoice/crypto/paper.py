"""Paper: keys that people print, keep in a safe and type in again.

Base32 in Crockford's alphabet (no I, L, O or U; a typed o, i or l is read as 0 or 1), in groups of
four, with a check of 20 bits that also covers what the key is for: a root typed where a recovery
code is asked is refused like a wrong letter. Case, blanks and hyphens do not matter.
"""

from __future__ import annotations

import secrets

from workervoice.crypto.seal import ctx, derive, digest
from workervoice.crypto.suite import KemKey, Suite
from workervoice.errors import Mistyped

ROOT_BYTES = 32
RECOVERY_BYTES = 16  # 26 characters: 128 bits

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "\t": "", "\n": ""})
_CHECK_DIGITS = 4
_CHECK = "paper-check"
_RECOVERY_PAIR = "recovery-pair"


def to_paper(purpose: str, key: bytes) -> str:
    """A key as people write it: groups of four, the last of them the check."""
    characters = _digits(key) + _check(purpose, key)
    return "-".join(characters[at : at + 4] for at in range(0, len(characters), 4))


def from_paper(purpose: str, typed: str, size: int) -> bytes:
    """The key of `size` bytes that was typed. Raises `Mistyped`."""
    characters = typed.upper().translate(_READ_AS)
    wanted = -(-size * 8 // 5)
    if len(characters) != wanted + _CHECK_DIGITS or set(characters) - set(_ALPHABET):
        raise Mistyped(f"this is no {purpose}: it has {wanted + _CHECK_DIGITS} letters and digits")
    number = 0
    for character in characters[:wanted]:
        number = number << 5 | _ALPHABET.index(character)
    spare = wanted * 5 - size * 8
    if number & (1 << spare) - 1:
        raise Mistyped(f"this {purpose} has a typing error: compare it with your paper")
    key = (number >> spare).to_bytes(size, "big")
    if not secrets.compare_digest(_check(purpose, key), characters[wanted:]):
        raise Mistyped(f"this {purpose} has a typing error: compare it with your paper")
    return key


def pair_from_paper(seed: bytes) -> KemKey:
    """The key pair that a printed seed of 32 bytes stands for: X-Wing's own is too long to type."""
    return KemKey(Suite.XWING, derive(seed, ctx(_RECOVERY_PAIR), 96))


def _digits(key: bytes) -> str:
    length = -(-len(key) * 8 // 5)
    number = int.from_bytes(key, "big") << length * 5 - len(key) * 8
    return "".join(_ALPHABET[number >> 5 * at & 31] for at in reversed(range(length)))


def _check(purpose: str, key: bytes) -> str:
    return _digits(digest(ctx(_CHECK, purpose, key)))[:_CHECK_DIGITS]
