"""A hotline of today, for processes that read the real clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import House, build_house
from workervoice.app.processes import wall_clock
from workervoice.embedded import EmbeddedServer
from workervoice.triage.engine import Engine


@pytest.fixture(scope="module")
def today(
    server: EmbeddedServer, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Seeded now; the tests of one module share it."""
    built = build_house(server, tmp_path_factory.mktemp("house") / "data", engine, wall_clock())
    yield built
    built.close()
