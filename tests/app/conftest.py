"""A hotline of today, for commands that read the real clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.house import House, build_house
from workervoice.app.processes import wall_clock
from workervoice.embedded import EmbeddedServer
from workervoice.triage.engine import Engine


@pytest.fixture
def todays_house(server: EmbeddedServer, engine: Engine, tmp_path: Path) -> Iterator[House]:
    """Seeded now; entries of the directory end after two years."""
    built = build_house(server, tmp_path / "data", engine, wall_clock())
    yield built
    built.close()


@pytest.fixture(scope="session")
def durable_server() -> Iterator[EmbeddedServer]:
    """Another one, which keeps what it is given, as the hotline's own does."""
    with TemporaryDirectory(prefix="wv-") as made:
        Path(made).chmod(0o711)  # started as root, the server runs as somebody else
        started = EmbeddedServer(Path(made) / "data")
        started.start()
        yield started
        started.erase()
