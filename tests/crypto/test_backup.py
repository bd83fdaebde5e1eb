"""A backup opens with its own key, whole, in order, and as itself; and otherwise not at all."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest

from workervoice.crypto.backup import (
    CHUNK_BYTES,
    MAGIC,
    Head,
    head_of_backup,
    open_backup,
    proof_key,
    seal_backup,
)
from workervoice.crypto.suite import KemKey, generate_kem
from workervoice.errors import SealBroken

ID, OTHER = UUID(int=7), UUID(int=8)
KEY, PROOF, MADE = generate_kem(), proof_key(b"k" * 32), 1_700_000_000
HEAD = len(MAGIC) + 16 + 8


def sealed(plain: bytes, backup_id: UUID = ID, proof: bytes = PROOF) -> bytes:
    sink = BytesIO()
    seal_backup(KEY.public, proof, Head(backup_id, MADE), BytesIO(plain), sink)
    return sink.getvalue()


def opened(blob: bytes, key: KemKey = KEY, proof: bytes = PROOF) -> bytes:
    sink = BytesIO()
    open_backup(key, proof, BytesIO(blob), sink)
    return sink.getvalue()


def blobs(stream: bytes) -> list[bytes]:
    """The parts after the head, each with its length."""
    found, at = [], HEAD
    while at < len(stream):
        end = at + 4 + int.from_bytes(stream[at : at + 4], "big")
        found.append(stream[at:end])
        at = end
    return found


THREE = b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES + b"c"


@pytest.mark.parametrize("plain", [b"", b"x", b"y" * CHUNK_BYTES, THREE])
def test_what_was_sealed_opens(plain: bytes) -> None:
    assert opened(sealed(plain)) == plain
    assert head_of_backup(BytesIO(sealed(plain))) == Head(ID, MADE)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        opened(sealed(b"words"), generate_kem())


def test_what_somebody_sealed_who_has_no_proof_shows_nothing_of_itself() -> None:
    forged, sink = sealed(THREE, proof=bytes(32)), BytesIO()

    with pytest.raises(SealBroken):
        open_backup(KEY, PROOF, BytesIO(forged), sink)

    assert sink.getvalue() == b""
    assert opened(forged, proof=bytes(32)) == THREE


def test_a_stream_that_was_cut_reordered_or_mixed_does_not_open() -> None:
    whole, other = sealed(THREE), sealed(THREE, OTHER)
    head, (key, one, two, three) = whole[:HEAD], blobs(whole)
    foreign = blobs(other)

    for parts in (
        (key, one, two),
        (key, two, one, three),
        (key, one, one, two, three),
        (key, one, three),
        (key, one, foreign[2], three),
        (foreign[0], *foreign[1:]),
        (foreign[0], one, two, three),
        (key, one, two, three, three),
        (key,),
        (),
    ):
        with pytest.raises(SealBroken):
            opened(head + b"".join(parts))


@pytest.mark.parametrize("at", [0, 5, HEAD - 1, HEAD, HEAD + 10, -1])
def test_a_changed_byte_does_not_open(at: int) -> None:
    blob = bytearray(sealed(b"words"))
    blob[at] ^= 1

    with pytest.raises(SealBroken):
        opened(bytes(blob))


@pytest.mark.parametrize("length", [0, 3, HEAD, HEAD + 2, HEAD + 100])
def test_a_beginning_is_not_a_backup(length: int) -> None:
    with pytest.raises(SealBroken):
        opened(sealed(b"words")[:length])


def test_a_backup_as_it_was_once_written_still_opens() -> None:
    path = Path(__file__).parent / "fixtures" / "backup.json"
    old = json.loads(path.read_text("utf-8"))
    key = KemKey.from_bytes(bytes.fromhex(old["private"]))

    proof = bytes.fromhex(old["proof"])

    assert opened(bytes.fromhex(old["sealed"]), key, proof) == bytes.fromhex(old["plaintext"])
