"""An empty programme for each test of the store."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.store.books import Books


@pytest.fixture
def books(shared_house: House) -> Books:
    return Books(shared_house)
