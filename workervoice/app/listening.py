"""Listening sockets: of our own, or taken from whoever started us."""

from __future__ import annotations

import errno
import socket

from workervoice.errors import SettingsError
from workervoice.settings import PREFIX

BACKLOG = 2048  # connections that may wait to be taken


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
    made.listen(BACKLOG)
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


def taken(handle: int) -> socket.socket:
    """The listening socket with this number."""
    return socket.socket(fileno=handle)


def address_of(listening: socket.socket) -> str:
    """Where it is reached, as a URL."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
