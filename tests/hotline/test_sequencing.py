"""The sequencer: every leaf once, in an order that tells nothing, and signed in time."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text as sql

from tests.builders import a_case, a_released_issue
from tests.house import House
from tests.looking import asked
from workervoice.crypto import checkpoint
from workervoice.crypto.checkpoint import Checkpoint
from workervoice.crypto.merkle import Frontier
from workervoice.errors import Contradicted, CryptoError, NotTrusted
from workervoice.hotline import sequencing
from workervoice.hotline.sequencing import Memory, sequence
from workervoice.hotline.witnessing import log_keys
from workervoice.store import logbook
from workervoice.store.engine import Scope
from workervoice.store.log import Event, record_event
from workervoice.store.tables import log_checkpoint, log_head, log_leaf

NUMBER = "+15550100320"


def order(house: House, memory: Memory | None = None) -> int:
    scope = Scope(house.programme)
    return sequence(house.courier_process, scope, memory or house.courier.memory)


def positions(house: House) -> list[int | None]:
    query = "SELECT position FROM log_leaf ORDER BY position NULLS LAST"
    return [row.position for row in asked(house, query)]


def signed(house: House) -> list[Checkpoint]:
    """Every stored checkpoint, each verified from the pinned root."""
    with house.owner.begin(Scope(house.programme)) as tx:
        keys = log_keys(tx, house.console.trust.root_public)
        origin = checkpoint.origin_of(house.programme)
        return [checkpoint.verify(note, origin, keys) for _, note in logbook.checkpoints(tx)]


def hashes(house: House) -> list[bytes]:
    query = "SELECT leaf_hash FROM log_leaf WHERE position IS NOT NULL ORDER BY position"
    return [bytes(row.leaf_hash) for row in asked(house, query)]


def add_leaves(house: House, count: int, event: str = "delivery") -> list[UUID]:
    made = [uuid4() for _ in range(count)]
    with house.owner.begin(Scope(house.programme)) as tx:
        for about in made:
            record_event(tx, house.console.vault, Event(event, about, about), house.now)
    return made


def test_every_leaf_gets_one_position_and_the_root_is_that_of_all(house: House) -> None:
    house.say(NUMBER, "our passports are with the boss")

    left = order(house)

    assert left == 0
    assert positions(house) == list(range(len(positions(house))))
    (said,) = signed(house)
    assert Frontier().grown(hashes(house)[: said.size]).root() == said.root


def test_nothing_new_is_no_work(house: House) -> None:
    house.deliver()
    before = asked(house, "SELECT version FROM log_head")

    assert order(house) == 0
    assert asked(house, "SELECT version FROM log_head") == before


def test_within_a_batch_the_order_is_drawn_by_lot(house: House) -> None:
    house.deliver()
    made = add_leaves(house, 60)

    order(house)

    bodies = {leaf["object"]: leaf for leaf in house.leaves("delivery")}
    with house.owner.begin(Scope(house.programme)) as tx:
        found = [leaf.fields(house.programme, house.console.vault) for leaf in logbook.leaves(tx)]
    ordered = [fields["object"] for fields in found if fields["object"] in map(str, made)]
    assert set(ordered) == {str(each) for each in made} == bodies.keys() & set(map(str, made))
    assert ordered != [str(each) for each in made]


def test_a_checkpoint_comes_at_once_after_a_sensitive_act_and_else_in_a_quarter_of_an_hour(
    house: House,
) -> None:
    case_id = a_case(house)
    begun = len(signed(house))
    house.desk.note(house.actor("asha"), case_id, "nothing that hurries")
    house.deliver()
    waiting = len(signed(house))
    house.wait(minutes=15)
    house.deliver()
    in_time = len(signed(house))
    a_released_issue(house, case_id)

    assert (waiting - begun, in_time - waiting) == (0, 1)
    assert len(signed(house)) > in_time
    assert house.leaves("issue_release")
    sizes = [said.size for said in signed(house)]
    assert sizes == sorted(set(sizes))


def test_an_event_that_nobody_described_counts_as_sensitive(house: House) -> None:
    house.deliver()
    before = len(signed(house))

    add_leaves(house, 1, "something_new")
    order(house)

    assert len(signed(house)) == before + 1


def test_many_leaves_take_several_batches_in_one_round(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.deliver()
    monkeypatch.setattr(sequencing, "BATCH", 7)
    before = len(positions(house))
    add_leaves(house, 40)

    first, second = order(house), order(house)

    assert (first, second) == (35, 5)
    assert positions(house) == list(range(before + 40))


def test_only_one_courier_orders_at_a_time(house: House) -> None:
    house.deliver()
    add_leaves(house, 3)

    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        assert logbook.lock_log(tx)
        busy = order(house)
    free = order(house)

    assert (busy, free) == (0, 3)


def test_a_second_courier_goes_on_where_the_first_one_ended(house: House) -> None:
    house.deliver()
    first, second = house.courier.memory, Memory()
    add_leaves(house, 3)
    order(house, second)
    add_leaves(house, 3)
    order(house, first)
    add_leaves(house, 3)

    assert order(house, second) == 3
    assert first.heads[house.programme].version + 1 == second.heads[house.programme].version


def head_row(house: House) -> dict[str, Any]:
    with house.owner.begin(Scope(house.programme)) as tx:
        return dict(tx.connection.execute(log_head.select()).mappings().one())


def set_head(house: House, row: dict[str, Any]) -> None:
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.execute(log_head.update().values(**row))


def test_a_head_put_back_under_a_running_courier_stops_the_signing(house: House) -> None:
    house.deliver()
    older = head_row(house)
    add_leaves(house, 5, "something_new")
    order(house)
    known = len(signed(house))

    set_head(house, older)
    add_leaves(house, 5, "something_new")
    with pytest.raises(Contradicted, match="put back or rewritten"):
        order(house)
    house.courier.tick()

    assert house.courier.failures["log"] == 1
    assert len(signed(house)) == known


def test_a_courier_that_starts_reads_the_whole_log_and_signs_nothing_that_was_changed(
    house: House,
) -> None:
    house.deliver()
    add_leaves(house, 5)
    order(house)
    with house.owner.begin(Scope(house.programme)) as tx:
        change = log_leaf.update().where(log_leaf.c.position == 2)
        tx.connection.execute(change.values(leaf_hash=b"h" * 32))

    with pytest.raises(Contradicted):
        order(house, Memory())


def test_a_courier_that_starts_on_a_log_cut_below_its_checkpoint_stops(house: House) -> None:
    house.deliver()
    size = signed(house)[-1].size
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.execute(log_leaf.delete().where(log_leaf.c.position >= size - 1))

    with pytest.raises(Contradicted):
        order(house, Memory())


def test_a_head_that_somebody_else_wrote_is_not_believed(house: House) -> None:
    house.deliver()
    set_head(house, {**head_row(house), "record": b"\x01" * 60})

    with pytest.raises(CryptoError):
        order(house, Memory())


def test_a_leaf_whose_hash_is_of_something_else_waits_for_ever_and_stops_nobody(
    house: House,
) -> None:
    house.deliver()
    (bad, good) = add_leaves(house, 2)
    leaf_of = {leaf["object"]: leaf for leaf in house.leaves("delivery")}
    assert {str(bad), str(good)} <= leaf_of.keys()
    with house.owner.begin(Scope(house.programme)) as tx:
        query = "UPDATE log_leaf SET leaf_hash = '\\x00' WHERE position IS NULL AND id = ("
        query += "SELECT id FROM log_leaf WHERE position IS NULL LIMIT 1)"
        tx.connection.execute(sql(query))

    assert order(house) == 1
    assert order(house) == 0
    assert positions(house).count(None) == 1


def test_a_key_that_the_root_does_not_vouch_for_signs_nothing(house: House) -> None:
    house.deliver()
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.execute(sql("DELETE FROM directory WHERE kind = 'log'"))
        tx.connection.execute(log_checkpoint.delete())
    house.wait(hours=1)
    add_leaves(house, 1)

    with pytest.raises(NotTrusted):
        order(house, Memory())
    assert positions(house)[-1] is None
