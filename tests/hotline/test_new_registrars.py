"""New registrars: signed by the root, and a buyer's first one, who founds that buyer's keys."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from tests.builders import a_case, a_released_issue
from tests.hotline.test_staffing import WORDS, enrolled, state_of
from tests.house import House
from workervoice.app import vouching
from workervoice.crypto.directory import Directory
from workervoice.crypto.slots import CHEAP
from workervoice.errors import Declined, Forbidden, NotFound, NotTrusted
from workervoice.hotline import buying, registering, roster, staffing
from workervoice.hotline.reading import Actor
from workervoice.hotline.staffing import Guest
from workervoice.message import Role
from workervoice.store.engine import Scope
from workervoice.store.keys import directory_entries
from workervoice.store.programme import Organisation


def root_signs(house: House, paper: str, login: str, *, end: bool = False) -> None:
    """The way to the root and back: `officers request`, `root sign`, `root take`."""
    root, now = vouching.root_from_paper(paper), int(house.now.timestamp())
    with house.owner.begin(Scope(house.programme)) as tx:
        directory = Directory(root.public, directory_entries(tx), now)
        entry = registering.root_request(tx, directory, login, now, end=end)
        request = vouching.read_request(vouching.write_request([entry]))
        signed = vouching.sign_request(request, root)
        taken = vouching.take_signed(tx, house.console.vault, root.public, signed, house.now)
    assert taken == [entry]


def comes_in(house: House, login: str) -> Actor:
    """With the passphrase alone: the second factor is another test's."""
    return house.door.unlock(login, WORDS)


def a_new_buyer(house: House, login: str = "erin") -> UUID:
    """Eastern Wear buys from Riverside, and somebody of it has made an account."""
    sam = house.actor("sam")
    buyer = registering.add_place(
        house.console, sam, lambda tx: Organisation(uuid4(), "buyer", "Eastern Wear")
    )
    since = date(2026, 1, 1)
    registering.add_place(
        house.console,
        sam,
        lambda tx: registering.link_between(tx, "RIVER", "Eastern Wear", since, None, "list"),
    )
    token = staffing.invite(house.console, sam, Guest(login, "Erin", Role.BUYER, buyer))
    staffing.enrol(house.console, token, WORDS, CHEAP)
    return buyer


def test_a_supervisor_whom_the_root_signed_and_a_registrar_confirmed_vouches_for_others(
    root_paper: str, house: House
) -> None:
    made = enrolled(house, role=Role.SUPERVISOR)
    root_signs(house, root_paper, "dina")
    dina = comes_in(house, "dina")
    assert state_of(house, "dina") == "waiting"
    assert roster.waits(house.console, dina)

    staffing.admit(house.console, house.actor("sam"), "dina", made.fingerprint)
    token = staffing.invite(
        house.console,
        dina,
        Guest("emil", "Emil", Role.HANDLER, dina.officer.organisation_id),
    )
    emil = staffing.enrol(house.console, token, WORDS, CHEAP)
    staffing.admit(house.console, dina, "emil", emil.fingerprint)

    assert not roster.waits(house.console, dina)
    assert roster.is_registrar(house.console, dina)
    assert state_of(house, "emil") == "admitted"


def test_a_registrar_whom_the_root_ended_vouches_for_nobody(root_paper: str, house: House) -> None:
    maria = house.actor("maria")
    assert roster.is_registrar(house.console, maria)

    root_signs(house, root_paper, "maria", end=True)
    house.wait(seconds=2)

    assert not roster.is_registrar(house.console, maria)
    with pytest.raises((Forbidden, NotTrusted)):
        staffing.invite(
            house.console,
            maria,
            Guest("emil", "Emil", Role.HANDLER, maria.officer.organisation_id),
        )


def test_keys_other_than_those_that_the_root_signed_are_not_admitted(
    root_paper: str, house: House
) -> None:
    """Other keys under a registrar's name are not admitted, even by a fingerprint of theirs."""
    enrolled(house, role=Role.SUPERVISOR)
    root_signs(house, root_paper, "dina")
    other = enrolled(house, "emil", Role.SUPERVISOR)
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.exec_driver_sql(
            "UPDATE invitation SET keys = (SELECT keys FROM invitation WHERE login = 'emil')"
            " WHERE login = 'dina'"
        )

    with pytest.raises(NotTrusted):
        staffing.admit(house.console, house.actor("sam"), "dina", other.fingerprint)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE invitation SET role = 'supervisor' WHERE login = 'erin'",
        "UPDATE invitation SET organisation_id = (SELECT organisation_id FROM officer"
        " WHERE login = 'nora') WHERE login = 'erin'",
        "UPDATE invitation SET signer_id = id WHERE login = 'erin'",
    ],
)
def test_the_root_is_not_asked_for_what_no_registrar_said_in_an_invitation(
    house: House, change: str
) -> None:
    """A database writer changes who waits, to become a registrar."""
    a_new_buyer(house)
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.exec_driver_sql(change)

    refused_by_root(house, "erin")


