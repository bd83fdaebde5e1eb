"""Who gets in: nobody without the password, and no other local user at all."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from tests.embedded.servers import (
    MARKER,
    STRANGER,
    as_root,
    ask,
    connect,
    on_linux,
    run,
    sockets,
)
from workervoice.embedded import EmbeddedServer
from workervoice.embedded.account import account_for
from workervoice.embedded.cluster import OWNER
from workervoice.errors import ServerError

# whom other programs of the machine may run as
NOBODY = [entry.pw_uid for entry in pwd.getpwall() if entry.pw_name == "nobody"]
KNOCK = """
import os, socket, sys
import psycopg
uid, host, owner, *files = sys.argv[1:]
psycopg.conninfo.conninfo_to_dict("")  # load libpq while we may still read it
os.setgroups([]); os.setgid(int(uid)); os.setuid(int(uid))
for password in ("", "wrong"):
    try:
        psycopg.connect(host=host, user=owner, password=password, dbname="postgres")
        print("in")
    except psycopg.OperationalError as exc:
        print("out:", "".join(str(exc).split()))
for name in files:
    try:
        os.listdir(name) if os.path.isdir(name) else open(name).close()
        print("read", name)
    except OSError as exc:
        print("out:", type(exc).__name__)
"""


@as_root
@pytest.mark.parametrize("uid", [STRANGER, *NOBODY])
def test_another_local_user_reaches_neither_socket_nor_data(
    running: EmbeddedServer, uid: int
) -> None:
    data = running.log.parent
    secrets_of = [data / "postgres.password", running.log, running.cluster, sockets(running)]

    answer = run(KNOCK, str(uid), str(sockets(running)), OWNER, *map(str, secrets_of))

    lines = answer.stdout.splitlines()
    assert len(lines) == 2 + len(secrets_of), answer.stderr
    assert all(line.startswith("out:") for line in lines), lines
    assert all("Permissiondenied" in line for line in lines[:2]), lines
    assert all("PermissionError" in line for line in lines[2:]), lines


@as_root
def test_the_servers_own_account_gets_in_with_a_password_only(running: EmbeddedServer) -> None:
    account = account_for(running.cluster)

    answer = run(KNOCK, str(account.uid), str(sockets(running)), OWNER)

    lines = answer.stdout.splitlines()
    assert len(lines) == 2, answer.stderr
    assert "nopasswordsupplied" in lines[0]
    assert "passwordauthenticationfailed" in lines[1]


@pytest.mark.parametrize("password", ["", "wrong"])
@pytest.mark.parametrize("user", [OWNER, "postgres", "root"])
def test_the_same_user_gets_in_with_a_password_only(
    running: EmbeddedServer, user: str, password: str
) -> None:
    host = str(sockets(running))

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=host, user=user, password=password, dbname="postgres")

    assert ask(running, "SELECT 1") == 1


def test_it_listens_in_a_closed_directory_outside_the_data_and_nowhere_else(
    running: EmbeddedServer,
) -> None:
    directory = sockets(running)

    listening = ask(running, "SHOW listen_addresses")

    assert listening == ""
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert not directory.resolve().is_relative_to(running.log.parent.resolve())
    assert stat.S_IMODE((running.log.parent / "postgres.password").stat().st_mode) == 0o600
    assert ask(running, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> "
                        "'scram-sha-256'") == 0  # fmt: skip


def test_a_commit_is_on_the_disk_before_it_is_answered(running: EmbeddedServer) -> None:
    names = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")

    settings = [ask(running, f"SHOW {name}") for name in names]

    assert settings == ["on"] * 4


def test_a_url_survives_any_role_password_and_path(running: EmbeddedServer) -> None:
    password = "a/b:c@d%20?e&f=g #h'\""
    with connect(running) as connection:
        connection.execute(
            psycopg.sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                psycopg.sql.Identifier("odd role@x"), password
            )
        )

    engine = sqlalchemy.create_engine(running.url("odd role@x", password, "workervoice"))
    with engine.connect() as connected:
        who = connected.execute(sqlalchemy.text("SELECT session_user")).scalar()
    engine.dispose()

    assert who == "odd role@x"


def test_a_foreign_socket_directory_is_refused(server: EmbeddedServer, tmp_path: Path) -> None:
    server.start()
    directory = sockets(server)
    server.stop()

    directory.symlink_to(tmp_path)
    with pytest.raises(ServerError, match="somebody else made it"):
        server.start()
    directory.unlink()
    directory.mkdir()
    directory.chmod(0o755)
    with pytest.raises(ServerError, match="somebody else made it"):
        server.start()
    directory.rmdir()

    server.start()
    assert server.running


@as_root
def test_a_socket_directory_of_another_user_is_refused(server: EmbeddedServer) -> None:
    server.start()
    directory = sockets(server)
    server.stop()
    directory.mkdir(mode=0o700)
    os.chown(directory, STRANGER, STRANGER)

    with pytest.raises(ServerError, match="somebody else made it"):
        server.start()

    assert directory.stat().st_uid == STRANGER
    directory.rmdir()


def test_a_socket_path_that_is_too_long_is_refused_in_words(data: Path) -> None:
    runtime = data / ("long" * 25)
    runtime.mkdir(parents=True)
    data.chmod(0o711)
    server = EmbeddedServer(data, durable=False, runtime=runtime)

    with pytest.raises(ServerError, match="too long a path for a socket"):
        server.start()

    assert not server.running
    server.erase()


def test_a_password_file_that_others_can_read_or_that_is_gone_stops_the_start(
    fresh: EmbeddedServer, data: Path
) -> None:
    fresh.start()
    fresh.stop()
    password = data / "postgres.password"

    password.chmod(0o644)
    with pytest.raises(ServerError, match="can be read by others"):
        fresh.start()
    password.unlink()
    with pytest.raises(ServerError, match="is missing"):
        fresh.start()

    assert not fresh.running


@on_linux
def test_the_server_is_given_none_of_our_environment(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKERVOICE_TWILIO_API_SECRET", MARKER)

    server.start()

    given = Path(f"/proc/{server.pid}/environ").read_bytes()
    assert b"PATH=" in given
    assert MARKER.encode() not in given
