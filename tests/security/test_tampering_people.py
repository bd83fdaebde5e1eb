"""A writer to the database changes who may come in and who may read what; nobody gets any further.

Rows of restrictions, invitations, ways in, sessions, second factors, drafts and wraps.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.builders import a_case, a_released_issue
from tests.hotline.test_staffing import WORDS, admitted, enrolled, guest, said
from tests.house import BOOT_SECRET, House
from tests.security.thief import Thief
from workervoice.crypto import sessions
from workervoice.crypto.totp import code_at, step_of
from workervoice.errors import (
    CryptoError,
    HalfWay,
    NotFound,
    NotTrusted,
    WrongCode,
    WrongPassphrase,
)
from workervoice.hotline import drafts, epochs, factors, leaving, restricting, staffing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.overview import issue_lines, queue
from workervoice.hotline.reading import Actor
from workervoice.store.factors import FactorRow

NEW = "they moved us to another dormitory"


def listed(house: House, login: str) -> set[UUID]:
    return {line.id for line in queue(house.console, house.actor(login))}


def a_restricted_case(house: House, *logins: str) -> UUID:
    case_id = a_case(house)
    a_released_issue(house, case_id)
    named = {house.actor(login).id for login in logins}
    restricting.restrict(house.console, house.actor("sam"), case_id, named, "a relative of Ben")
    return case_id


# --- restrictions --------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["rows taken away", "a row added"])
def test_a_restriction_lifted_by_hand_shows_a_colleague_nothing(
    house: House, thief_of_own: Thief, how: str
) -> None:
    case_id, ben = a_restricted_case(house, "sam", "asha"), house.actor("ben")

    if how == "rows taken away":
        thief_of_own.change("DELETE FROM case_reader")
    else:
        thief_of_own.change(
            "INSERT INTO case_reader SELECT programme_id, case_id, %(o)s, conversation_id, since"
            " FROM case_reader LIMIT 1",
            o=ben.id,
        )

    with house.console.database.begin(ben.scope()) as tx:
        assert tx.connection.exec_driver_sql("SELECT id FROM cases").scalars().all() == [case_id]
    assert listed(house, "ben") == set()
    assert list(issue_lines(house.console, ben)) == []
    with pytest.raises(NotFound):
        case_page(house.console, ben, case_id)
    assert listed(house, "asha") == {case_id}


def test_new_keys_go_to_those_whom_the_signed_facts_name_whatever_the_rows_say(
    house: House, thief_of_own: Thief
) -> None:
    case_id, sam = a_restricted_case(house, "sam", "asha"), house.actor("sam")
    team = thief_of_own.one("SELECT id FROM directory WHERE kind = 'team'").id
    thief_of_own.change("DELETE FROM case_reader")
    thief_of_own.change(
        "INSERT INTO key_wrap SELECT programme_id, holder_kind, holder_id, epoch, %(t)s, 1, wrap"
        " FROM key_wrap WHERE holder_id = %(c)s ORDER BY epoch DESC LIMIT 1",
        t=team,
        c=case_id,
    )

    epochs.renew_case(house.console, sam, case_id)
    epochs.renew_team(house.console, house.actor("maria"))
    leaving.remove(house.console, sam, "asha")

    readers = thief_of_own.rows(
        "SELECT reader_id FROM key_wrap w JOIN cases c ON w.holder_id = c.id AND w.epoch = c.epoch"
    )
    assert [row.reader_id for row in readers] == [sam.id]
    house.text("+15550100777", NEW)
    assert said(house, sam, case_id)[-1] == NEW
    assert listed(house, "ben") == set()


def test_whoever_leaves_while_an_old_row_lies_there_is_named_with_the_case(
    house: House, thief_of_own: Thief
) -> None:
    case_id = a_case(house)
    before = thief_of_own.one("SELECT * FROM cases WHERE id = %(c)s", c=case_id)
    who = {house.actor("sam").id, house.actor("asha").id}
    restricting.restrict(house.console, house.actor("sam"), case_id, who, "a relative of Ben")

    thief_of_own.overwrite("cases", case_id, before._asdict())
    left = leaving.remove(house.console, house.actor("sam"), "asha")

    assert left.renewal.broken == (case_id,)


def test_a_case_that_somebody_broke_does_not_keep_the_team_from_new_keys(
    house: House, thief_of_own: Thief
) -> None:
    broken, whole, sam = a_case(house), a_case(house, number="+15550100778"), house.actor("sam")
    thief_of_own.overwrite("cases", broken, {"facts": b"\1" * 400})

    first, second = (epochs.renew_team(house.console, sam) for _ in range(2))

    assert first == second == epochs.Renewal(1, (broken,))
    assert epochs.team_now(house.console, sam).epoch == 3
    assert said(house, sam, whole)


# --- invitations and ways in ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("role", "supervisor"),
        ("login", "dina2"),
        ("name", "Sam, supervisor"),
        ("token_hash", b"\1" * 32),
        ("expires_at", "2036-01-01T00:00:00Z"),
    ],
)
def test_an_invitation_that_was_changed_admits_nobody(
    house: House, thief_of_own: Thief, column: str, value: object
) -> None:
    made = enrolled(house)

    thief_of_own.overwrite("invitation", made.officer.id, {column: value})

    login = "dina2" if column == "login" else "dina"
    with pytest.raises(NotTrusted):
        staffing.admit(house.console, house.actor("sam"), login, made.fingerprint)
    assert listed_team(thief_of_own).isdisjoint({made.officer.id})


def listed_team(thief: Thief) -> set[UUID]:
    return {
        row.reader_id for row in thief.rows("SELECT * FROM key_wrap WHERE holder_kind = 'team'")
    }


def test_an_invitation_that_a_thief_wrote_makes_an_account_that_nobody_can_admit(
    house: House, thief_of_own: Thief
) -> None:
    """Even a registrar who is talked into it, with the right fingerprint, cannot."""
    token = staffing.invite(house.console, house.actor("sam"), guest(house, "real"))
    thief_of_own.change(
        "UPDATE invitation SET id = %(i)s, login = 'ghost', role = 'supervisor'", i=uuid4()
    )

    made = staffing.enrol(house.console, token, WORDS, house.door.cost)

    with pytest.raises(NotTrusted):
        staffing.admit(house.console, house.actor("sam"), "ghost", made.fingerprint)
    ghost = house.door.unlock("ghost", WORDS)
    with pytest.raises(NotTrusted):
        queue(house.console, ghost)


def test_somebody_elses_way_in_written_over_ones_own_opens_nothing(
    house: House, thief_of_own: Thief
) -> None:
    """Ben knows his passphrase; under Sam's name it leads nowhere, with and without his keys."""
    a_case(house)
    ben, sam = house.actor("ben"), house.actor("sam")
    words = house.seeded.passphrases["ben"]
    with thief_of_own.for_a_while("slot"), thief_of_own.for_a_while("officer"):
        copy_slot(thief_of_own, ben.id, sam.id)
        with pytest.raises(CryptoError):
            house.door.enter("sam", words)
        thief_of_own.change(
            "UPDATE officer SET bundle = (SELECT bundle FROM officer WHERE id = %(b)s)"
            " WHERE id = %(s)s",
            b=ben.id,
            s=sam.id,
        )
        with pytest.raises(CryptoError):
            house.door.enter("sam", words)


