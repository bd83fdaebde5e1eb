"""After a restore a conversation stands as the list says, wherever the backup has it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from tests.builders import WORKER, a_case
from tests.house import House
from workervoice.hotline.records import ConversationRecord
from workervoice.hotline.remembering import TALKS
from workervoice.hotline.returning import Remembered, Returning
from workervoice.store.engine import Scope
from workervoice.store.intake import lock_conversation, save_conversation
from workervoice.workflow.conversation import MACHINE, TALKING
from workervoice.workflow.progress import Progress

SAID = {
    "paused": "paused",
    "deleting": "paused",
    "frozen": "frozen",
    "lost_contact": "lost_contact",
    "withdrawn": "withdrawn",
}


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture(scope="module")
def conversation(shared_house: House) -> UUID:
    a_case(shared_house)
    with shared_house.owner.begin(Scope(shared_house.programme)) as tx:
        found = tx.connection.exec_driver_sql("SELECT id FROM conversation").scalar_one()
    return UUID(str(found))


def stood(house: House, conversation: UUID, state: str | None = None) -> Progress:
    """How it stands; first brought to this state, as a backup may have it."""
    gateway = house.courier_process
    with house.owner.begin(Scope(house.programme)) as tx:
        talk = lock_conversation(tx, gateway.vault, conversation)
        record = ConversationRecord.from_json(talk.record)
        if state is None:
            return record.progress
        came_from = None if state in (*TALKING, "frozen") else "clarifying"
        asked_at = 1_700_000_000 if state == "withdrawn" else None
        progress = Progress(state, came_from=came_from, withdrawn_at=asked_at, case_open=True)
        after = replace(record, progress=progress).to_json()
        save_conversation(tx, gateway.vault, talk, state=state, record=after)
        tx.stored.clear()
        return progress


def returned(house: House, told: Remembered) -> list[UUID]:
    process = replace(house.gateway, database=house.owner)
    return Returning(process, Scope(house.programme), house.now).apply(told).silenced


@pytest.mark.parametrize("was", MACHINE.states)
@pytest.mark.parametrize("says", SAID)
def test_from_every_state_a_conversation_comes_to_what_the_list_says(
    house: House, conversation: UUID, was: str, says: str
) -> None:
    stood(house, conversation, was)

    returned(house, Remembered(stands={conversation: says}, moved={conversation}))

    now = stood(house, conversation)
    assert now.state == SAID[says]
    asked_at = int(house.now.timestamp()) if says == "withdrawn" else None
    assert now.withdrawn_at == asked_at
    if was == now.state != "withdrawn":
        return
    assert now.stop_confirmed == (now.state == "paused")
    assert now.came_from == {"frozen": "resting"}.get(was, was if was in TALKING else "clarifying")


@pytest.mark.parametrize("was", MACHINE.states)
def test_where_a_worker_may_be_written_to_again_nothing_is_loosened(
    house: House, conversation: UUID, was: str
) -> None:
    stood(house, conversation, was)

    silenced = returned(house, Remembered(stands={conversation: TALKS}, moved={conversation}))

    now = stood(house, conversation)
    assert now.state == ("paused" if was == "withdrawn" else was)
    assert (now.withdrawn_at, silenced != []) == (None, was == "withdrawn")


@pytest.mark.parametrize("was", sorted(set(MACHINE.states) - {*TALKING}))
@pytest.mark.parametrize("says", [*SAID, TALKS])
def test_what_was_silent_in_the_backup_is_newer_than_a_line_from_before(
    house: House, conversation: UUID, was: str, says: str
) -> None:
    before = stood(house, conversation, was)

    assert returned(house, Remembered(stands={conversation: says})) == []
    assert stood(house, conversation) == before


def test_a_worker_who_writes_after_it_goes_on_where_they_were(
    house: House, conversation: UUID
) -> None:
    stood(house, conversation, "resting")
    returned(house, Remembered(stands={conversation: "lost_contact"}, moved={conversation}))

    house.say(WORKER, "STATUS")

    assert stood(house, conversation).state == "resting"
