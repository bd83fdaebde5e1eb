"""A database that a command cannot use, and what nobody foresaw: told in one sentence."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.app.test_cli import run
from tests.house import ROLE_PASSWORD, House, a_server
from workervoice.embedded import EmbeddedServer
from workervoice.store.migrate import LOGIN_ROLES, make_roles, upgrade

PASSWORDS = dict.fromkeys(LOGIN_ROLES, ROLE_PASSWORD)
COMMANDS = [  # and whether the roles are made first; once made they are there
    ("retention --dry-run", False),
    ("officers list --as sam", False),
    ("log verify", True),
    ("log export /dev/null", True),
    ("retention --dry-run", True),
    ("privacy record", True),
    ("officers list --as sam", True),
]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """One of our own, on which no roles were made yet."""
    with a_server() as started:
        yield started


@pytest.mark.parametrize(("command", "roles"), COMMANDS)
def test_a_database_without_tables_is_told_in_a_sentence_that_names_the_command(
    server: EmbeddedServer, shared_house: House, command: str, roles: bool
) -> None:
    name = f"empty_{uuid4().hex}"
    server.ensure_database(name)
    url = server.owner_url(name)
    if roles:
        make_roles(url, PASSWORDS)

    told = run(*command.split(), given="x\n", DATABASE_URL=url, DATA_DIR=str(shared_house.data))

    assert told.returncode == 1
    assert told.stdout == ""
    assert re.fullmatch(r"workervoice: .*`workervoice db upgrade`\n", told.stderr), told.stderr


def test_what_nobody_foresaw_is_told_by_type_and_place_and_never_by_its_text(
    server: EmbeddedServer, shared_house: House
) -> None:
    name = f"spoilt_{uuid4().hex}"
    server.ensure_database(name)
    url = server.owner_url(name)
    upgrade(url, PASSWORDS)
    with psycopg.connect(url.replace("+psycopg", "")) as owner:
        owner.execute("SET workervoice.programme = ''")
        owner.execute("INSERT INTO programme VALUES (gen_random_uuid(), 'zebracrossing')")
        owner.execute("ALTER TABLE programme RENAME TO older")
        owner.execute("CREATE VIEW programme AS SELECT name::uuid AS programme_id, name FROM older")

    told = run("log", "verify", DATABASE_URL=url, DATA_DIR=str(shared_house.data))

    assert told.returncode == 1
    assert len(told.stderr.splitlines()) == 1, told.stderr
    assert "InvalidTextRepresentation" in told.stderr
    assert "called at workervoice/store/programme.py:" in told.stderr
    assert "`workervoice doctor`" in told.stderr
    assert "zebra" not in told.stderr
    assert "SELECT" not in told.stderr


_LISTENING = """
import signal
from workervoice.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
main(["triage", "--json"])
"""


def test_whoever_interrupts_a_command_is_shown_no_places_in_the_source(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _LISTENING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write('{"id": 1, "text": "hello"}\n')
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=30)[1]

    assert told.splitlines() == ["workervoice: interrupted."]


_AT_ITS_VERY_END = """
import signal, threading
from workervoice.app.uncaught import tell_plainly
tell_plainly()
threading._register_atexit(signal.raise_signal, signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
"""


def test_an_interruption_while_the_interpreter_ends_is_told_as_one(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _AT_ITS_VERY_END],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )

    assert told.stderr.splitlines() == ["workervoice: interrupted."]
