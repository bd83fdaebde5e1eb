"""Suites: sealing to a public key with HPKE (RFC 9180, base mode), in one of two ways.

1 X25519: HKDF-SHA256 and AES-256-GCM. 2 XWING: the same with X-Wing (ML-KEM-768 and X25519), so
that a database copied today stays closed to a quantum computer. Everything stored starts with the
suite byte: public key (32 or 1216 bytes after it), private key (32; or 96: ML-KEM seed, X25519)
and sealed blob (enc | ciphertext and tag). The byte also leads HPKE's `info`. HPKE does not say
who sealed: whoever stores a blob signs it too.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workervoice.errors import CryptoError, SealBroken

_PrivateKey = X25519PrivateKey | hpke.MLKEM768X25519PrivateKey
_PublicKey = X25519PublicKey | hpke.MLKEM768X25519PublicKey

_SEED_BYTES = 64  # ML-KEM private key, as FIPS 203's d | z
_CURVE_BYTES = 32
_KEPT = 64  # public keys that were taken apart lately: the team's and the courier's are always used
_MLKEM_PUBLIC_BYTES = 1184


class Suite(IntEnum):
    """The first byte of every key and blob. Values are for ever."""

    X25519 = 1
    XWING = 2


_PRIVATE_BYTES = MappingProxyType(
    {Suite.X25519: _CURVE_BYTES, Suite.XWING: _SEED_BYTES + _CURVE_BYTES}
)
_HPKE = MappingProxyType(
    {
        Suite.X25519: hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM),
        Suite.XWING: hpke.Suite(
            hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM
        ),
    }
)


@dataclass(frozen=True, slots=True)
class KemKey:
    """A private key that opens what was sealed to `public`. Raises `SealBroken` if malformed."""

    suite: Suite
    private: bytes = field(repr=False)  # without the suite byte
    public: bytes = field(init=False, repr=False, compare=False)  # with it
    handle: _PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            handle, raw = _load_private(self.suite, self.private)
        except ValueError:
            raise SealBroken("not a private key") from None
        object.__setattr__(self, "handle", handle)
        object.__setattr__(self, "public", bytes([self.suite]) + raw)

    def to_bytes(self) -> bytes:
        """Suite byte and private key: to be boxed, never stored as it is."""
        return bytes([self.suite]) + self.private

    @classmethod
    def from_bytes(cls, data: bytes) -> KemKey:
        """Read what `to_bytes()` wrote. Raises `SealBroken`."""
        return cls(_suite_of(data), data[1:])


def generate_kem(suite: Suite = Suite.XWING) -> KemKey:
    """A new random key pair. Of both kinds the private half is nothing but random bytes (RFC 7748;
    FIPS 203, algorithm 19), from which the library makes the rest."""
    return KemKey(suite, secrets.token_bytes(_PRIVATE_BYTES[suite]))


def seal_to(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Seal so that only the holder of `public` opens it, and only under the same `info`.

    Length is not hidden: pad first. Raises `SealBroken` for a key that is malformed or weak.
    """
    suite = _suite_of(public)
    prefix = bytes([suite])
    try:
        return prefix + _HPKE[suite].encrypt(
            plaintext, _load_public(suite, public[1:]), prefix + info
        )
    except ValueError:
        raise SealBroken("not a usable public key") from None


def open_with(key: KemKey, blob: bytes, info: bytes) -> bytes:
    """Open what `seal_to` sealed. Raises `SealBroken` on anything wrong, without saying what."""
    prefix = bytes([key.suite])
    if blob[:1] != prefix:
        raise SealBroken("sealed for another suite")
    try:
        return _HPKE[key.suite].decrypt(blob[1:], key.handle, prefix + info)
    except (InvalidTag, ValueError):  # forged, moved or foreign; truncated
        raise SealBroken("sealed blob does not open here") from None


def _suite_of(data: bytes) -> Suite:
    try:
        return Suite(data[0])
    except (IndexError, ValueError):
        raise SealBroken("unknown suite") from None


def _load_private(suite: Suite, private: bytes) -> tuple[_PrivateKey, bytes]:
    """The library's key and the raw public half. Raises `ValueError`."""
    if suite is Suite.X25519:
        key = X25519PrivateKey.from_private_bytes(private)
        return key, key.public_key().public_bytes_raw()
    seed = MLKEM768PrivateKey.from_seed_bytes(private[:_SEED_BYTES])
    curve = X25519PrivateKey.from_private_bytes(private[_SEED_BYTES:])
    raw = seed.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    return hpke.MLKEM768X25519PrivateKey(seed, curve), raw


@lru_cache(_KEPT)
def _load_public(suite: Suite, raw: bytes) -> _PublicKey:
    """The library's key. Raises `ValueError`."""
    if suite is Suite.X25519:
        return X25519PublicKey.from_public_bytes(raw)
    return hpke.MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_BYTES]),
        X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC_BYTES:]),
    )


def self_test() -> None:
    """Try every primitive that this package uses; a build that lacks one must not start.

    Raises `CryptoError` naming the primitive.
    """
    for name, works in _TRIALS.items():
        try:
            passed = works()
        except (UnsupportedAlgorithm, InvalidSignature, InvalidTag, SealBroken, ValueError):
            passed = False
        if not passed:
            raise CryptoError(f"this build of the cryptography library fails at {name}")


def _try_hpke(suite: Suite) -> bool:
    key = generate_kem(suite)
    return open_with(key, seal_to(key.public, b"words", b"place"), b"place") == b"words"


def _try_aes_gcm() -> bool:  # NIST CAVS gcmEncryptExtIV256, first case
    sealed = AESGCM(
        bytes.fromhex("b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4")
    ).encrypt(bytes.fromhex("516c33929df5a3284ff463d7"), b"", None)
    return sealed == bytes.fromhex("bdc1ac884d332457a1d2664f168c76f0")


def _try_hkdf() -> bool:  # RFC 5869, A.3
    made = HKDF(hashes.SHA256(), length=42, salt=None, info=b"").derive(b"\x0b" * 22)
    return made.startswith(bytes.fromhex("8da4e775a563c18f715f802a063c5a31"))


def _try_ed25519() -> bool:
    key = Ed25519PrivateKey.generate()
    key.public_key().verify(key.sign(b"words"), b"words")
    return True


def _try_argon2id() -> bool:  # RFC 9106, section 5.3
    made = Argon2id(
        salt=b"\2" * 16, length=32, iterations=3, lanes=4, memory_cost=32,
        secret=b"\3" * 8, ad=b"\4" * 12,
    ).derive(b"\1" * 32)  # fmt: skip
    return made.startswith(bytes.fromhex("0d640df58d78766c08c037a34a8b53c9"))


_TRIALS: MappingProxyType[str, Callable[[], bool]] = MappingProxyType(
    {
        "HPKE with X25519": lambda: _try_hpke(Suite.X25519),
        "HPKE with X-Wing": lambda: _try_hpke(Suite.XWING),
        "AES-256-GCM": _try_aes_gcm,
        "HKDF-SHA256": _try_hkdf,
        "Ed25519": _try_ed25519,
        "Argon2id": _try_argon2id,
    }
)
