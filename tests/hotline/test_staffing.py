"""How people come and go: what they may open before, meanwhile and afterwards."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.builders import a_case, a_released_issue, an_erased_case
from tests.house import House
from tests.security.thief import Thief
from workervoice.crypto import keyring
from workervoice.crypto.keyring import Holder
from workervoice.crypto.slots import CHEAP
from workervoice.crypto.suite import KemKey
from workervoice.errors import (
    CryptoError,
    Forbidden,
    GuardFailed,
    Mistyped,
    NotFound,
    NotTrusted,
    WrongPassphrase,
)
from workervoice.hotline import epochs, leaving, restricting, roster, staffing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.enrolling import Enrolled
from workervoice.hotline.overview import issue_lines, queue
from workervoice.hotline.process import sole
from workervoice.hotline.reading import Actor
from workervoice.hotline.staffing import Guest
from workervoice.message import Role
from workervoice.store import keys
from workervoice.store.engine import Scope

WORDS = "seven quiet lamps on the river"
NEW = "they moved us to another dormitory"


def guest(house: House, login: str = "dina", role: Role = Role.HANDLER) -> Guest:
    return Guest(login, "Dina, handler", role, house.actor("sam").officer.organisation_id)


def enrolled(house: House, login: str = "dina", role: Role = Role.HANDLER) -> Enrolled:
    token = staffing.invite(house.console, house.actor("sam"), guest(house, login, role))
    return staffing.enrol(house.console, token, WORDS, CHEAP)


def admitted(house: House, login: str = "dina", role: Role = Role.HANDLER) -> Actor:
    made = enrolled(house, login, role)
    staffing.admit(house.console, house.actor("sam"), login, made.fingerprint)
    return house.door.recognise(house.door.enter(login, WORDS))


def said(house: House, actor: Actor, case_id: UUID) -> list[str]:
    """Every entry of a thread that this person can open."""
    page = case_page(house.console, actor, case_id)
    return ["".join(p for p, _, _ in e.passages) for e in page.thread if not e.broken]


def state_of(house: House, login: str) -> str:
    people = roster.list_people(house.console, house.actor("sam"))
    return {person.login: person.state for person in people}[login]


def test_a_handler_is_invited_enrols_is_compared_and_reads_all_that_came_before(
    house: House,
) -> None:
    case_id = a_case(house)
    token = staffing.invite(house.console, house.actor("sam"), guest(house))
    assert state_of(house, "dina") == "invited"

    made = staffing.enrol(house.console, token, WORDS, CHEAP)
    waiting = house.door.recognise(house.door.enter("dina", WORDS))
    with pytest.raises(NotTrusted):
        queue(house.console, waiting)
    assert state_of(house, "dina") == "waiting"
    staffing.admit(house.console, house.actor("sam"), "dina", made.fingerprint)

    assert state_of(house, "dina") == "admitted"
    assert said(house, waiting, case_id) == said(house, house.actor("asha"), case_id)
    assert len(house.leaves("officer_admitted")) == 1
    assert {leaf["detail"] for leaf in house.leaves("recipient_changed")} == {"team reader added"}


def test_a_token_is_good_once_and_for_seven_days(house: House) -> None:
    token = staffing.invite(house.console, house.actor("sam"), guest(house))
    late = staffing.invite(house.console, house.actor("sam"), guest(house, "emil"))

    staffing.enrol(house.console, token, WORDS, CHEAP)
    house.wait(days=7)

    for used, refusal in ((token, NotFound), (late, NotFound), (late[:-1] + "!", Mistyped)):
        with pytest.raises(refusal):
            staffing.enrol(house.console, used, WORDS, CHEAP)
    assert staffing.invite(house.console, house.actor("sam"), guest(house, "emil"))


@pytest.mark.parametrize(
    "weak", ["too short", "passwordpassword", "123412341234123", "aaaaaaaaaaaaaaaaaaaa"]
)
def test_a_weak_passphrase_is_refused_and_the_token_stays_good(house: House, weak: str) -> None:
    token = staffing.invite(house.console, house.actor("sam"), guest(house))

    with pytest.raises(GuardFailed) as refused:
        staffing.enrol(house.console, token, weak, CHEAP)

    assert weak not in str(refused.value)
    assert staffing.enrol(house.console, token, WORDS, CHEAP).officer.login == "dina"


@pytest.mark.parametrize("login", ["asha", "nora", "mina"])
def test_only_registrars_invite_and_a_buyers_only_into_that_buyer(house: House, login: str) -> None:
    with pytest.raises((Forbidden, GuardFailed, NotFound, NotTrusted)):
        staffing.invite(house.console, house.actor(login), guest(house))


def test_a_buyers_registrar_lets_a_colleague_in_who_then_sees_only_that_buyers(
    house: House,
) -> None:
    nora = house.actor("nora")
    a_released_issue(house, a_case(house))
    mine = Guest("olga", "Olga", Role.BUYER, nora.officer.organisation_id)

    token = staffing.invite(house.console, nora, mine)
    made = staffing.enrol(house.console, token, WORDS, CHEAP)
    staffing.admit(house.console, nora, "olga", made.fingerprint)

    logins = {person.login for person in roster.list_people(house.console, nora)}
    assert logins == {"nora", "otto", "olga"}


def test_keys_that_a_thief_put_in_place_of_the_new_handlers_are_not_admitted(
    house: House, thief_of_own: Thief
) -> None:
    made = enrolled(house)

    thief_of_own.change("UPDATE invitation SET keys = %(k)s", k=bytes(1249))

    with pytest.raises(GuardFailed, match="fingerprint"):
        staffing.admit(house.console, house.actor("sam"), "dina", made.fingerprint)
    assert state_of(house, "dina") == "waiting"


def test_whoever_is_removed_opens_nothing_new_even_with_the_whole_database(
    house: House, thief_of_own: Thief
) -> None:
    case_id = a_case(house)
    ben = house.actor("ben")
    kept = wraps_by_hand(thief_of_own, ben)
    before = said(house, house.actor("asha"), case_id)

    left = leaving.remove(house.console, house.actor("sam"), "ben")
    house.text("+15550100777", NEW)

    assert (left.renewal.renewed, left.renewal.broken, left.needs_root) == (1, (), False)
    with pytest.raises((NotTrusted, NotFound)):
        queue(house.console, ben)
    with pytest.raises(WrongPassphrase):
        house.door.enter("ben", house.seeded.passphrases["ben"])
    assert said(house, house.actor("asha"), case_id) == [*before, NEW]
    assert opened_with(thief_of_own, kept, case_id) == {1}
    assert {row.epoch for row in messages(thief_of_own, case_id)} == {1, 2}


def wraps_by_hand(thief: Thief, actor: Actor) -> dict[tuple[UUID, int], KemKey]:
    """What somebody who is about to leave may copy: the team's private keys."""
    found = {}
    for row in thief.rows("SELECT * FROM key_wrap WHERE reader_id = %(r)s", r=actor.id):
        holder = Holder(row.holder_kind, row.holder_id, row.epoch)
        kek = keyring.unwrap(
            bytes(row.wrap), holder=holder, reader_id=actor.id, reader=actor.bundle.kem
        )
        pair = thief.one(
            "SELECT * FROM key_pair WHERE holder_id = %(h)s AND epoch = %(e)s",
            h=holder.id,
            e=holder.epoch,
        )
        locked = keyring.LockedPair(bytes(pair.public), bytes(pair.box))
        found[holder.id, holder.epoch] = keyring.unlock(kek, holder, locked)
    return found


