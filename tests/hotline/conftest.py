"""A hotline that nobody has written to yet, without the cost of a new database for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text as sql

from tests.house import START, House, Phones, Shelf
from tests.security.thief import Thief
from workervoice.embedded import EmbeddedServer
from workervoice.store.engine import Scope, Tx
from workervoice.store.inventory import stored_rows
from workervoice.store.log import tag_of
from workervoice.store.tables import metadata

# what seeding made; case and plan keys among them go with the rest
_SEEDED = {
    *("programme", "line", "site", "organisation", "supply_link"),
    *("directory", "officer", "slot", "second_factor", "key_pair", "key_wrap", "log_tag"),
}


def forget_what_is_gone(tx: Tx, house: House) -> None:
    """The log goes on knowing what is still there: a row that it does not know is refused."""
    kept = [tag_of(house.console.vault, row.place) for row in stored_rows(tx)]
    tx.connection.execute(sql("DELETE FROM log_tag WHERE NOT tag = ANY(:kept)"), {"kept": kept})


@pytest.fixture
def emptied_house(shared_house: House) -> House:
    """The module's hotline as it was seeded: no worker, no case, no session, its clock at START."""
    house, gone = shared_house, sorted(metadata.tables.keys() - _SEEDED)
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.execute(sql(f"TRUNCATE {', '.join(gone)}"))
        for table in ("key_pair", "key_wrap"):
            kinds = "holder_kind IN ('case', 'plan')"
            tx.connection.execute(sql(f"DELETE FROM {table} WHERE {kinds}"))  # noqa: S608
        forget_what_is_gone(tx, house)
    house.now, house.phones, house.shelf = START, Phones(), Shelf()
    house.courier.failures.clear()
    house.courier.memory.heads.clear()
    house.courier.rounds.clear()
    house.courier.comparing.rounds.clear()
    return house


@pytest.fixture
def thief_of_own(server: EmbeddedServer, house: House) -> Iterator[Thief]:
    """The superuser of this test's own database."""
    with Thief.of(server, house) as made:
        yield made


@pytest.fixture
def thief_of_house(server: EmbeddedServer, emptied_house: House) -> Iterator[Thief]:
    """The superuser of the module's database."""
    with Thief.of(server, emptied_house) as made:
        yield made
