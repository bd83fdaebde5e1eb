"""The schema: the migration makes what the tables say, however often and by however many."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from tests.house import ROLE_PASSWORD
from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError, Unavailable
from workervoice.store.migrate import LOGIN_ROLES, current_revision, newest_revision, upgrade
from workervoice.store.revision import REVISION
from workervoice.store.tables import metadata

PASSWORDS = dict.fromkeys(LOGIN_ROLES, ROLE_PASSWORD)

# Everything that makes up a schema, one line a fact, whoever made it.
_FACTS = (
    "SELECT format('%s.%s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),"
    " a.attnotnull) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0",
    "SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
)


@pytest.fixture
def url(server: EmbeddedServer) -> str:
    """The owner's address of a new and empty database."""
    name = f"schema_{uuid4().hex}"
    server.ensure_database(name)
    return server.owner_url(name)


def name_in(url: str) -> str:
    return make_url(url).database or ""


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def facts(connection: Connection) -> set[str]:
    found = {fact for query in _FACTS for fact in connection.execute(text(query)).scalars()}
    return {fact for fact in found if "alembic_version" not in fact}


def test_the_migration_makes_the_tables_as_they_are_declared(url: str) -> None:
    upgrade(url, PASSWORDS)

    with connected(url) as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, metadata)

    assert [each for each in differences if each[1].name != "alembic_version"] == []


def test_columns_constraints_and_indexes_are_the_same_to_the_letter(
    url: str, server: EmbeddedServer
) -> None:
    declared = server.owner_url(f"{name_in(url)}_declared")
    server.ensure_database(name_in(declared))
    upgrade(url, PASSWORDS)

    with connected(declared) as connection:
        metadata.create_all(connection)
        wanted = facts(connection)
    with connected(url) as connection:
        made = facts(connection)

    assert len(wanted) > 200
    assert made == wanted


def test_upgrading_again_changes_nothing(url: str) -> None:
    first = upgrade(url, PASSWORDS)
    with connected(url) as connection:
        before = facts(connection)
        connection.execute(text("SET workervoice.programme = ''"))
        connection.execute(text("INSERT INTO programme VALUES (gen_random_uuid(), 'kept')"))

    second = upgrade(url, PASSWORDS)

    with connected(url) as connection:
        assert facts(connection) == before
        assert connection.execute(text("SELECT name FROM programme")).scalars().all() == ["kept"]
    assert first == second == newest_revision() == current_revision(url) == REVISION


@pytest.mark.parametrize("databases", [1, 2], ids=["of one database", "of two databases"])
def test_upgrades_at_once_all_succeed(server: EmbeddedServer, databases: int) -> None:
    """Two processes, as on two machines; roles are made for all databases of the server."""
    urls = [server.owner_url(f"schema_{uuid4().hex}") for _ in range(databases)]
    for url in urls:
        server.ensure_database(name_in(url))

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as two:
        made = list(two.map(upgrade, [urls[0], urls[-1]] * 2, [PASSWORDS] * 4))

    assert made == [newest_revision()] * 4


def test_an_upgrade_waits_for_another(url: str) -> None:
    with ThreadPoolExecutor(1) as one:
        with connected(url) as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x776F726B})
            waiting = one.submit(upgrade, url, PASSWORDS)
            time.sleep(0.5)
            early, untouched = waiting.done(), current_revision(url)
        made = waiting.result(10)

    assert (early, untouched) == (False, None)
    assert made == newest_revision()


def test_an_upgrade_that_fails_leaves_nothing_behind(url: str) -> None:
    with connected(url) as connection:
        connection.execute(text("CREATE TABLE cases (somebody_elses int)"))
        before = facts(connection)

    with pytest.raises(ServerError, match="nothing changed"):
        upgrade(url, PASSWORDS)

    with connected(url) as connection:
        assert facts(connection) == before
    assert current_revision(url) is None


def test_a_password_may_have_any_characters_and_the_newest_counts(
    url: str, server: EmbeddedServer
) -> None:
    database = name_in(url)
    awkward = 'it\'s 100% \\ "quoted" %s :name ü'

    def enters(password: str) -> bool:
        address = server.url("workervoice_courier", password, database).replace("+psycopg", "")
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            return False
        return True

    upgrade(url, {**PASSWORDS, "workervoice_courier": awkward})
    with_awkward = enters(awkward), enters(ROLE_PASSWORD)
    upgrade(url, PASSWORDS)

    assert with_awkward == (True, False)
    assert (enters(awkward), enters(ROLE_PASSWORD)) == (False, True)


def test_a_server_that_is_away_is_said_so(tmp_path: Path) -> None:
    dead = f"postgresql+psycopg://x:secret@/z?host={tmp_path}"

    with pytest.raises(Unavailable, match="WORKERVOICE_DATABASE_URL") as upgrading:
        upgrade(dead, {})
    with pytest.raises(Unavailable, match="WORKERVOICE_DATABASE_URL") as asking:
        current_revision(dead)

    assert "secret" not in f"{upgrading.value} {asking.value}"
