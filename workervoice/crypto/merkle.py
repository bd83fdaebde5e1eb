"""The Merkle tree of the log, as in RFC 6962 section 2.1: roots, and proofs of a leaf.

Leaves are given as leaf hashes. An inclusion proof shows that a leaf is in a tree. That a later
tree begins with an earlier one is not proved but computed: whoever verifies has all leaf hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workervoice.errors import NotTrusted, SealBroken

HASH_BYTES = 32


def leaf_body(fields: Mapping[str, str | int]) -> bytes:
    """One entry in its only form: JSON with sorted keys, in ASCII, without spaces or floats."""
    for name, value in fields.items():
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise TypeError(f"a log entry holds text and whole numbers only: {name}")
    return json.dumps(dict(fields), sort_keys=True, separators=(",", ":")).encode()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry as a leaf; the prefix keeps it apart from inner nodes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash that stands for all leaves in their order."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node_hash(root(leaves[:split]), root(leaves[split:]))


@dataclass(frozen=True, slots=True)
class Frontier:
    """All of a tree that is needed to let it grow: its size, and the roots of its full subtrees.

    One root for each bit of the size, largest subtree first: 20 hashes at a million leaves.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def grown(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier with these leaf hashes after the ones it has."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            node, full = leaf, size
            while full & 1:
                node, full = node_hash(peaks.pop(), node), full >> 1
            peaks.append(node)
            size += 1
        return Frontier(size, tuple(peaks))

    def root(self) -> bytes:
        """The same hash as `root` over all leaves."""
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        *left, reached = self.peaks
        for peak in reversed(left):
            reached = node_hash(peak, reached)
        return reached

    def to_bytes(self) -> bytes:
        """Size in 8 bytes, big-endian, then the peaks."""
        return self.size.to_bytes(8, "big") + b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """Read what `to_bytes()` wrote. Raises `SealBroken`."""
        size, hashes = int.from_bytes(data[:8], "big"), data[8:]
        if len(data) < 8 or len(hashes) != HASH_BYTES * size.bit_count():
            raise SealBroken("not a tree's frontier")
        places = range(0, len(hashes), HASH_BYTES)
        return cls(size, tuple(hashes[at : at + HASH_BYTES] for at in places))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` up to the root. Raises `IndexError`."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> None:
    """Raises `NotTrusted` unless the leaf hash is leaf `index` of the tree of that size and root.

    Follows RFC 9162 section 2.1.3.2.
    """
    node, last, reached = index, size - 1, leaf
    if not 0 <= index < size:
        raise NotTrusted(f"leaf {index} is not in a tree of {size}")
    for sibling in proof:
        if last == 0:
            raise NotTrusted(f"the proof of leaf {index} is too long")
        if node & 1 or node == last:
            reached = node_hash(sibling, reached)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            reached = node_hash(reached, sibling)
        node, last = node >> 1, last >> 1
    if last != 0 or reached != expected_root:
        raise NotTrusted(f"leaf {index} is not in this tree of {size}")


def _split(size: int) -> int:
    """The largest power of two below `size`: how many leaves go left."""
    return 1 << (size - 1).bit_length() - 1
