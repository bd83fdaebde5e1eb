"""Servers to test on: fresh, at rest, or running. Each is a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.servers import (
    a_directory,
)
from workervoice.embedded import EmbeddedServer


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory of the test's own, not made yet."""
    with a_directory() as place:
        yield place / "data"


@pytest.fixture
def fresh(data: Path) -> Iterator[EmbeddedServer]:
    """A server that has never been started, for tests that harm its files."""
    server = EmbeddedServer(data, durable=False)
    yield server
    server.erase()


@pytest.fixture(scope="package")
def kept() -> Iterator[Path]:
    """A data directory that several tests start, kill and stop a server on."""
    with a_directory() as place:
        with EmbeddedServer(place / "data") as server:
            server.ensure_database()
        yield place / "data"
        server.erase()


@pytest.fixture
def server(kept: Path) -> Iterator[EmbeddedServer]:
    """A server that has run before and is at rest."""
    server = EmbeddedServer(kept)
    yield server
    server.stop()


@pytest.fixture(scope="package")
def running() -> Iterator[EmbeddedServer]:
    """One running server for the tests that only ask it something."""
    with a_directory() as place:
        server = EmbeddedServer(place / "data")
        server.start()
        server.ensure_database()
        yield server
        server.erase()
