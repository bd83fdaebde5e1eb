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
from collections.abc import Callable, Mapping
from typing import Any

import uvicorn

from workervoice.app.children import RELIEVE, UP

DRAIN_SECONDS = 7.0  # more than a connection may be idle
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

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._tell is not None:
            self._tell(UP)

    async def on_tick(self, counter: int) -> bool:
        if self._limit and not self._served and self._counted.requests >= self._limit:
            self._served = True
            if self._tell is None:
                self.should_exit = True
            else:
                self._tell(RELIEVE)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Once relieved, answer whoever is connected first, and let them connect anew."""
        if self._served:
            for server in self.servers:
                server.close()
            self.server_state.default_headers.append(_CLOSE)
            await self._drain()
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        ends = asyncio.get_running_loop().time() + DRAIN_SECONDS
        told = len(self._captured_signals)
        while self.server_state.connections and asyncio.get_running_loop().time() < ends:
            if len(self._captured_signals) > told:  # everything is to end, now
                return
            await asyncio.sleep(0.05)


def tell_supervisor(word: bytes) -> None:
    """Write on the line that is our standard input; a supervisor that is gone ends us anyway."""
    try:
        os.write(0, word)
    except OSError:
        return
