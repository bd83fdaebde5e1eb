"""A medium at rest: a key of its own, sealed to whoever may read; a head that tells what it is; and
its content in chunks, so that one can be shown without holding all of it.

Each chunk is bound to the medium, its number and how many there are: none can be left out, doubled
or moved. The last is padded, and the head tells the true length.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from workervoice.crypto.keyring import Holder
from workervoice.crypto.seal import KEY_BYTES, box, ctx, pad, unbox, unpad
from workervoice.crypto.suite import KemKey, open_with, seal_to
from workervoice.errors import SealBroken

CHUNK_BYTES = 256 * 1024
STEP_BYTES = 16 * 1024  # the last chunk ends at a multiple of this
HEAD_SIZES = (32 * 1024, 128 * 1024)


@dataclass(frozen=True, slots=True)
class MediumKey:
    """The key of one medium, and where it lies."""

    holder: Holder
    medium_id: UUID
    key: bytes = field(repr=False)

    @classmethod
    def new(cls, holder: Holder, medium_id: UUID) -> MediumKey:
        return cls(holder, medium_id, secrets.token_bytes(KEY_BYTES))

    @classmethod
    def opened(cls, holder: Holder, medium_id: UUID, sealed: bytes, reader: KemKey) -> MediumKey:
        """Raises `SealBroken` for another reader or place."""
        return cls(
            holder, medium_id, open_with(reader, sealed, _place("medium", holder, medium_id))
        )

    def sealed(self, public: bytes) -> bytes:
        """To the holder's pair."""
        return seal_to(public, self.key, _place("medium", self.holder, self.medium_id))

    def seal_head(self, head: bytes) -> bytes:
        place = _place("medium-head", self.holder, self.medium_id)
        return box(self.key, pad(head, HEAD_SIZES), place)

    def open_head(self, blob: bytes) -> bytes:
        """Raises `SealBroken`."""
        return unpad(unbox(self.key, blob, _place("medium-head", self.holder, self.medium_id)))

    def seal_chunks(self, content: bytes) -> list[bytes]:
        """In order; none of what is empty."""
        pieces = [content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES)]
        if pieces:
            size = -(-len(pieces[-1]) // STEP_BYTES) * STEP_BYTES
            pieces[-1] = pieces[-1].ljust(size, b"\0")
        places = (self._chunk(number, len(pieces)) for number in range(len(pieces)))
        return [box(self.key, each, place) for each, place in zip(pieces, places, strict=True)]

    def open_chunk(self, blob: bytes, number: int, chunks: int) -> bytes:
        """One of them, by its number from 0. Raises `SealBroken`."""
        return unbox(self.key, blob, self._chunk(number, chunks))

    def _chunk(self, number: int, chunks: int) -> bytes:
        return _place("medium-chunk", self.holder, self.medium_id, number, chunks)


def cut(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The content without its padding, piece by piece. Raises `SealBroken` if it is too short."""
    left = size
    for piece in pieces:
        yield piece[:left]
        left -= min(left, len(piece))
    if left:
        raise SealBroken("a medium ends too early")


def _place(label: str, holder: Holder, medium_id: UUID, *numbers: int) -> bytes:
    return ctx(label, holder.kind, holder.id, holder.epoch, medium_id, *numbers)
