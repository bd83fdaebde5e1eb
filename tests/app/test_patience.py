"""A client that does not finish its request is hung up on; a whole one is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from workervoice.app.patience import HEAD_BYTES, Patient

SECONDS = 0.3
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
WHOLE = HEAD + b"Content-Length: 4\r\n\r\nbody"


class Quick(Patient):
    """As the servers', in a test's time."""

    seconds = SECONDS


async def answer(
    scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
) -> None:
    while (await receive()).get("more_body"):
        continue
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def connected() -> AsyncIterator[Client]:
    config = uvicorn.Config(answer, http=Quick, log_config=None, lifespan="off")
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Quick(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    yield reader, writer
    writer.transport.abort()
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.1)
    assert not state.connections


async def said(reader: asyncio.StreamReader) -> bytes:
    """Everything until it is hung up; `TimeoutError` if that takes too long."""
    found = b""
    try:
        async with asyncio.timeout(SECONDS * 6):
            while chunk := await reader.read(4096):
                found += chunk
    except ConnectionResetError:
        pass
    return found


async def drip(writer: asyncio.StreamWriter, piece: bytes) -> None:
    try:
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(SECONDS / 10)
    except OSError:
        return


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"", b""),
        (HEAD, b"X: 1\r\n"),
        (HEAD + b"Content-Length: 900\r\n\r\n", b"o"),
        (HEAD + b"Content-Length: 900\r\n\r\nhalf", b""),
        (WHOLE + HEAD, b"X: 1\r\n"),
    ],
    ids=["silence", "slow head", "slow body", "half a body", "slow second request"],
)
def test_who_does_not_finish_is_hung_up_on(first: bytes, piece: bytes) -> None:
    async def scene() -> bytes:
        async with connected() as (reader, writer):
            writer.write(first)
            dripping = asyncio.create_task(drip(writer, piece))
            try:
                return await said(reader)
            finally:
                dripping.cancel()

    heard = asyncio.run(scene())

    assert heard.startswith(b"HTTP/1.1 204") == first.startswith(WHOLE)


def test_a_connection_that_is_kept_is_answered_again_and_again() -> None:
    async def scene() -> list[bytes]:
        heard = []
        async with connected() as (reader, writer):
            for _ in range(4):
                writer.write(WHOLE)
                heard.append((await reader.readuntil(b"\r\n\r\n"))[:12])
                await asyncio.sleep(SECONDS / 2)
        return heard

    assert asyncio.run(scene()) == [b"HTTP/1.1 204"] * 4


@pytest.mark.parametrize(
    "request_head",
    [
        HEAD + b"X: " + b"x" * HEAD_BYTES,
        HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(64)) + b"\r\n",
        b"POST /" + b"x" * HEAD_BYTES + b" HTTP/1.1\r\n\r\n",
    ],
    ids=["one header without end", "many headers", "a long address"],
)
def test_a_head_that_is_too_long_is_refused(request_head: bytes) -> None:
    async def scene() -> bytes:
        async with connected() as (reader, writer):
            writer.write(request_head)
            return await said(reader)

    assert asyncio.run(scene()).startswith(b"HTTP/1.1 400")