def messages(thief: Thief, case_id: UUID) -> list[Any]:
    return thief.rows("SELECT * FROM message WHERE case_id = %(c)s", c=case_id)


def opened_with(thief: Thief, kept: dict[tuple[UUID, int], KemKey], case_id: UUID) -> set[int]:
    """The epochs of a case whose pair these keys open, whatever wrap they try."""
    opened = set()
    for row in thief.rows("SELECT * FROM key_wrap WHERE holder_id = %(c)s", c=case_id):
        for (reader, _), key in kept.items():
            try:
                holder = Holder("case", case_id, row.epoch)
                keyring.unwrap(bytes(row.wrap), holder=holder, reader_id=reader, reader=key)
            except CryptoError:
                continue
            opened.add(row.epoch)
    return opened


def test_an_answer_of_somebody_who_left_is_still_sent_when_the_worker_asks(house: House) -> None:
    case_id = a_case(house)
    house.desk.answer(house.actor("ben"), case_id, "You may keep your passport.")
    house.deliver()

    leaving.remove(house.console, house.actor("sam"), "ben")

    assert "You may keep your passport." in house.say("+15550100777", "1")
    assert "You may keep your passport." in said(house, house.actor("asha"), case_id)


def test_a_renewal_that_was_interrupted_is_finished_by_asking_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [a_case(house, number=f"+1555010080{n}") for n in range(3)]
    sam, done = house.actor("sam"), 0
    real = epochs.renew_for

    def fails_at_the_third(desk: epochs.Registry, case_id: UUID, who: list[epochs.Reader]) -> int:
        nonlocal done
        done += 1
        if done == 3:
            raise RuntimeError("the light went out")
        return real(desk, case_id, who)

    with monkeypatch.context() as broken:
        broken.setattr(epochs, "renew_for", fails_at_the_third)
        broken.setattr(epochs, "BATCH", 1)
        with pytest.raises(RuntimeError):
            epochs.renew_team(house.console, sam)
    readable = [said(house, house.actor("asha"), case_id) for case_id in made]
    finished = epochs.renew_team(house.console, sam)

    assert all(readable)
    assert finished == epochs.Renewal(1, (), only_finished=True)
    assert [said(house, house.actor("asha"), case_id) for case_id in made] == readable
    details = [leaf["detail"] for leaf in house.leaves("recipient_changed")]
    assert sorted(details) == ["case epoch 2"] * 3 + ["team epoch 2"]


