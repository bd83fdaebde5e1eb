"""A provider on this machine that takes every text at once: what the courier alone can send."""

from __future__ import annotations

import json
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_END = b"\r\n\r\n"


@dataclass
class Peer:
    """Where it is, and how many texts it took."""

    url: str
    taken: int = 0

    def answer(self, connection: socket.socket) -> None:
        """Read one request and say that the text is queued."""
        with connection:
            heard = b""
            while _END not in heard:
                data = connection.recv(65536)
                if not data:
                    return
                heard += data
            head, body = heard.split(_END, 1)
            while len(body) < _length(head):
                body += connection.recv(65536)
            self.taken += head.startswith(b"POST")
            said = json.dumps({"sid": f"SM{secrets.token_hex(16)}", "status": "queued"}).encode()
            connection.sendall(
                b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(said), said)
            )


@contextmanager
def a_peer() -> Iterator[Peer]:
    """A provider on a free port, for as long as this lasts."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    peer = Peer(f"http://127.0.0.1:{listening.getsockname()[1]}")

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:  # closed: it is over
                return
            peer.answer(connection)

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    try:
        yield peer
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        serving.join()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0
