"""The directory in time: what expires, what replaces what, and what is checked how often."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.crypto.principals import (
    NOW,
    ORGANISATION,
    ROOT,
    SUPERVISOR,
    SUPERVISOR_ENTRY,
    an_entry,
    by_buyer,
    by_supervisor,
    is_trusted,
    read,
)
from workervoice.crypto import directory as directory_module
from workervoice.crypto.directory import fingerprint, sign_entry
from workervoice.crypto.seal import generate_signing, verify
from workervoice.errors import NotTrusted


def test_an_entry_holds_to_its_last_second_and_no_longer() -> None:
    signed = by_supervisor(an_entry("officer", not_after=NOW))

    assert is_trusted(signed, now=NOW)
    assert not is_trusted(signed, now=NOW + 1)


def test_what_an_expired_registrar_signed_is_not_trusted() -> None:
    signed = by_supervisor(an_entry("officer", not_after=NOW + 9999))

    assert is_trusted(signed)
    assert not is_trusted(signed, now=SUPERVISOR_ENTRY.not_after + 1)


def test_an_error_names_the_id_where_the_chain_breaks_and_nothing_else() -> None:
    expired = an_entry("officer", role="handler", not_after=NOW - 1)
    orphan_of = uuid4()
    orphan = sign_entry(an_entry("officer"), orphan_of, SUPERVISOR)

    with pytest.raises(NotTrusted) as first:
        read(by_supervisor(expired)).trusted(expired.id)
    with pytest.raises(NotTrusted) as second:
        read(orphan).trusted(orphan.entry.id)

    assert str(first.value) == str(expired.id)
    assert str(second.value) == str(orphan_of)


def test_the_highest_version_counts_in_any_order() -> None:
    first = an_entry("officer", role="handler")
    second = replace(first, version=2, kem_public=b"\2new")

    for entries in ([first, second], [second, first]):
        found = read(*map(by_supervisor, entries)).trusted(first.id)
        assert found == second


def test_an_older_version_never_stands_in_for_a_newer_one_that_fails() -> None:
    first = an_entry("officer")
    expired = replace(first, version=2, not_after=NOW - 1)
    forged = replace(by_supervisor(replace(first, version=2)), signature=bytes(64))

    assert not is_trusted(by_supervisor(first), by_supervisor(expired))
    assert not is_trusted(by_supervisor(first), forged)


def test_two_entries_of_one_version_are_not_trusted_unless_equal() -> None:
    entry = an_entry("officer")
    twin = replace(entry, kem_public=b"\2another")

    assert not is_trusted(by_supervisor(entry), by_supervisor(twin))
    assert is_trusted(by_supervisor(entry), by_supervisor(entry))


def test_a_registrar_cannot_take_over_an_id_of_someone_else() -> None:
    team = an_entry("team")
    gateway = an_entry("gateway")
    taken_team = replace(team, version=2, organisation_id=ORGANISATION, kem_public=b"\2thief")
    taken_gateway = replace(gateway, kind="officer", version=2)

    assert not is_trusted(by_buyer(taken_team), by_supervisor(team))
    assert not is_trusted(by_supervisor(taken_gateway), sign_entry(gateway, None, ROOT))


def test_a_registrar_cannot_take_over_an_id_of_another_programme() -> None:
    key, elsewhere = generate_signing(), UUID(int=99)
    registrar = an_entry("registrar", key, programme_id=elsewhere)
    team = an_entry("team")
    taken = sign_entry(replace(team, version=2, programme_id=elsewhere), registrar.id, key)

    assert is_trusted(taken, sign_entry(registrar, None, ROOT))
    assert not is_trusted(taken, sign_entry(registrar, None, ROOT), by_supervisor(team))


def test_the_root_may_make_a_registrar_of_an_officer() -> None:
    officer = an_entry("officer", role="handler")
    promoted = replace(officer, kind="registrar", version=2, role="supervisor")

    assert is_trusted(sign_entry(promoted, None, ROOT), by_supervisor(officer))


def test_a_caller_can_ask_for_a_kind() -> None:
    team = an_entry("team")
    found = read(by_supervisor(team))

    assert found.trusted(team.id, "team") == team
    assert found.trusted(team.id, "organisation", "team") == team
    with pytest.raises(NotTrusted):
        found.trusted(team.id, "officer")


def test_a_chain_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[bytes] = []

    def counted(public: bytes, data: bytes, signature: bytes) -> None:
        checks.append(data)
        verify(public, data, signature)

    monkeypatch.setattr(directory_module, "verify", counted)
    teams = [an_entry("team") for _ in range(3)]
    found = read(*map(by_supervisor, teams))

    for _ in range(5):
        for team in teams:
            found.trusted(team.id, "team")

    assert len(checks) == len(teams) + 1  # the teams, and their registrar


def test_fingerprints_can_be_read_over_the_phone() -> None:
    groups = fingerprint(ROOT.public).split(" ")

    assert [len(group) for group in groups] == [5] * 6
    assert all(group.isdecimal() for group in groups)
    assert fingerprint(ROOT.public) != fingerprint(SUPERVISOR.public)
