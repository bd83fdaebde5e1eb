"""How long a web server waits for a client, how much it reads that is no body, and how much ahead.

The server's own library has no such limits: a client that sends a byte now and then, or does not
read what it asked for, would hold a connection for ever; a header without end, or ten thousand
requests in one breath, would fill the memory. Whoever does so is hung up on, and none of it is
worth a line of the log. What was signed and sent in one go is never affected: it may be the only
report.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS = 20.0  # from the connection, or a request's first byte, to its last
BODY_BYTES = 256 * 1024  # of a body that earn a client the time of another request
HEAD_BYTES = 32 * 1024  # also of what stands around a body: sizes of its chunks, trailers
MOST_AHEAD = 4  # requests that a client may send before the first is answered; proxies send none
LEAST_BYTES = 16 * 1024  # of an answer that a client has to take in the time of a request


class _TooMuch(Exception):
    """More than we read. The parser turns it into a 400."""


class Patient(HttpToolsProtocol):
    """One connection, with an end to our patience."""

    seconds = REQUEST_SECONDS
    _waits: asyncio.TimerHandle | None = None
    _unheard: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _earned = 0  # bytes of a body since the wait began
    _unread = 0  # bytes since the last that was a whole head or part of a body

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.logger = self.logger.getChild("requests")
        self.logger.setLevel(logging.ERROR)  # what strangers send is no news; what broke here is

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # tell us as soon as a client does not read
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._heard()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():  # refused, and the client goes on
            return
        self._unread += len(data)  # the parser keeps a header to itself until it is whole
        super().data_received(data)
        if self._unread > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("Too long.")

    def send_400_response(self, msg: str) -> None:
        if self._is_answering():  # what it would read as the answer to another request
            self.transport.abort()
        else:
            super().send_400_response(msg)

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MOST_AHEAD:
            raise _TooMuch
        super().on_message_begin()
        self._head_bytes = 0
        if self._waits is None:
            self._wait()

    def on_url(self, url: bytes) -> None:
        self._read(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._read(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        self._earned += len(body)
        if self._earned >= BODY_BYTES and self._waits is not None:
            self._stop_waiting()
            self._wait()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop_waiting()
        self._unread = 0
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._listen_for(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._heard()
        super().resume_writing()

    def _is_answering(self) -> bool:
        """Whether an answer is owed to a request that came whole before this."""
        return bool(self.pipeline) or (
            self.cycle is not None
            and not self.cycle.response_complete
            and (not self.cycle.more_body or self.cycle.response_started)
        )

    def _read(self, count: int) -> None:
        self._head_bytes += count
        if self._head_bytes > HEAD_BYTES:
            raise _TooMuch

    def _wait(self) -> None:
        self._earned = 0
        self._waits = self.loop.call_later(self.seconds, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None

    def _hang_up(self) -> None:
        self._waits = None
        self.transport.abort()

    def _listen_for(self, left: int) -> None:
        """Look again whether the client has taken some of what is left."""
        self._unheard = self.loop.call_later(self.seconds, self._is_heard, left)

    def _is_heard(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left > before - LEAST_BYTES:
            self.transport.abort()
        elif left:
            self._listen_for(left)

    def _heard(self) -> None:
        if self._unheard is not None:
            self._unheard.cancel()
            self._unheard = None
