"""A database of the operator's own, whose owner is no superuser: all works, or says why not."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.app.running import Running, running
from tests.app.test_cli import run
from tests.app.test_up import WORKER, wait_for_text
from tests.builders import a_case
from tests.drills import Drill
from tests.house import House
from workervoice.app.browsing import Phone
from workervoice.embedded import EmbeddedServer
from workervoice.store.roles import CONSOLE_ROLES, LOGIN_ROLES

OWNER, WORD = "hotline_owner", "only-for-tests"


class Elsewhere:
    """A PostgreSQL that somebody else runs, and what they may do for us there."""

    def __init__(self, server: EmbeddedServer, place: Path) -> None:
        self.server, self.data = server, place / "data"
        self.settings = {"DATABASE_URL": server.url(OWNER, WORD, "hotline")}
        for role in LOGIN_ROLES:
            name = role.removeprefix("workervoice_").upper()
            self.settings[f"{name}_DATABASE_URL"] = server.url(role, WORD, "hotline")

    def has(self, *statements: str, database: str = "postgres") -> None:
        """Its superuser runs these."""
        url = self.server.owner_url(database).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as superuser:
            for statement in statements:
                superuser.execute(statement.encode())

    def run(self, *command: str, **settings: str) -> tuple[int, str]:
        given = {**self.settings, "DATA_DIR": str(self.data), **settings}
        done = run(*command, **given)
        return done.returncode, (done.stdout + done.stderr).strip()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with tempfile.TemporaryDirectory(prefix="wv-ext-") as made:
        Path(made).chmod(0o711)
        with EmbeddedServer(Path(made) / "server") as server:  # its doctor looks at that
            made_there = Elsewhere(server, Path(made))
            made_there.has(
                f"CREATE ROLE {OWNER} LOGIN CREATEROLE PASSWORD '{WORD}'",
                f"CREATE DATABASE hotline OWNER {OWNER}",
            )
            yield made_there
        server.erase()


def test_an_owner_who_may_create_roles_is_enough_for_everything(elsewhere: Elsewhere) -> None:
    first = elsewhere.run("db", "upgrade")
    again = elsewhere.run("db", "upgrade")
    with running(elsewhere.data, "--demo", **elsewhere.settings) as up:
        phone = Phone(up.address("simulated phones"), WORKER, "demo-sms")
        phone.write("They took our passports")
        answered = wait_for_text(phone)
    examined = elsewhere.run("doctor")

    assert first == again == (0, "The database is at revision 0001.")
    assert "999" in answered
    assert examined[0] == 0, examined[1]


def test_with_the_roles_made_for_it_the_owner_need_not_create_any(elsewhere: Elsewhere) -> None:
    elsewhere.has(
        f"ALTER ROLE {OWNER} NOCREATEROLE",
        *(f"CREATE ROLE {role} LOGIN NOINHERIT PASSWORD '{WORD}'" for role in LOGIN_ROLES),
        *(f"CREATE ROLE {role} NOLOGIN" for role in CONSOLE_ROLES),
    )
    refused = elsewhere.run("db", "upgrade")
    grant = refused[1].partition("run GRANT ")[2]
    elsewhere.has(f"GRANT {grant}")

    upgraded = elsewhere.run("db", "upgrade")

    assert refused[0] == 1
    assert upgraded == (0, "The database is at revision 0001.")


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        (f"ALTER ROLE {OWNER} NOCREATEROLE", "give it CREATEROLE"),
        ("CREATE ROLE workervoice_gateway LOGIN", f"TO {OWNER} WITH ADMIN OPTION"),
        ("CREATE ROLE workervoice_staff", f"TO {OWNER} WITH ADMIN OPTION"),
        ("CREATE ROLE workervoice_courier LOGIN BYPASSRLS", "must be a login and nothing more"),
        ("ALTER DATABASE hotline OWNER TO workervoice_owner", "denied for schema public"),
    ],
)
def test_a_right_that_the_owner_lacks_is_named_in_one_sentence_and_nothing_is_changed(
    elsewhere: Elsewhere, lacking: str, told: str
) -> None:
    elsewhere.has(lacking)

    code, said = elsewhere.run("db", "upgrade")

    assert code == 1
    assert told in said
    assert len(said.splitlines()) == 1
    elsewhere.has("CREATE TABLE cases ()", database="hotline")  # so it is not there


def test_a_database_that_was_not_upgraded_is_not_used(elsewhere: Elsewhere) -> None:
    up = Running(elsewhere.data, "--demo", **elsewhere.settings)

    code = up.process.wait(60)

    assert (code, up.stop()) == (1, 1)
    assert "run `workervoice db upgrade`" in up.output
    assert len(up.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("setting", "password"), [("GATEWAY_DATABASE_URL", "wrong"), ("CONSOLE_DATABASE_URL", None)]
)
def test_an_address_that_lets_its_role_not_in_stops_the_start(
    elsewhere: Elsewhere, setting: str, password: str | None
) -> None:
    elsewhere.run("db", "upgrade")
    url = elsewhere.settings[setting]
    elsewhere.settings[setting] = (
        url.replace(WORD, password) if password else elsewhere.settings["DATABASE_URL"]
    )
    up = Running(elsewhere.data, "--demo", **elsewhere.settings)

    code = up.process.wait(60)

    assert (code, up.stop()) == (1, 1)
    assert up.output.startswith(f"workervoice: WORKERVOICE_{setting}")
    assert len(up.output.splitlines()) == 1
    assert not (elsewhere.data / "keys").exists()


def test_a_backup_of_another_server_is_put_back_by_an_owner_of_another_name(
    elsewhere: Elsewhere, todays_house: House, server: EmbeddedServer, tmp_path: Path
) -> None:
    a_case(todays_house)
    drill = Drill(todays_house, server, tmp_path)
    todays_house.deliver()
    backup = drill.back_up()
    where = ("--data", str(todays_house.data), "--backup", str(backup), "--keys", str(drill.keys))

    done = elsewhere.run("restore", *where)
    settings = {"DATA_DIR": str(todays_house.data)}
    verified = elsewhere.run("log", "verify", **settings)
    upgraded = elsewhere.run("db", "upgrade", **settings)
    again = elsewhere.run("restore", *where)

    assert done[0] == 0, done[1]
    assert (verified[0], upgraded[0]) == (0, 0), verified[1]
    assert (again[0], "not empty" in again[1]) == (1, True)
    with psycopg.connect(
        elsewhere.settings["COURIER_DATABASE_URL"].replace("+psycopg", "")
    ) as courier:
        scope = "SELECT set_config('workervoice.programme', %s, false)"
        courier.execute(scope, [str(todays_house.programme)])
        assert courier.execute("SELECT state FROM outbox").fetchall() != []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            courier.execute("SELECT words FROM message")
