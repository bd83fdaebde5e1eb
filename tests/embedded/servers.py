"""What the tests of the embedded server ask of one, and of the processes around it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from workervoice.embedded import EmbeddedServer

ROOT = Path(__file__).resolve().parents[2]
MARKER = "planted7f3a"
STRANGER = 65533

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read what is another's")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@contextmanager
def a_directory() -> Iterator[Path]:
    """A directory that an unprivileged server can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="wv-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def connect(server: EmbeddedServer, database: str = "workervoice") -> psycopg.Connection[object]:
    url = server.owner_url(database).replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True, connect_timeout=10)


def ask(server: EmbeddedServer, question: str, *values: object) -> object:
    with connect(server) as connection:
        row = connection.execute(question.encode(), values).fetchone()
    assert isinstance(row, tuple)
    return row[0]


def remember(server: EmbeddedServer) -> None:
    server.ensure_database()
    with connect(server) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("TRUNCATE kept")
        connection.execute("INSERT INTO kept VALUES ('here')")


def sockets(server: EmbeddedServer) -> Path:
    return Path(server.url("r", "p", "d").split("host=")[1].replace("%2F", "/"))


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def wait_until_gone(pid: int, seconds: float = 20.0) -> float:
    begun = time.monotonic()
    while not gone(pid):
        assert time.monotonic() - begun < seconds, "the process is still there"
        time.sleep(0.01)
    return time.monotonic() - begun


def wait_until_busy(server: EmbeddedServer, backend: int) -> None:
    while ask(server, "SELECT state FROM pg_stat_activity WHERE pid = %s", backend) != "active":
        time.sleep(0.01)


def say(sentence: str) -> None:
    """For figures that are worth reading (`pytest -rP`) and too unsteady to assert."""
    sys.stdout.write(f"{sentence}\n")


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
