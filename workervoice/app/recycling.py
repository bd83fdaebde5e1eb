"""A web server that asks to be relieved after so many requests, and goes without refusing any.

A long-lived process gathers copies of what it has read in places that no allocator setting reaches;
a new one has none. The listening socket is the supervisor's, so the next server takes requests
before this one stops taking them.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

import uvicorn

from workervoice.app.children import RELIEVE, UP
from workervoice.app.leaving import Leaving
from workervoice.app.listening import BACKLOG
from workervoice.app.logging_setup import note_task
from workervoice.journal import Journal

SECONDS_EACH = 0.03  # in a flood processes would do nothing but start
DRAIN_SECONDS = 7.0  # more than a connection may be idle
_JOURNAL = Journal("workervoice")
_CLOSE = (b"connection", b"close")
_COSTS_NOTHING = ("/health", "/static/")  # anybody may ask for these, and nothing is read for them


class Counted:
    """An app, and how often something was asked of it that may leave copies in memory."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app
        self.requests = 0

    async def __call__(self, scope: Mapping[str, Any], receive: object, send: object) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(_COSTS_NOTHING):
            self.requests += 1
        await self._app(scope, receive, send)


class Recycled(uvicorn.Server):
    """Serves `limit` requests and a few more, so that two processes do not go at once; 0: for ever.

    Takes one connection at a time from the sockets, so that processes which share them share what
    comes: configure it with a backlog of 1.

    `tell` writes to the supervisor; without one, the server goes by itself.
    """

    def __init__(
        self, config: uvicorn.Config, limit: int, tell: Callable[[bytes], None] | None
    ) -> None:
        app: Any = config.app  # never its name
        self._counted = config.app = Counted(app)
        super().__init__(config)
        self._limit = limit + secrets.randbelow(limit // 5 + 1)
        self._tell = tell
        self._served = False
        self._began = time.monotonic()
        self._leaving: Leaving | None = None
        self._finish: Callable[[], None] = lambda: None
        self.beat_at: float | None = None  # when the loop last came round

    def leave_by(self, leaving: Leaving, finish: Callable[[], None] = lambda: None) -> None:
        """Tell this one when we are told to end; and call `finish` when everybody is answered."""
        self._leaving, self._finish = leaving, finish

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._say_that_it_ends()
        super().handle_exit(sig, frame)

    def _say_that_it_ends(self, *, hurry: bool = False) -> None:
        if self._leaving is not None:
            self._leaving.tell(hurry=hurry or not self._served)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(note_task)
        await super().startup(sockets)
        for each in sockets or ():
            each.listen(BACKLOG)  # which asyncio has set to what it takes at once
        _JOURNAL.note("started")
        if self._tell is not None:
            self._tell(UP)

    async def on_tick(self, counter: int) -> bool:
        self.beat_at = time.monotonic()
        if self._limit and not self._served and self._is_worn():
            self._served = True
            if self._tell is None:
                self.should_exit = True
            else:
                self._tell(RELIEVE)
        return await super().on_tick(counter)

    def _is_worn(self) -> bool:
        rested = time.monotonic() - self._began >= self._limit * SECONDS_EACH
        return rested and self._counted.requests >= self._limit

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Once relieved, answer whoever is connected first, and let them connect anew."""
        self._say_that_it_ends()
        if self._served:
            for server in self.servers:
                server.close()
            self.server_state.default_headers.append(_CLOSE)
            await self._drain()
        await super().shutdown(sockets)
        await asyncio.to_thread(self._finish)
        _JOURNAL.note("stopped")

    async def _drain(self) -> None:
        ends = asyncio.get_running_loop().time() + DRAIN_SECONDS
        told = len(self._captured_signals)
        while self.server_state.connections and asyncio.get_running_loop().time() < ends:
            if len(self._captured_signals) > told:  # everything is to end, now
                self._say_that_it_ends(hurry=True)
                return
            await asyncio.sleep(0.05)


def tell_supervisor(word: bytes) -> None:
    """Write on the line that is our standard input; a supervisor that is gone ends us anyway."""
    try:
        os.write(0, word)
    except OSError:
        return
