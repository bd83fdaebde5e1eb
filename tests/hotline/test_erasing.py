"""DELETE to its end: 72 hours, a person, and then nothing that opens."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from tests.builders import WORKER, a_case
from tests.house import House
from workervoice.errors import Forbidden, GuardFailed, NotFound
from workervoice.hotline.casepage import case_page
from workervoice.hotline.overview import monitor_lines, queue
from workervoice.hotline.verifying import verify_log
from workervoice.store.engine import Scope
from workervoice.store.tables import message

WHY = "the worker asked; no law or court asks to keep it"


def a_confirmed_delete(house: House) -> None:
    """DELETE and its digit."""
    asked = house.say(WORKER, "DELETE")[-1]
    digit = re.findall(r"send (\d)", asked)[0]
    house.say(WORKER, digit)


def counted(house: House, *tables: str) -> int:
    with house.owner.begin() as tx:
        return sum(
            tx.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
            for table in tables
        )


def test_before_72_hours_nobody_can_erase(house: House) -> None:
    case_id = a_case(house)
    a_confirmed_delete(house)
    house.wait(hours=71)

    with pytest.raises(GuardFailed):
        house.desk.move(house.actor("asha"), case_id, "erase", WHY)

    assert case_page(house.console, house.actor("asha"), case_id).state == "withdrawn"


def test_after_72_hours_a_person_erases_and_nothing_is_left(house: House) -> None:
    case_id = a_case(house)
    house.desk.answer(house.actor("asha"), case_id, "We look into it.")
    a_confirmed_delete(house)
    house.wait(hours=73)

    house.desk.move(house.actor("asha"), case_id, "erase", WHY)

    with pytest.raises((Forbidden, NotFound)):
        case_page(house.console, house.actor("asha"), case_id)
    assert queue(house.console, house.actor("asha")) == []
    assert monitor_lines(house.console, house.actor("mina"))[0].stage == "erased"
    assert counted(house, "message", "assessment", "contact", "outbox") == 0
    assert counted(house, "key_wrap WHERE holder_kind = 'case'") == 0
    assert counted(house, "key_pair WHERE holder_kind = 'case'") == 0


def verified(house: House) -> list[str]:
    process = house.console
    with house.owner.begin(Scope(house.programme)) as tx:
        return verify_log(tx, process.vault, process.trust.root_public).problems


def test_the_log_holds_after_an_erasure_and_names_what_is_put_back(house: House) -> None:
    case_id = a_case(house)
    a_confirmed_delete(house)
    with house.owner.begin(Scope(house.programme)) as tx:
        copy = dict(tx.connection.execute(message.select().limit(1)).mappings().one())
    house.wait(hours=73)
    house.desk.move(house.actor("asha"), case_id, "erase", WHY)
    house.deliver()

    erased = verified(house)
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.execute(message.insert().values(**copy))
    (problem,) = verified(house)

    assert erased == []
    assert f"message {case_id}, number {copy['ordinal']}: is there, although" in problem
    assert {leaf["object"] for leaf in house.leaves("case_erase")} == {str(case_id)}
    assert len(house.leaves("contact_erased")) == 1


def test_whoever_writes_after_erasing_is_a_stranger(house: House) -> None:
    case_id = a_case(house)
    a_confirmed_delete(house)
    house.wait(hours=73)
    house.desk.move(house.actor("asha"), case_id, "erase", WHY)

    answered = house.say(WORKER, "they took our passports again")

    assert "999" in answered[0]
    assert [line.id for line in queue(house.console, house.actor("asha"))] != [case_id]
    assert len(queue(house.console, house.actor("asha"))) == 1


def test_a_word_within_72_hours_keeps_everything(house: House) -> None:
    case_id = a_case(house)
    a_confirmed_delete(house)
    house.wait(hours=20)

    house.say(WORKER, "please keep it")
    house.wait(hours=80)

    page = case_page(house.console, house.actor("asha"), case_id)
    assert page.state == "awaiting_review"
    with pytest.raises(Exception, match="case"):
        house.desk.move(house.actor("asha"), case_id, "erase", WHY)


def test_older_cases_of_the_same_conversation_are_erased_too(house: House) -> None:
    older = a_case(house)
    house.desk.move(house.actor("sam"), older, "take_up", "")
    house.desk.move(house.actor("sam"), older, "close_unconfirmed", "the worker went home")
    house.wait(days=100)
    newer = a_case(house)
    a_confirmed_delete(house)
    house.wait(hours=73)

    house.desk.move(house.actor("asha"), newer, "erase", WHY)

    assert counted(house, "cases WHERE state = 'erased'") == 2
    assert counted(house, "message", "assessment", "contact", "outbox") == 0
    assert counted(house, "key_wrap WHERE holder_kind = 'case'") == 0
