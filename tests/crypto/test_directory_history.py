"""Signatures of people and processes that have left or changed their keys: still theirs, and only
theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.crypto.principals import (
    NOW,
    ROOT,
    SUPERVISOR_ENTRY,
    an_entry,
    by_buyer,
    by_supervisor,
    is_trusted,
    read,
)
from workervoice.crypto.directory import sign_entry
from workervoice.crypto.seal import ctx, generate_signing
from workervoice.errors import NotTrusted

WORDS = ctx("test", b"what was stored")


def test_what_a_removed_officer_signed_is_still_theirs_though_nothing_new_is_trusted() -> None:
    key = generate_signing()
    officer = an_entry("officer", key, role="handler")
    removed = replace(officer, version=2, not_after=NOW - 1)
    entries = by_supervisor(officer), by_supervisor(removed)

    found = read(*entries).check_signature(officer.id, WORDS, key.sign(WORDS), "officer")

    assert found.id == officer.id
    assert not is_trusted(*entries)


def test_both_keys_of_a_gateway_that_changed_them_are_known_as_its_own() -> None:
    old, new = generate_signing(), generate_signing()
    first = an_entry("gateway", old)
    second = replace(first, version=2, sign_public=new.public)
    directory = read(sign_entry(first, None, ROOT), sign_entry(second, None, ROOT))

    for key, version in ((old, 1), (new, 2)):
        entry = directory.check_signature(first.id, WORDS, key.sign(WORDS), "gateway")
        assert entry.version == version


def test_what_a_removed_registrar_vouched_for_keeps_its_signatures() -> None:
    key = generate_signing()
    officer = an_entry("officer", key)
    left = replace(SUPERVISOR_ENTRY, version=2, not_after=NOW - 1)
    directory = read(by_supervisor(officer), sign_entry(left, None, ROOT))

    assert directory.check_signature(officer.id, WORDS, key.sign(WORDS)).id == officer.id
    with pytest.raises(NotTrusted):
        directory.trusted(officer.id)


@pytest.mark.parametrize("why", ["stranger", "foreign registrar", "forged", "other words", "kind"])
def test_a_signature_that_no_vouched_version_made_is_nobodys(why: str) -> None:
    key, thief = generate_signing(), generate_signing()
    officer = an_entry("officer", key)
    signed, statement, kinds = by_supervisor(officer), WORDS, ("officer",)
    if why == "stranger":
        key = thief
    elif why == "foreign registrar":
        signed = by_buyer(officer)
    elif why == "forged":
        signed = replace(signed, signature=bytes(64))
    elif why == "kind":
        kinds = ("gateway",)
    made = key.sign(ctx("test", b"else") if why == "other words" else statement)

    with pytest.raises(NotTrusted) as refused:
        read(signed).check_signature(officer.id, statement, made, *kinds)

    assert str(refused.value) == str(officer.id)


def test_a_version_that_took_an_id_over_signs_nothing() -> None:
    key, thief = generate_signing(), generate_signing()
    gateway = an_entry("gateway", key)
    taken = replace(gateway, kind="officer", version=2, sign_public=thief.public)
    directory = read(by_supervisor(taken), sign_entry(gateway, None, ROOT))

    assert directory.check_signature(gateway.id, WORDS, key.sign(WORDS)).version == 1
    with pytest.raises(NotTrusted):
        directory.check_signature(gateway.id, WORDS, thief.sign(WORDS))


def test_of_two_versions_with_one_number_neither_signs() -> None:
    key, other = generate_signing(), generate_signing()
    entry = an_entry("officer", key)
    twin = replace(entry, sign_public=other.public)
    directory = read(by_supervisor(entry), by_supervisor(twin))

    for made in (key.sign(WORDS), other.sign(WORDS)):
        with pytest.raises(NotTrusted):
            directory.check_signature(entry.id, WORDS, made)


def test_the_newest_version_can_be_had_after_it_ended_but_not_if_it_was_forged() -> None:
    officer = an_entry("officer")
    ended = replace(officer, version=2, not_after=NOW - 1)

    assert read(by_supervisor(officer), by_supervisor(ended)).newest(officer.id).entry == ended
    with pytest.raises(NotTrusted):
        read(replace(by_supervisor(officer), signature=bytes(64))).newest(officer.id)
