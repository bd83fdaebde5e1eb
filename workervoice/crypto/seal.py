"""Sealing: the small pieces that all the rest is made of.

A context names the purpose and place of a value, so that it opens and verifies nowhere else. Pads
hide lengths; boxes seal under a shared key; signatures say who. Sources: NIST SP 800-38D (GCM; the
nonces are random, so one key boxes at most 2**32 values, section 8.3), RFC 5869 (HKDF), RFC 2104
(HMAC), RFC 8032 (Ed25519).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workervoice.errors import NotTrusted, SealBroken

MESSAGE_SIZES = (2048, 32768)  # bytes; what is longer, and rare, takes multiples of the larger

KEY_BYTES = 32
_NONCE_BYTES = 12
_LENGTH_BYTES = 4
_FEW = 128
_LENGTHS = tuple(size.to_bytes(_LENGTH_BYTES, "big") for size in range(_FEW))
_UUID_HEAD = b"\0\0\0\x11u"  # 17 bytes: the type and the UUID's own
_BOX_FORMAT = b"\x01"  # format | nonce (12) | ciphertext and tag (n + 16)


# Contexts


def ctx(label: str, *parts: bytes | str | int | UUID) -> bytes:
    """Say what a value is for and where it belongs; two different lists never read the same.

    Count, then each item as length | type | bytes, counts and lengths in 4 bytes big-endian. Types:
    s (UTF-8), b (bytes), i (decimal), u (the UUID's 16 bytes). `label` is a constant, one for each
    purpose: what is signed or sealed for one purpose must never pass for another.
    """
    items = [_length(1 + len(parts))]
    for part in (label, *parts):
        if type(part) is UUID:  # the commonest, of one length
            items += (_UUID_HEAD, part.int.to_bytes(16, "big"))
        else:
            item = _typed(part)
            items += (_LENGTHS[size] if (size := len(item)) < _FEW else _length(size), item)
    return b"".join(items)


def _typed(part: bytes | str | int | UUID) -> bytes:
    if isinstance(part, bytes):
        return b"b" + part
    if isinstance(part, str):
        return b"s" + part.encode(errors="surrogatepass")
    if isinstance(part, UUID):
        return b"u" + part.bytes
    return b"i%d" % part


def _length(number: int) -> bytes:
    return number.to_bytes(_LENGTH_BYTES, "big")


# Padding


def pad(data: bytes, sizes: tuple[int, ...]) -> bytes:
    """Length | data | zeros, to the smallest of `sizes` that holds it.

    What is longer than the largest goes to the next multiple of the largest.
    """
    needed = _LENGTH_BYTES + len(data)
    largest = max(sizes)
    size = min((s for s in sizes if s >= needed), default=-(-needed // largest) * largest)
    return (_length(len(data)) + data).ljust(size, b"\0")


def unpad(data: bytes) -> bytes:
    """Undo `pad`. Raises `SealBroken` if it was not padded so."""
    end = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "big")
    if not _LENGTH_BYTES <= end <= len(data) or any(data[end:]):
        raise SealBroken("padding is broken")
    return data[_LENGTH_BYTES:end]


# Boxes: AES-256-GCM under a key that both sides have


def box(key32: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Seal under a shared key, bound to `aad`. Length is not hidden."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _BOX_FORMAT + nonce + _cipher(key32).encrypt(nonce, plaintext, _BOX_FORMAT + aad)


def unbox(key32: bytes, blob: bytes, aad: bytes) -> bytes:
    """Open what `box` sealed. Raises `SealBroken`."""
    cipher = _cipher(key32)
    if blob[:1] != _BOX_FORMAT:
        raise SealBroken("unknown box format")
    nonce, sealed = blob[1 : 1 + _NONCE_BYTES], blob[1 + _NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, sealed, _BOX_FORMAT + aad)
    except (InvalidTag, ValueError):  # forged or foreign; truncated
        raise SealBroken("box does not open here") from None


def _cipher(key32: bytes) -> AESGCM:
    if len(key32) != KEY_BYTES:
        raise ValueError("the key of a box is 32 bytes")
    return AESGCM(key32)


# Hashes and derived keys


def digest(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256, all 32 bytes."""
    return hmac.digest(key, data, "sha256")


def derive(key: bytes, info: bytes, length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 without salt: one key for one purpose, from a key that has several."""
    return HKDF(hashes.SHA256(), length=length, salt=None, info=info).derive(key)


# Signatures: always over a context, so that the label says for what


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key (its 32-byte seed). Raises `SealBroken` if malformed."""

    private: bytes = field(repr=False)
    public: bytes = field(init=False, repr=False, compare=False)  # 32 bytes
    handle: Ed25519PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            handle = Ed25519PrivateKey.from_private_bytes(self.private)
        except ValueError:
            raise SealBroken("not a signing key") from None
        object.__setattr__(self, "handle", handle)
        object.__setattr__(self, "public", handle.public_key().public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """64 bytes over `data`, which is a `ctx(...)`."""
        return self.handle.sign(data)

    def to_bytes(self) -> bytes:
        """The seed: to be boxed, never stored as it is."""
        return self.private

    @classmethod
    def from_bytes(cls, data: bytes) -> SigningKey:
        """Read what `to_bytes()` wrote. Raises `SealBroken`."""
        return cls(data)


def generate_signing() -> SigningKey:
    """A new random key."""
    return SigningKey(secrets.token_bytes(KEY_BYTES))


def verify(public: bytes, data: bytes, signature: bytes) -> None:
    """Return if `public` signed `data`; raise `NotTrusted` if not, or if a part is malformed."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise NotTrusted("signature does not verify") from None
