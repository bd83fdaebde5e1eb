"""Backups: a stream sealed to a short-lived key pair of its own, and proven to be the hotline's.

    WVB1 | id (16) | made (8, unix seconds) | length | sealed data key | (length | chunk)…

The data key is sealed to the pair. Chunks of 1 MiB are boxes under a key made of that one and of
the hotline's proof, each bound to everything before the first chunk, its number and whether it is
the last: a stream that was cut, reordered, mixed, or sealed by somebody without the proof does not
open, not even its first chunk. Whoever destroys the private half has destroyed the backup, with
everything that was erased since.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from uuid import UUID

from workervoice.crypto.seal import KEY_BYTES, box, ctx, derive, digest, unbox
from workervoice.crypto.suite import KemKey, open_with, seal_to
from workervoice.errors import SealBroken

MAGIC = b"WVB1"
CHUNK_BYTES = 1 << 20
_LENGTH_BYTES, _TIME_BYTES = 4, 8
_HEAD_BYTES = len(MAGIC) + 16 + _TIME_BYTES
_MOST = CHUNK_BYTES + 64  # a chunk in its box, or a sealed key


class Readable(Protocol):
    """Where a dump comes from."""

    def read(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    """Where an opened backup goes."""

    def write(self, data: bytes, /) -> object: ...


def proof_key(mac_key: bytes) -> bytes:
    """What proves a backup to be this hotline's, out of the key that no rotation changes."""
    return derive(mac_key, ctx("backup-proof"))


@dataclass(frozen=True, slots=True)
class Head:
    """Which backup it is, and when it was made (unix seconds). Proven once a chunk opened."""

    id: UUID
    made: int

    def to_bytes(self) -> bytes:
        return MAGIC + self.id.bytes + self.made.to_bytes(_TIME_BYTES, "big")


def seal_backup(public: bytes, proof: bytes, head: Head, source: Readable, sink: BinaryIO) -> None:
    """Seal all of `source` to this key."""
    data_key = secrets.token_bytes(KEY_BYTES)
    sealed = seal_to(public, data_key, ctx("backup", head.id))
    key = _chunk_key(data_key, proof, head, sealed)
    sink.write(head.to_bytes())
    _write(sink, sealed)
    number, chunk = 0, source.read(CHUNK_BYTES)
    while True:
        following = source.read(CHUNK_BYTES)
        _write(sink, box(key, chunk, _place(head.id, number, last=not following)))
        if not following:
            return
        number, chunk = number + 1, following


def head_of_backup(source: BinaryIO) -> Head:
    """Read a backup's beginning. Raises `SealBroken` if it is none."""
    head = source.read(_HEAD_BYTES)
    if not head.startswith(MAGIC) or len(head) != _HEAD_BYTES:
        raise SealBroken("not a backup")
    id_, made = head[len(MAGIC) : -_TIME_BYTES], head[-_TIME_BYTES:]
    return Head(UUID(bytes=id_), int.from_bytes(made, "big"))


def open_backup(key: KemKey, proof: bytes, source: BinaryIO, sink: Writable) -> None:
    """Write what `seal_backup` sealed, chunk by chunk.

    Raises `SealBroken` on anything wrong. What is in `sink` by then was sealed by who has the
    proof, and may lack its end.
    """
    head, sealed = head_of_backup(source), _read(source)
    data_key = open_with(key, sealed, ctx("backup", head.id))
    chunk_key = _chunk_key(data_key, proof, head, sealed)
    number, blob = 0, _read(source)
    while True:
        following = _read(source)
        sink.write(unbox(chunk_key, blob, _place(head.id, number, last=not following)))
        if not following:
            return
        number, blob = number + 1, following


def _chunk_key(data_key: bytes, proof: bytes, head: Head, sealed: bytes) -> bytes:
    return derive(data_key + proof, ctx("backup-chunks", digest(head.to_bytes() + sealed)))


def _place(backup_id: UUID, number: int, *, last: bool) -> bytes:
    return ctx("backup-chunk", backup_id, number, int(last))


def _write(sink: BinaryIO, blob: bytes) -> None:
    sink.write(len(blob).to_bytes(_LENGTH_BYTES, "big") + blob)


def _read(source: BinaryIO) -> bytes:
    """The next blob; empty at the end."""
    head = source.read(_LENGTH_BYTES)
    if not head:
        return b""
    length = int.from_bytes(head, "big")
    blob = source.read(length) if len(head) == _LENGTH_BYTES and length <= _MOST else b""
    if not length or len(blob) != length:
        raise SealBroken("the backup was cut or damaged")
    return blob
