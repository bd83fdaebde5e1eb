"""The directory: no key is trusted but by a chain of signatures from the pinned root."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.crypto.principals import (
    BUYER_REGISTRAR_ENTRY,
    NOW,
    ORGANISATION,
    OTHER_ORGANISATION,
    REGISTRARS,
    ROOT,
    SUPERVISOR,
    SUPERVISOR_ENTRY,
    an_entry,
    by_buyer,
    by_supervisor,
    is_trusted,
    read,
)
from workervoice.crypto.directory import Directory, Entry, sign_entry
from workervoice.crypto.seal import generate_signing
from workervoice.errors import NotTrusted


@pytest.mark.parametrize("kind", ["registrar", "gateway", "courier", "log"])
def test_the_root_signs_registrars_and_processes(kind: str) -> None:
    entry = an_entry(kind)

    assert read(sign_entry(entry, None, ROOT)).trusted(entry.id) == entry
    assert not is_trusted(by_supervisor(entry))
    assert not is_trusted(sign_entry(entry, uuid4(), ROOT))


@pytest.mark.parametrize("kind", ["officer", "team", "organisation"])
def test_a_registrar_signs_officers_teams_and_organisations(kind: str) -> None:
    entry = an_entry(kind)

    assert read(by_supervisor(entry)).trusted(entry.id) == entry
    assert not is_trusted(sign_entry(entry, None, ROOT))


@pytest.mark.parametrize("kind", ["", "site", "Officer", "root"])
def test_an_unknown_kind_is_not_trusted(kind: str) -> None:
    assert not is_trusted(by_supervisor(an_entry(kind)))
    assert not is_trusted(sign_entry(an_entry(kind), None, ROOT))


def test_a_registrar_of_an_organisation_signs_for_that_organisation_only() -> None:
    own = an_entry("officer", role="buyer", organisation_id=ORGANISATION)
    another = replace(own, organisation_id=OTHER_ORGANISATION)
    nobodys = replace(own, organisation_id=None)

    assert is_trusted(by_buyer(own))
    assert not is_trusted(by_buyer(another))
    assert not is_trusted(by_buyer(nobodys))
    assert is_trusted(by_supervisor(another))


def test_an_organisation_speaks_for_itself_only() -> None:
    itself = an_entry("organisation", id=ORGANISATION)
    named_twice = replace(itself, organisation_id=ORGANISATION)
    another = replace(itself, id=OTHER_ORGANISATION, organisation_id=ORGANISATION)
    unnamed = replace(itself, id=OTHER_ORGANISATION)

    assert is_trusted(by_buyer(itself))
    assert is_trusted(by_buyer(named_twice))
    for entry in (another, unnamed):
        assert not is_trusted(by_buyer(entry))
    assert not is_trusted(by_supervisor(another))


def test_a_buyers_registrar_makes_buyers_only() -> None:
    handler = an_entry("officer", role="handler", organisation_id=ORGANISATION)

    assert not is_trusted(by_buyer(handler))
    assert is_trusted(by_supervisor(handler))


def test_a_registrar_signs_within_its_programme_only() -> None:
    elsewhere = an_entry("officer", programme_id=UUID(int=99))

    assert not is_trusted(by_supervisor(elsewhere))


def test_an_officer_cannot_sign_anyone() -> None:
    officer_key = generate_signing()
    officer = an_entry("officer", officer_key)

    for kind in ("officer", "team", "organisation", "registrar"):
        signed = sign_entry(an_entry(kind), officer.id, officer_key)
        assert not is_trusted(signed, by_supervisor(officer))


def test_a_registrar_cannot_make_registrars_nor_sign_itself() -> None:
    key = generate_signing()
    entry = an_entry("registrar", key)

    assert not is_trusted(by_supervisor(entry))
    assert not is_trusted(sign_entry(entry, entry.id, key))


def test_an_unknown_signer_or_id_is_not_trusted() -> None:
    assert not is_trusted(sign_entry(an_entry("officer"), uuid4(), SUPERVISOR))
    stranger = uuid4()
    with pytest.raises(NotTrusted, match=str(stranger)):
        read().trusted(stranger)


@pytest.mark.parametrize(
    "change",
    [
        {"id": UUID(int=77)},
        {"kind": "team"},
        {"programme_id": UUID(int=77)},
        {"version": 2},
        {"role": "supervisor"},
        {"organisation_id": UUID(int=77)},
        {"organisation_id": None},
        {"epoch": 1},
        {"sign_public": generate_signing().public},
        {"kem_public": b"\2another"},
        {"not_after": NOW + 1001},
    ],
)
def test_no_field_of_an_entry_can_be_changed(change: dict[str, Any]) -> None:
    entry = an_entry("officer", role="handler", organisation_id=ORGANISATION)
    signed = by_supervisor(entry)

    assert is_trusted(signed)
    assert not is_trusted(replace(signed, entry=replace(entry, **change)))


def test_every_field_of_an_entry_is_signed() -> None:
    entry = an_entry("officer")
    others: dict[str, Any] = {
        "id": uuid4(), "kind": "team", "programme_id": uuid4(), "version": 2, "role": "x",
        "organisation_id": uuid4(), "epoch": 1, "sign_public": b"", "kem_public": b"",
        "not_after": 0,
    }  # fmt: skip

    bodies = {replace(entry, **{name: value}).body() for name, value in others.items()}

    assert set(others) == set(Entry.__slots__)
    assert len(bodies | {entry.body()}) == len(others) + 1


def test_a_signature_cannot_be_moved_to_another_signer_or_changed() -> None:
    signed = by_supervisor(an_entry("officer", organisation_id=ORGANISATION, role="buyer"))
    flipped = bytes([signed.signature[0] ^ 1]) + signed.signature[1:]

    assert not is_trusted(replace(signed, signer_id=BUYER_REGISTRAR_ENTRY.id))
    assert not is_trusted(replace(signed, signer_id=None))
    assert not is_trusted(replace(signed, signature=flipped))
    assert not is_trusted(replace(signed, signature=b""))


def test_a_signer_id_is_signed_even_where_two_registrars_share_a_key() -> None:
    twin = an_entry("registrar", SUPERVISOR, role="supervisor")
    signed = by_supervisor(an_entry("officer"))

    assert not is_trusted(replace(signed, signer_id=twin.id), sign_entry(twin, None, ROOT))


def test_another_root_is_not_trusted() -> None:
    entry = an_entry("gateway")
    signed = sign_entry(entry, None, generate_signing())

    assert not is_trusted(signed)
    with pytest.raises(NotTrusted):
        Directory(generate_signing().public, REGISTRARS, NOW).trusted(SUPERVISOR_ENTRY.id)
