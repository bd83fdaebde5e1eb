"""What every test may use: one embedded server a session, and hotlines in their own databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import the_engine
from tests.hostile import many
from tests.house import House, a_server, build_house
from workervoice.app import vouching
from workervoice.app.processes import wall_clock
from workervoice.crypto.paper import to_paper
from workervoice.embedded import EmbeddedServer
from workervoice.hotline.ceremony import Root
from workervoice.triage.engine import Engine

EXAMPLES = 6  # short lives of a hotline that are tried each time


def pytest_addoption(parser: pytest.Parser) -> None:
    about = "how many lives of a hotline to try in tests/hotline/test_who_may_open_what.py"
    parser.addoption("--examples", type=int, default=EXAMPLES, help=about)
    about = "how many examples each test in tests/hostile tries; 0: as many as usual"
    parser.addoption("--fuzz", type=int, default=0, help=about)


def pytest_configure(config: pytest.Config) -> None:
    many.ask_for(config.getoption("fuzz"))


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """One PostgreSQL for the session, without waiting for disks."""
    with a_server() as started:
        yield started


@pytest.fixture(scope="session")
def durable_server() -> Iterator[EmbeddedServer]:
    """Another one, which keeps what it is given, as the hotline's own does."""
    with a_server(durable=True) as started:
        yield started


@pytest.fixture(scope="session")
def engine() -> Engine:
    return the_engine()


@pytest.fixture
def house(server: EmbeddedServer, engine: Engine, tmp_path: Path) -> Iterator[House]:
    """A hotline of its own for one test."""
    built = build_house(server, tmp_path / "data", engine)
    yield built
    built.close()


@pytest.fixture
def todays_house(server: EmbeddedServer, engine: Engine, tmp_path: Path) -> Iterator[House]:
    """A hotline of today, for commands and processes that read the real clock: entries of the
    directory end after two years."""
    built = build_house(server, tmp_path / "data", engine, wall_clock())
    yield built
    built.close()


@pytest.fixture
def root_paper(monkeypatch: pytest.MonkeyPatch) -> str:
    """The root of the house that is built after this, as it lies in the safe: ask for it first."""
    root = Root.generate()
    monkeypatch.setattr(Root, "generate", lambda: root)
    return to_paper(vouching.ROOT, root.key.to_bytes())


@pytest.fixture(scope="module")
def shared_house(
    server: EmbeddedServer, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A hotline that the tests of one module share: for tests that only look."""
    built = build_house(server, tmp_path_factory.mktemp("house") / "data", engine)
    yield built
    built.close()
