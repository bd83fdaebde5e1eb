"""Backups: a stream sealed to a short-lived key pair of its own.

    WVB1 | id (16) | length | sealed data key | (length | chunk)…

The data key is sealed to the pair; chunks of 1 MiB are boxes under it, each bound to the backup,
its number and whether it is the last: a stream that was cut, reordered or mixed does not open.
Whoever destroys the private half has destroyed the backup, with everything that was erased since.
"""

from __future__ import annotations

import secrets
from typing import BinaryIO, Protocol
from uuid import UUID

from workervoice.crypto.seal import KEY_BYTES, box, ctx, unbox
from workervoice.crypto.suite import KemKey, open_with, seal_to
from workervoice.errors import SealBroken

MAGIC = b"WVB1"
CHUNK_BYTES = 1 << 20
_LENGTH_BYTES = 4
_MOST = CHUNK_BYTES + 64  # a chunk in its box, or a sealed key


class Readable(Protocol):
    """Where a dump comes from."""

    def read(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    """Where an opened backup goes."""

    def write(self, data: bytes, /) -> object: ...


def seal_backup(public: bytes, backup_id: UUID, source: Readable, sink: BinaryIO) -> None:
    """Seal all of `source` to this key."""
    data_key = secrets.token_bytes(KEY_BYTES)
    sink.write(MAGIC + backup_id.bytes)
    _write(sink, seal_to(public, data_key, ctx("backup", backup_id)))
    number, chunk = 0, source.read(CHUNK_BYTES)
    while True:
        following = source.read(CHUNK_BYTES)
        _write(sink, box(data_key, chunk, _place(backup_id, number, last=not following)))
        if not following:
            return
        number, chunk = number + 1, following


def id_of_backup(source: BinaryIO) -> UUID:
    """Read a backup's beginning. Raises `SealBroken` if it is none."""
    head = source.read(len(MAGIC) + 16)
    if not head.startswith(MAGIC) or len(head) != len(MAGIC) + 16:
        raise SealBroken("not a backup")
    return UUID(bytes=head[len(MAGIC) :])


def open_backup(key: KemKey, source: BinaryIO, sink: Writable) -> None:
    """Write what `seal_backup` sealed, chunk by chunk.

    Raises `SealBroken` on anything wrong; what is in `sink` by then is no backup.
    """
    backup_id = id_of_backup(source)
    data_key = open_with(key, _read(source), ctx("backup", backup_id))
    number, blob = 0, _read(source)
    while True:
        following = _read(source)
        sink.write(unbox(data_key, blob, _place(backup_id, number, last=not following)))
        if not following:
            return
        number, blob = number + 1, following


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
