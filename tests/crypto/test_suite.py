"""Sealing to a public key: published vectors, and everything that must be refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.crypto import reference_hpke as reference
from tests.crypto import vectors
from workervoice.crypto import suite as suite_module
from workervoice.crypto.suite import KemKey, Suite, generate_kem, open_with, seal_to, self_test
from workervoice.errors import CryptoError, SealBroken

BOTH = pytest.mark.parametrize("suite", list(Suite))
KEM = {Suite.X25519: reference.X25519, Suite.XWING: reference.XWING}
ENC_BYTES = {Suite.X25519: 32, Suite.XWING: 1120}

RFC_9180 = vectors.hpke("test-vectors.json", mode=0, kem_id=0x20, kdf_id=1, aead_id=2)
X_WING = vectors.hpke("hpke-pq-test-vectors.json", mode=0, kem_id=0x647A, kdf_id=1, aead_id=3)
PUBLISHED = [(Suite.X25519, v) for v in RFC_9180] + [(Suite.XWING, v) for v in X_WING]


def private_of(suite: Suite, vector: dict[str, Any]) -> bytes:
    raw = bytes.fromhex(vector["skRm"])
    return raw if suite is Suite.X25519 else reference.expand_xwing_seed(raw)


def sealed_by_reference(suite: Suite, shared: bytes, enc: bytes, info: bytes) -> bytes:
    prefix = bytes([suite])
    key, nonce = reference.schedule(KEM[suite], reference.AES_256_GCM, shared, prefix + info)
    return prefix + enc + reference.cipher(2, key).encrypt(nonce, b"words", b"")


def test_both_suites_have_published_vectors() -> None:
    assert [suite for suite, _ in PUBLISHED] == [Suite.X25519, Suite.XWING]


@pytest.mark.parametrize(("suite", "vector"), PUBLISHED)
def test_the_reference_agrees_with_the_published_vectors(
    suite: Suite, vector: dict[str, Any]
) -> None:
    enc, first = bytes.fromhex(vector["enc"]), vector["encryptions"][0]

    shared = reference.decapsulate(KEM[suite], private_of(suite, vector), enc)
    key, nonce = reference.schedule(
        KEM[suite], vector["aead_id"], shared, bytes.fromhex(vector["info"])
    )
    plaintext = reference.cipher(vector["aead_id"], key).decrypt(
        nonce, bytes.fromhex(first["ct"]), bytes.fromhex(first["aad"])
    )

    assert shared.hex() == vector["shared_secret"]
    assert (key.hex(), nonce.hex()) == (vector["key"], vector["base_nonce"])
    assert plaintext.hex() == first["pt"]


@pytest.mark.parametrize(("suite", "vector"), PUBLISHED)
def test_a_published_private_key_has_the_published_public_key(
    suite: Suite, vector: dict[str, Any]
) -> None:
    key = KemKey(suite, private_of(suite, vector))

    assert key.public == bytes([suite]) + bytes.fromhex(vector["pkRm"])


@pytest.mark.parametrize(("suite", "vector"), PUBLISHED)
def test_we_open_a_blob_made_from_a_published_encapsulation(
    suite: Suite, vector: dict[str, Any]
) -> None:
    shared, enc = bytes.fromhex(vector["shared_secret"]), bytes.fromhex(vector["enc"])
    blob = sealed_by_reference(suite, shared, enc, b"place")

    opened = open_with(KemKey(suite, private_of(suite, vector)), blob, b"place")

    assert opened == b"words"


@BOTH
def test_we_open_what_the_reference_seals(suite: Suite) -> None:
    key = generate_kem(suite)
    shared, enc = reference.encapsulate(KEM[suite], key.public[1:])

    opened = open_with(key, sealed_by_reference(suite, shared, enc, b"place"), b"place")

    assert opened == b"words"


@BOTH
def test_the_reference_opens_what_we_seal(suite: Suite) -> None:
    key, end = generate_kem(suite), 1 + ENC_BYTES[suite]
    blob = seal_to(key.public, b"words", b"place")

    shared = reference.decapsulate(KEM[suite], key.private, blob[1:end])
    aes, nonce = reference.schedule(
        KEM[suite], reference.AES_256_GCM, shared, bytes([suite]) + b"place"
    )

    assert reference.cipher(2, aes).decrypt(nonce, blob[end:], b"") == b"words"


@BOTH
def test_a_private_key_survives_being_written_and_read(suite: Suite) -> None:
    key = generate_kem(suite)

    again = KemKey.from_bytes(key.to_bytes())

    assert again == key
    assert again.public == key.public


def test_the_default_suite_is_x_wing() -> None:
    assert generate_kem().suite is Suite.XWING


@BOTH
def test_sealing_twice_gives_different_blobs(suite: Suite) -> None:
    public = generate_kem(suite).public

    assert seal_to(public, b"words", b"place") != seal_to(public, b"words", b"place")


@BOTH
def test_another_key_or_place_does_not_open(suite: Suite) -> None:
    key = generate_kem(suite)
    blob = seal_to(key.public, b"words", b"place")

    for reader, info in ((generate_kem(suite), b"place"), (key, b"elsewhere"), (key, b"")):
        with pytest.raises(SealBroken):
            open_with(reader, blob, info)


@BOTH
def test_no_byte_of_a_blob_can_be_changed(suite: Suite) -> None:
    key = generate_kem(suite)
    blob = seal_to(key.public, b"words", b"place")
    places = {*range(0, len(blob), 7), len(blob) - 1}

    opened = [at for at in places if _opens(key, blob[:at] + _flip(blob[at]) + blob[at + 1 :])]

    assert opened == []


@BOTH
def test_a_blob_cut_or_lengthened_anywhere_is_refused(suite: Suite) -> None:
    key = generate_kem(suite)
    blob = seal_to(key.public, b"words", b"place")
    cuts = [blob[:length] for length in range(len(blob))]

    assert not any(_opens(key, cut) for cut in [*cuts, blob + b"\0"])


def test_a_blob_of_one_suite_is_refused_by_a_key_of_the_other() -> None:
    old, new = generate_kem(Suite.X25519), generate_kem(Suite.XWING)

    assert not _opens(old, seal_to(new.public, b"words", b"place"))
    assert not _opens(new, seal_to(old.public, b"words", b"place"))


@BOTH
@pytest.mark.parametrize("point", [0, 1])
def test_a_recipient_key_of_low_order_is_refused(suite: Suite, point: int) -> None:
    weak = generate_kem(suite).public[:-32] + point.to_bytes(32, "little")

    with pytest.raises(SealBroken):
        seal_to(weak, b"words", b"place")


@BOTH
def test_an_encapsulation_of_low_order_is_refused(suite: Suite) -> None:
    key, end = generate_kem(suite), 1 + ENC_BYTES[suite]
    blob = seal_to(key.public, b"words", b"place")

    assert not _opens(key, blob[: end - 32] + bytes(32) + blob[end:])


@BOTH
def test_malformed_keys_are_refused(suite: Suite) -> None:
    key = generate_kem(suite)

    for public in (b"", key.public[:-1], key.public + b"\0", b"\3" + key.public[1:]):
        with pytest.raises(SealBroken):
            seal_to(public, b"words", b"place")
    for private in (b"", key.to_bytes()[:-1], key.to_bytes() + b"\0", b"\0" + key.private):
        with pytest.raises(SealBroken):
            KemKey.from_bytes(private)


@BOTH
def test_a_key_shows_no_secret_when_printed(suite: Suite) -> None:
    key = generate_kem(suite)

    assert repr(key) == f"KemKey(suite={suite!r})"


def test_this_build_has_every_primitive() -> None:
    self_test()


def test_a_build_without_a_primitive_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class WithoutArgon2id:
        def __init__(self, **_: object) -> None:
            raise ValueError

    monkeypatch.setattr(suite_module, "Argon2id", WithoutArgon2id)

    with pytest.raises(CryptoError, match="Argon2id"):
        self_test()


def _opens(key: KemKey, blob: bytes) -> bool:
    try:
        open_with(key, blob, b"place")
    except SealBroken:
        return False
    return True


def _flip(byte: int) -> bytes:
    return bytes([byte ^ 1])
