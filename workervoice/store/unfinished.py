"""A restore that is not finished: a mark in the database, which lets only its owner in.

The mark is an empty table. It is made in the same transaction that loads the backup, and taken
away when everything that must not come back was destroyed again.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from workervoice.errors import SettingsError, Unavailable

MARK = b"CREATE TABLE public.restoring ();\n"

_MARKED = b"""
SELECT pg_catalog.pg_has_role(c.relowner, 'MEMBER') FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname = 'restoring'
"""
_THINGS = """
SELECT c.relname FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
"""
_TABLES = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'public'"
_CONNECT_SECONDS = 5


def refuse_unfinished(connection: psycopg.Connection[Any]) -> None:
    """Hang up, unless this role owns the database. Raises `psycopg.OperationalError`."""
    row = connection.execute(_MARKED).fetchone()
    connection.rollback()
    if row is not None and not row[0]:
        connection.close()
        raise psycopg.OperationalError("a restore of this database is not finished")


def stop_if_unfinished(url: str) -> None:
    """Raises `SettingsError` on a database whose restore is not finished. One that does not answer
    is nobody's fault here."""
    try:
        with psycopg.connect(_conninfo(url), autocommit=True) as connection:
            found = connection.execute(_MARKED).fetchone()
    except psycopg.OperationalError:
        return
    if found is not None:
        raise SettingsError(
            "This database was being restored, and that was not finished: run the same "
            "`workervoice restore` again before anything is started."
        )


class Emptied:
    """The owner's hand on a database that is to be filled."""

    def __init__(self, url: str) -> None:
        self._url = url

    def was_interrupted(self) -> bool:
        """True if an earlier restore into it was not finished."""
        with self._connected() as connection:
            return connection.execute(_MARKED).fetchone() is not None

    def is_empty(self) -> bool:
        with self._connected() as connection:
            return connection.execute(_THINGS.encode()).fetchone() is None

    def clear(self) -> None:
        """Take away everything that a restore made here."""
        with self._connected() as connection, connection.transaction():
            for (name,) in connection.execute(_TABLES.encode()).fetchall():
                drop = sql.SQL("DROP TABLE public.{} CASCADE")
                connection.execute(drop.format(sql.Identifier(name)))
            connection.execute("DROP FUNCTION IF EXISTS public.workervoice_scope(text) CASCADE")

    def finish(self) -> None:
        """From now on everybody is let in."""
        with self._connected() as connection:
            connection.execute("DROP TABLE public.restoring")

    def _connected(self) -> psycopg.Connection[Any]:
        try:
            return psycopg.connect(_conninfo(self._url), autocommit=True)
        except psycopg.OperationalError:
            raise Unavailable(
                "the database does not answer: check WORKERVOICE_DATABASE_URL"
            ) from None


def _conninfo(url: str) -> str:
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    return make_conninfo(plain, connect_timeout=_CONNECT_SECONDS)