def copy_slot(thief: Thief, source: UUID, target: UUID) -> None:
    thief.change(
        "UPDATE slot SET (salt, cost, auth_hash, wrapped_umk, tried) ="
        " (SELECT salt, cost, auth_hash, wrapped_umk, true FROM slot o"
        " WHERE o.officer_id = %(f)s AND o.kind = slot.kind) WHERE officer_id = %(t)s",
        f=source,
        t=target,
    )


def test_a_code_that_was_never_typed_back_opens_no_more_when_its_row_says_it_was(
    house: House, thief_of_own: Thief
) -> None:
    made = enrolled(house)

    thief_of_own.change("UPDATE slot SET tried = NOT tried")

    with pytest.raises(CryptoError):
        house.door.unlock("dina", made.recovery)
    with pytest.raises(NotTrusted):
        queue(house.console, house.door.unlock("dina", WORDS))


def test_everything_of_somebody_who_left_put_back_opens_nothing_for_them(
    house: House, thief_of_own: Thief
) -> None:
    case_id, dina = a_case(house), admitted(house)
    kept = {t: thief_of_own.rows_of(t) for t in ("slot", "session", "key_wrap", "officer")}
    leaving.remove(house.console, house.actor("sam"), "dina")

    for table in ("slot", "session", "key_wrap"):
        thief_of_own.put_back(table, kept[table])
    with pytest.raises(WrongPassphrase):
        house.door.unlock("dina", WORDS)
    again, _ = dina, house.text("+15550100777", NEW)

    for look in (queue, lambda process, actor: case_page(process, actor, case_id)):
        with pytest.raises(NotTrusted):
            look(house.console, again)
    with pytest.raises(CryptoError):
        staffing.admit(house.console, dina, "nobody", "")
    epochs.renew_team(house.console, house.actor("sam"))
    newest = thief_of_own.rows(
        "SELECT reader_id FROM key_wrap WHERE holder_kind = 'team' AND epoch ="
        " (SELECT max(epoch) FROM key_wrap WHERE holder_kind = 'team')"
    )
    assert dina.id not in {row.reader_id for row in newest}
    assert said(house, house.actor("sam"), case_id)[-1] == NEW


