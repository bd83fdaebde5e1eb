"""An application on a real port, with the servers' own protocol, and a socket to write to it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from workervoice.app.patience import Patient


@contextmanager
def served(app: Callable[..., Any]) -> Iterator[int]:
    """The port of an application."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=Patient, access_log=False, log_config=None, lifespan="off", proxy_headers=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def said(port: int, *written: bytes) -> tuple[int, bytes]:
    """The status of the answer to these bytes, and all that comes until it is hung up on us."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        for each in written:
            connection.sendall(each)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]), answer


def head(method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    return "\r\n".join([*lines, "", ""]).encode()
