"""Fetching a medium: from a provider's own hosts and nowhere else, however it sends us around.

Where a webhook says that a medium lies is what somebody said. So only https, only hosts of the
provider, also after each redirect; the name is looked up once, every address of it has to be on the
public internet, and the connection goes to that very address: a name server that changes its answer
leads nowhere inside. Size and time are bounded, and nothing is ever written to a disk.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import cast
from urllib.parse import SplitResult, urljoin, urlsplit

from workervoice.channels.wire import CONNECT_SECONDS, Timely
from workervoice.message import Fetched, FetchOutcome, Later, Missing

MOST_MEDIUM = 16 * 1024 * 1024  # what WhatsApp lets anybody send
_CHUNK = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
_PASSES = (401, 403, 408, 425, 429)  # a login that is mended, a rate: not the medium's fault
_DEFAULT = 443
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052
_STAND_FOR_OTHERS = tuple(  # RFC 4291, 8215, 3056, 4380
    map(IPv6Network, ("::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a provider keeps media. `hosts` are whole names, or ends that begin with a dot; the
    `headers`, which prove who we are, go to `proves_to` alone. `trusted` is a host and port of the
    operator's own setting, which may be anywhere and without TLS: a test peer, a phone at hand."""

    hosts: tuple[str, ...]
    headers: Mapping[str, str] = field(repr=False)
    proves_to: str
    trusted: str = ""


class _Stop(Exception):
    """Ends a fetch with this outcome."""

    def __init__(self, outcome: FetchOutcome) -> None:
        super().__init__()
        self.outcome = outcome


def fetch(url: str, place: Place, *, timeout: float, most: int = MOST_MEDIUM) -> FetchOutcome:
    """One medium, within `timeout` seconds in all. Never raises; says nothing of the address."""
    deadline = time.monotonic() + timeout
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            told = _asked(_allowed(url, place), place, deadline, most)
            if isinstance(told, Fetched):
                return told
            url = _moved(url, told)
        return Missing("redirects")
    except _Stop as stop:
        return stop.outcome
    except (OSError, HTTPException, ValueError):
        return Later("no answer")


def _moved(url: str, to: str) -> str:
    """Raises `_Stop` for what is no address: it will be none later."""
    try:
        return urljoin(url, to)
    except ValueError:
        raise _Stop(Missing("address")) from None


def _allowed(url: str, place: Place) -> SplitResult:
    """Raises `_Stop` for an address that is not the provider's."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise _Stop(Missing("address")) from None
    if parts.username is not None or parts.password is not None:
        raise _Stop(Missing("address"))
    if place.trusted and parts.netloc == place.trusted:
        return parts
    named = any(host.endswith(each) if each[:1] == "." else host == each for each in place.hosts)
    if parts.scheme != "https" or port not in (None, _DEFAULT) or not host or not named:
        raise _Stop(Missing("address"))
    return parts


def _asked(parts: SplitResult, place: Place, deadline: float, most: int) -> Fetched | str:
    """The medium, or where it is said to be."""
    connection = _connected(parts, place, deadline)
    try:
        host = (parts.hostname or "").lower()
        headers = dict(place.headers) if host == place.proves_to else {}
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        headers |= {"Host": parts.netloc, "Connection": "close", "Accept-Encoding": "identity"}
        connection.request("GET", target, None, headers)
        stream = Timely(connection.sock, deadline)
        response = HTTPResponse(cast(socket.socket, stream), method="GET")
        response.begin()
        if response.status in _REDIRECTS:
            return response.getheader("Location") or ""
        if response.status != 200:
            raise _Stop(_refused(response.status))
        return Fetched(_whole(response, deadline, most), response.getheader("Content-Type") or "")
    finally:
        connection.close()


def _connected(parts: SplitResult, place: Place, deadline: float) -> HTTPConnection:
    """To an address that was looked at, under the name that the certificate has to have."""
    host, wait = parts.hostname or "", min(CONNECT_SECONDS, max(deadline - time.monotonic(), 0.01))
    trusted = bool(place.trusted) and parts.netloc == place.trusted
    port = parts.port or (_DEFAULT if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not trusted and not all(_is_public(str(each[4][0])) for each in found):
        raise _Stop(Missing("address"))
    connection = HTTPConnection(host, port, timeout=wait)
    stream = _stream([str(each[4][0]) for each in found], port, wait)
    try:
        if parts.scheme == "https":
            stream = ssl.create_default_context().wrap_socket(stream, server_hostname=host)
    except OSError:
        stream.close()
        raise
    connection.sock = stream
    stream.settimeout(max(deadline - time.monotonic(), 0.01))
    return connection


def _is_public(address: str) -> bool:
    """On the public internet, also where an address of IPv6 stands for one of IPv4: of what a
    translator makes, as networks without IPv4 have it, that one counts."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found in _TRANSLATED:
        found = IPv4Address(int(found) & 0xFFFFFFFF)
    if isinstance(found, IPv6Address) and any(found in each for each in _STAND_FOR_OTHERS):
        return False
    return found.is_global and not found.is_multicast


def _stream(addresses: list[str], port: int, wait: float) -> socket.socket:
    """The first that answers: a machine may have no way to the others. Raises `OSError`."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=wait / len(addresses))
    return socket.create_connection((addresses[-1], port), timeout=wait)


def _refused(status: int) -> FetchOutcome:
    if 400 <= status < 500 and status not in _PASSES:
        return Missing(str(status))
    return Later(str(status))


def _whole(response: HTTPResponse, deadline: float, most: int) -> bytes:
    """Raises `_Stop` for what is too large, and `OSError` for what is cut off or too slow."""
    if response.length is not None and response.length > most:
        raise _Stop(Missing("too_large"))
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > most:
            raise _Stop(Missing("too_large"))
        if time.monotonic() > deadline:
            raise OSError("too slow")
    if response.length:
        raise OSError("cut off")
    return bytes(body)
