"""What is stored about people and what lies on paper, as it was once written, still reads.

As in `test_formats.py`, the file is never made again.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.crypto.test_formats import looks_alike, stored
from tests.crypto.test_stored_formats import OTHER, PROGRAMME, ROW, VAULT
from workervoice.app import vouching
from workervoice.crypto import keyring, sessions
from workervoice.crypto.directory import Directory
from workervoice.crypto.keyring import Holder
from workervoice.crypto.seal import digest, verify
from workervoice.crypto.slots import Bundle, Slot, open_slot
from workervoice.crypto.suite import KemKey
from workervoice.hotline import factors
from workervoice.hotline.founding import Founding
from workervoice.message import Role
from workervoice.store import people
from workervoice.store.drafts import DraftRow, draft_place
from workervoice.store.factors import FactorRow
from workervoice.store.invitations import Invitation
from workervoice.store.people import Officer
from workervoice.store.programme import Line, Organisation, Registered, Site, SupplyLink

unhex = bytes.fromhex
AT = 1795327194
OLD = stored("people")
BUNDLE = Bundle.from_bytes(unhex(OLD["bundle"]))
OFFICER = Officer(PROGRAMME, ROW, OTHER, "asha", "Asha, handler", Role.HANDLER)


def is_signed(statement: bytes, old: dict[str, Any]) -> None:
    """The statement is as it was, and the old signature over it holds."""
    assert digest(statement).hex() == old["digest"]
    verify(BUNDLE.sign.public, statement, unhex(old["signature"]))


@pytest.mark.parametrize("old", OLD["factors"], ids=lambda old: str(old["kind"]))
def test_a_second_factor(old: dict[str, Any]) -> None:
    holder = factors.Holder(VAULT, OFFICER, BUNDLE)
    sealed = (unhex(old["fixed"]), old["version"], unhex(old["used"]), unhex(old["signature"]))
    row = FactorRow(UUID(old["id"]), old["kind"], *sealed, ordinal=2)

    factor = holder.read(row)
    new = holder.make(factor.id, factor.kind, factor.fixed, factor.used)

    assert {"fixed": factor.fixed, "used": factor.used} == old["opened"]
    assert row.logged(OFFICER.id).written() == old["logged"]
    assert looks_alike(new.fixed, row.fixed)
    assert looks_alike(new.used, row.used)
    if factor.kind == factors.PASSKEY:
        assert factor.passkey.count == 7


def test_a_draft() -> None:
    old, key = OLD["draft"], KemKey.from_bytes(unhex(OLD["case_key"]))
    row = DraftRow(UUID(old["id"]), OTHER, ROW, 2, "answer", unhex(old["words"]), b"")

    plain = keyring.open_words(
        key, row.words, holder=Holder("case", OTHER, 2), message_id=row.id, direction="draft"
    )

    assert plain.decode() == old["plain"]
    is_signed(draft_place(PROGRAMME, row), old)


def test_an_invitation() -> None:
    until = datetime(2026, 11, 29, 9, tzinfo=UTC)
    token = digest(OLD["invitation"]["token"].encode())
    who = ("dina", "Dina", "handler")
    invited = Invitation(PROGRAMME, ROW, OTHER, *who, token, until, OTHER, b"")

    is_signed(invited.statement(), OLD["invitation"])
    is_signed(replace(invited, keys=b"k" * 64).statement(), OLD["invitation"])


@pytest.mark.parametrize("stage", [sessions.FULL, sessions.HALF])
def test_a_session_and_its_proof(stage: str) -> None:
    old, boot = OLD["sessions"][stage], unhex(OLD["boot_secret"])
    row, proof = unhex(old["id"]), unhex(old["proof"])

    opened = sessions.open_session(boot, old["token"], ROW, unhex(old["box"]), stage, at=AT)

    assert opened == BUNDLE
    assert sessions.session_id(old["token"]) == row
    assert sessions.proved_at(boot, row, proof) == AT
    assert sessions.proof(boot, row, AT) == proof


def test_a_printed_recovery_code() -> None:
    old = OLD["recovery"]["slot"]
    cost = people.cost_from_text(old["cost"])
    blobs = (unhex(old[name]) for name in ("auth_hash", "wrapped_umk"))
    slot = Slot(old["kind"], unhex(old["salt"]), cost, *blobs)

    assert open_slot(ROW, OLD["recovery"]["code"], slot, unhex(OLD["recovery"]["boxed"])) == BUNDLE
    assert people.cost_to_text(cost) == old["cost"]


REGISTRY: dict[str, Registered] = {
    "line": Line(PROGRAMME, ROW, "sms-bd", "sms", "+15550100999", "BD", "bn", "999", version=3),
    "site": Site(ROW, "RIVER", "Riverside Garments", "BD", version=3),
    "organisation": Organisation(ROW, "buyer", "North Buyer", version=3),
    "supply link": SupplyLink(ROW, OTHER, ROW, date(2026, 1, 2), None, "shipping list", version=3),
    "ended supply link": SupplyLink(
        ROW, OTHER, ROW, date(2026, 1, 2), date(2026, 11, 22), "shipping list", version=4
    ),
}


@pytest.mark.parametrize("what", REGISTRY)
def test_a_row_of_the_registry(what: str) -> None:
    is_signed(REGISTRY[what].statement(PROGRAMME), OLD["registry"][what])


def test_a_founding_document_and_the_root_on_paper() -> None:
    founding = Founding.from_json(OLD["founding"])
    root = vouching.root_from_paper(OLD["root_paper"])
    directory = Directory(root.public, founding.entries, 1795327194)

    (account,) = [a for a in founding.accounts if a.officer.login == OLD["seat"]["login"]]
    passphrase = OLD["seat"]["passphrase"]
    bundle = open_slot(account.officer.id, passphrase, account.slots[0], account.boxed)

    assert founding.to_json() == OLD["founding"]
    assert root.public.hex() == OLD["root_public"]
    assert directory.trusted(account.officer.id).sign_public == bundle.sign.public
    for row in founding.places:
        signer = directory.trusted(row.signer_id, "registrar")
        verify(signer.sign_public, row.statement(founding.programme_id), row.signature)


def test_what_goes_to_the_root_and_comes_back() -> None:
    root = vouching.root_from_paper(OLD["root_paper"])

    entries = vouching.read_request(OLD["request"])

    assert vouching.write_request(entries) == OLD["request"]
    assert vouching.sign_request(entries, root) == OLD["answer"]
    assert json.loads(OLD["answer"])["format"] == "workervoice-root-signed-1"
    assert entries[0].sign_public == BUNDLE.sign.public