# --- sessions and second factors -----------------------------------------------------------------


def test_a_session_that_a_thief_wrote_is_none(house: House, thief_of_own: Thief) -> None:
    """They make the cookie and the box themselves, with keys of their own and a guessed secret."""
    asha = house.actor("asha")
    token, row_id, box = sessions.new_session(
        b"x" * 32, asha.id, house.actor("ben").bundle, at=int(house.now.timestamp())
    )
    thief_of_own.change(
        "INSERT INTO session SELECT programme_id, %(id)s, %(o)s, 'full', %(b)s, now(), now(), proof"
        " FROM session LIMIT 1",
        id=row_id,
        o=asha.id,
        b=box,
    )
    thief_of_own.change("UPDATE session SET (started_at, seen_at) = (%(n)s, %(n)s)", n=house.now)

    with pytest.raises(NotFound):
        house.door.recognise(token)


def test_half_a_session_is_not_made_whole_by_its_row(house: House, thief_of_own: Thief) -> None:
    token = house.door.enter("sam", house.seeded.passphrases["sam"])
    with pytest.raises(HalfWay):
        house.door.recognise(token)

    thief_of_own.change("UPDATE session SET stage = 'full'")

    with pytest.raises(NotFound):
        house.door.recognise(token)


def test_anothers_session_row_and_anothers_proof_serve_nobody(
    house: House, thief_of_own: Thief
) -> None:
    asha, ben = (house.door.enter(n, house.seeded.passphrases[n]) for n in ("asha", "ben"))
    house.wait(minutes=10)
    fresh = house.door.enter("maria", house.seeded.passphrases["maria"])

    thief_of_own.change(
        "UPDATE session SET proof = (SELECT proof FROM session WHERE id = %(f)s)",
        f=sessions.session_id(fresh),
    )
    assert not house.door.is_fresh(asha)
    thief_of_own.change(
        "UPDATE session SET officer_id = %(o)s WHERE id = %(id)s",
        o=house.actor("sam").id,
        id=sessions.session_id(ben),
    )

    with pytest.raises(NotFound):
        house.door.recognise(ben)
    assert sessions.proved_at(BOOT_SECRET, sessions.session_id(asha), b"\0" * 40) == 0


