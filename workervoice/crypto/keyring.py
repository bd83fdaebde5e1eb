"""Key rings: a key pair that several readers share, such as a case's, and the words sealed to it.

A case, team, organisation or plan has one pair an epoch; a new epoch follows when a reader leaves.
The private half is boxed under a random key-encryption key (KEK), and the KEK is wrapped to each
reader. So the server, which keeps only public halves, can add to a case and never open it:

    reader's private key ─ unwrap ▸ KEK ─ unlock ▸ private half ─ open_words ▸ words

Everything is bound to its holder and epoch: moved elsewhere, it does not open. Errors name ids.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NewType
from uuid import UUID

from workervoice.crypto.seal import KEY_BYTES, MESSAGE_SIZES, box, ctx, digest, pad, unbox, unpad
from workervoice.crypto.suite import KemKey, Suite, generate_kem, open_with, seal_to
from workervoice.errors import SealBroken

HOLDER_KINDS = frozenset({"case", "team", "organisation", "plan"})

_PAIR = "pair"
_PAIR_STATEMENT = "pair-statement"
_WRAP = "wrap"
_WORDS = "words"

Kek = NewType("Kek", bytes)  # 32 bytes


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose pair it is, and which in the row of its pairs."""

    kind: str
    id: UUID
    epoch: int

    def __post_init__(self) -> None:
        if self.kind not in HOLDER_KINDS:
            raise ValueError(f"no such kind of holder: {self.kind}")

    def __str__(self) -> str:
        return f"{self.kind} {self.id} epoch {self.epoch}"


@dataclass(frozen=True, slots=True)
class LockedPair:
    """A public key, and the private half boxed under a KEK."""

    public: bytes = field(repr=False)
    box: bytes = field(repr=False)


def new_pair(holder: Holder, suite: Suite = Suite.XWING) -> tuple[LockedPair, Kek]:
    """A new pair and the key to its private half: wrap that to every reader, then drop it."""
    key, kek = generate_kem(suite), Kek(secrets.token_bytes(KEY_BYTES))
    locked = box(kek, key.to_bytes(), _pair_place(holder, key.public))
    return LockedPair(key.public, locked), kek


def statement(holder: Holder, public: bytes) -> bytes:
    """What the gateway (a new epoch: an officer) signs about a pair made online.

    Whoever seals to `public` verifies that signature first; otherwise one changed row in the
    database would turn all future words to a thief's key.
    """
    return ctx(_PAIR_STATEMENT, holder.kind, holder.id, holder.epoch, public)


def wrap(kek: Kek, *, holder: Holder, reader_id: UUID, reader_public: bytes) -> bytes:
    """Let one more reader in. `reader_public` must come from the signed directory."""
    return seal_to(reader_public, kek, _wrap_place(holder, reader_id, reader_public))


def unwrap(blob: bytes, *, holder: Holder, reader_id: UUID, reader: KemKey) -> Kek:
    """The KEK, for the reader it was wrapped to. Raises `SealBroken`."""
    with _naming(f"wrap of {holder} for {reader_id}"):
        kek = open_with(reader, blob, _wrap_place(holder, reader_id, reader.public))
        if len(kek) != KEY_BYTES:
            raise SealBroken
        return Kek(kek)


def unlock(kek: Kek, holder: Holder, pair: LockedPair) -> KemKey:
    """The private half. Raises `SealBroken`, also if the public half was swapped."""
    with _naming(f"pair of {holder}"):
        return KemKey.from_bytes(unbox(kek, pair.box, _pair_place(holder, pair.public)))


def seal_words(
    public: bytes,
    plaintext: bytes,
    *,
    holder: Holder,
    message_id: UUID,
    direction: str,
    version: int = 1,
) -> bytes:
    """Seal one message to a holder's pair, padded to one of `MESSAGE_SIZES`.

    `direction` says who wrote ("in", "out"); `version` is that of the body inside.
    """
    place = _words_place(holder, message_id, direction, version)
    return seal_to(public, pad(plaintext, MESSAGE_SIZES), place)


def open_words(
    key: KemKey,
    blob: bytes,
    *,
    holder: Holder,
    message_id: UUID,
    direction: str,
    version: int = 1,
) -> bytes:
    """Open one message. Raises `SealBroken` unless it lies where it was put."""
    with _naming(f"message {message_id} of {holder}"):
        return unpad(open_with(key, blob, _words_place(holder, message_id, direction, version)))


def _pair_place(holder: Holder, public: bytes) -> bytes:
    return ctx(_PAIR, holder.kind, holder.id, holder.epoch, digest(public))


def _wrap_place(holder: Holder, reader_id: UUID, reader_public: bytes) -> bytes:
    return ctx(_WRAP, holder.kind, holder.id, holder.epoch, reader_id, digest(reader_public))


def _words_place(holder: Holder, message_id: UUID, direction: str, version: int) -> bytes:
    return ctx(_WORDS, holder.kind, holder.id, holder.epoch, message_id, direction, version)


@contextmanager
def _naming(what: str) -> Iterator[None]:
    """Let an error say which blob it was."""
    try:
        yield
    except SealBroken:
        raise SealBroken(f"{what} does not open") from None
