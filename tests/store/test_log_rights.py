"""A leaf is added by anybody of ours, gets its position from the courier once, and stays so."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.house import House
from tests.store.rights import ROLES, connected

ADD = (
    "INSERT INTO log_leaf (programme_id, id, leaf_hash, body, position) VALUES (%s, %s, '', '', %s)"
)


def leaf(house: House, position: int | None) -> Any:
    """A new leaf's id, put there by the owner."""
    made = uuid4()
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(ADD, (house.programme, made, position))
    return made


@pytest.mark.parametrize("role", ROLES)
def test_nobody_adds_a_leaf_that_has_its_place_already(shared_house: House, role: str) -> None:
    house = shared_house
    with connected(house, role, programme=house.programme) as connection:
        connection.execute(ADD, (house.programme, uuid4(), None))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(ADD, (house.programme, uuid4(), 10**9))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log_leaf SET body = ''",
        "UPDATE log_leaf SET leaf_hash = ''",
        "UPDATE log_leaf SET id = gen_random_uuid()",
        "DELETE FROM log_leaf",
        "UPDATE log_tag SET mark = ''",
        "DELETE FROM log_tag",
        "UPDATE log_checkpoint SET note = ''",
        "DELETE FROM log_checkpoint",
        "DELETE FROM log_head",
    ],
)
def test_nobody_changes_or_deletes_what_is_logged(
    shared_house: House, role: str, change: str
) -> None:
    house = shared_house
    with (
        connected(house, role, programme=house.programme) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(change.encode())


def test_the_courier_gives_a_position_once(shared_house: House) -> None:
    house, new, old = shared_house, leaf(shared_house, None), leaf(shared_house, 10**6)
    move = "UPDATE log_leaf SET position = %s WHERE id = %s"
    with connected(house, "courier", programme=house.programme) as connection:
        given = connection.execute(move, (10**6 + 1, new)).rowcount
        again = connection.execute(move, (10**6 + 2, new)).rowcount
        moved = connection.execute(move, (10**6 + 3, old)).rowcount

    assert (given, again, moved) == (1, 0, 0)


def test_the_courier_cannot_take_a_position_away(shared_house: House) -> None:
    house, new = shared_house, leaf(shared_house, None)
    with (
        connected(house, "courier", programme=house.programme) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
    ):
        connection.execute("UPDATE log_leaf SET position = NULL WHERE id = %s", (new,))


@pytest.mark.parametrize("role", [role for role in ROLES if role != "courier"])
def test_nobody_else_gives_positions(shared_house: House, role: str) -> None:
    house, new = shared_house, leaf(shared_house, None)
    with (
        connected(house, role, programme=house.programme) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("UPDATE log_leaf SET position = 5 WHERE id = %s", (new,))
