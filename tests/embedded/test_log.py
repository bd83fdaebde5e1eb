"""What the server's log does not say."""

from __future__ import annotations

import os
import signal
import time

import psycopg
import pytest

from tests.embedded.servers import (
    MARKER,
    connect,
    sockets,
    wait_until_busy,
)
from workervoice.embedded import EmbeddedServer
from workervoice.embedded.cluster import OWNER


def test_its_log_never_quotes_a_statement_or_a_row(running: EmbeddedServer) -> None:
    begin = running.log.stat().st_size
    provoked = [
        f"INSERT INTO twice VALUES ('{MARKER}')",  # noqa: S608 - unique violation: the detail quotes the row
        f"SELECT {MARKER} FROM WHERE",  # noqa: S608 - syntax error: the message quotes the word
        f"SELECT '{MARKER}'::int",  # bad value: the message quotes the value
        f"DO $$BEGIN RAISE WARNING '{MARKER}'; RAISE EXCEPTION '{MARKER}'; END$$",
        f"SELECT pg_sleep(0.05), '{MARKER}', 1/0",
    ]
    with connect(running) as connection:
        connection.execute("CREATE TABLE twice (word text PRIMARY KEY)")
        connection.execute(provoked[0].encode())

        for statement in provoked:
            with pytest.raises(psycopg.Error):
                connection.execute(statement.encode())

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(sockets(running)), user=OWNER, password="x", dbname="postgres")
    written = running.log.read_bytes()
    assert b"password authentication failed" in written[begin:], "positive control: it does write"
    assert MARKER.encode() not in written


def test_its_log_never_quotes_the_statement_that_a_crash_interrupted(
    server: EmbeddedServer,
) -> None:
    server.start()
    server.ensure_database()
    begin = server.log.stat().st_size
    busy = connect(server)
    busy.pgconn.send_query(f"SELECT pg_sleep(60), '{MARKER}'".encode())
    busy.pgconn.flush()
    wait_until_busy(server, busy.info.backend_pid)

    os.kill(busy.info.backend_pid, signal.SIGKILL)

    busy.close()
    deadline = time.monotonic() + 20
    while "ready to accept connections" not in server.log.read_text()[begin:]:
        assert time.monotonic() < deadline, "it did not come back"
        time.sleep(0.01)
    assert "was terminated by signal 9" in server.log.read_text()[begin:]
    assert MARKER not in server.log.read_text()
