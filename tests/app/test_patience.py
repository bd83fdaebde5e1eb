"""A client that does not finish its request is hung up on; a whole one is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from workervoice.app.patience import BODY_BYTES, HEAD_BYTES, Patient

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
async def connected(app: Callable[..., Any] = answer) -> AsyncIterator[Client]:
    config = uvicorn.Config(app, http=Quick, log_config=None, lifespan="off")
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


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "endless",
    [CHUNKED + b"0\r\nX: ", CHUNKED + b"4\r\nbody\r\n0\r\nX: ", CHUNKED + b"1;"],
    ids=["no body", "a body", "the size of a chunk"],
)
def test_what_stands_around_a_body_has_an_end(endless: bytes) -> None:
    async def scene() -> tuple[bytes, int]:
        async with connected() as (reader, writer):
            writer.write(endless)
            sent = 0
            try:
                while sent < 100 * HEAD_BYTES:
                    writer.write(b"a" * 4096)
                    await writer.drain()
                    sent += 4096
                    await asyncio.sleep(0)
            except OSError:
                pass
            return await said(reader), sent

    heard, _ = asyncio.run(scene())

    assert not heard.startswith(b"HTTP/1.1 2")


def test_a_body_in_chunks_is_read_to_its_end_however_long() -> None:
    pieces = b"".join(b"%x\r\n%s\r\n" % (1000, b"x" * 1000) for _ in range(400))

    async def scene() -> bytes:
        async with connected() as (reader, writer):
            writer.write(CHUNKED + pieces + b"0\r\n\r\n")
            return await reader.readuntil(b"\r\n\r\n")

    assert asyncio.run(scene()).startswith(b"HTTP/1.1 204")


def test_requests_sent_ahead_are_answered_in_order_and_too_many_are_hung_up_on() -> None:
    async def few() -> list[bytes]:
        async with connected() as (reader, writer):
            writer.write(WHOLE * 3)
            return [(await reader.readuntil(b"\r\n\r\n"))[:12] for _ in range(3)]

    async def lots() -> bytes:
        async with connected() as (reader, writer):
            writer.write(WHOLE * 1000)
            return await said(reader)

    answers, many = asyncio.run(few()), asyncio.run(lots())

    assert answers == [b"HTTP/1.1 204"] * 3
    assert many.count(b"HTTP/1.1") < 8
    assert b"HTTP/1.1 400" not in many  # it would be read as the answer to another request


async def a_lot(
    scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 20_000_000})


def test_who_does_not_read_the_answer_is_hung_up_on() -> None:
    async def scene() -> int:
        async with connected(a_lot) as (reader, writer):
            writer.write(WHOLE)
            await asyncio.sleep(SECONDS * 4)  # our own buffers are full, and so are the system's
            return len(await said(reader))

    assert asyncio.run(scene()) < 20_000_000


def test_who_reads_slowly_hears_all_of_it() -> None:
    async def scene() -> int:
        heard = 0
        async with connected(a_lot) as (reader, writer):
            writer.write(WHOLE)
            while heard < 20_000_000:
                heard += len(await reader.read(500_000))
                await asyncio.sleep(SECONDS / 20)
        return heard

    assert asyncio.run(scene()) >= 20_000_000


def test_a_large_body_on_a_slow_way_is_waited_for_as_long_as_it_comes() -> None:
    async def sent_slowly() -> bytes:
        async with connected() as (reader, writer):
            writer.write(
                HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (8 * BODY_BYTES)
            )
            for _ in range(8):
                await asyncio.sleep(SECONDS * 0.6)  # all of it takes almost five times as long
                writer.write(bytes(BODY_BYTES))
                await writer.drain()
            return await said(reader)

    assert asyncio.run(sent_slowly()).startswith(b"HTTP/1.1 204 ")
