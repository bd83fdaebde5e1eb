"""How each process runs: on a socket that the supervisor holds, or on one of its own.

Logs say states and counts. Access logs are off: paths and queries are nobody's business.
"""

from __future__ import annotations

import contextlib
import gc
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import uvicorn
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from workervoice.app import descriptors, memory, processes
from workervoice.app.demo import demo_lines
from workervoice.app.leaving import GRACE_SECONDS, Leaving
from workervoice.app.listening import listen, taken
from workervoice.app.ops import OpsServer, Problems
from workervoice.app.patience import Patient
from workervoice.app.recycling import DRAIN_SECONDS, Recycled, tell_supervisor
from workervoice.app.watching import (
    BEAT_SECONDS,
    IDLES,
    ROUND_SECONDS,
    CourierMetrics,
    Probe,
    QueueWatch,
    add_process,
    keys_away,
    stuck,
    without_round,
)
from workervoice.errors import KeysAway, SettingsError, Unavailable
from workervoice.hotline.throttle import Rules
from workervoice.hotline.tick import Courier
from workervoice.journal import Journal
from workervoice.settings import Settings
from workervoice.web.console import create_console_app
from workervoice.web.gateway import Counts, create_gateway_app
from workervoice.web.phone import PhoneLine, create_phone_app

_JOURNAL = Journal("workervoice")
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


def run(process: str, settings: Settings, seat: Seat) -> None:
    """Run one process until it is told to end."""
    memory.keep_to_itself()
    descriptors.raise_limit()
    if process == "courier":
        run_courier(settings, seat)
    elif process == "gateway":
        run_gateway(settings, seat)
    elif process == "console":
        run_console(settings, seat)
    else:
        run_phones(settings, seat)


def run_gateway(settings: Settings, seat: Seat) -> None:
    reception = processes.build_reception(settings)
    receivers = processes.build_receivers(settings)
    counts = Counts()
    app = create_gateway_app(reception, receivers, processes.public_url(settings), counts)
    recycle = settings.recycle_requests if seat.handle is not None else 0
    server = _server(app, recycle, tied=seat.tied)

    def works() -> Iterable[str]:
        return (
            *keys_away(reception.process.custody, reception.process.vault),
            *app.state.problems(),
        )

    ops = _ops_of_server(settings, seat, "gateway", server, works, counts.registry)
    listening = _socket(seat.handle, settings.gateway_host, settings.gateway_port, "gateway_port")
    _serve(server, listening, ops, finish=app.state.finish)


def run_console(settings: Settings, seat: Seat) -> None:
    # recycled only where somebody else holds the socket, and the secret that sessions hang on
    kept = seat.handle is not None and settings.boot_secret is not None
    if settings.boot_secret is None:
        drawn = SecretStr(secrets.token_hex(32))
        settings = settings.model_copy(update={"boot_secret": drawn})
    process, door, desk = processes.build_console(settings)
    secure = (settings.console_url or "").startswith("https://")
    app = create_console_app(
        process=process,
        door=door,
        desk=desk,
        secure_cookies=secure,
        demo=settings.demo,
        rules=Rules(settings.console_behind_proxy, settings.login_delay_seconds),
    )
    server = _server(app, settings.recycle_requests if kept else 0, tied=seat.tied)
    registry = app.state.console.counts.registry

    def works() -> Iterable[str]:
        return keys_away(process.custody, process.vault)

    ops = _ops_of_server(settings, seat, "console", server, works, registry)
    listening = _socket(seat.handle, settings.console_host, settings.console_port, "console_port")
    _serve(server, listening, ops)


def run_phones(settings: Settings, seat: Seat) -> None:
    """The simulated phone network of the demo. On the loopback address only."""
    if settings.simulator_secret is None:
        raise SettingsError("WORKERVOICE_SIMULATOR_SECRET is missing: run `workervoice up --demo`.")
    secret = settings.simulator_secret.get_secret_value()
    lines, gateway_url = phone_lines(settings), processes.public_url(settings)
    app = create_phone_app(gateway_url=gateway_url, lines=lines, secret=secret)
    listening = _socket(seat.handle, "127.0.0.1", settings.phone_port, "phone_port")
    _serve(_server(app), listening, None)


def phone_lines(settings: Settings) -> list[PhoneLine]:
    """The demo's lines, called as in a worker's address book; channel and number stand beside."""
    known = demo_lines(settings.twilio_sms_from, settings.twilio_whatsapp_from)
    return [PhoneLine(line.slug, line.channel, line.sender, "Hotline") for line in known]


def run_courier(settings: Settings, seat: Seat) -> None:
    """Tick until told to stop; a database that is away is waited for."""
    courier = processes.build_courier(settings)
    Leaving(courier.stopping.set).on_signals()
    registry = CollectorRegistry()
    registry.register(CourierMetrics(courier, processes.provider_of(settings)))
    tally, started_at = courier.tally, time.monotonic()
    asked = Probe(processes.probe_database(settings, "courier"))
    ops = _ops(
        *(settings, seat, "courier", registry),
        alive=lambda: stuck(tally.beat_at, ROUND_SECONDS, IDLES),
        ready=lambda: (
            *asked.problems(),
            *keys_away(courier.process.custody, courier.process.vault),
            *without_round(tally.round_at, started_at),
        ),
    )
    _JOURNAL.note("started")
    _tick_until(courier, settings.courier_poll_seconds)
    if ops is not None:
        ops.close()
    _JOURNAL.note("stopped")


def _tick_until(courier: Courier, poll_seconds: float) -> None:
    away, watch = False, QueueWatch(courier)
    while not courier.stopping.is_set():
        try:
            handled = courier.tick()
            watch.look()
            if away:
                _JOURNAL.note("database_back")
            away = False
        except Unavailable:
            if not away:
                _JOURNAL.note("database_away")
            courier.tally.beat()
            handled, away = 0, True
        except KeysAway:  # said in the log by whoever holds the keys
            courier.tally.beat()
            handled = 0
        if not handled:
            courier.stopping.wait(poll_seconds)


def _socket(handle: int | None, host: str, port: int, name: str) -> socket.socket:
    """The supervisor's listening socket, or one of our own."""
    return listen(host, port, name) if handle is None else taken(handle)


def _ops_of_server(
    settings: Settings,
    seat: Seat,
    kind: str,
    server: Recycled,
    works: Problems,
    registry: CollectorRegistry,
) -> OpsServer | None:
    asked = Probe(processes.probe_database(settings, kind))
    return _ops(
        *(settings, seat, kind, registry),
        alive=lambda: stuck(server.beat_at, BEAT_SECONDS, _HANGS),
        ready=lambda: (
            *asked.problems(),
            *works(),
            *stuck(server.beat_at, BEAT_SECONDS, _HANGS),
        ),
    )


def _ops(
    settings: Settings,
    seat: Seat,
    process: str,
    registry: CollectorRegistry,
    *,
    alive: Problems,
    ready: Problems,
) -> OpsServer | None:
    """The operations address, if it is to have one."""
    port: int | None = getattr(settings, f"{process}_ops_port")
    if seat.ops is None and port is None:
        return None
    host: str = getattr(settings, f"{process}_ops_host")
    listening = _socket(seat.ops, host, port or 0, f"{process}_ops_port")
    add_process(registry, process)
    made = OpsServer(listening, registry, alive, ready)
    made.start()
    return made


def _server(app: Callable[..., object], recycle: int = 0, *, tied: bool = False) -> Recycled:
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


def _serve(
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
