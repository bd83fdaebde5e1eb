"""A thief: the database's superuser, who reads every byte of it and writes whatever pleases."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row
from sqlalchemy.engine import make_url

from tests.house import House
from tests.leaves import read_leaves
from workervoice.crypto.directory import Entry, Signed
from workervoice.crypto.seal import ctx, mac
from workervoice.embedded import EmbeddedServer
from workervoice.embedded.account import account_for
from workervoice.embedded.binaries import binaries_for
from workervoice.store.engine import Scope
from workervoice.store.rows import Row


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

    def rows(self, query: LiteralString, **values: object) -> list[Any]:
        return self.connection.execute(query, values).fetchall()

    def one(self, query: LiteralString, **values: object) -> Any:
        (row,) = self.rows(query, **values)
        return row

    def change(self, query: LiteralString, **values: object) -> int:
        """Returns how many rows were changed."""
        return self.connection.execute(query, values).rowcount

    def rows_of(self, table: str) -> list[Any]:
        return self.connection.execute(
            sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
        ).fetchall()

    def enter(self, signed: Signed, *, keep_signature: bool = False) -> None:
        """Write an entry into the directory, as if a registrar had; or change one's body only."""
        entry = signed.entry
        body = {
            "id": str(entry.id),
            "kind": entry.kind,
            "programme": str(entry.programme_id),
            "version": entry.version,
            "role": entry.role,
            "organisation": entry.organisation_id and str(entry.organisation_id),
            "epoch": entry.epoch,
            "sign": entry.sign_public.hex(),
            "kem": entry.kem_public.hex(),
            "not_after": entry.not_after,
        }
        self.change(
            "INSERT INTO directory VALUES (%(p)s, %(id)s, %(v)s, %(k)s, %(o)s, %(b)s, %(s)s, %(g)s)"
            " ON CONFLICT (programme_id, id, version) DO UPDATE SET body = excluded.body,"
            " signature = CASE WHEN %(keep)s THEN directory.signature ELSE excluded.signature END",
            keep=keep_signature,
            p=entry.programme_id,
            id=entry.id,
            v=entry.version,
            k=entry.kind,
            o=entry.organisation_id,
            b=json.dumps(body).encode(),
            s=signed.signer_id,
            g=signed.signature,
        )

    def swap(self, table: str, columns: Iterable[str], one: UUID, other: UUID) -> None:
        """Exchange some columns of two rows, past every constraint."""
        name, columns = sql.Identifier(table), list(columns)
        find = sql.SQL("SELECT * FROM {} WHERE id = %s").format(name)
        drop = sql.SQL("DELETE FROM {} WHERE id = ANY(%s)").format(name)
        first, second = (
            row._asdict() for key in (one, other) for row in self.connection.execute(find, [key])
        )
        with self.connection.transaction():
            self.connection.execute("SET LOCAL session_replication_role = replica")
            self.connection.execute(drop, [[one, other]])
            for row, source in ((first, second), (second, first)):
                self._insert(name, {**row, **{each: source[each] for each in columns}})

    def _insert(self, table: sql.Identifier, values: dict[str, Any]) -> None:
        add = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
            table,
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Placeholder, values)),
        )
        self.connection.execute(add, values)

    def put_back(self, table: str, rows: Iterable[Any]) -> None:
        """Those of these rows that are not there any more, past every constraint."""
        there = self.rows_of(table)
        with self.connection.transaction():
            self.connection.execute("SET LOCAL session_replication_role = replica")
            for row in rows:
                if row not in there:
                    self._insert(sql.Identifier(table), row._asdict())

    def take_away(self, table: str, rows: Iterable[Any]) -> None:
        """These very rows, past every constraint."""
        name = sql.Identifier(table)
        with self.connection.transaction():
            self.connection.execute("SET LOCAL session_replication_role = replica")
            for row in rows:
                same = [
                    sql.SQL("{} IS NOT DISTINCT FROM {}").format(
                        sql.Identifier(column), sql.Placeholder(column)
                    )
                    for column in row._fields
                ]
                where = sql.SQL(" AND ").join(same)
                drop = sql.SQL("DELETE FROM {} WHERE {}").format(name, where)
                self.connection.execute(drop, row._asdict())

    def overwrite(self, table: str, row_id: UUID, values: dict[str, Any]) -> None:
        """Set columns of one row by its id."""
        settings = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in values
        )
        change = sql.SQL("UPDATE {} SET {} WHERE id = {}").format(
            sql.Identifier(table), settings, sql.Literal(row_id)
        )
        assert self.connection.execute(change, values).rowcount == 1

    @contextmanager
    def for_a_while(self, table: str) -> Iterator[None]:
        """Whatever is changed in this table meanwhile is as it was afterwards."""
        name = sql.Identifier(table)
        kept = [
            row._asdict()
            for row in self.connection.execute(sql.SQL("SELECT * FROM {}").format(name))
        ]
        try:
            yield
        finally:
            with self.connection.transaction():
                self.connection.execute("SET LOCAL session_replication_role = replica")
                self.connection.execute(sql.SQL("DELETE FROM {}").format(name))
                for row in kept:
                    self._insert(name, row)

    def entry(
        self,
        entry_id: UUID,
        kind: str,
        role: str,
        now: datetime,
        *,
        sign_public: bytes = b"",
        kem_public: bytes = b"",
        epoch: int = 0,
        version: int = 1,
    ) -> Entry:
        """What the thief would like the directory to say."""
        until = int((now + timedelta(days=9)).timestamp())
        keys = (sign_public, kem_public)
        return Entry(entry_id, kind, self.programme, version, role, None, epoch, *keys, until)

    def public_of(self, kind: str) -> bytes:
        """The key that things are sealed to, as the directory gives it to everybody."""
        row = self.one("SELECT body FROM directory WHERE kind = %(k)s ORDER BY id LIMIT 1", k=kind)
        return bytes.fromhex(json.loads(row.body)["kem"])

    def contact_of(self, house: House, number: str) -> tuple[UUID, UUID]:
        """This number's contact and conversation. Only the pepper tells, which no thief has."""
        place = ctx("phone-index", 1, self.programme, "tel", number)
        index = mac(house.gateway.custody.mac("pepper", place), ctx("phone-place", 0))
        row = self.one("SELECT id, conversation_id FROM contact WHERE index = %(i)s", i=index)
        return row.id, row.conversation_id

    def outbox_of(self, house: House, number: str) -> list[Any]:
        """What this number was sent and is owed."""
        _, conversation = self.contact_of(house, number)
        return self.rows("SELECT * FROM outbox WHERE conversation_id = %(c)s", c=conversation)

    def logged_versions(self, house: House, kind: str, row_id: UUID) -> set[int]:
        """Which versions of a row the log has seen. The service key tells, which no thief has."""
        seen = set()
        with house.owner.begin(Scope(self.programme)) as tx:
            leaves = read_leaves(tx, house.console.vault)
        for written in " ".join(leaf["rows"] for leaf in leaves).split():
            place = Row.read(written).place
            if (place.kind, place.series) == (kind, (row_id,)):
                seen.add(place.number)
        return seen

    def refused(self) -> int:
        """How many texts the courier would not send because nobody vouches for them."""
        row = self.one("SELECT count(*) FROM outbox WHERE (state, code) = ('failed', 'untrusted')")
        return int(row.count)

    def tables(self) -> list[str]:
        found = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [row.tablename for row in found]

    def cells(self) -> Iterator[tuple[str, object]]:
        """Every value of every row, named by table and column."""
        for table in self.tables():
            query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
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
