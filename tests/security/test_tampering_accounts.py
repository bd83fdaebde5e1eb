"""A writer to the database changes accounts, ways in and sessions: who is who, and what was there
before.
"""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.builders import a_case
from tests.hotline.test_staffing import WORDS, admitted, enrolled, said
from tests.house import House
from tests.security.thief import Thief
from workervoice.crypto.paper import to_paper
from workervoice.errors import (
    Declined,
    NotFound,
    NotTrusted,
    WrongCode,
    WrongPassphrase,
)
from workervoice.hotline import account, epochs, leaving, roster
from workervoice.hotline.casepage import case_page
from workervoice.hotline.overview import queue
from workervoice.hotline.restricting import colleagues
from workervoice.hotline.verifying import verify_log
from workervoice.store.engine import Scope

NEW = "seven herons under a slow blue bridge"


def problems(house: House) -> list[str]:
    """What `log verify` says."""
    process = house.console
    with house.owner.begin(Scope(house.programme)) as tx:
        return verify_log(tx, process.vault, process.trust.root_public).problems


def readers(thief: Thief, epoch: int) -> set[UUID]:
    wraps = "SELECT reader_id FROM key_wrap WHERE holder_kind = 'team' AND epoch = %(e)s"
    return {row.reader_id for row in thief.rows(wraps, e=epoch)}


def refused_rows(house: House) -> list[str]:
    return [leaf["detail"].split()[0] for leaf in house.leaves("row_refused")]


def writers(house: House, case_id: UUID) -> set[str]:
    """The names that stand in a thread."""
    page = case_page(house.console, house.actor("sam"), case_id)
    return {entry.by for entry in page.thread}


# --- who is in and who has left ------------------------------------------------------------------


def test_somebody_whose_ways_in_were_deleted_before_is_removed_all_the_same(
    house: House, thief_of_own: Thief
) -> None:
    case_id, ben = a_case(house), house.actor("ben")
    thief_of_own.change("DELETE FROM slot WHERE officer_id = %(b)s", b=ben.id)

    leaving.remove(house.console, house.actor("sam"), "ben")

    assert readers(thief_of_own, 1) == {house.actor(n).id for n in ("asha", "sam", "maria")}
    assert readers(thief_of_own, 2) == readers(thief_of_own, 1)
    assert thief_of_own.rows("SELECT FROM session WHERE officer_id = %(b)s", b=ben.id) == []
    with pytest.raises(NotTrusted):
        queue(house.console, ben)
    assert said(house, house.actor("asha"), case_id)
    assert len(house.leaves("officer_removed")) == 1
    leaving.remove(house.console, house.actor("sam"), "ben")
    assert readers(thief_of_own, 3) == set()


def test_what_was_put_back_of_somebody_who_left_is_taken_away_by_asking_again(
    house: House, thief_of_own: Thief
) -> None:
    ben, tables = house.actor("ben"), ("slot", "key_wrap")
    kept = {table: thief_of_own.rows_of(table) for table in tables}
    leaving.remove(house.console, house.actor("sam"), "ben")
    for table in tables:
        thief_of_own.put_back(table, kept[table])
    assert any(str(ben.id) in problem for problem in problems(house))

    leaving.remove(house.console, house.actor("sam"), "ben")

    assert problems(house) == []
    assert ben.id not in readers(thief_of_own, 1)


def test_a_colleague_whose_ways_in_were_deleted_is_not_shut_out_of_new_keys(
    house: House, thief_of_own: Thief
) -> None:
    asha = house.actor("asha")
    thief_of_own.change("DELETE FROM slot WHERE officer_id = %(a)s", a=asha.id)

    epochs.renew_team(house.console, house.actor("sam"))

    assert asha.id in readers(thief_of_own, 2)


def test_a_registrar_who_left_gets_no_new_keys_although_their_account_was_deleted(
    house: House, thief_of_own: Thief
) -> None:
    """Their entry holds until the root ends it."""
    sam, maria = house.actor("sam"), house.actor("maria")
    leaving.remove(house.console, maria, "sam")

    with thief_of_own.connection.transaction():
        thief_of_own.connection.execute("SET LOCAL session_replication_role = replica")
        thief_of_own.change("DELETE FROM officer WHERE id = %(s)s", s=sam.id)
    epochs.renew_team(house.console, maria)

    assert maria.id in readers(thief_of_own, 3)
    assert sam.id not in readers(thief_of_own, 3)


def test_somebody_whose_newest_entry_was_taken_away_is_not_called_removed(
    house: House, thief_of_own: Thief
) -> None:
    admitted(house)
    leaving.remove(house.console, house.actor("maria"), "sam")
    dina = thief_of_own.one("SELECT id FROM officer WHERE login = 'dina'").id

    thief_of_own.change("DELETE FROM directory WHERE id = %(d)s AND version = 2", d=dina)

    with pytest.raises(Declined, match="put it back"):
        leaving.remove(house.console, house.actor("maria"), "dina")


# --- who is who ----------------------------------------------------------------------------------


def test_swapped_names_are_shown_as_nobodys(house: House, thief_of_own: Thief) -> None:
    case_id, asha, ben = a_case(house), house.actor("asha"), house.actor("ben")
    house.desk.note(asha, case_id, "called back")
    assert asha.officer.name in writers(house, case_id)

    thief_of_own.swap("officer", ["name"], asha.id, ben.id)

    assert "?" in writers(house, case_id)
    assert writers(house, case_id).isdisjoint({asha.officer.name, ben.officer.name})
    names = {each.id: each.name for each in colleagues(house.console, house.actor("sam"))}
    assert (names[asha.id], names[ben.id]) == ("?", "?")
    assert sum(str(each) in p for p in problems(house) for each in (asha.id, ben.id)) == 2


