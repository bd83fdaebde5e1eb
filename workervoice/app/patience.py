"""How long a web server waits for a request, and how much of its head it reads.

The server's own library has no such limits: a client that sends a byte now and then would hold a
connection for ever, and a header without end would fill the memory. Whoever is slower than this is
hung up on. What was signed and sent in one go is never affected: it may be the only report.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS = 20.0  # from the connection, or a request's first byte, to its last
HEAD_BYTES = 32 * 1024


class _TooLong(Exception):
    """More head than we read. The parser turns it into a 400."""


class Patient(HttpToolsProtocol):
    """One connection, with an end to our patience."""

    seconds = REQUEST_SECONDS
    _waits: asyncio.TimerHandle | None = None
    _in_head = True
    _head_bytes = 0
    _unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():  # refused, and the client goes on
            return
        self._unread += len(data)  # the parser keeps a header to itself until it is whole
        super().data_received(data)
        if self._in_head and self._unread > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("Too long.")
        elif not self._in_head:
            self._unread = 0

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        if self._waits is None:
            self._wait()

    def on_url(self, url: bytes) -> None:
        self._read(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._read(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._unread = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        self._in_head, self._unread = True, 0
        super().on_message_complete()

    def _read(self, count: int) -> None:
        self._head_bytes += count
        if self._head_bytes > HEAD_BYTES:
            raise _TooLong

    def _wait(self) -> None:
        self._waits = self.loop.call_later(self.seconds, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None

    def _hang_up(self) -> None:
        self._waits = None
        self.transport.abort()
