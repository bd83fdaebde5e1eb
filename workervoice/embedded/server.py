"""The embedded server: start, stop, watch, and the addresses under which it is reached."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from workervoice.embedded import places, sockets
from workervoice.embedded.child import Child
from workervoice.embedded.cluster import OWNER, Cluster, clear_the_way, open_cluster
from workervoice.errors import ServerError

_START_SECONDS = 60.0  # recovery after a crash on a slow disk
_EARLIER_SECONDS = 30.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.005
_LOG_BYTES = 4 * 1024 * 1024
_STILL_HELD = re.compile(r'pre-existing shared memory|lock file ".*" already exists')
_READY_LINE = 7  # of postmaster.pid, where the server writes how far it is


class EmbeddedServer:
    """PostgreSQL on one data directory, as a child that ends when we do.

    Start it from the main thread and keep that thread: elsewhere a watching process takes the
    kernel's place. `durable=False` trades safety at power loss for speed: for tests only.
    """

    def __init__(
        self,
        data: Path,
        *,
        say: Callable[[str], None] = lambda sentence: None,
        durable: bool = True,
        runtime: Path | None = None,
    ) -> None:
        self._data = data
        self._say = say
        self._durable = durable
        self._runtime = runtime
        self._lock: int | None = None
        self._cluster: Cluster | None = None
        self._sockets: Path | None = None
        self._child: Child | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """True while the server process lives."""
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int | None:
        """The server's process, while there is one."""
        return self._child.pid if self._child is not None else None

    @property
    def cluster(self) -> Path:
        """Where the database files really lie. Known once it has started."""
        if self._cluster is None:
            raise ServerError("the embedded server has not been started")
        return self._cluster.path

    @property
    def log(self) -> Path:
        """The server's own log; at the next start a long one becomes postgres.log.1."""
        return self._data / "postgres.log"

    def start(self) -> None:
        """Start, making the database files at the first time; ready for logins on return.

        Raises `ServerError` with a sentence on what to do, and then nothing is left running.
        """
        if self.running:
            return
        if self._child is not None:
            self._child.release()
        try:
            places.make_data_directory(self._data)
            self._take_lock()
            self._start()
        except OSError as exc:
            self.stop()
            where = f"{exc.filename}: " if exc.filename else ""
            raise ServerError(f"the database cannot start: {where}{exc.strerror}") from exc
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every session, write everything out, leave. Does nothing when not running."""
        if self._child is not None:
            self._child.end((signal.SIGINT, signal.SIGQUIT, signal.SIGKILL), _STOP_SECONDS)
            self._child = None
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def watch(self) -> bool:
        """To be called now and then: start a server that died again. True if that happened.

        Raises `ServerError` when it cannot; from then on it counts as stopped.
        """
        if self._child is None or self.running:
            return False
        self._say("the database server ended unexpectedly: starting it again")
        self.start()
        return True

    def erase(self) -> None:
        """Stop, and remove the database with all that belongs to it. There is no way back."""
        self.stop()
        if (self._data / "postgres").exists():
            sockets.remove_of(places.cluster_of(self._data.resolve()), self._runtime)
        places.erase_cluster(self._data)

    def url(self, role: str, password: str, database: str) -> str:
        """The address for SQLAlchemy with psycopg. It holds the password: never log it."""
        who = f"{quote(role, safe='')}:{quote(password, safe='')}"
        return f"postgresql+psycopg://{who}@/{database}?host={quote(str(self._socket()), safe='')}"

    def owner_url(self, database: str = "workervoice") -> str:
        """The owner's address: for migrations and `ensure_database` only."""
        return self.url(OWNER, places.owner_password(self._data, new=False), database)

    def owner_url_of_running(self, database: str = "workervoice") -> str:
        """The owner's address of the server that another process runs on this data directory.

        Raises `ServerError` if none runs, as far as its own notes tell.
        """
        try:
            notes = places.cluster_of(self._data.resolve()) / "postmaster.pid"
            where = notes.read_text().splitlines()[4]
        except (OSError, IndexError):
            raise ServerError(f"no database server runs on {self._data}") from None
        who = f"{OWNER}:{quote(places.owner_password(self._data, new=False), safe='')}"
        return f"postgresql+psycopg://{who}@/{database}?host={quote(where, safe='')}"

    def ensure_database(self, name: str = "workervoice") -> None:
        """Create the database, empty, unless it is there."""
        with psycopg.connect(
            host=str(self._socket()),
            user=OWNER,
            password=places.owner_password(self._data, new=False),
            dbname="postgres",
            autocommit=True,
        ) as connection:
            there = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            if there.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _socket(self) -> Path:
        if self._sockets is None:
            raise ServerError("the embedded server is not running")
        return self._sockets

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        path = self._data / "postgres.lock"
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise ServerError(
                f"the data directory {self._data} is in use: another Workervoice runs on it; "
                "stop that one, or choose another directory"
            ) from None
        self._lock = lock

    def _start(self) -> None:
        data = self._data.resolve()
        cluster = open_cluster(data, durable=self._durable, say=self._say)
        places.owner_password(data, new=False)
        clear_the_way(cluster, _EARLIER_SECONDS)
        self._cluster = cluster
        sockets.clear_left_over(cluster.path, cluster.account, self._runtime)
        self._sockets = sockets.socket_directory(cluster.path, cluster.account, self._runtime)
        self._turn_log()
        give_up = time.monotonic() + _EARLIER_SECONDS
        while (failure := self._try(cluster, self._sockets)) is not None:
            if not _STILL_HELD.search(failure) or time.monotonic() > give_up:
                raise ServerError(f"the database server did not start: {failure}")
            time.sleep(0.2)

    def _try(self, cluster: Cluster, where: Path) -> str | None:
        """Start once and wait until it is ready; else the server's own last words."""
        with self.log.open("ab") as log:
            written = log.tell()
            command = cluster.command(where, durable=self._durable)
            self._child = Child(command, cluster.account, end_with=signal.SIGINT, output=log)
        give_up = time.monotonic() + _START_SECONDS
        while self._child.running and time.monotonic() < give_up:
            if _ready(cluster, self._child.pid):
                return None
            time.sleep(_POLL_SECONDS)
        self._child.end((signal.SIGQUIT, signal.SIGKILL), _STOP_SECONDS)
        with self.log.open("rb") as log:
            log.seek(written)
            lines = log.read().decode(errors="replace").strip().splitlines()
        fatal = [line for line in lines if "FATAL" in line or "PANIC" in line]
        return (fatal or lines or ["it said nothing"])[-1]

    def _turn_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_name("postgres.log.1"))
        self.log.touch(mode=0o600)


def _ready(cluster: Cluster, pid: int) -> bool:
    try:
        lines = cluster.lock.read_text().splitlines()
    except FileNotFoundError:
        return False
    if len(lines) <= _READY_LINE or lines[0] != str(pid):
        return False
    return lines[_READY_LINE].strip() == "ready"
