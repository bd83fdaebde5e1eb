"""Contexts, padding, boxes, derived keys, signatures."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crypto import vectors
from workervoice.crypto.seal import (
    MESSAGE_SIZES,
    SigningKey,
    box,
    ctx,
    derive,
    digest,
    generate_signing,
    mac,
    pad,
    unbox,
    unpad,
    verify,
)
from workervoice.errors import NotTrusted, SealBroken

KEY = bytes(range(32))
PART = st.one_of(st.binary(max_size=6), st.text(max_size=6), st.integers(), st.uuids())
PARTS = st.lists(PART, max_size=4)
unhurried = settings(deadline=None)


@given(st.text(max_size=4), PARTS, st.text(max_size=4), PARTS)
@unhurried
def test_contexts_are_equal_only_if_label_and_parts_are(
    label: str,
    parts: list[bytes | str | int | UUID],
    other_label: str,
    others: list[bytes | str | int | UUID],
) -> None:
    same = (label, parts) == (other_label, others)

    assert (ctx(label, *parts) == ctx(other_label, *others)) is same


@given(st.lists(st.binary(max_size=3), max_size=3), st.lists(st.binary(max_size=3), max_size=3))
@unhurried
def test_contexts_of_nearly_equal_lists_differ(left: list[bytes], right: list[bytes]) -> None:
    assert (ctx("x", *left) == ctx("x", *right)) is (left == right)


def test_contexts_tell_kinds_of_parts_apart() -> None:
    thing = uuid4()
    alike: list[bytes | str | int | UUID] = [
        "1",
        1,
        b"1",
        thing,
        thing.bytes,
        str(thing),
        "",
        b"",
        "a\0b",
        "ab",
    ]

    assert len({ctx("x", part) for part in alike}) == len(alike)


def test_a_context_is_written_as_documented() -> None:
    written = ctx("ab", b"\xff", -7, UUID(int=1))

    assert written.hex(" ", -4) == (
        "00000004 00000003 73616200 00000262 ff000000 03692d37 00000011 75000000 "
        "00000000 00000000 00000000 01"
    )


@given(st.binary(max_size=70_000))
@unhurried
def test_padding_comes_off_again_and_has_few_lengths(data: bytes) -> None:
    padded = pad(data, MESSAGE_SIZES)

    assert unpad(padded) == data
    assert len(padded) in {2048, 32768, 65536, 98304}


@pytest.mark.parametrize(
    ("length", "padded"), [(0, 2048), (2044, 2048), (2045, 32768), (32764, 32768), (32765, 65536)]
)
def test_padding_goes_to_the_smallest_size_that_holds_the_data(length: int, padded: int) -> None:
    assert len(pad(b"x" * length, MESSAGE_SIZES)) == padded


@pytest.mark.parametrize("data", [b"", b"\0\0\0", b"\0\0\0\2x", b"\0\0\0\1x\0\1", b"\xff" * 8])
def test_broken_padding_is_refused(data: bytes) -> None:
    with pytest.raises(SealBroken):
        unpad(data)


def test_a_box_opens_with_its_key_in_its_place_only() -> None:
    sealed = box(KEY, b"words", b"place")

    assert unbox(KEY, sealed, b"place") == b"words"
    for key, aad in ((KEY[::-1], b"place"), (KEY, b"elsewhere"), (KEY, b"")):
        with pytest.raises(SealBroken):
            unbox(key, sealed, aad)


def test_no_byte_of_a_box_can_be_changed_cut_or_added() -> None:
    sealed = box(KEY, b"words", b"place")
    flipped = [
        sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))
    ]
    cut = [sealed[:length] for length in range(len(sealed))]

    for forged in [*flipped, *cut, sealed + b"\0"]:
        with pytest.raises(SealBroken):
            unbox(KEY, forged, b"place")


def test_boxing_twice_gives_different_boxes() -> None:
    assert len({box(KEY, b"words", b"place") for _ in range(100)}) == 100


def test_a_box_needs_a_key_of_32_bytes() -> None:
    for key in (b"", bytes(16), bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            box(key, b"words", b"place")


def test_a_published_gcm_vector_opens_as_a_box() -> None:
    """The one in NIST's file whose associated data happens to begin with our format byte."""
    [vector] = _boxlike("ciphers/AES/GCM/gcmEncryptExtIV256.rsp")

    opened = unbox(*_as_box(vector))

    assert opened.hex() == vector["PT"]


def test_a_published_forgery_is_refused_as_a_box() -> None:
    [vector] = _boxlike("ciphers/AES/GCM/gcmDecrypt256.rsp")

    assert "FAIL" in vector
    with pytest.raises(SealBroken):
        unbox(*_as_box(vector))


def test_derived_keys_follow_rfc_5869() -> None:
    made = derive(b"\x0b" * 22, b"", 42)

    assert made.hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


def test_derived_keys_differ_by_purpose() -> None:
    assert derive(KEY, b"one") != derive(KEY, b"two")


def test_macs_follow_rfc_4231() -> None:
    published = [v for v in vectors.blocks("HMAC/rfc-4231-sha256.txt") if "MD" in v]

    made = [mac(bytes.fromhex(v["Key"]), bytes.fromhex(v["Msg"])).hex() for v in published]

    assert len(made) > 4
    assert made == [v["MD"] for v in published]


def test_digests_are_sha_256() -> None:
    assert digest(b"abc").hex() == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_signatures_follow_the_published_ed25519_vectors() -> None:
    lines = (vectors.FOLDER / "asymmetric/Ed25519/sign.input").read_text().splitlines()

    for line in lines[::16]:
        secret, public, data, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        key = SigningKey(secret[:32])
        assert key.public == public
        assert key.sign(data) == signed[:64]
        verify(public, data, signed[:64])


def test_a_signature_holds_for_its_key_and_data_only() -> None:
    key, stranger = generate_signing(), generate_signing()
    signature = key.sign(ctx("one", 1))

    verify(key.public, ctx("one", 1), signature)
    for public, data, signed in [
        (stranger.public, ctx("one", 1), signature),
        (key.public, ctx("two", 1), signature),
        (key.public, ctx("one", 1), bytes([signature[0] ^ 1]) + signature[1:]),
        (key.public, ctx("one", 1), signature[:-1]),
        (key.public, ctx("one", 1), b""),
        (key.public[:-1], ctx("one", 1), signature),
        (b"", ctx("one", 1), signature),
    ]:
        with pytest.raises(NotTrusted):
            verify(public, data, signed)


def test_a_signing_key_survives_being_written_and_read_and_shows_nothing() -> None:
    key = generate_signing()

    assert SigningKey.from_bytes(key.to_bytes()) == key
    assert repr(key) == "SigningKey()"
    with pytest.raises(SealBroken):
        SigningKey.from_bytes(key.to_bytes()[:-1])


def _boxlike(name: str) -> list[dict[str, str]]:
    return [
        vector
        for vector in vectors.blocks(name)
        if len(vector.get("IV", "")) == 24
        and len(vector.get("Tag", "")) == 32
        and vector["AAD"].startswith("01")
    ]


def _as_box(vector: dict[str, str]) -> tuple[bytes, bytes, bytes]:
    blob = "01" + vector["IV"] + vector["CT"] + vector["Tag"]
    return bytes.fromhex(vector["Key"]), bytes.fromhex(blob), bytes.fromhex(vector["AAD"][2:])