def test_the_last_two_readers_and_the_last_supervisor_cannot_be_removed(house: House) -> None:
    sam = house.actor("sam")
    leaving.remove(house.console, sam, "ben")
    leaving.remove(house.console, sam, "maria")

    with pytest.raises(GuardFailed, match="remain"):
        leaving.remove(house.console, sam, "asha")
    with pytest.raises(GuardFailed, match="another"):
        leaving.remove(house.console, sam, "sam")

    assert state_of(house, "asha") == "admitted"


def test_what_a_leaving_registrar_vouched_for_is_vouched_for_again(
    house: House, thief_of_own: Thief
) -> None:
    signers = "SELECT DISTINCT ON (id) id, signer_id FROM directory ORDER BY id, version DESC"
    sam, maria = house.actor("sam"), house.actor("maria")
    signed_by = [row for row in thief_of_own.rows(signers) if row.signer_id == sam.id]

    left = leaving.remove(house.console, maria, "sam")

    assert signed_by
    assert left.needs_root
    assert sam.id not in {row.signer_id for row in thief_of_own.rows(signers)}
    assert a_case(house)
    epochs.renew_team(house.console, maria)
    wrapped = thief_of_own.rows("SELECT 1 FROM key_wrap WHERE reader_id = %(r)s", r=sam.id)
    assert wrapped == []


def test_a_restricted_case_is_there_for_the_named_and_for_no_one_else(house: House) -> None:
    case_id, sam, asha = a_case(house), house.actor("sam"), house.actor("asha")
    before = said(house, asha, case_id)

    restricting.restrict(house.console, sam, case_id, {sam.id, asha.id}, "a relative of Ben")
    house.text("+15550100777", NEW)

    for shut_out in ("ben", "maria"):
        assert case_id not in {line.id for line in queue(house.console, house.actor(shut_out))}
        with pytest.raises(NotFound):
            case_page(house.console, house.actor(shut_out), case_id)
    now = said(house, asha, case_id)
    assert now[: len(before)] == before
    assert now[-1] == NEW


def test_the_teams_copied_keys_open_nothing_of_a_restricted_case_any_more(
    house: House, thief_of_own: Thief
) -> None:
    case_id, sam = a_case(house), house.actor("sam")
    kept = wraps_by_hand(thief_of_own, house.actor("ben"))
    assert opened_with(thief_of_own, kept, case_id) == {1}

    restricting.restrict(house.console, sam, case_id, {sam.id}, "for one person")

    assert opened_with(thief_of_own, kept, case_id) == set()
    with pytest.raises(GuardFailed, match=str(case_id)):
        leaving.remove(house.console, house.actor("maria"), "sam")