def refused_by_root(house: House, login: str) -> None:
    with house.owner.begin(Scope(house.programme)) as tx:
        root, now = house.console.trust.root_public, int(house.now.timestamp())
        directory = Directory(root, directory_entries(tx), now)
        with pytest.raises(NotTrusted):
            registering.root_request(tx, directory, login, now, end=False)


def test_the_organisation_of_a_new_registrar_is_the_one_that_was_signed(house: House) -> None:
    """Not the one that the account's row has, which nobody signs."""
    buyer = a_new_buyer(house)
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.exec_driver_sql(
            "UPDATE officer SET organisation_id = (SELECT organisation_id FROM officer"
            " WHERE login = 'nora') WHERE login = 'erin'"
        )
        root, now = house.console.trust.root_public, int(house.now.timestamp())
        directory = Directory(root, directory_entries(tx), now)

        entry = registering.root_request(tx, directory, "erin", now, end=False)

    assert entry.organisation_id == buyer


@pytest.mark.parametrize("role", [Role.HANDLER, Role.MONITOR])
def test_the_root_is_not_asked_to_make_others_registrars(house: House, role: Role) -> None:
    enrolled(house, role=role)

    with house.owner.begin(Scope(house.programme)) as tx:
        directory = Directory(house.console.trust.root_public, directory_entries(tx), 0)
        for end in (False, True):
            with pytest.raises(Declined):
                registering.root_request(tx, directory, "dina", 0, end=end)
        with pytest.raises(NotFound):
            registering.root_request(tx, directory, "nobody", 0, end=False)


def test_a_buyers_first_registrar_founds_that_buyers_keys_once(
    root_paper: str, house: House
) -> None:
    buyer = a_new_buyer(house)
    erin = comes_in(house, "erin")
    before = registering.settle_organisation(house.console, erin)
    root_signs(house, root_paper, "erin")

    founded = [registering.settle_organisation(house.console, erin) for _ in "12"]

    assert (before, founded) == (False, [True, False])
    assert not roster.waits(house.console, erin)
    assert [p.state for p in roster.list_people(house.console, erin)] == ["admitted"]
    details = [leaf["detail"] for leaf in house.leaves("recipient_changed")]
    assert "organisation epoch 1" in details
    a_released_issue(house, a_case(house))
    (line,) = buying.disclosure_lines(house.console, erin)
    assert line.state
    assert erin.officer.organisation_id == buyer


def test_only_a_buyers_own_registrar_founds_its_keys(root_paper: str, house: House) -> None:
    a_new_buyer(house)
    erin = comes_in(house, "erin")

    for login in ("sam", "asha", "nora", "otto"):
        assert not registering.settle_organisation(house.console, house.actor(login))
    assert roster.waits(house.console, erin)
    with pytest.raises(Declined, match="no key"):
        staffing.admit(house.console, house.actor("sam"), "erin", _digits(house, "erin"))


def test_a_colleague_of_the_first_registrar_reads_what_was_disclosed_before(
    root_paper: str, house: House
) -> None:
    buyer = a_new_buyer(house)
    erin = comes_in(house, "erin")
    root_signs(house, root_paper, "erin")
    assert not roster.waits(house.console, erin)  # which founds the keys
    a_released_issue(house, a_case(house))

    token = staffing.invite(house.console, erin, Guest("finn", "Finn", Role.BUYER, buyer))
    made = staffing.enrol(house.console, token, WORDS, CHEAP)
    staffing.admit(house.console, erin, "finn", made.fingerprint)
    finn = comes_in(house, "finn")

    seen, hers = (list(buying.disclosure_lines(house.console, who)) for who in (finn, erin))
    assert [line.id for line in seen] == [line.id for line in hers] != []


def test_a_login_that_another_organisation_has_is_not_given_again(house: House) -> None:
    nora = house.actor("nora")

    with pytest.raises(Declined, match="already"):
        staffing.invite(
            house.console, nora, Guest("asha", "A", Role.BUYER, nora.officer.organisation_id)
        )


def _digits(house: House, login: str) -> str:
    every = roster.list_people(house.console, house.actor("sam"))
    return next(person.fingerprint for person in every if person.login == login)
