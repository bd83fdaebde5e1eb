"""What was said of keys holds for two years, and is said again in time, by whoever may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import a_case
from tests.house import House
from workervoice.app import vouching
from workervoice.crypto.directory import Directory
from workervoice.crypto.seal import generate_signing
from workervoice.errors import Forbidden, NotTrusted
from workervoice.hotline.leaving import remove
from workervoice.hotline.renewing import ending, for_the_root, renew
from workervoice.store.engine import Scope
from workervoice.store.keys import directory_entries

YEARS = timedelta(days=700)


def directory(house: House) -> Directory:
    with house.owner.begin(Scope(house.programme)) as tx:
        root = house.console.trust.root_public
        return Directory(root, directory_entries(tx), int(house.now.timestamp()))


def kinds(house: House) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in ending(directory(house), house.now):
        found[entry.kind] = found.get(entry.kind, 0) + 1
    return found


def test_nothing_ends_soon_after_the_ceremony_and_everything_two_years_later(house: House) -> None:
    fresh = kinds(house)

    house.now += YEARS

    assert fresh == {}
    assert kinds(house).keys() == {
        *("gateway", "courier", "log", "registrar", "officer", "team", "organisation"),
    }


def test_a_registrar_renews_people_team_and_organisations_and_not_what_is_the_roots(
    house: House,
) -> None:
    house.now += YEARS
    before = kinds(house)

    renewed = renew(house.console, house.actor("sam"))

    left = kinds(house)
    assert len(renewed) == before["officer"] + before["team"] + before["organisation"]
    assert left == {kind: before[kind] for kind in ("gateway", "courier", "log", "registrar")}
    assert len(house.leaves("directory_entry")) >= len(renewed)
    house.now += timedelta(days=20)
    assert house.actor("asha").id in {entry.id for entry in renewed}
    assert a_case(house)


def test_who_left_is_not_renewed(house: House) -> None:
    ben = house.actor("ben").id
    remove(house.console, house.actor("sam"), "ben")
    house.now += YEARS

    renewed = renew(house.console, house.actor("sam"))

    assert ben not in {entry.id for entry in renewed}
    with pytest.raises(NotTrusted):
        directory(house).trusted(ben)


def test_a_buyers_registrar_renews_that_buyers_people_only(house: House) -> None:
    house.now += YEARS
    nora = house.actor("nora").officer

    renewed = renew(house.console, house.actor("nora"))

    assert {entry.belongs_to() for entry in renewed} == {nora.organisation_id}
    with pytest.raises(Forbidden):
        renew(house.console, house.actor("asha"))


def test_the_root_is_asked_for_the_processes_even_after_they_ended(house: House) -> None:
    house.now += timedelta(days=800)

    asked = for_the_root(directory(house), house.now)

    assert {entry.kind for entry in asked} == {"gateway", "courier", "log"}
    assert {entry.version for entry in asked} == {2}
    text = vouching.sign_request(asked, generate_signing())  # by another root
    with house.owner.begin(Scope(house.programme)) as tx, pytest.raises(NotTrusted):
        vouching.take_signed(
            tx, house.console.vault, house.console.trust.root_public, text, house.now
        )
