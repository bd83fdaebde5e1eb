"""Keys on paper: what people type comes back, and a typing error never passes for a key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workervoice.crypto.paper import from_paper, pair_from_paper, to_paper
from workervoice.crypto.suite import open_with, seal_to
from workervoice.errors import Mistyped


@given(st.binary(min_size=16, max_size=16) | st.binary(min_size=32, max_size=32))
def test_a_printed_key_comes_back_however_it_is_typed(key: bytes) -> None:
    printed = to_paper("recovery code", key)
    sloppy = " " + printed.lower().replace("-", " ").replace("0", "o").replace("1", "l") + "\n"

    assert from_paper("recovery code", printed, len(key)) == key
    assert from_paper("recovery code", sloppy, len(key)) == key


@given(st.binary(min_size=16, max_size=16), st.data())
def test_one_wrong_character_is_found(key: bytes, data: st.DataObject) -> None:
    printed = to_paper("recovery code", key)
    place = data.draw(st.sampled_from([i for i, c in enumerate(printed) if c != "-"]))
    other = data.draw(st.sampled_from(sorted(set("23456789ABCDEFGH") - {printed[place]})))
    typed = printed[:place] + other + printed[place + 1 :]

    try:
        found = from_paper("recovery code", typed, 16)
    except Mistyped:
        found = None

    # of a million errors one passes the check of 20 bits, as another key, which opens nothing
    assert found != key


@pytest.mark.parametrize("typed", ["", "1234", "not a key at all", "ÄÖÜ" * 10, "0" * 31, "U" * 30])
def test_what_is_no_key_is_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(Mistyped) as refused:
        from_paper("recovery code", typed, 16)

    assert not typed or typed not in str(refused.value)


def test_a_root_is_not_taken_for_a_recovery_key() -> None:
    root = to_paper("root", bytes(range(32)))

    with pytest.raises(Mistyped):
        from_paper("recovery key", root, 32)


def test_a_printed_seed_stands_for_one_pair() -> None:
    pair = pair_from_paper(bytes(range(32)))

    blob = seal_to(pair_from_paper(bytes(range(32))).public, b"keys", b"place")

    assert open_with(pair, blob, b"place") == b"keys"
