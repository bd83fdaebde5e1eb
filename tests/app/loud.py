"""A process in which everything goes wrong with a worker's words in its mouth: see test_logs.

Called with a log format; what stands on standard error afterwards is what the logs keep.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import warnings
from typing import Any, Literal, cast
from uuid import UUID

import uvicorn

from workervoice.app.logging_setup import note_task, set_up_logging
from workervoice.errors import SealBroken
from workervoice.journal import Journal

WORDS = "zebracrossing passports in the blue room"
NUMBER = "+15550104477"
TOKEN = "tok3nquincejam0123456789"
OFFICER = UUID("7d444840-9dc0-4111-b245-5ffdce74fad2")
ALL = f"{WORDS} {NUMBER} {TOKEN}"


class _Broken:
    def __del__(self) -> None:
        raise ValueError(ALL)


def _raise() -> None:
    local = ALL
    try:
        raise KeyError(local)
    except KeyError as exc:
        failed = SealBroken(ALL)
        failed.add_note(ALL)
        raise failed from exc


def _from_libraries() -> None:
    for name in ("uvicorn.error", "sqlalchemy.engine", "psycopg", "twilio.http_client", "other"):
        log = logging.getLogger(name)
        log.error("says %s", ALL)
        log.warning(ALL)
        log.error("badly %s %s", ALL)  # noqa: PLE1206 - a library may
        log.error(object())  # no text at all
        try:
            _raise()
        except SealBroken:
            log.exception(ALL)
    warnings.warn(ALL, stacklevel=1)


def _in_our_own_words() -> None:
    journal: Any = Journal("workervoice.test")
    journal.note("signed_in", officer=OFFICER, count=1)
    journal.note("signed_in", officer=ALL, count=ALL)
    journal.note("item_failed", kind=ALL, id=OFFICER, what=ALL)
    journal.note("keys_away", says=ALL)
    journal.note("row_unreadable", kind=ALL, id=NUMBER, count=NUMBER)


async def _in_a_loop() -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(note_task)

    async def fail() -> None:
        _raise()

    task = asyncio.create_task(fail(), name=ALL)
    await asyncio.sleep(0)
    del task
    gc.collect()
    loop.call_soon(_raise)
    await asyncio.sleep(0.01)


async def _app(scope: Any, receive: Any, send: Any) -> None:
    _raise()


def _in_a_server() -> None:
    """uvicorn's own line about an application that failed, and about what is no HTTP."""

    async def run() -> None:
        config = uvicorn.Config(_app, port=0, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        for said in (f"GET /{TOKEN} HTTP/1.1\r\nHost: x\r\n\r\n", f"{TOKEN}\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said.encode())
            await reader.read(100)
            writer.close()
        server.should_exit = True
        await serving

    asyncio.run(run())


def main() -> None:
    set_up_logging("gateway", "info", cast("Literal['text', 'json']", sys.argv[1]))
    _from_libraries()
    _in_our_own_words()
    thread = threading.Thread(target=_raise, name=ALL)
    thread.start()
    thread.join()
    broken = _Broken()
    del broken
    asyncio.run(_in_a_loop())
    _in_a_server()
    _raise()


if __name__ == "__main__":
    main()
