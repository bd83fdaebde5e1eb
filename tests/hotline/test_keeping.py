"""Retention in the courier's round: what goes by itself, what only reminds, and what stops both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from tests.builders import WORKER, a_case, a_confirmed_delete
from tests.house import House
from tests.looking import asked
from tests.store.rights import connected
from workervoice.errors import GuardFailed
from workervoice.hotline.act import Desk
from workervoice.hotline.casepage import case_page
from workervoice.hotline.keeping import would_go
from workervoice.hotline.opening import open_case
from workervoice.hotline.overview import queue
from workervoice.hotline.tick import Courier
from workervoice.store.engine import Scope
from workervoice.workflow.retention import Policy

WHY = "the worker went home"
OTHER = "+15550100778"


@pytest.fixture
def house(emptied_house: House) -> House:
    """With a record of 300 days: entries of the directory end after two years."""
    house, policy = emptied_house, Policy(record=300)
    house.console = replace(house.console, retention=policy)
    house.courier_process = replace(house.courier_process, retention=policy)
    house.courier = replace(house.courier, process=house.courier_process, rounds={})
    house.desk = Desk(house.console, house.phrases)
    return house


def a_closed_case(house: House, number: str = WORKER) -> UUID:
    case_id = a_case(house, number=number)
    house.desk.move(house.actor("sam"), case_id, "take_up", "")
    house.desk.move(house.actor("sam"), case_id, "close_unconfirmed", WHY)
    house.deliver()
    return case_id


def counted(house: House, table: str) -> int:
    return int(asked(house, f"SELECT count(*) AS n FROM {table}")[0].n)  # noqa: S608


def left(house: House) -> dict[str, int]:
    return {table: counted(house, table) for table in ("message", "assessment", "contact")}


def days_later(house: House, days: float) -> None:
    """So much later, and the courier has worked."""
    house.wait(days=days)
    house.deliver()


def test_ninety_days_after_closing_number_and_words_are_gone(house: House) -> None:
    case_id = a_closed_case(house)
    days_later(house, 89)
    before = left(house)

    days_later(house, 1.5)

    assert min(before.values()) > 0
    assert left(house) == {"message": 0, "assessment": 0, "contact": 0}
    assert counted(house, "outbox") == 0
    page = case_page(house.console, house.actor("asha"), case_id)
    assert (page.state, page.thread) == ("closed", ())
    assert page.record.facts.indicators
    assert [leaf["object"] for leaf in house.leaves("words_destroyed")] == [str(case_id)]
    assert len(house.leaves("contact_erased")) == 1
    assert house.courier.failures == {}


def test_a_worker_who_writes_long_after_closing_is_still_understood(house: House) -> None:
    a_closed_case(house)
    house.wait(days=120)

    asked_back = house.say(WORKER, "DELETE")
    house.wait(days=13)
    house.deliver()

    assert "send" in asked_back[0]
    assert counted(house, "contact") == 1
    assert counted(house, "message") > 0


def test_a_second_round_finds_nothing_left_to_do(house: House) -> None:
    a_closed_case(house)
    days_later(house, 91)
    leaves = counted(house, "log_leaf")

    days_later(house, 1)
    Courier(house.courier_process, house.courier.senders, house.courier.ways).tick()

    assert counted(house, "log_leaf") == leaves


def test_whoever_writes_after_that_is_a_stranger(house: House) -> None:
    case_id = a_closed_case(house)
    days_later(house, 91)

    house.say(WORKER, "they took our passports again")

    assert {line.id for line in queue(house.console, house.actor("asha"))} > {case_id}
    assert counted(house, "conversation") == 2


def test_a_worker_who_cannot_be_reached_any_more_is_not_written_to(house: House) -> None:
    case_id = a_closed_case(house)
    days_later(house, 91)
    house.desk.move(house.actor("sam"), case_id, "reopen", "a buyer asks")

    with pytest.raises(GuardFailed, match="no phone leads"):
        house.desk.answer(house.actor("sam"), case_id, "How are you?")


def test_an_open_case_of_the_same_worker_keeps_the_number_and_its_own_words(house: House) -> None:
    older = a_closed_case(house)
    house.wait(days=85)
    newer = a_case(house, number=OTHER)
    days_later(house, 6)

    assert counted(house, "contact") == 1
    assert [row.case_id for row in asked(house, "SELECT DISTINCT case_id FROM message")] == [newer]
    assert older != newer


def test_a_legal_hold_keeps_everything(house: House) -> None:
    case_id = a_closed_case(house)
    house.desk.hold(house.actor("sam"), case_id, held=True, reason="a court asked")
    kept = left(house)

    days_later(house, 600)

    assert left(house) == kept
    assert house.leaves("erasure_due") == []
    with pytest.raises(GuardFailed):
        house.desk.move(house.actor("asha"), case_id, "erase", "kept long enough")


def test_a_lifted_hold_lets_the_clocks_count_as_if_they_had_never_stopped(house: House) -> None:
    case_id = a_closed_case(house)
    house.desk.hold(house.actor("sam"), case_id, held=True, reason="a court asked")
    days_later(house, 200)
    house.desk.hold(house.actor("sam"), case_id, held=False, reason="the court has decided")

    days_later(house, 1)

    assert counted(house, "message") == 0


def test_the_ladder_of_a_delete_goes_on_under_hold(house: House) -> None:
    case_id = a_case(house)
    house.desk.hold(house.actor("sam"), case_id, held=True, reason="a court asked")
    a_confirmed_delete(house)

    for _ in range(6):
        days_later(house, 1)

    assert any("supervisor" in leaf["detail"] for leaf in house.leaves("clock_ran_out"))
    assert left(house)["message"] > 0


def test_a_check_in_that_was_agreed_for_later_keeps_the_number(house: House) -> None:
    case_id = a_closed_case(house)
    with open_case(house.console, house.actor("asha"), case_id) as file:
        later = file.pen.now + timedelta(days=200)
        file.record = replace(file.record, check_in_at=later)
        file.save("noted")

    days_later(house, 200 + 13)
    kept = counted(house, "contact")
    days_later(house, 2)

    assert (kept, counted(house, "contact")) == (1, 0)


def test_a_record_is_erased_by_a_person_who_is_reminded(house: House) -> None:
    case_id = a_closed_case(house)
    days_later(house, 299)
    with pytest.raises(GuardFailed):
        house.desk.move(house.actor("asha"), case_id, "erase", "kept long enough")

    days_later(house, 2)
    days_later(house, 1)

    assert case_page(house.console, house.actor("asha"), case_id).state == "closed"
    assert [leaf["object"] for leaf in house.leaves("erasure_due")] == [str(case_id)]
    house.desk.move(house.actor("asha"), case_id, "erase", "kept long enough")
    assert counted(house, "cases WHERE state = 'erased'") == 1
    assert counted(house, "key_pair WHERE holder_kind = 'case'") == 0


def test_nobody_erases_for_thirty_days_and_the_ladder_climbs(house: House) -> None:
    a_closed_case(house)
    days_later(house, 302)

    for _ in range(3):
        days_later(house, 31)

    assert {leaf["detail"].partition(": ")[2] for leaf in house.leaves("clock_ran_out")} >= {
        "handler",
        "supervisor",
    }


def test_erasing_by_age_leaves_the_workers_newer_case_alone(house: House) -> None:
    older = a_closed_case(house)
    house.wait(days=80)
    house.say(WORKER, "they took our passports again")  # reopens it
    house.desk.move(house.actor("sam"), older, "close_unconfirmed", WHY)
    house.wait(days=91)
    newer = a_case(house)
    house.desk.move(house.actor("sam"), newer, "take_up", "")
    days_later(house, 302)

    house.desk.move(house.actor("asha"), older, "erase", "kept long enough")

    assert case_page(house.console, house.actor("asha"), newer).thread
    assert counted(house, "contact") == 1


def test_a_dry_run_names_what_would_go_and_changes_nothing(house: House) -> None:
    case_id = a_closed_case(house)
    house.wait(days=310)
    scope = Scope(house.programme)
    (conversation,) = (row.id for row in asked(house, "SELECT id FROM conversation"))

    before = (left(house), counted(house, "log_leaf"))
    found = list(would_go(house.courier_process, scope, house.now))

    named = [(str(part), about) for part, about in found]
    assert named == [("contact", conversation), ("words", case_id), ("record", case_id)]
    assert (left(house), counted(house, "log_leaf")) == before
    house.deliver()
    again = list(would_go(house.courier_process, scope, house.now))
    assert [(str(part), about) for part, about in again] == [("record", case_id)]


def test_the_database_itself_keeps_the_courier_from_what_is_open(house: House) -> None:
    a_case(house)

    with connected(house, "courier", programme=house.programme) as connection:
        for table in ("message", "assessment", "contact"):
            gone = sql.SQL("DELETE FROM {}").format(sql.Identifier(table))
            assert connection.execute(gone).rowcount == 0

    assert min(left(house).values()) > 0


def test_facts_that_a_thief_changed_destroy_nothing(house: House) -> None:
    case_id = a_case(house)
    a_closed_case(house, OTHER)
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(
            f"UPDATE cases SET state = 'closed' WHERE id = '{case_id}'"  # noqa: S608
        )

    days_later(house, 600)

    kept = asked(house, "SELECT DISTINCT case_id FROM message")
    assert [row.case_id for row in kept] == [case_id]


def test_facts_that_do_not_open_are_counted_and_the_others_go_on(house: House) -> None:
    broken = a_closed_case(house)
    a_closed_case(house, OTHER)
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(
            f"UPDATE cases SET facts = queue WHERE id = '{broken}'"  # noqa: S608
        )

    days_later(house, 200)

    kept = asked(house, "SELECT DISTINCT case_id FROM message")
    assert [row.case_id for row in kept] == [broken]
    assert house.courier.failures["retention"] >= 1


def test_the_courier_cannot_read_the_words_that_it_may_destroy(house: House) -> None:
    a_closed_case(house)

    with (
        connected(house, "courier", programme=house.programme) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute("SELECT words FROM message")