def test_a_restriction_is_lifted_by_a_named_supervisor_only(house: House) -> None:
    case_id, sam, ben = a_case(house), house.actor("sam"), house.actor("ben")
    restricting.restrict(house.console, sam, case_id, {sam.id}, "for one person")

    for somebody in ("maria", "ben"):
        with pytest.raises((NotFound, Forbidden)):
            restricting.unrestrict(house.console, house.actor(somebody), case_id, "let me see")
    restricting.unrestrict(house.console, sam, case_id, "settled")

    assert said(house, ben, case_id) == said(house, sam, case_id)


def test_a_restricted_case_keeps_its_readers_when_the_team_gets_new_keys(house: House) -> None:
    case_id, sam = a_case(house), house.actor("sam")
    restricting.restrict(house.console, sam, case_id, {sam.id}, "for one person")

    renewed = epochs.renew_team(house.console, sam)
    epochs.renew_case(house.console, sam, case_id)

    assert renewed == epochs.Renewal(0, ())
    assert said(house, sam, case_id)
    with pytest.raises(NotFound):
        case_page(house.console, house.actor("asha"), case_id)


def test_issues_of_a_restricted_case_are_listed_for_the_named_only(house: House) -> None:
    case_id, sam = a_case(house), house.actor("sam")
    a_released_issue(house, case_id)

    restricting.restrict(house.console, sam, case_id, {sam.id}, "for one person")

    assert len(list(issue_lines(house.console, sam))) == 1
    assert list(issue_lines(house.console, house.actor("maria"))) == []


def test_an_older_epoch_put_back_for_somebody_who_left_takes_no_words(
    house: House, thief_of_own: Thief
) -> None:
    case_id = a_case(house)
    leaving.remove(house.console, house.actor("sam"), "ben")

    thief_of_own.change("UPDATE cases SET epoch = 1 WHERE id = %(c)s", c=case_id)

    before = messages(thief_of_own, case_id)
    with pytest.raises(NotTrusted):
        house.text("+15550100777", NEW)
    assert messages(thief_of_own, case_id) == before


def test_a_restricted_case_gets_new_keys_when_their_maker_leaves(
    house: House, thief_of_own: Thief
) -> None:
    case_id, sam, asha = a_case(house), house.actor("sam"), house.actor("asha")
    restricting.restrict(house.console, sam, case_id, {sam.id, asha.id}, "for two")
    epochs.renew_case(house.console, house.actor("maria"), case_id)

    leaving.remove(house.console, sam, "maria")

    newest = thief_of_own.one(
        "SELECT signer_id, epoch FROM key_pair WHERE holder_id = %(c)s ORDER BY epoch DESC LIMIT 1",
        c=case_id,
    )
    assert (newest.signer_id, newest.epoch) == (sam.id, 4)


def test_an_erased_restricted_case_keeps_nobody_from_leaving(house: House) -> None:
    case_id, asha = a_case(house), house.actor("asha")
    restricting.restrict(house.console, house.actor("sam"), case_id, {asha.id}, "for one person")
    an_erased_case(house, case_id)

    left = leaving.remove(house.console, house.actor("sam"), "asha")

    assert left.renewal == epochs.Renewal(0, ())
    assert state_of(house, "asha") == "left"


def test_a_case_that_begins_after_a_removal_is_sealed_to_the_new_keys_at_once(
    house: House,
) -> None:
    a_case(house)  # the gateway has just read the directory
    leaving.remove(house.console, house.actor("sam"), "ben")

    case_id = a_case(house, number="+15550100779")

    with house.owner.begin(Scope(house.programme)) as tx:
        team = sole(house.console.directory(tx, house.now), "team")
        wraps = keys.wraps_of(tx, Holder("case", case_id, 1))
    assert (team.epoch, set(wraps)) == (2, {(team.id, 2)})
    assert said(house, house.actor("asha"), case_id)
