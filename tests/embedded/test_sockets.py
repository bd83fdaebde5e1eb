"""The directory of the socket is gone when the server is, however the server ended."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.units import read
from tests.embedded.servers import STRANGER, as_root, sockets, wait_until_gone
from workervoice.embedded import EmbeddedServer
from workervoice.embedded import sockets as places_of_sockets
from workervoice.embedded.account import account_for
from workervoice.embedded.sockets import SOCKET

LONG_AGO = 1_000_000_000


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A place for sockets with a short name, which the server's account can pass."""
    with tempfile.TemporaryDirectory(prefix="wv-run-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.fixture
def server(data: Path, runtime: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(data, durable=False, runtime=runtime)
    yield server
    server.erase()


def left_over(runtime: Path, mark: str, *, uid: int | None = None, mode: int = 0o700) -> Path:
    """A directory as a server that was killed long ago has left it."""
    owner = os.geteuid() if uid is None else uid
    path = runtime / f"workervoice-{owner}-{mark * 12}"
    path.mkdir()
    path.chmod(mode)
    os.chown(path, owner, -1)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_a_clean_stop_leaves_nothing(server: EmbeddedServer, runtime: Path) -> None:
    server.start()
    assert sockets(server).parent == runtime

    server.stop()

    assert list(runtime.iterdir()) == []


def test_erasing_removes_what_a_kill_has_left(
    server: EmbeddedServer, data: Path, runtime: Path
) -> None:
    server.start()
    directory, owner = sockets(server), sockets(server).stat().st_uid
    server.stop()
    directory.mkdir(mode=0o700)
    (directory / f"{SOCKET}.lock").touch()
    os.chown(directory, owner, -1)

    EmbeddedServer(data, runtime=runtime).erase()

    assert list(runtime.iterdir()) == []


def test_a_start_clears_away_what_killed_servers_have_left(
    server: EmbeddedServer, runtime: Path
) -> None:
    empty, full = left_over(runtime, "a"), left_over(runtime, "b")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(full / SOCKET))
    (full / f"{SOCKET}.lock").touch()
    os.utime(full, (LONG_AGO, LONG_AGO))

    server.start()

    assert not empty.exists()
    assert not full.exists()
    assert sockets(server).exists()


def test_a_start_touches_nothing_that_is_in_use_or_may_be_somebody_elses(
    server: EmbeddedServer, runtime: Path
) -> None:
    elsewhere = runtime / "elsewhere"
    elsewhere.mkdir()
    link = runtime / f"workervoice-{os.geteuid()}-{'c' * 12}"
    link.symlink_to(elsewhere)
    young, open_to_others = left_over(runtime, "d"), left_over(runtime, "e", mode=0o755)
    os.utime(young)
    more = left_over(runtime, "f")
    (more / "letters").write_text("mine")
    starting = left_over(runtime, "1")  # it has its lock, and does not listen yet
    (starting / f"{SOCKET}.lock").touch()
    used = left_over(runtime, "0")
    with socket.socket(socket.AF_UNIX) as alive:
        alive.bind(str(used / SOCKET))
        alive.listen()

        server.start()

    sockets_of = (used / SOCKET, starting / f"{SOCKET}.lock")
    for kept in (elsewhere, link, young, open_to_others, more / "letters", *sockets_of):
        assert kept.exists(), kept


@as_root
def test_a_start_leaves_another_users_directory(server: EmbeddedServer, runtime: Path) -> None:
    theirs = left_over(runtime, "a", uid=STRANGER)

    server.start()

    assert theirs.exists()


def test_a_killed_server_leaves_a_directory_that_its_next_start_uses(
    server: EmbeddedServer, runtime: Path
) -> None:
    server.start()
    directory, pid = sockets(server), server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    assert (directory / SOCKET).exists()

    server.watch()

    assert sockets(server) == directory
    assert list(runtime.iterdir()) == [directory]


def test_under_our_unit_the_socket_lies_where_commands_find_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unit has a /tmp of its own: a socket in it would be out of a command's reach."""
    (tmp_path / "workervoice").mkdir()
    monkeypatch.setattr(places_of_sockets, "_RUN", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    (told,) = read("workervoice.service")["RuntimeDirectory"]

    where = places_of_sockets._runtime(account_for(tmp_path / "none"))  # noqa: SLF001

    assert where == tmp_path / told
