"""A provider's HTTP server for the tests: a real socket that answers, hangs, resets or lies."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast

Behaviour = Callable[[socket.socket, threading.Event], None]


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: MappingProxyType[str, str]
    body: bytes


@dataclass
class Provider:
    """A running server: where it is, what it does next, what it was asked."""

    url: str
    behaviour: Behaviour
    seen: list[Seen] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


def says(status: int, body: object, *, content_type: str = "application/json") -> Behaviour:
    """Answer with `body`: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(data)}\r\n"

    def answer(connection: socket.socket, _closing: threading.Event) -> None:
        connection.sendall(head.encode() + b"\r\n" + data)

    return answer


def writes(raw: bytes) -> Behaviour:
    """Write these bytes and close."""

    def answer(connection: socket.socket, _closing: threading.Event) -> None:
        connection.sendall(raw)

    return answer


def hangs(connection: socket.socket, closing: threading.Event) -> None:
    """Take the request and say nothing until the test is over."""
    closing.wait(30)


def drips(connection: socket.socket, closing: threading.Event) -> None:
    """Answer one byte at a time, each well within a read timeout, without end."""
    connection.sendall(b"HTTP/1.1 201 X\r\nContent-Length: 100000\r\n\r\n")
    while not closing.wait(0.05):
        connection.sendall(b" ")


def drips_head(connection: socket.socket, closing: threading.Event) -> None:
    """The same, from the first byte of the head on."""
    for byte in b"HTTP/1.1 201 X\r\n" + b"X-More: and more\r\n" * 500:
        connection.sendall(bytes([byte]))
        if closing.wait(0.05):
            return


def resets(connection: socket.socket, _closing: threading.Event) -> None:
    """Take the request, then reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        provider = cast(_Server, self.server).provider
        words = self.rfile.readline().decode("latin-1").split()
        if len(words) != 3:
            return  # no HTTP, a TLS greeting perhaps
        method, target, _version = words
        headers: dict[str, str] = {}
        while line := self.rfile.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", "0")))
        provider.seen.append(Seen(method, target, MappingProxyType(headers), body))
        try:
            provider.behaviour(self.request, provider.closing)
        except OSError:
            return  # the client has gone, which is what some tests want


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    provider: Provider


@contextmanager
def provider(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Provider]:
    """Run a provider on a free loopback port, over TLS if a context is given."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        scheme = "https" if tls else "http"
        running = Provider(f"{scheme}://127.0.0.1:{server.server_address[1]}", behaviour)
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.provider = running
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield running
        finally:
            running.closing.set()
            server.shutdown()
            thread.join()


def closed_port() -> str:
    """The URL of a loopback port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
