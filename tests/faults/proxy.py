"""Between our processes and PostgreSQL: a socket that passes on, cuts, stalls and half-closes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
_CHUNK = 65536


class Proxy:
    """One listening Unix socket, in a directory of its own, in front of the server's.

    `manner` is "pass"; "refuse" (whoever connects is hung up on); "stall" (nothing is passed on,
    in either direction, until it changes); or "deaf" (what the server answers is dropped).
    """

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder, self._server = folder, server
        self.manner = "pass"
        self.passed = 0
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._up = threading.Event()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._up.wait(10):
            raise AssertionError("the proxy did not start")

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(10)

    def cut(self) -> None:
        """Every connection, at once, on both sides."""
        self._loop.call_soon_threadsafe(self._abort)

    def half_close(self) -> None:
        """Nothing more comes from the server, though it still listens."""
        self._loop.call_soon_threadsafe(self._half)

    def _abort(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    def _half(self) -> None:
        for writer in list(self._open):
            with suppress(OSError, RuntimeError):
                writer.write_eof()

    def _run(self) -> None:
        self._loop.run_until_complete(self._until_closed())
        self._loop.close()

    async def _until_closed(self) -> None:
        server = await asyncio.start_unix_server(self._serve, self.folder / SOCKET, limit=_CHUNK)
        self._up.set()
        await self._closing.wait()
        server.close()
        self._abort()
        serving = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _serve(self, ours: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self.manner == "refuse":
            back.transport.abort()
            return
        try:
            theirs, forth = await asyncio.open_unix_connection(self._server / SOCKET)
        except OSError:
            back.transport.abort()
            return
        self._open |= {back, forth}
        await asyncio.gather(
            self._pump(ours, forth, answers=False), self._pump(theirs, back, answers=True)
        )
        self._open -= {back, forth}

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with suppress(OSError, RuntimeError):
            while data := await source.read(_CHUNK):
                while self.manner == "stall":
                    await asyncio.sleep(0.02)
                if answers and self.manner == "deaf":
                    continue
                self.passed += len(data)
                sink.write(data)
                await sink.drain()
        with suppress(OSError, RuntimeError):
            sink.close()


@contextmanager
def proxied(server: Path, folder: Path) -> Iterator[Proxy]:
    """A proxy in front of the server whose socket lies there."""
    folder.mkdir(mode=0o700)
    made = Proxy(folder, server)
    made.start()
    try:
        yield made
    finally:
        made.close()
        (folder / SOCKET).unlink(missing_ok=True)
        folder.rmdir()
