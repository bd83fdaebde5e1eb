"""A thief: the database's superuser, who reads every byte of it and writes whatever pleases."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy.engine import make_url

from tests.house import House
from workervoice.embedded import EmbeddedServer
from workervoice.embedded.account import account_for
from workervoice.embedded.binaries import binaries_for


@dataclass(frozen=True)
class Thief:
    """Connected as the superuser, whom no policy stops."""

    server: EmbeddedServer
    database: str
    programme: UUID
    connection: psycopg.Connection[Any]

    @classmethod
    @contextmanager
    def of(cls, server: EmbeddedServer, house: House) -> Iterator[Thief]:
        database = make_url(house.urls["gateway"]).database or ""
        url = server.owner_url(database).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True, row_factory=namedtuple_row) as connection:
            yield cls(server, database, house.programme, connection)

    def rows(self, sql: LiteralString, **values: object) -> list[Any]:
        return self.connection.execute(sql, values).fetchall()

    def one(self, sql: LiteralString, **values: object) -> Any:
        (row,) = self.rows(sql, **values)
        return row

    def change(self, sql: LiteralString, **values: object) -> int:
        """Returns how many rows were changed."""
        return self.connection.execute(sql, values).rowcount

    def tables(self) -> list[str]:
        found = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [row.tablename for row in found]

    def cells(self) -> Iterator[tuple[str, object]]:
        """Every value of every row, named by table and column."""
        for table in self.tables():
            query = psycopg.sql.SQL("SELECT * FROM {}").format(psycopg.sql.Identifier(table))
            for row in self.connection.execute(query):
                for name, value in row._asdict().items():
                    yield f"{table}.{name}", value

    def dump(self) -> bytes:
        """What `pg_dump` makes of it, as a backup would hold it."""
        account = account_for(self.server.cluster)
        url = make_url(self.server.owner_url(self.database))
        done = subprocess.run(
            [
                str(binaries_for(self.server.cluster, account) / "pg_dump"),
                *("--inserts", "--username", str(url.username), "--dbname", self.database),
                *("--host", str(url.query["host"])),
            ],
            env={"PGPASSWORD": str(url.password)},
            capture_output=True,
            check=True,
            timeout=60,
        )
        return done.stdout
