"""How each process runs: on a socket that the supervisor holds, or on one of its own.

Logs say states and counts. Access logs are off: paths and queries are nobody's business.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from pydantic import SecretStr

from workervoice.app import memory, processes
from workervoice.app.demo import demo_lines
from workervoice.app.patience import Patient, take_many
from workervoice.app.recycling import Recycled, tell_supervisor
from workervoice.errors import SettingsError, Unavailable
from workervoice.hotline.throttle import Rules
from workervoice.hotline.tick import Courier
from workervoice.settings import PREFIX, Settings
from workervoice.web.console import create_console_app
from workervoice.web.gateway import create_gateway_app
from workervoice.web.phone import PhoneLine, create_phone_app

_LOG = logging.getLogger("workervoice")
STOP_SECONDS = 10


def set_up_logging(process: str, level: str) -> None:
    """To standard error, one line an event. Libraries may only warn; providers' may not speak."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format=f"{process} %(levelname)s %(name)s: %(message)s",
    )
    _LOG.setLevel(level.upper())
    for name in ("twilio", "urllib3", "httpx"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def end_with_parent() -> None:
    """End when standard input closes: the supervisor holds its other end and is gone then."""

    def wait() -> None:
        with contextlib.suppress(OSError):  # it went without reading what we wrote
            while os.read(0, 1):
                continue
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True, name="parent").start()


def run(process: str, settings: Settings, handle: int | None, *, tied: bool = False) -> None:
    """Run one process until it is told to end. `handle` is a listening socket, or None; `tied`
    says that standard input leads to a supervisor."""
    memory.keep_to_itself()
    if process == "courier":
        run_courier(settings)
    elif process == "gateway":
        run_gateway(settings, handle, tied=tied)
    elif process == "console":
        run_console(settings, handle, tied=tied)
    else:
        run_phones(settings, handle)


def run_gateway(settings: Settings, handle: int | None, *, tied: bool) -> None:
    reception = processes.build_reception(settings)
    receivers = processes.build_receivers(settings)
    app = create_gateway_app(reception, receivers, processes.public_url(settings))
    listening = _socket(handle, settings.gateway_host, settings.gateway_port, "gateway_port")
    _serve(app, listening, settings.recycle_requests if handle is not None else 0, tied=tied)


def run_console(settings: Settings, handle: int | None, *, tied: bool) -> None:
    # recycled only where somebody else holds the socket, and the secret that sessions hang on
    kept = handle is not None and settings.boot_secret is not None
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
    listening = _socket(handle, settings.console_host, settings.console_port, "console_port")
    _serve(app, listening, settings.recycle_requests if kept else 0, tied=tied)


def run_phones(settings: Settings, handle: int | None) -> None:
    """The simulated phone network of the demo. On the loopback address only."""
    if settings.simulator_secret is None:
        raise SettingsError("WORKERVOICE_SIMULATOR_SECRET is missing: run `workervoice up --demo`.")
    secret = settings.simulator_secret.get_secret_value()
    lines, gateway_url = phone_lines(settings), processes.public_url(settings)
    app = create_phone_app(gateway_url=gateway_url, lines=lines, secret=secret)
    _serve(app, _socket(handle, "127.0.0.1", settings.phone_port, "phone_port"))


def phone_lines(settings: Settings) -> list[PhoneLine]:
    """The demo's lines, called as in a worker's address book; channel and number stand beside."""
    known = demo_lines(settings.twilio_sms_from, settings.twilio_whatsapp_from)
    return [PhoneLine(line.slug, line.channel, line.sender, "Hotline") for line in known]


def run_courier(settings: Settings) -> None:
    """Tick until told to stop; a database that is away is waited for."""
    courier = processes.build_courier(settings)
    stop = threading.Event()

    def told(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    _tick_until(stop, courier, settings.courier_poll_seconds)


def _tick_until(stop: threading.Event, courier: Courier, poll_seconds: float) -> None:
    away = False
    while not stop.is_set():
        try:
            handled = courier.tick()
            away = False
        except Unavailable:
            if not away:
                _LOG.warning("the database does not answer: waiting for it")
            handled, away = 0, True
        if not handled:
            stop.wait(poll_seconds)


def _socket(handle: int | None, host: str, port: int, name: str) -> socket.socket:
    """The supervisor's listening socket, or one of our own."""
    return listen(host, port, name) if handle is None else socket.socket(fileno=handle)


def listen(host: str, port: int, name: str) -> socket.socket:
    """A listening socket. Raises `SettingsError` if the address is taken or not ours, with the
    setting: `name` is that of its port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except (OSError, UnicodeError) as exc:
        made.close()
        raise SettingsError(_why_not(exc, host, port, name)) from None
    made.listen(2048)
    return made


def _why_not(exc: OSError | UnicodeError, host: str, port: int, name: str) -> str:
    number = exc.errno if isinstance(exc, OSError) else None
    if number == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use, perhaps by a Workervoice that runs already: end "
            f"that one, or choose another port in {PREFIX}{name.upper()}."
        )
    if number in {errno.EACCES, errno.EPERM}:
        return f"Port {port} is not open to this user: choose another in {PREFIX}{name.upper()}."
    setting = PREFIX + name.upper().replace("PORT", "HOST")
    return f"{setting} is malformed: {host} is no address of this machine."


def _serve(
    app: Callable[..., object], listening: socket.socket, recycle: int = 0, *, tied: bool = False
) -> None:
    take_many()
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
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    Recycled(config, recycle, tell_supervisor if tied else None).run(sockets=[listening])
