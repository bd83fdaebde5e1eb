"""Slots: how an officer's passphrase, or their printed recovery code, opens the officer's keys.

    passphrase ─ Argon2id ▸ stretched ─ HKDF ┬▸ auth key    only its SHA-256 is stored
                                             └▸ wrap key ▸ user master key ▸ bundle of private keys

One run of Argon2id serves login and opening both: a second, cheaper hash beside the slot is what a
thief would guess at. Sources: RFC 9106 (Argon2id), RFC 8265 (passphrases are compared in NFC).
"""

from __future__ import annotations

import hmac
import secrets
import threading
import unicodedata
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import NewType
from uuid import UUID

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from workervoice.crypto.seal import (
    KEY_BYTES,
    SigningKey,
    box,
    ctx,
    derive,
    digest,
    mac,
    unbox,
)
from workervoice.crypto.suite import KemKey
from workervoice.errors import SealBroken, WrongPassphrase

SLOT_KIND = "passphrase"
RECOVERY = "recovery"  # a printed code, see `paper`
SALT_BYTES = 16

_AUTH = "slot-auth"
_WRAP = "slot-wrap"
_SLOT = "slot"
_BUNDLE = "bundle"
_DECOY = "slot-decoy"
_BUNDLE_FORMAT = b"\x01"  # format | signing seed (32) | private key with its suite byte

Umk = NewType("Umk", bytes)  # user master key, 32 bytes: every slot of an officer opens it

_two_at_once = threading.BoundedSemaphore(2)  # memory: 128 MiB a run
# OpenSSL gives all runs one pool of threads, and a run that has one waits for the next without
# letting go of the first: two runs of several lanes wait for each other for ever.
_one_with_lanes = threading.Lock()


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs."""

    memory_kib: int
    iterations: int
    lanes: int


STRONG = Cost(memory_kib=128 * 1024, iterations=3, lanes=4)  # about 0.4 s
CHEAP = Cost(memory_kib=64, iterations=1, lanes=1)  # for tests only


@dataclass(frozen=True, slots=True)
class Slot:
    """What is stored to check a passphrase and to open the user master key with it."""

    kind: str
    salt: bytes = field(repr=False)
    cost: Cost
    auth_hash: bytes = field(repr=False)
    wrapped_umk: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bundle:
    """An officer's private keys: one to open, one to sign."""

    kem: KemKey
    sign: SigningKey

    def to_bytes(self) -> bytes:
        """To be boxed, never stored as it is."""
        return _BUNDLE_FORMAT + self.sign.to_bytes() + self.kem.to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Bundle:
        """Read what `to_bytes()` wrote. Raises `SealBroken`."""
        if data[:1] != _BUNDLE_FORMAT:
            raise SealBroken("unknown bundle format")
        seed, kem = data[1 : 1 + KEY_BYTES], data[1 + KEY_BYTES :]
        return cls(KemKey.from_bytes(kem), SigningKey.from_bytes(seed))


def enrol(officer_id: UUID, passphrase: str, bundle: Bundle, cost: Cost) -> tuple[Slot, bytes]:
    """A new slot and the bundle boxed under a new master key; store both, in place of the old."""
    umk, boxed = box_bundle(officer_id, bundle)
    return new_slot(officer_id, passphrase, umk, cost), boxed


def box_bundle(officer_id: UUID, bundle: Bundle) -> tuple[Umk, bytes]:
    """A new master key, and the bundle boxed under it. Slots made for an older one are void."""
    umk = Umk(secrets.token_bytes(KEY_BYTES))
    return umk, box(umk, bundle.to_bytes(), ctx(_BUNDLE, officer_id))


def new_slot(officer_id: UUID, secret: str, umk: Umk, cost: Cost, *, kind: str = SLOT_KIND) -> Slot:
    """One more way in: a passphrase, or a printed code, that opens the master key."""
    salt = secrets.token_bytes(SALT_BYTES)
    auth_hash, wrap_key = _keys(officer_id, secret, salt, cost)
    return Slot(kind, salt, cost, auth_hash, box(wrap_key, umk, ctx(_SLOT, officer_id, kind)))


def open_slot(officer_id: UUID, passphrase: str, slot: Slot, boxed_bundle: bytes) -> Bundle:
    """The officer's keys. Raises `WrongPassphrase`; `SealBroken` if what is stored was changed."""
    umk = open_umk(officer_id, passphrase, slot)
    try:
        return Bundle.from_bytes(unbox(umk, boxed_bundle, ctx(_BUNDLE, officer_id)))
    except SealBroken:
        raise SealBroken(f"keys of officer {officer_id} do not open") from None


def open_umk(officer_id: UUID, secret: str, slot: Slot) -> Umk:
    """The master key, to make another slot for it. Raises as `open_slot` does."""
    try:
        auth_hash, wrap_key = _keys(officer_id, secret, slot.salt, slot.cost)
        if not hmac.compare_digest(auth_hash, slot.auth_hash):
            raise WrongPassphrase(
                f"this passphrase or code does not open the keys of officer {officer_id}"
            )
        return Umk(unbox(wrap_key, slot.wrapped_umk, ctx(_SLOT, officer_id, slot.kind)))
    except (SealBroken, ValueError, OverflowError):  # the last two: a cost that cannot be
        raise SealBroken(f"keys of officer {officer_id} do not open") from None


def decoy_slot(login: str, key: bytes, cost: Cost) -> Slot:
    """A slot that nothing opens, the same every time, for a login that does not exist.

    Trying it takes as long as a real one, so that a stranger cannot tell who has an account.
    """
    salt = mac(key, ctx(_DECOY, "salt", login))[:SALT_BYTES]
    auth_hash = mac(key, ctx(_DECOY, "auth", login))
    return Slot(SLOT_KIND, salt, cost, auth_hash, wrapped_umk=b"")


def stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Argon2id, 32 bytes; two runs at once here, one if of several lanes; the others wait."""
    kdf = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    with _one_with_lanes if cost.lanes > 1 else nullcontext(), _two_at_once:
        return kdf.derive(unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass"))


def _keys(officer_id: UUID, passphrase: str, salt: bytes, cost: Cost) -> tuple[bytes, bytes]:
    """What is stored to compare with, and the key that opens the master key."""
    stretched = stretch(passphrase, salt, cost)
    auth_key = derive(stretched, ctx(_AUTH, officer_id))
    return digest(auth_key), derive(stretched, ctx(_WRAP, officer_id))
