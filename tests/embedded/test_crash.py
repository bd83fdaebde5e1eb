"""Starting, stopping, and what survives a kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.embedded.servers import (
    ROOT,
    ask,
    connect,
    gone,
    on_linux,
    remember,
    say,
    sockets,
    wait_until_busy,
    wait_until_gone,
)
from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError


def test_the_first_start_and_the_next_are_quick(data: Path) -> None:
    server = EmbeddedServer(data)
    spent = {}

    for name in ("first start", "stop", "start"):
        begun = time.monotonic()
        server.stop() if name == "stop" else server.start()
        spent[name] = time.monotonic() - begun

    server.erase()
    say(", ".join(f"{name} {took:.2f} s" for name, took in spent.items()))
    assert spent["start"] < 20


def test_stopping_ends_every_session_and_leaves_no_process_or_socket(
    server: EmbeddedServer,
) -> None:
    server.start()
    server.ensure_database()
    pid, directory = server.pid, sockets(server)
    connection = connect(server)

    server.stop()

    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
    assert pid is not None
    assert gone(pid)
    assert not directory.exists()
    assert not server.running
    with pytest.raises(ServerError, match="not running"):
        server.owner_url()


def test_it_starts_again_after_a_kill_of_itself(server: EmbeddedServer) -> None:
    server.start()
    remember(server)
    assert server.pid is not None
    assert not server.watch()

    os.kill(server.pid, signal.SIGKILL)
    wait_until_gone(server.pid)
    begun = time.monotonic()
    restarted = server.watch()

    say(f"restart after kill -9: {time.monotonic() - begun:.2f} s")
    assert restarted
    assert not server.watch()
    assert ask(server, "SELECT word FROM kept") == "here"


@on_linux
def test_a_session_that_outlives_a_killed_server_is_ended_before_the_restart(
    server: EmbeddedServer,
) -> None:
    server.start()
    remember(server)
    assert server.pid is not None
    orphan = connect(server)
    pid = orphan.info.backend_pid
    orphan.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 10000000000) AS n")
    orphan.pgconn.flush()
    wait_until_busy(server, pid)

    os.kill(server.pid, signal.SIGKILL)
    wait_until_gone(server.pid)
    assert not gone(pid), "or this test would show nothing"
    server.watch()

    orphan.close()
    assert gone(pid)
    assert ask(server, "SELECT word FROM kept") == "here"


PARENT = """
import sys, threading, time
from pathlib import Path
from workervoice.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
if sys.argv[2] == "kernel":
    server.start()
else:
    thread = threading.Thread(target=server.start)
    thread.start()
    thread.join()
print(server.pid, flush=True)
time.sleep(300)
"""


@on_linux
@pytest.mark.parametrize("tie", ["kernel", "watcher"])
def test_it_ends_with_a_killed_parent_and_starts_again(
    server: EmbeddedServer, kept: Path, tie: str
) -> None:
    server.start()
    remember(server)
    server.stop()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(kept), tie], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    time.sleep(0.1)
    assert not gone(pid), "it must outlive the thread that started it"

    parent.kill()
    parent.communicate()
    begun = time.monotonic()
    server.start()

    say(f"start after kill -9 of the parent: {time.monotonic() - begun:.2f} s")
    assert gone(pid)
    assert ask(server, "SELECT word FROM kept") == "here"


def test_a_second_start_on_the_same_data_is_refused_and_harms_nothing(
    server: EmbeddedServer, kept: Path
) -> None:
    server.start()
    server.ensure_database()
    second = EmbeddedServer(kept)

    with pytest.raises(ServerError, match="another Workervoice runs on it"):
        second.start()

    assert not second.running
    assert server.running
    assert ask(server, "SELECT 1") == 1


def test_two_servers_on_two_data_directories_run_at_once(
    server: EmbeddedServer, running: EmbeddedServer
) -> None:
    server.start()
    server.ensure_database()

    places = {str(ask(each, "SHOW data_directory")) for each in (server, running)}

    assert len(places) == 2
    assert sockets(server) != sockets(running)


def test_a_database_is_made_once_and_keeps_what_it_has(server: EmbeddedServer) -> None:
    server.start()
    remember(server)

    server.ensure_database()

    assert ask(server, "SELECT word FROM kept") == "here"


@on_linux
def test_a_lock_whose_number_now_belongs_to_another_program_is_no_obstacle(
    server: EmbeddedServer,
) -> None:
    server.start()
    server.stop()
    lock = server.cluster / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{server.cluster}\n")
    shutil.copystat(server.cluster / "PG_VERSION", lock)

    server.start()

    assert server.running


def test_files_of_an_interrupted_first_start_are_no_obstacle(
    fresh: EmbeddedServer, data: Path
) -> None:
    (data / "postgres.new-1" / "postgres" / "base").mkdir(parents=True)
    data.chmod(0o711)

    fresh.start()

    assert fresh.running
    assert not list(data.glob("postgres.new*"))