def test_a_second_factor_moved_to_somebody_else_is_none(house: House, thief_of_own: Thief) -> None:
    """Maria's app under Sam's name does not let in one who knows Sam's passphrase."""
    sam, maria = house.actor("sam"), house.actor("maria")
    codes = house.code("maria")
    thief_of_own.change("DELETE FROM second_factor WHERE officer_id = %(s)s", s=sam.id)
    thief_of_own.change(
        "UPDATE second_factor SET officer_id = %(s)s WHERE officer_id = %(m)s",
        s=sam.id,
        m=maria.id,
    )

    token = house.door.enter("sam", house.seeded.passphrases["sam"])

    with pytest.raises((NotTrusted, WrongCode)):
        house.door.pass_code(token, codes)
    with pytest.raises((NotTrusted, NotFound)):
        house.door.factors(house.door.half(token))


@pytest.mark.parametrize("login", ["sam", "ben"])
def test_a_second_factor_that_was_deleted_lets_nobody_in_with_less(
    house: House, thief_of_own: Thief, login: str
) -> None:
    """Sam must have one, Ben chose to: whoever knows their passphrase needs it still."""
    if login == "ben":
        set_up(house, "ben")
    officer = house.actor(login).officer
    thief_of_own.change("DELETE FROM second_factor WHERE officer_id = %(o)s", o=officer.id)

    token = house.door.enter(login, house.seeded.passphrases[login])

    with pytest.raises(HalfWay):
        house.door.recognise(token)
    with pytest.raises(NotFound):
        house.door.first_factor(token, an_app(house, house.door.half(token)))
    with pytest.raises(NotTrusted):
        house.door.pass_code(token, "123456")
    forgot = leaving.forget_factors(house.console, house.actor("maria"), login)
    assert forgot == 1
    token = house.door.enter(login, house.seeded.passphrases[login])
    if login == "sam":
        token = house.door.first_factor(token, an_app(house, house.door.half(token)))
    assert house.door.recognise(token).officer == officer


def set_up(house: House, login: str) -> FactorRow:
    actor = house.actor(login)
    row = an_app(house, actor)
    factors.add(house.console, house.door.holder(actor), row)
    return row


def an_app(house: House, actor: Actor) -> FactorRow:
    now = int(house.now.timestamp())
    return factors.new_totp(house.door.holder(actor), uuid4(), b"s" * 20, "Phone", now=now, step=0)


def test_a_second_factor_that_was_lost_and_put_back_does_not_count(
    house: House, thief_of_own: Thief
) -> None:
    actor, first = house.actor("ben"), set_up(house, "ben")
    before = thief_of_own.rows_of("second_factor")
    factors.remove(house.console, house.door.holder(actor), first.id)

    thief_of_own.put_back("second_factor", before)

    token = house.door.enter("ben", house.seeded.passphrases["ben"])
    code = code_at(b"s" * 20, step_of(int(house.now.timestamp())))
    with pytest.raises(NotTrusted):
        house.door.pass_code(token, code)


# --- drafts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("moved", ["to another case", "to a colleague", "to another form"])
def test_a_draft_that_was_moved_is_not_shown(house: House, thief_of_own: Thief, moved: str) -> None:
    first, second = a_case(house), a_case(house, number="+15550100778")
    asha, ben = house.actor("asha"), house.actor("ben")
    drafts.keep(house.console, asha, first, "answer", {"text": ("only for the first",)})
    assert drafts.kept(house.console, asha, first)

    changes: dict[str, dict[str, Any]] = {
        "to another case": {"case_id": second},
        "to a colleague": {"officer_id": ben.id},
        "to another form": {"form": "note"},
    }
    thief_of_own.overwrite("draft", thief_of_own.one("SELECT id FROM draft").id, changes[moved])

    for actor in (asha, ben):
        for case_id in (first, second):
            assert drafts.kept(house.console, actor, case_id) == {}
