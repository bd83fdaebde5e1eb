"""Who reads complaints about the hotline as its supervisors come, go and are ended."""

from __future__ import annotations

import pytest

from tests.hotline.rotations import begun_service, ended_service, records_resealed
from tests.hotline.test_complaints import MORE, PAID, TOLD, a_complaint, complaints, overseen, said
from tests.hotline.test_new_registrars import root_signs
from tests.hotline.test_staffing import WORDS, enrolled, opened_with, wraps_by_hand
from tests.house import House
from tests.looking import asked
from tests.security.thief import Thief
from workervoice.errors import Contradicted, GuardFailed, NotFound, NotTrusted
from workervoice.hotline import complaints as about_us
from workervoice.hotline import leaving, restricting, staffing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.overview import queue
from workervoice.message import Role

WORKER = "+15550100777"


def test_every_supervisor_reads_it_a_new_one_too(house: House) -> None:
    made = enrolled(house, role=Role.SUPERVISOR)
    staffing.admit(house.console, house.actor("sam"), "dina", made.fingerprint)
    dina = house.door.unlock("dina", WORDS)
    house.wait(seconds=6)  # until the gateway looks at the directory again

    case_id = a_complaint(house)

    assert [line.id for line in queue(house.console, dina)] == [case_id]
    assert case_page(house.console, dina, case_id).named == (
        "Dina, handler",
        "Maria, supervisor",
        "Sam, supervisor",
    )


def test_a_supervisor_who_left_reads_nothing_that_comes_and_gets_no_key(
    house: House, thief_of_own: Thief
) -> None:
    case_id, maria = a_complaint(house), house.actor("maria")
    kept = wraps_by_hand(thief_of_own, maria)

    leaving.remove(house.console, house.actor("sam"), "maria")
    house.wait(seconds=6)
    house.say(WORKER, MORE)
    other = a_complaint(house, "+15550100778", PAID)

    assert said(house, case_id) == [TOLD, MORE]
    with pytest.raises((NotTrusted, NotFound)):
        case_page(house.console, maria, case_id)
    assert opened_with(thief_of_own, kept, case_id) == opened_with(thief_of_own, kept, other)
    readers = thief_of_own.rows("SELECT * FROM key_wrap WHERE holder_id = %(c)s", c=other)
    assert [row.reader_id for row in readers] == [house.actor("sam").id]


def test_one_who_left_within_the_last_seconds_gets_no_key(house: House) -> None:
    a_complaint(house, "+15550100778", PAID)  # the gateway has just looked at the directory
    leaving.remove(house.console, house.actor("sam"), "maria")

    case_id = a_complaint(house)

    assert case_page(house.console, house.actor("sam"), case_id).named == ("Sam, supervisor",)


def test_a_lone_supervisor_cannot_bury_it_by_leaving_nor_can_others_by_removing(
    house: House,
) -> None:
    case_id, sam = a_complaint(house), house.actor("sam")
    restricting.restrict(house.console, sam, case_id, {sam.id}, "Maria is meant")

    with pytest.raises(GuardFailed, match="only they can read"):
        leaving.remove(house.console, house.actor("maria"), "sam")

    assert complaints(house) == [case_id]


def test_supervisors_whose_entries_have_ended_are_sealed_to_before_anybody_else(
    root_paper: str, house: House
) -> None:
    sam, maria = house.actor("sam"), house.actor("maria")
    for login in ("maria", "sam"):
        root_signs(house, root_paper, login, end=True)
    house.wait(seconds=6)

    house.text(WORKER, TOLD)

    ((case_id,),) = asked(house, "SELECT id FROM cases")
    with pytest.raises(NotTrusted):
        case_page(house.console, sam, case_id)
    root_signs(house, root_paper, "sam")
    house.wait(seconds=2)
    assert case_page(house.console, sam, case_id).record.readers == {sam.id, maria.id}
    assert said(house, case_id) == [TOLD]


def test_without_a_supervisor_ever_it_is_kept_for_the_team_and_that_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(about_us, "guardians", lambda tx, pen: [])

    case_id = a_complaint(house)
    house.say(WORKER, PAID)

    assert said(house, case_id, "asha") == [TOLD, PAID]
    assert [leaf["object"] for leaf in house.leaves("complaint_unguarded")] == [str(case_id)]
    assert overseen(house) == [("received", False, False, False)]


def test_a_new_service_key_changes_nothing_for_a_complaint(house: House) -> None:
    case_id = a_complaint(house)
    begun_service(house)
    records_resealed(house)
    ended_service(house)

    house.say(WORKER, MORE)

    assert said(house, case_id) == [TOLD, MORE]
    assert overseen(house) == [("received", True, True, False)]


def test_rows_that_name_a_handler_give_no_key_and_no_page(
    house: House, thief_of_own: Thief
) -> None:
    case_id, asha = a_complaint(house), house.actor("asha")

    thief_of_own.change(
        "INSERT INTO case_reader SELECT programme_id, case_id, %(asha)s, conversation_id, since"
        " FROM case_reader LIMIT 1",
        asha=asha.id,
    )

    assert list(queue(house.console, asha)) == []
    with pytest.raises(NotFound):
        case_page(house.console, asha, case_id)


def test_a_complaint_put_back_to_before_a_word_takes_no_more(
    house: House, thief_of_own: Thief
) -> None:
    a_complaint(house)
    before = thief_of_own.rows_of("cases")
    house.text(WORKER, MORE)
    thief_of_own.change("DELETE FROM message WHERE ordinal > 1")

    thief_of_own.change(
        "UPDATE cases SET version = %(v)s, queue = %(q)s, facts = %(f)s, signature = %(s)s",
        v=before[0].version,
        q=before[0].queue,
        f=before[0].facts,
        s=before[0].signature,
    )

    with pytest.raises(Contradicted):
        house.text(WORKER, PAID)


def test_a_conversation_says_no_more_in_the_clear_than_any_other(
    house: House, thief_of_own: Thief
) -> None:
    a_complaint(house)
    house.say("+15550100778", "Boss took our passports and not give back.")

    talks = thief_of_own.rows("SELECT DISTINCT length(record) AS size, state FROM conversation")
    cases = thief_of_own.rows("SELECT DISTINCT length(queue) AS a, length(facts) AS b FROM cases")

    assert len(talks) == len(cases) == 1
