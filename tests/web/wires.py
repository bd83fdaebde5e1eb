"""A wire between a gateway and its database that can be cut, go silent, or break at a commit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.house import House
from workervoice.hotline.process import Process
from workervoice.hotline.receive import Reception
from workervoice.store.engine import Database

_CHUNK_BYTES = 65536


@dataclass
class Wire:
    """Forwards bytes to a PostgreSQL socket. What may go wrong with it are its switches."""

    database: Path
    port: int
    cut: bool = False  # nobody answers, and what was open is closed
    flowing: threading.Event = field(default_factory=threading.Event)  # clear: silence
    break_after_commit: bool = False  # the server commits, and its word gets lost
    break_before_commit: bool = False
    _open: set[socket.socket] = field(default_factory=set)

    def hang_up(self) -> None:
        """From now on nobody is there."""
        self.cut = True
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            if self.cut:
                near.close()
                continue
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(self.database))
            self._open |= {near, far}
            committing = threading.Event()
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(one, other, committing)).start()

    def _pump(self, one: socket.socket, other: socket.socket, committing: threading.Event) -> None:
        """Forward what `one` says; `committing` once the commit has passed to a lost answer."""
        to_server = other.family == socket.AF_UNIX
        try:
            while data := one.recv(_CHUNK_BYTES):
                self.flowing.wait()
                commits = to_server and b"COMMIT" in data
                if (commits and self.break_before_commit) or (
                    committing.is_set() and not to_server
                ):
                    break
                if commits and self.break_after_commit:
                    committing.set()
                other.sendall(data)
        except OSError:
            pass
        finally:
            for each in (one, other):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()


@contextmanager
def wired(house: House) -> Iterator[tuple[Wire, Reception]]:
    """A reception whose database is at the other end of a wire."""
    parts = urlsplit(house.urls["gateway"])
    directory = parse_qs(parts.query)["host"][0]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        wire = Wire(Path(directory) / ".s.PGSQL.5432", port)
        wire.flowing.set()
        thread = threading.Thread(target=wire.serve, args=(listener,))
        thread.start()
        who = parts.netloc.rpartition("@")[0]
        url = f"postgresql+psycopg://{who}@127.0.0.1:{port}{parts.path}"
        process: Process = replace(house.gateway, database=Database(url, pool_size=4))
        try:
            yield wire, replace(house.reception, process=process)
        finally:
            wire.flowing.set()
            process.database.close()
            wire.hang_up()
            listener.shutdown(socket.SHUT_RDWR)
    thread.join()
