"""Every stored format, as it was once written, still reads; and what is written still looks so.

These files are never made again. A change that breaks a test here breaks data stored for years:
give the new format a new first byte and keep reading the old.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from workervoice.crypto import checkpoint, merkle, seal
from workervoice.crypto.custody import FileCustody
from workervoice.crypto.directory import Directory, Entry, Signed, fingerprint
from workervoice.crypto.keyring import (
    Holder,
    LockedPair,
    new_pair,
    open_words,
    seal_words,
    statement,
    unlock,
    unwrap,
    wrap,
)
from workervoice.crypto.sessions import new_session, open_session, session_id
from workervoice.crypto.slots import CHEAP, Bundle, Cost, Slot, decoy_slot, enrol, open_slot
from workervoice.crypto.spoken import spoken
from workervoice.crypto.suite import KemKey, Suite, open_with, seal_to

unhex = bytes.fromhex
AT = 1795327194


def stored(name: str) -> dict[str, Any]:
    text = (Path(__file__).parent / "fixtures" / f"{name}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def looks_alike(written: bytes, before: bytes) -> bool:
    """Same format byte and same length: all that random blobs have in common."""
    return written[:1] == before[:1] and len(written) == len(before)


@pytest.mark.parametrize("case", stored("suite")["cases"])
def test_keys_and_sealed_blobs(case: dict[str, Any]) -> None:
    key, info = KemKey.from_bytes(unhex(case["private"])), unhex(case["info"])

    assert (key.suite, key.public.hex()) == (case["suite"], case["public"])
    assert open_with(key, unhex(case["sealed"]), info).hex() == case["plaintext"]
    assert looks_alike(seal_to(key.public, b"words", info), unhex(case["sealed"]))


def test_contexts_pads_and_derived_values() -> None:
    old = stored("seal")
    parts, key = old["ctx"], unhex(old["key"])

    context = seal.ctx(
        parts["label"], unhex(parts["bytes"]), parts["text"], *parts["numbers"], UUID(parts["uuid"])
    )

    assert context.hex() == parts["context"]
    assert seal.pad(unhex(old["plaintext"]), (64, 128)).hex() == old["padded"]
    assert seal.unpad(unhex(old["padded"])).hex() == old["plaintext"]
    assert seal.derive(key, b"info").hex() == old["derived"]
    assert seal.mac(key, b"data").hex() == old["mac"]
    assert seal.digest(b"data").hex() == old["digest"]


def test_boxes_and_signatures() -> None:
    old = stored("seal")
    key, aad = unhex(old["key"]), unhex(old["aad"])
    signer, context = seal.SigningKey.from_bytes(unhex(old["signing_key"])), old["ctx"]["context"]

    assert seal.unbox(key, unhex(old["boxed"]), aad).hex() == old["plaintext"]
    assert looks_alike(seal.box(key, b"words", aad), unhex(old["boxed"]))
    assert signer.public.hex() == old["signing_public"]
    assert signer.sign(unhex(context)).hex() == old["signature"]
    seal.verify(signer.public, unhex(context), unhex(old["signature"]))


@pytest.mark.parametrize("old", stored("keyring")["cases"])
def test_pairs_wraps_and_words(old: dict[str, Any]) -> None:
    holder = Holder(old["kind"], UUID(old["id"]), old["epoch"])
    reader, reader_id = KemKey.from_bytes(unhex(old["reader"])), UUID(old["reader_id"])
    pair, message_id = LockedPair(unhex(old["public"]), unhex(old["box"])), UUID(old["message_id"])

    kek = unwrap(unhex(old["wrap"]), holder=holder, reader_id=reader_id, reader=reader)
    words = open_words(
        unlock(kek, holder, pair),
        unhex(old["sealed_words"]),
        holder=holder,
        message_id=message_id,
        direction=old["direction"],
    )

    assert words.decode() == old["words"]
    assert seal.digest(statement(holder, pair.public)).hex() == old["statement_digest"]


@pytest.mark.parametrize("old", stored("keyring")["cases"])
def test_new_pairs_wraps_and_words_look_like_the_old(old: dict[str, Any]) -> None:
    holder, message_id = Holder(old["kind"], UUID(old["id"]), old["epoch"]), UUID(int=1)
    reader = KemKey.from_bytes(unhex(old["reader"]))

    pair, kek = new_pair(holder, Suite(unhex(old["public"])[0]))
    wrapped = wrap(kek, holder=holder, reader_id=UUID(int=2), reader_public=reader.public)
    words = seal_words(pair.public, b"x", holder=holder, message_id=message_id, direction="in")

    assert looks_alike(pair.public, unhex(old["public"]))
    assert looks_alike(pair.box, unhex(old["box"]))
    assert looks_alike(wrapped, unhex(old["wrap"]))
    assert looks_alike(words, unhex(old["sealed_words"]))


def test_slots_and_bundles() -> None:
    old = stored("slots")
    officer, slot, boxed = UUID(old["officer_id"]), a_slot(old["slot"]), unhex(old["boxed_bundle"])

    bundle = open_slot(officer, old["passphrase"], slot, boxed)
    new_slot, new_boxed = enrol(officer, old["passphrase"], bundle, CHEAP)

    assert bundle.to_bytes().hex() == old["bundle"]
    assert new_slot.kind == slot.kind
    assert looks_alike(new_slot.wrapped_umk, slot.wrapped_umk)
    assert looks_alike(new_boxed, boxed)


def test_decoys() -> None:
    old = stored("slots")["decoy"]

    assert decoy_slot(old["login"], unhex(old["key"]), CHEAP) == a_slot(old["slot"])


def test_sessions() -> None:
    old = stored("sessions")
    boot, officer, boxed = unhex(old["boot_secret"]), UUID(old["officer_id"]), unhex(old["boxed"])

    bundle = open_session(boot, old["token"], officer, boxed, at=AT)
    token, _, new_boxed = new_session(boot, officer, bundle, at=AT)

    assert bundle == Bundle.from_bytes(unhex(old["bundle"]))
    assert session_id(old["token"]).hex() == old["session_id"]
    assert len(token) == len(old["token"])
    assert looks_alike(new_boxed, boxed)


def test_directory_entries() -> None:
    old = stored("directory")
    entries = [a_signed(row) for row in old["entries"]]
    directory = Directory(unhex(old["root_public"]), entries, old["now"])

    trusted = [directory.trusted(signed.entry.id) for signed in entries]

    assert trusted == [signed.entry for signed in entries]
    assert [seal.digest(entry.body()).hex() for entry in trusted] == [
        row["body_digest"] for row in old["entries"]
    ]
    assert fingerprint(unhex(old["root_public"])) == old["fingerprint"]


def test_key_files(tmp_path: Path) -> None:
    old = stored("custody")
    directory, made = tmp_path / "keys", tmp_path / "made"
    directory.mkdir(mode=0o700)
    for name, text in old["files"].items():
        (directory / name).touch(mode=0o600)
        (directory / name).write_text(text)

    custody = FileCustody(directory)
    for key_id in ("pepper", "courier", "gateway"):
        custody.share(key_id, made)

    assert custody.mac("pepper", unhex(old["data"])).hex() == old["mac"]
    assert custody.sign("gateway", unhex(old["data"])).hex() == old["signature"]
    opened = custody.unwrap("courier", unhex(old["sealed"]), unhex(old["info"]))
    assert opened.hex() == old["plaintext"]
    for key_id, public in old["public"].items():
        assert custody.public(key_id).hex() == public
    assert {path.name: path.read_text() for path in made.iterdir()} == old["files"]


def test_log_leaves_and_trees() -> None:
    old = stored("merkle")

    bodies = [merkle.leaf_body(fields) for fields in old["fields"]]
    leaves = [merkle.leaf_hash(body) for body in bodies]

    assert [body.decode() for body in bodies] == old["bodies"]
    assert merkle.root(leaves).hex() == old["root"]
    assert [h.hex() for h in merkle.inclusion_proof(leaves, 3)] == old["inclusion_of_3"]


def test_frontiers_and_checkpoints() -> None:
    old = stored("checkpoint")
    key = seal.SigningKey.from_bytes(unhex(old["log_key"]))
    origin = checkpoint.origin_of(UUID(old["programme"]))

    frontier = merkle.Frontier.from_bytes(unhex(old["frontier"]))
    said = checkpoint.verify(old["note"], origin, [key.public])

    assert frontier == merkle.Frontier().grown(map(unhex, old["leaves"]))
    assert (said.size, said.root.hex()) == (old["size"], old["tree_root"])
    assert frontier.root() == said.root
    assert checkpoint.sign(said, key.public, key.sign) == old["note"]
    assert spoken(said.fingerprint()) == old["words"]


def a_slot(row: dict[str, Any]) -> Slot:
    return Slot(
        row["kind"],
        unhex(row["salt"]),
        Cost(*row["cost"]),
        unhex(row["auth_hash"]),
        unhex(row["wrapped_umk"]),
    )


def a_signed(row: dict[str, Any]) -> Signed:
    entry = Entry(
        id=UUID(row["id"]),
        kind=row["kind"],
        programme_id=UUID(row["programme_id"]),
        version=row["version"],
        role=row["role"],
        organisation_id=UUID(row["organisation_id"]) if row["organisation_id"] else None,
        epoch=row["epoch"],
        sign_public=unhex(row["sign_public"]),
        kem_public=unhex(row["kem_public"]),
        not_after=row["not_after"],
    )
    return Signed(
        entry, UUID(row["signer_id"]) if row["signer_id"] else None, unhex(row["signature"])
    )
