"""One HTTP exchange with a provider: at most one request, bounded in time and size, no log line.

Connecting and sending are two steps on purpose: what fails before the first byte left is surely
not sent, what fails after it may have been. Hence a fresh connection for every exchange (a kept
one dies between two messages, and nobody can tell on which side), no redirects, no proxies from
the environment and no repeats. Only the standard library: it logs nothing.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Any, cast
from urllib.parse import urlsplit

from workervoice.errors import ChannelError, SettingsError
from workervoice.message import Rejected, Unknown

CONNECT_SECONDS = 5.0
MOST_BYTES = 4 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024


class NotSent(ChannelError):
    """No connection: nothing left this machine."""


class NoAnswer(ChannelError):
    """Something was sent and no whole answer came: nobody can tell what became of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    body: bytes = field(repr=False)
    date: str = ""  # what time it is there, by its own word


class Timely(RawIOBase):
    """What comes over a socket, until a deadline: a head may come a byte at a time, too."""

    def __init__(self, sock: socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline

    def makefile(self, _mode: str) -> BufferedReader:
        """All that a response wants of a socket."""
        return BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._sock.recv_into(buffer)


def exchange(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, timeout: float
) -> Answer:
    """Send one request and read its answer, within about `timeout` seconds. Nothing leaves later
    than that: a name server may be slow, or this machine asleep, and the caller's lease is over.

    Raises `NotSent` or `NoAnswer`, whose texts name neither the URL nor the reason given.
    """
    deadline = time.monotonic() + timeout
    connection = _connected(url, timeout)
    if time.monotonic() > deadline:
        connection.close()
        raise NotSent("too late")
    try:
        sock = connection.sock
        sock.settimeout(timeout)
        parts = urlsplit(url)
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        connection.request(method, target, body, {**headers, "Connection": "close"})
        response = HTTPResponse(cast(socket, Timely(sock, deadline)), method=method)
        response.begin()
        date = response.getheader("Date") or ""
        return Answer(response.status, _whole(response, deadline), date)
    except (OSError, HTTPException, ValueError):
        raise NoAnswer("no whole answer") from None
    finally:
        connection.close()


def declined(status: int, code: str, *, permanent: bool = False) -> Rejected | Unknown:
    """What an HTTP status other than success says of a message, for every provider.

    A client error was not taken, and 429 never is; anything else may have been.
    """
    if 400 <= status < 500 and status != 408:
        return Rejected(code, permanent)
    return Unknown(code)


def base_url(setting: str, value: str) -> str:
    """Check a configured base URL and drop its last slash; raises `SettingsError`."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username:
        raise SettingsError(f"{setting} must be an http(s) URL without query, e.g. https://host")
    return value.rstrip("/")


def _connected(url: str, timeout: float) -> HTTPConnection:
    """Open a connection (and its TLS session); raises `NotSent`."""
    connection: HTTPConnection | None = None
    try:
        parts = urlsplit(url)
        host, wait = parts.hostname or "", min(timeout, CONNECT_SECONDS)
        if parts.scheme == "https":
            tls = ssl.create_default_context()
            connection = HTTPSConnection(host, parts.port, timeout=wait, context=tls)
        else:
            connection = HTTPConnection(host, parts.port, timeout=wait)
        connection.connect()
    except (OSError, HTTPException, ValueError):
        if connection is not None:
            connection.close()
        raise NotSent("no connection") from None
    return connection


def _whole(response: HTTPResponse, deadline: float) -> bytes:
    """Read the body to its end; raises `NoAnswer` if it is cut short, too long or too slow."""
    body = bytearray()
    while chunk := response.read1(_CHUNK_BYTES):
        body += chunk
        if len(body) > MOST_BYTES or time.monotonic() > deadline:
            raise NoAnswer("no whole answer")
    if response.length:
        raise NoAnswer("no whole answer")
    return bytes(body)