def test_swapped_logins_let_nobody_in_and_remove_nobody(house: House, thief_of_own: Thief) -> None:
    asha, ben = house.actor("asha"), house.actor("ben")

    thief_of_own.swap("officer", ["login"], asha.id, ben.id)

    for login in ("asha", "ben"):
        for words in house.seeded.passphrases.values():
            with pytest.raises(WrongPassphrase):
                house.door.enter(login, words)
    assert refused_rows(house) == ["officer"] * 2
    with pytest.raises(NotFound):
        leaving.remove(house.console, house.actor("sam"), "ben")
    shown = {each.id: each.login for each in roster.list_people(house.console, house.actor("sam"))}
    assert (shown[asha.id], shown[ben.id]) == ("?", "?")


# --- ways in -------------------------------------------------------------------------------------


def test_an_old_passphrase_that_was_put_back_opens_nothing(
    house: House, thief_of_own: Thief
) -> None:
    token, asha, old = house.token("asha"), house.actor("asha"), house.seeded.passphrases["asha"]
    kept = [row for row in thief_of_own.rows_of("slot") if row.officer_id == asha.id]
    account.account_of(house.door, asha).change_passphrase(token, old, NEW, NEW)
    assert house.door.unlock("asha", NEW).officer == asha.officer
    assert problems(house) == []

    thief_of_own.change(
        "DELETE FROM slot WHERE kind = 'passphrase' AND officer_id = %(a)s", a=asha.id
    )
    thief_of_own.put_back("slot", kept)

    for words in (old, NEW):
        with pytest.raises(WrongPassphrase):
            house.door.enter("asha", words)
    assert refused_rows(house) == ["slot"]
    assert any(problem.startswith("slot") for problem in problems(house))


def test_an_old_recovery_code_that_was_put_back_opens_nothing(
    house: House, thief_of_own: Thief
) -> None:
    made = enrolled(house)
    kept = [row for row in thief_of_own.rows_of("slot") if row.kind == "recovery"]
    account.recover(house.door, "dina", made.recovery, NEW, NEW)

    thief_of_own.change("DELETE FROM slot WHERE kind = 'recovery'")
    thief_of_own.put_back("slot", kept)

    with pytest.raises(WrongPassphrase):
        account.recover(house.door, "dina", made.recovery, WORDS, WORDS)


def test_a_cost_that_is_none_is_a_way_in_that_is_not_there(
    house: House, thief_of_own: Thief
) -> None:
    thief_of_own.change("UPDATE slot SET cost = 'none at all'")

    with pytest.raises(WrongPassphrase):
        house.door.enter("asha", house.seeded.passphrases["asha"])


def test_a_session_is_not_prolonged_by_its_row(house: House, thief_of_own: Thief) -> None:
    token = house.door.enter("asha", house.seeded.passphrases["asha"])
    house.wait(hours=9)

    thief_of_own.change("UPDATE session SET (started_at, seen_at) = (%(n)s, %(n)s)", n=house.now)

    with pytest.raises(NotFound):
        house.door.recognise(token)


def test_a_code_is_good_once_although_the_row_of_its_use_is_put_back(
    house: House, thief_of_own: Thief
) -> None:
    sam = house.actor("sam")
    code = house.code("sam")
    before = thief_of_own.rows_of("second_factor")
    house.door.prove_code(sam, code)

    for row in before:
        values = {"used": row.used, "version": row.version}
        thief_of_own.overwrite("second_factor", row.id, values)

    with pytest.raises(WrongCode):
        house.door.prove_code(sam, code)


# --- what the log says of it ---------------------------------------------------------------------


def test_wrong_codes_and_an_enrolment_are_in_the_log(house: House) -> None:
    sam, made = house.actor("sam"), enrolled(house)
    wrong = to_paper(account.PAPER, b"\0" * 16)
    for _ in range(2):
        with pytest.raises(WrongCode):
            house.door.prove_code(sam, "000000")
        with pytest.raises(WrongPassphrase):
            account.recover(house.door, "dina", wrong, NEW, NEW)
        with pytest.raises(WrongPassphrase):
            account.recover(house.door, "nobody-here", wrong, NEW, NEW)

    failed = {(leaf["object"], leaf["detail"]) for leaf in house.leaves("login_failed")}
    nobody = str(UUID(int=0))
    assert failed == {
        (str(sam.id), "code"),
        (str(made.officer.id), "recovery"),
        (nobody, "recovery"),
    }
    assert len(house.leaves("login_failed")) == 3
    assert str(made.officer.id) in {leaf["object"] for leaf in house.leaves("enrolled")}


def test_a_registrar_who_leaves_takes_with_them_whom_they_let_in_last(
    house: House, thief_of_own: Thief
) -> None:
    dina, maria = admitted(house), house.actor("maria")
    outlook = leaving.foresee(house.console, maria, "sam")
    assert ("dina", "handler", house.now.date()) in {
        (each.login, each.role, each.since) for each in outlook.vouched
    }

    with pytest.raises(Declined):
        leaving.remove(house.console, maria, "sam", not_vouching=["maria"])
    leaving.remove(house.console, maria, "sam", not_vouching=["dina"])

    with pytest.raises(Declined):
        leaving.remove(house.console, maria, "sam", not_vouching=["asha"])
    assert dina.id not in readers(thief_of_own, 2) | readers(thief_of_own, 1)
    states = {p.login: p.state for p in roster.list_people(house.console, maria)}
    assert (states["dina"], states["sam"], states["asha"]) == ("left", "left", "admitted")
    with pytest.raises(WrongPassphrase):
        house.door.unlock("dina", WORDS)
