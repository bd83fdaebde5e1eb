"""HPKE base mode a second time, from RFC 9180 and the X-Wing draft, to check ours against.

Written only with hashes, curves, ML-KEM and AEADs; first message of a context only.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

X25519, XWING = 0x0020, 0x647A
AES_256_GCM, CHACHA20_POLY1305 = 2, 3
_HKDF_SHA256 = 1
_XWING_LABEL = bytes.fromhex("5c2e2f2f5e5c")


def expand_xwing_seed(seed32: bytes) -> bytes:
    """ML-KEM seed (64 bytes) and X25519 key (32), as the X-Wing draft makes them of one seed."""
    return hashlib.shake_256(seed32).digest(96)


def encapsulate(kem: int, public: bytes) -> tuple[bytes, bytes]:
    """(shared secret, enc) for a raw public key."""
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    if kem == X25519:
        exchanged = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
        return dhkem(exchanged, share, public), share
    lattice, ct = MLKEM768PublicKey.from_public_bytes(public[:1184]).encapsulate()
    curve = ephemeral.exchange(X25519PublicKey.from_public_bytes(public[1184:]))
    return _combine(lattice, curve, share, public[1184:]), ct + share


def decapsulate(kem: int, private: bytes, enc: bytes) -> bytes:
    """The shared secret; an X-Wing private key is 96 bytes, expanded."""
    if kem == X25519:
        key = X25519PrivateKey.from_private_bytes(private)
        exchanged = key.exchange(X25519PublicKey.from_public_bytes(enc))
        return dhkem(exchanged, enc, key.public_key().public_bytes_raw())
    lattice = MLKEM768PrivateKey.from_seed_bytes(private[:64]).decapsulate(enc[:1088])
    key = X25519PrivateKey.from_private_bytes(private[64:])
    curve = key.exchange(X25519PublicKey.from_public_bytes(enc[1088:]))
    return _combine(lattice, curve, enc[1088:], key.public_key().public_bytes_raw())


def schedule(kem: int, aead: int, shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """(key, base nonce) of RFC 9180 section 5.1, base mode."""
    suite = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (kem, _HKDF_SHA256, aead))
    context = (
        b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    )
    secret = _extract(suite, shared, b"secret", b"")
    return _expand(suite, secret, b"key", context, 32), _expand(
        suite, secret, b"base_nonce", context, 12
    )


def cipher(aead: int, key: bytes) -> AESGCM | ChaCha20Poly1305:
    return AESGCM(key) if aead == AES_256_GCM else ChaCha20Poly1305(key)


def dhkem(exchanged: bytes, enc: bytes, public: bytes) -> bytes:
    suite = b"KEM" + X25519.to_bytes(2, "big")
    prk = _extract(suite, b"", b"eae_prk", exchanged)
    return _expand(suite, prk, b"shared_secret", enc + public, 32)


def combined(lattice: bytes, private: bytes, share: bytes) -> bytes:
    """X-Wing's shared secret of ML-KEM's and of an X25519 key with a share."""
    key = X25519PrivateKey.from_private_bytes(private)
    curve = key.exchange(X25519PublicKey.from_public_bytes(share))
    return _combine(lattice, curve, share, key.public_key().public_bytes_raw())


def _combine(lattice: bytes, curve: bytes, share: bytes, public: bytes) -> bytes:
    return hashlib.sha3_256(lattice + curve + share + public + _XWING_LABEL).digest()


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    asked = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, asked + b"\1", "sha256")[:length]  # one block is enough here
