"""Bodies of webhooks: what a provider can send is read and checked at once; what is larger waits.

Anybody can send four megabytes in which every letter is percent-encoded: to take them apart, only
to find that nobody signed them, takes a third of a second. So larger ones are read a few at a time,
which bounds the memory, and checked one at a time in a thread, while others are answered. One that
is signed is taken all the same, a little later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from fastapi import Request

# WhatsApp's longest text has 4096 characters, of 12 bytes each at most: 48 kB, and Twilio's other
# parameters. An SMS has 1600 characters.
LARGE_BYTES = 80 * 1024
LARGE_AT_ONCE = 16  # of 4 MB each

_T = TypeVar("_T")


@dataclass(slots=True)
class Bodies:
    """Of one gateway."""

    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LARGE_AT_ONCE))
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def of(self, request: Request) -> AsyncIterator[bytes]:
        """The whole body; a large one has a place until the end of the block."""
        body, placed = bytearray(), False
        try:
            async for chunk in request.stream():
                body += chunk
                if not placed and len(body) > LARGE_BYTES:
                    await self._places.acquire()
                    placed = True
            yield bytes(body)
        finally:
            if placed:
                self._places.release()

    async def check(self, body: bytes, work: Callable[[], _T]) -> _T:
        """Do what takes a body apart: at once, or in its turn if it is large."""
        if len(body) <= LARGE_BYTES:
            return work()
        async with self._turn:
            return await asyncio.to_thread(work)
