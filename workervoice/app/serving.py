"""How a process serves: on a socket that the supervisor holds, or on one of its own.

Logs say states and counts. Access logs are off: paths and queries are nobody's business.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from prometheus_client import CollectorRegistry

from workervoice.app.leaving import GRACE_SECONDS, Leaving
from workervoice.app.listening import listen, taken
from workervoice.app.ops import OpsServer, Problems
from workervoice.app.patience import Patient
from workervoice.app.processes import probe_database
from workervoice.app.recycling import DRAIN_SECONDS, Recycled, tell_supervisor
from workervoice.app.watching import BEAT_SECONDS, Probe, add_process, stuck
from workervoice.settings import Settings

_HANGS = f"it has not come round for {BEAT_SECONDS:.0f} s"


@dataclass(frozen=True, slots=True)
class Seat:
    """What a supervisor gives to a process: listening sockets, if any, for its work and for its
    operations address; and whether standard input leads to it."""

    handle: int | None = None
    ops: int | None = None
    tied: bool = False


def end_with_parent() -> None:
    """End when standard input closes: the supervisor holds its other end and is gone then."""

    def wait() -> None:
        with contextlib.suppress(OSError):  # it went without reading what we wrote
            while os.read(0, 1):
                continue
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True, name="parent").start()


def listening_socket(handle: int | None, host: str, port: int, name: str) -> socket.socket:
    """The supervisor's listening socket, or one of our own."""
    return listen(host, port, name) if handle is None else taken(handle)


def ops_of_server(
    settings: Settings,
    seat: Seat,
    kind: str,
    server: Recycled,
    works: Problems,
    registry: CollectorRegistry,
) -> OpsServer | None:
    """That of a process with a web server; `works` says what else keeps it from its work."""
    asked = Probe(probe_database(settings, kind))
    return ops_of(
        *(settings, seat, kind, registry),
        alive=lambda: stuck(server.beat_at, BEAT_SECONDS, _HANGS),
        ready=lambda: (
            *asked.problems(),
            *works(),
            *stuck(server.beat_at, BEAT_SECONDS, _HANGS),
        ),
    )


def ops_of(
    settings: Settings,
    seat: Seat,
    process: str,
    registry: CollectorRegistry,
    *,
    alive: Problems,
    ready: Problems,
) -> OpsServer | None:
    """A process's operations address, if it is to have one."""
    port: int | None = getattr(settings, f"{process}_ops_port")
    if seat.ops is None and port is None:
        return None
    host: str = getattr(settings, f"{process}_ops_host")
    listening = listening_socket(seat.ops, host, port or 0, f"{process}_ops_port")
    add_process(registry, process)
    made = OpsServer(listening, registry, alive, ready)
    made.start()
    return made


def web_server(app: Callable[..., object], recycle: int = 0, *, tied: bool = False) -> Recycled:
    """For `serve`; one that is `tied` to a supervisor is relieved after some `recycle` requests."""
    config = uvicorn.Config(
        app,
        http=Patient,
        loop="asyncio",  # uvloop reads into one buffer, where a text's end stays until a longer one
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=1,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Recycled(config, recycle, tell_supervisor if tied else None)


def serve(
    server: Recycled,
    listening: socket.socket,
    ops: OpsServer | None,
    finish: Callable[[], None] = lambda: None,
) -> None:
    """Until it is told to end; then it is gone within `STOP_SECONDS`."""
    close = ops.close if ops is not None else lambda: None

    def end() -> None:
        finish()
        close()

    gc.collect()
    gc.freeze()  # what was loaded stays: it need not be looked through again and again
    server.leave_by(Leaving(close, later=DRAIN_SECONDS), end)
    server.run(sockets=[listening])
