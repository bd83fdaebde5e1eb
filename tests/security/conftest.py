"""A thief in the module's house, and a worker's number for each test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.house import House
from tests.security.thief import Thief
from workervoice.embedded import EmbeddedServer

_NUMBERS = count(15550110000)


@pytest.fixture(scope="module")
def thief(server: EmbeddedServer, shared_house: House) -> Iterator[Thief]:
    """Connected as the superuser of the database that this module's tests share."""
    with Thief.of(server, shared_house) as made:
        yield made


@pytest.fixture
def worker() -> str:
    """A number from which nobody has written yet."""
    return f"+{next(_NUMBERS)}"


@pytest.fixture
def thief_of_own(server: EmbeddedServer, house: House) -> Iterator[Thief]:
    """The same in the test's own house, for what would disturb its neighbours."""
    with Thief.of(server, house) as made:
        yield made
