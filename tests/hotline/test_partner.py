"""A programme with a partner organisation releases nothing without the partner's person."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.builders import a_case, a_packet, an_approved_issue
from tests.house import House
from workervoice.crypto.slots import CHEAP
from workervoice.errors import GuardFailed
from workervoice.hotline import disclosing, staffing
from workervoice.hotline.reading import Actor
from workervoice.hotline.registering import add_place
from workervoice.hotline.releasing import release
from workervoice.hotline.staffing import Guest
from workervoice.message import Role
from workervoice.store.programme import PARTNER, Organisation

WORDS = "seven quiet lamps on the river"


def a_partner(house: House) -> Actor:
    """The partner's supervisor uma, confirmed by sam."""
    union = Organisation(uuid4(), PARTNER, "Garment Union")
    add_place(house.console, house.actor("sam"), lambda _: union)
    guest = Guest("uma", "Uma Das", Role.SUPERVISOR, union.id)
    token = staffing.invite(house.console, house.actor("sam"), guest)
    made = staffing.enrol(house.console, token, WORDS, CHEAP)
    staffing.admit(house.console, house.actor("sam"), "uma", made.fingerprint)
    return house.door.unlock("uma", WORDS)


def is_released(house: House, actor: Actor, issue_id: UUID) -> bool:
    try:
        return bool(release(house.console, actor, issue_id))
    except GuardFailed as refused:
        assert "partner" in str(refused)  # noqa: PT017 - the other way is the other answer
        return False


@pytest.mark.parametrize("partner_does", ["approve", "release"])
def test_the_partners_person_approves_or_releases_with_one_of_ours(
    house: House, partner_does: str
) -> None:
    uma = a_partner(house)
    case_id = a_case(house)
    issue_id = disclosing.draft(house.console, house.actor("asha"), case_id, a_packet())
    first, second = (uma, house.actor("sam"))
    if partner_does == "release":
        first, second = house.actor("asha"), uma
    disclosing.approve(house.console, first, issue_id)

    assert is_released(house, second, issue_id)


def test_two_of_our_own_release_nothing(house: House) -> None:
    a_partner(house)
    issue_id = an_approved_issue(house, a_case(house))

    assert not is_released(house, house.actor("sam"), issue_id)
    assert not house.leaves("disclosed")


def test_without_a_partner_two_of_our_own_do(house: House) -> None:
    issue_id = an_approved_issue(house, a_case(house))

    assert is_released(house, house.actor("sam"), issue_id)
