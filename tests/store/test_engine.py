"""One transaction in one scope; and a database that does not answer is `Unavailable`, soon."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.house import House
from tests.store.books import Books
from workervoice.embedded import EmbeddedServer
from workervoice.errors import Unavailable
from workervoice.store import engine as engine_module
from workervoice.store import tables
from workervoice.store.engine import Database, Scope, Tx

SOON_SECONDS = 3.0


@pytest.fixture
def gateway(shared_house: House) -> Iterator[Database]:
    """One connection, which every transaction of a test has to use."""
    database = Database(shared_house.urls["gateway"], pool_size=1)
    yield database
    database.close()


def seen_settings(tx: Tx) -> tuple[str, str, str]:
    query = (
        "SELECT current_user::text AS who, current_setting('workervoice.programme', true) AS p,"
        " current_setting('workervoice.plan', true) AS plan"
    )
    row = tx.connection.execute(text(query)).one()
    return row.who, row.p or "", row.plan or ""


def answers(database: Database) -> int:
    with database.begin() as tx:
        return int(tx.connection.execute(text("SELECT 1")).scalar_one())


def backend(tx: Tx) -> int:
    """The server's process behind this transaction."""
    return int(tx.connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def lasted(database: Database) -> float:
    """How long it takes until the database is given up."""
    started = time.monotonic()
    with pytest.raises(Unavailable), database.begin():
        pass
    database.close()
    return time.monotonic() - started


def test_a_server_that_is_not_there_is_unavailable_soon(tmp_path: Path) -> None:
    assert lasted(Database(f"postgresql+psycopg://x:y@/z?host={tmp_path}")) < SOON_SECONDS


def test_a_server_that_says_nothing_is_unavailable_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"postgresql+psycopg://x:y@127.0.0.1:{port}/z?sslmode=disable"

        assert lasted(Database(url)) < SOON_SECONDS


def test_a_server_that_was_stopped_is_unavailable_soon_and_found_again() -> None:
    with TemporaryDirectory(prefix="wv-") as made:
        Path(made).chmod(0o711)  # started as root, the server runs as somebody else
        server = EmbeddedServer(Path(made) / "data", durable=False)
        server.start()
        database = Database(server.owner_url("postgres"), pool_size=1)
        before = answers(database)
        server.stop()
        started = time.monotonic()
        with pytest.raises(Unavailable):
            answers(database)
        away = time.monotonic() - started
        server.start()
        after = answers(database)
        database.close()
        server.erase()

    assert (before, after) == (1, 1)
    assert away < SOON_SECONDS


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    with TemporaryDirectory(prefix="wv-") as made:
        Path(made).chmod(0o711)
        server = EmbeddedServer(Path(made) / "data", durable=False)
        server.start()
        yield server
        server.erase()


def test_a_server_that_may_not_open_its_files_is_unavailable(own_server: EmbeddedServer) -> None:
    database = Database(own_server.owner_url("postgres"), pool_size=1)
    with database.begin() as tx:
        tx.connection.execute(text("CREATE TABLE words (sealed bytea)"))
    files = [each for each in own_server.cluster.rglob("*") if each.is_file()]
    modes = {each: each.stat().st_mode for each in files}
    for each in files:
        each.chmod(0o400)

    with pytest.raises(Unavailable, match="cannot write"), database.begin() as tx:
        tx.connection.execute(text("INSERT INTO words VALUES ('x')"))

    for each, mode in modes.items():
        if each.exists():
            each.chmod(mode)
    with database.begin() as tx:
        tx.connection.execute(text("INSERT INTO words VALUES ('x')"))
    database.close()


def test_a_server_that_only_repeats_another_is_unavailable_to_a_writer(
    own_server: EmbeddedServer,
) -> None:
    database = Database(own_server.owner_url("postgres"), pool_size=1)

    with pytest.raises(Unavailable, match="cannot write"), database.begin() as tx:
        tx.connection.execute(text("SET TRANSACTION READ ONLY; CREATE TABLE words (sealed bytea)"))

    database.close()


def test_a_right_that_is_missing_is_no_fault_of_the_server(gateway: Database) -> None:
    with pytest.raises(DBAPIError) as refused, gateway.begin() as tx:
        tx.connection.execute(text("CREATE TABLE words (sealed bytea)"))

    assert not isinstance(refused.value, Unavailable)


def test_a_wrong_password_does_not_show_in_the_refusal(shared_house: House) -> None:
    url = shared_house.urls["gateway"].replace("only-for-tests", "not-the-password")

    with pytest.raises(Unavailable) as refused, Database(url).begin():
        pass

    assert "not-the-password" not in str(refused.value)


def test_when_all_connections_are_taken_the_next_is_unavailable_soon(gateway: Database) -> None:
    with ExitStack() as held:
        for _ in range(3):  # one, and an overflow of two
            held.enter_context(gateway.begin())
        started = time.monotonic()
        with pytest.raises(Unavailable), gateway.begin():
            pass
        waited = time.monotonic() - started

    assert waited < SOON_SECONDS
    with gateway.begin():
        pass


def test_a_connection_that_the_server_ended_is_replaced(
    shared_house: House, gateway: Database
) -> None:
    with gateway.begin() as tx:
        pid = backend(tx)
    with shared_house.owner.begin() as tx:
        tx.connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    with gateway.begin() as tx:
        another = backend(tx)

    assert another != pid


def test_a_connection_that_ends_in_the_middle_is_unavailable(
    shared_house: House, gateway: Database
) -> None:
    def cut_off() -> None:
        with gateway.begin() as tx:
            pid = backend(tx)
            with shared_house.owner.begin() as owner:
                owner.connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            tx.connection.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        cut_off()

    assert answers(gateway) == 1


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """One session of the server stands still: its connection stays open, and says nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_session_that_freezes_in_the_middle_is_hung_up_on(
    books: Books, gateway: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "PATIENCE_SECONDS", 0.5)
    pids = []

    def froze() -> None:
        with gateway.begin(Scope(books.programme)) as tx:
            note(tx, b"m")
            pids.append(backend(tx))
            with frozen(pids[0]):
                tx.connection.execute(text("SELECT 1"))

    started = time.monotonic()
    with pytest.raises(Unavailable):
        froze()
    waited = time.monotonic() - started

    assert waited < SOON_SECONDS
    assert answers(gateway) == 1
    assert noted(books) == []
    with gateway.begin() as tx:
        assert backend(tx) not in pids


def test_a_pooled_session_that_froze_meanwhile_is_replaced(
    gateway: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "PATIENCE_SECONDS", 0.5)
    with gateway.begin() as tx:
        pid = backend(tx)

    with frozen(pid), gateway.begin() as tx:
        another = backend(tx)

    assert another != pid


def test_a_statement_that_a_living_server_ends_leaves_the_connection_usable(
    gateway: Database,
) -> None:
    pids = []

    def too_slow() -> None:
        with gateway.begin() as tx:
            pids.append(backend(tx))
            tx.connection.execute(text("SET LOCAL statement_timeout = 100"))
            tx.connection.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(Unavailable):
        too_slow()

    with gateway.begin() as tx:
        assert [backend(tx)] == pids


def test_any_error_undoes_the_whole_transaction(books: Books) -> None:
    def fail() -> None:
        with books.begin() as tx:
            note(tx, b"m")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert noted(books) == []


def test_an_attempt_that_fails_undoes_itself_alone(books: Books) -> None:
    def fail(tx: Tx) -> None:
        with tx.attempt():
            note(tx, b"n")
            raise ZeroDivisionError

    with books.begin() as tx:
        note(tx, b"m")
        with pytest.raises(ZeroDivisionError):
            fail(tx)
        note(tx, b"o")

    assert noted(books) == [b"m", b"o"]


def note(tx: Tx, mac: bytes) -> None:
    row = {"programme_id": tx.programme, "mac": mac, "day": "2026-11-22"}
    tx.connection.execute(tables.seen.insert().values(row))


def noted(books: Books) -> list[bytes]:
    with books.begin() as tx:
        found = tx.connection.execute(tables.seen.select())
        return sorted(bytes(row.mac) for row in found)


def test_no_scope_or_role_stays_on_a_connection(shared_house: House) -> None:
    console, programme = Database(shared_house.urls["console"], pool_size=1), uuid4()
    with console.begin(Scope(programme, "buyer", uuid4(), uuid4())) as tx:
        tx.see_plan(uuid4())
        during = seen_settings(tx)
    with pytest.raises(ZeroDivisionError), console.begin(Scope(programme, "staff")):
        raise ZeroDivisionError
    with console.begin() as tx:
        after = seen_settings(tx)
    console.close()

    assert during[:2] == ("workervoice_buyer", str(programme))
    assert during[2]
    assert after == ("workervoice_console", "", "")


@pytest.mark.parametrize("role", ["owner", "gateway", "staff; DROP TABLE cases", ""])
def test_a_role_that_is_none_of_the_consoles_is_refused(shared_house: House, role: str) -> None:
    with (
        pytest.raises(ValueError, match="no such console role"),
        shared_house.console.database.begin(Scope(uuid4(), role)),
    ):
        pass


def test_a_transaction_without_a_programme_has_none(gateway: Database) -> None:
    with gateway.begin() as tx, pytest.raises(Unavailable):
        assert tx.programme
