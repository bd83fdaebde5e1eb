"""The log's tree: known roots and proofs of RFC 6962, and every false one refused."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workervoice.crypto.merkle import (
    Frontier,
    inclusion_proof,
    leaf_body,
    leaf_hash,
    node_hash,
    root,
    verify_inclusion,
)
from workervoice.errors import NotTrusted, SealBroken

# The entries and roots that Certificate Transparency's own tests use for RFC 6962 trees.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
KNOWN_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
MANY = [leaf_hash(bytes([number])) for number in range(21)]


def includes(leaf: bytes, index: int, size: int, proof: list[bytes], top: bytes) -> bool:
    try:
        verify_inclusion(leaf, index, size, proof, top)
    except NotTrusted:
        return False
    return True


def damaged(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with each hash changed, left out or doubled, and with one more."""
    other = bytes(32)
    one_by_one = [
        proof[:at] + put + proof[at + 1 :]
        for at in range(len(proof))
        for put in ([other], [], [proof[at]] * 2)
    ]
    return [*one_by_one, [*proof, other], [other, *proof]]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_known_ones(size: int) -> None:
    assert root(LEAVES[:size]).hex() == KNOWN_ROOTS[size]


def test_a_leaf_never_passes_for_a_node() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


def test_a_proof_holds_the_hashes_of_rfc_6962s_example() -> None:
    """Section 2.1.3, in the letters of its seven-leaf tree."""
    c, j = LEAVES[2], LEAVES[6]
    g, h = node_hash(*LEAVES[0:2]), node_hash(*LEAVES[2:4])
    i = node_hash(*LEAVES[4:6])
    k, l_, f = node_hash(g, h), node_hash(i, j), LEAVES[5]
    seven = LEAVES[:7]

    assert inclusion_proof(seven, 0) == [LEAVES[1], h, l_]
    assert inclusion_proof(seven, 3) == [c, g, l_]
    assert inclusion_proof(seven, 4) == [f, j, k]
    assert inclusion_proof(seven, 6) == [i, k]


@pytest.mark.parametrize("size", range(1, 22))
def test_every_leaf_is_proved_at_its_own_index_only(size: int) -> None:
    leaves = MANY[:size]
    top = root(leaves)

    for index in range(size):
        proof = inclusion_proof(leaves, index)
        fits = [at for at in range(size) if includes(leaves[index], at, size, proof, top)]
        assert fits == [index]


@pytest.mark.parametrize("size", range(1, 22))
def test_a_false_proof_of_a_leaf_is_refused(size: int) -> None:
    leaves = MANY[:size]
    top = root(leaves)

    for index in range(size):
        proof = inclusion_proof(leaves, index)
        assert not any(includes(leaves[index], index, size, bad, top) for bad in damaged(proof))
        assert not includes(bytes(32), index, size, proof, top)
        assert not includes(leaves[index], index, size, proof, bytes(32))
        assert not includes(leaves[index], size, size, proof, top)
        assert not includes(leaves[index], -1, size, proof, top)


def test_there_is_no_proof_for_what_is_not_in_the_tree() -> None:
    for index in (-1, 3):
        with pytest.raises(IndexError):
            inclusion_proof(MANY[:3], index)


def test_an_entry_has_one_form() -> None:
    body = leaf_body({"what": "read", "epoch": 2, "by": "é\n"})

    assert body == b'{"by":"\\u00e9\\n","epoch":2,"what":"read"}'
    assert leaf_body({"epoch": 2, "by": "é\n", "what": "read"}) == body


@pytest.mark.parametrize("value", [1.5, True, None, b"x", ["x"], {"x": 1}])
def test_an_entry_holds_text_and_whole_numbers_only(value: Any) -> None:
    with pytest.raises(TypeError, match="field"):
        leaf_body({"field": value})


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert root([]) == hashlib.sha256().digest()


# The frontier against the definition of section 2.1, for trees of any size and any way of growing.

HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=70)


@given(HASHES, st.lists(st.integers(0, 70), max_size=5))
def test_a_frontier_grown_in_any_steps_has_the_root_of_all_leaves(
    leaves: list[bytes], cuts: list[int]
) -> None:
    frontier, at = Frontier(), 0
    for cut in [*sorted(min(cut, len(leaves)) for cut in cuts), len(leaves)]:
        frontier, at = frontier.grown(leaves[at:cut]), cut
        assert frontier.root() == root(leaves[:cut])
        assert Frontier.from_bytes(frontier.to_bytes()) == frontier

    assert (frontier.size, len(frontier.peaks)) == (len(leaves), len(leaves).bit_count())


@given(HASHES, st.integers(0, 70))
def test_proofs_of_any_tree_lead_to_the_frontiers_root(leaves: list[bytes], index: int) -> None:
    top = Frontier().grown(leaves).root()

    if index < len(leaves):
        proof = inclusion_proof(leaves, index)
        assert includes(leaves[index], index, len(leaves), proof, top)


@given(st.binary(max_size=120))
def test_bytes_that_are_no_frontier_are_refused(data: bytes) -> None:
    size = int.from_bytes(data[:8], "big")

    if len(data) >= 8 and len(data) == 8 + 32 * size.bit_count():
        assert Frontier.from_bytes(data).to_bytes() == data
    else:
        with pytest.raises(SealBroken):
            Frontier.from_bytes(data)
