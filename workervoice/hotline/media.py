"""Media: what came as a picture, sound, video or file, sealed to whoever may read the case.

    fetched ▸ washed ▸ a key of its own ▸ sealed in chunks ▸ shown piece by piece

The head says what it is; one that could not be had has a head and nothing else.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from workervoice.crypto.directory import Directory
from workervoice.crypto.keyring import Holder
from workervoice.crypto.medium import MediumKey, cut
from workervoice.crypto.suite import KemKey
from workervoice.errors import CryptoError, SealBroken
from workervoice.hotline.noting import NOBODY
from workervoice.hotline.process import Signer
from workervoice.message import MediaHandle
from workervoice.store import media as store
from workervoice.store.engine import Tx
from workervoice.store.media import MediumRow
from workervoice.wash.outcome import Unwashed, Washed

Wash = Callable[[bytes, str], Washed | Unwashed]  # content, and the type that it claims to have
STORERS = ("courier", "officer", "registrar")
WASHED, AS_IT_CAME, MISSING = "washed", "as_it_came", "missing"


@dataclass(frozen=True, slots=True)
class Head:
    """What a medium is. `state` is one of the three above; `why` says why it is not washed, or not
    there; `lied`, that it was announced as something else; `seconds`, of sound and video; `pixels`,
    width and height; `heard`, what a machine heard in it."""

    state: str
    type: str = ""
    size: int = 0
    why: str = ""
    lied: bool = False
    seconds: float = 0.0
    pixels: tuple[int, int] = (0, 0)
    pages: int = 0
    at: int = 0
    thumbnail: bytes = field(default=b"", repr=False)
    heard: str = field(default="", repr=False)

    def to_bytes(self) -> bytes:
        said = {name: getattr(self, name) for name in self.__slots__}
        said |= {"pixels": list(self.pixels), "thumbnail": b64encode(self.thumbnail).decode()}
        return json.dumps(said, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Head:
        """Raises `SealBroken` for what is no head."""
        try:
            said: dict[str, Any] = json.loads(data)
            width, height = said.pop("pixels")
            thumbnail = b64decode(said.pop("thumbnail"))
            return cls(**said, pixels=(int(width), int(height)), thumbnail=thumbnail)
        except (ValueError, KeyError, TypeError):
            raise SealBroken("a medium's head cannot be read") from None


def washed_head(washed: Washed, heard: str = "") -> Head:
    """What the child found in it, and what a machine heard."""
    return Head(
        WASHED,
        washed.kind,
        len(washed.content),
        lied=washed.lied,
        seconds=float(washed.seconds),
        pixels=(washed.width, washed.height),
        pages=washed.pages,
        thumbnail=washed.thumbnail,
        heard=heard,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One medium in a thread or a history: what it was announced as, and its head. Without a head
    it is not fetched yet, or broken."""

    id: UUID
    announced: str
    head: Head | None = field(default=None, repr=False)
    broken: bool = False

    @property
    def gone(self) -> bool:
        return self.head is not None and self.head.state == MISSING


@dataclass(frozen=True, slots=True)
class Medium:
    """One that is open: its head, and its content on request."""

    row: MediumRow
    key: MediumKey = field(repr=False)
    head: Head = field(repr=False)

    def content(self, tx: Tx) -> Iterator[bytes]:
        """Piece by piece. Raises `SealBroken` in the midst of it if a piece was changed."""
        chunks = self.row.chunks
        pieces = (
            self.key.open_chunk(store.chunk(tx, self.row.id, number), number, chunks)
            for number in range(chunks)
        )
        return cut(pieces, self.head.size)


def kept_as(ids: Sequence[UUID], handles: Sequence[MediaHandle]) -> list[dict[str, str]]:
    """What an entry says of its media: what they are called here, and what they were said to be."""
    pairs = zip(ids, handles, strict=True)
    return [{"id": str(each), "type": handle.content_type} for each, handle in pairs]


def store_medium(
    tx: Tx, signer: Signer, lying: tuple[Holder, bytes, UUID], head: Head, content: bytes
) -> None:
    """Seal and store one medium. `lying` is whose it is, their public key, and its id."""
    unsigned, chunks = _sealed(lying, head, content)
    unsigned = replace(unsigned, signer_id=signer.id)
    signature = signer.sign(store.medium_place(tx.programme, unsigned))
    store.add_medium(tx, replace(unsigned, signature=signature), chunks)


def store_unsigned(
    tx: Tx, lying: tuple[Holder, bytes, UUID], head: Head, content: bytes
) -> MediumRow:
    """The same for a plan: who brought it would tell, in clear, which buyer works on which issue.
    Whoever names it under a signature elsewhere names its digest there."""
    row, chunks = _sealed(lying, head, content)
    store.add_medium(tx, row, chunks)
    return row


def _sealed(
    lying: tuple[Holder, bytes, UUID], head: Head, content: bytes
) -> tuple[MediumRow, list[bytes]]:
    """A row that nobody has signed, and its chunks."""
    holder, public, medium_id = lying
    key = MediumKey.new(holder, medium_id)
    chunks = key.seal_chunks(content)
    row = MediumRow(
        *(medium_id, holder.kind, holder.id, holder.epoch, len(chunks)),
        *(key.sealed(public), key.seal_head(head.to_bytes()), NOBODY, b""),
    )
    return row, chunks


def digest_of(row: MediumRow) -> str:
    """What names exactly this medium: its key, to which its chunks are bound, and its head."""
    return row.logged().digest.hex()


def open_medium(tx: Tx, directory: Directory, row: MediumRow, key: KemKey) -> Medium:
    """With the holder's private key. Raises `NotTrusted` or `SealBroken`."""
    place = store.medium_place(tx.programme, row)
    directory.check_signature(row.signer_id, place, row.signature, *STORERS)
    return _opened(row, key)


def open_named(row: MediumRow, named: str, key: KemKey) -> Medium:
    """The medium whose digest somebody named under a signature. Raises `SealBroken` for any
    other."""
    if digest_of(row) != named:
        raise SealBroken("a medium is not the one that was named")
    return _opened(row, key)


def _opened(row: MediumRow, key: KemKey) -> Medium:
    own = MediumKey.opened(row.holder, row.id, row.key, key)
    return Medium(row, own, Head.from_bytes(own.open_head(row.head)))


def head_or_none(tx: Tx, directory: Directory, row: MediumRow, key: KemKey) -> Head | None:
    """None for one that is broken."""
    try:
        return open_medium(tx, directory, row, key).head
    except CryptoError:
        return None
