"""What the log stores and hands out, as it was once written, still reads.

The file is never made again: a change that breaks a test here breaks logs kept for years.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from workervoice.crypto.directory import Signed
from workervoice.crypto.merkle import leaf_hash
from workervoice.crypto.seal import SigningKey
from workervoice.errors import SealBroken
from workervoice.hotline.logfile import read_export, verify_export, verify_proof
from workervoice.store.log import mark_of, tag_of
from workervoice.store.logbook import Leaf
from workervoice.store.rows import Row
from workervoice.store.vault import Vault

_FIXTURES = Path(__file__).parents[1] / "crypto" / "fixtures"
LOG: dict[str, Any] = json.loads((_FIXTURES / "log.json").read_text("utf-8"))
SIGNED: dict[str, Any] = json.loads((_FIXTURES / "checkpoint.json").read_text("utf-8"))
VAULT = Vault(bytes.fromhex(LOG["service_key"]))
PROGRAMME = UUID(LOG["programme"])
ROOT = SigningKey(bytes.fromhex(SIGNED["root_key"])).public


@pytest.mark.parametrize("old", LOG["rows"])
def test_rows_tags_and_marks(old: dict[str, Any]) -> None:
    row = Row.read(old["written"])

    assert (row.place.kind, row.place.number) == (old["kind"], old["number"])
    assert [str(each) for each in row.place.series] == old["series"]
    assert row.written() == old["written"]
    assert tag_of(VAULT, row.place).hex() == old["tag"]
    assert mark_of(VAULT, row).hex() == old["mark"]


def test_what_a_rows_hash_is_over() -> None:
    facts = Row.of("facts", UUID(int=7), 3, "in_progress", b"queue", b"facts")
    contact = Row.of("contact", (UUID(int=8), UUID(int=9)), 1, b"index", b"address")

    assert [row.written() for row in (facts, contact)] == [old["written"] for old in LOG["rows"]]


def test_leaves() -> None:
    old = LOG["leaf"]
    leaf = Leaf(UUID(old["id"]), bytes.fromhex(old["hash"]), bytes.fromhex(old["sealed"]))

    assert leaf.fields(PROGRAMME, VAULT) == old["fields"]
    assert leaf_hash(leaf.canonical(PROGRAMME, VAULT)) == leaf.hash
    assert len(leaf.body) == len(VAULT.seal("leaf", PROGRAMME, leaf.id, 1, old["fields"]))


def test_heads() -> None:
    old = LOG["head"]

    record = VAULT.open(
        "log-head", PROGRAMME, PROGRAMME, old["version"], bytes.fromhex(old["sealed"])
    )

    assert (record["signed_size"], record["signed_at"]) == (old["signed_size"], old["signed_at"])
    assert record["frontier"]


def test_exports_and_proofs() -> None:
    export = read_export(LOG["export"])

    assert [type(each) for each in export.keys] == [Signed]
    assert verify_export(export, ROOT).problems == []
    assert verify_proof(LOG["proof"], ROOT).problems == []


@pytest.mark.parametrize(
    "text", ["", "facts", "facts:AA:1:AA", "facts:AAAAAAAAAAAAAAAAAAAAAA:x:AA", "a:b:c:d:e"]
)
def test_a_row_that_a_leaf_cannot_name_is_refused(text: str) -> None:
    with pytest.raises(SealBroken):
        Row.read(text)
