"""The database behind one URL, and one transaction in one programme's scope.

A transaction carries its scope as local settings, which the row-level security policies read.

A server may be frozen rather than down: it is connected to and says nothing. The settings of the
server cannot help against that and those of TCP only if the network is to blame, so we look at our
own clock as well, and hang up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from sqlalchemy import Connection, Engine, Row, Select, create_engine, event, text
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from workervoice.errors import NotUpgraded, Unavailable, Unlogged
from workervoice.store.rows import Row as Logged
from workervoice.store.unfinished import refuse_unfinished
from workervoice.store.writing import Write, check, one_statement

CONNECT_SECONDS = 2
STATEMENT_SECONDS = 8  # a living server ends a statement after this, or a wait for a lock
PATIENCE_SECONDS = 9  # a server that still says nothing then is hung up on
STREAM_ROWS = 2000
_READ_ONLY = "25006"  # a standby: the primary is somebody else now, or nobody
_FORBIDDEN = "42501"  # a right that is missing; or a file of the server's own that it may not open
_NO_TABLE, _NO_ROLE = "42P01", "22023"
_UPGRADE = "the database has not this version's tables and roles: run `workervoice db upgrade`"
_OF_FILES = frozenset({"md.c", "fd.c", "slru.c", "xlog.c"})  # who in the server says so
IDLE_SECONDS = 60  # the server ends what a process left open that it can no longer hear

_TOLD_TO_SERVER = {
    "statement_timeout": STATEMENT_SECONDS,
    "lock_timeout": STATEMENT_SECONDS,
    "idle_in_transaction_session_timeout": IDLE_SECONDS,
}
_CONNECT: dict[str, str | int] = {
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": PATIENCE_SECONDS * 1000,
    "keepalives_idle": 10,  # seconds; a host that vanished is known before it is needed
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "options": " ".join(f"-c {name}={seconds}s" for name, seconds in _TOLD_TO_SERVER.items()),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a transaction may see. `role` is one of the console's roles, or None for the own."""

    programme: UUID | None = None
    role: str | None = None
    officer: UUID | None = None
    organisation: UUID | None = None


@dataclass(frozen=True, slots=True)
class Tx:
    """An open transaction: SQL goes through `connection`, and every row carries `programme`.

    `stored` gathers the rows that the next leaf of the log has to name, and `unsent` what is to be
    written: it goes to the server before anything else does, and at the end.
    """

    raw: Connection
    scope: Scope
    stored: list[Logged] = field(default_factory=list, repr=False)
    unsent: list[Write] = field(default_factory=list, repr=False)

    @property
    def connection(self) -> Connection:
        """Where to ask: what was to be written before is written."""
        self.send()
        return self.raw

    def write(self, part: Write) -> None:
        """Write this with what else is to be written, as late as can be."""
        if part.after and any(part.table == other.table for other in self.unsent):
            self.send()
        self.unsent.append(part)

    def send(self) -> None:
        """Write what was gathered. Raises what a part was refused with, once all were tried."""
        if not self.unsent:
            return
        parts = tuple(self.unsent)
        self.unsent.clear()
        (counts,) = _answered(self.raw, *one_statement(parts))
        check(parts, counts)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a question that is put for every message: plain SQL, which calls its values
        `$1` and so on. It costs a third of SQLAlchemy's way."""
        self.send()
        return _answered(self.raw, sql, values)

    @property
    def programme(self) -> UUID:
        if self.scope.programme is None:
            raise Unavailable("this transaction has no programme")
        return self.scope.programme

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that may fail alone: what it wrote is undone, and the rest still stands."""
        before = len(self.stored)
        try:
            with self.connection.begin_nested():
                yield
                self.send()
        except BaseException:
            del self.stored[before:]
            self.unsent.clear()
            raise

    def see_plan(self, issue_id: UUID) -> None:
        """Let a buyer's transaction see the plan that one of its own disclosures opened."""
        self.connection.execute(
            text("SELECT set_config('workervoice.plan', :plan, true)"), {"plan": str(issue_id)}
        )


class _Impatient(psycopg.Connection[TupleRow]):
    """A connection that does not wait for ever."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        patience = PATIENCE_SECONDS if timeout is None else timeout
        try:
            return super().wait(gen, interval, patience)
        except psycopg.OperationalError:
            if self.info.transaction_status is TransactionStatus.ACTIVE:
                self.close()  # its answer may still come, and would be taken for another's
            raise


class Database:
    """One role's connections. Every failure to reach the server is `Unavailable`, and tables that
    are not there are `NotUpgraded`."""

    def __init__(
        self, url: str, *, pool_size: int = 4, snapshot: bool = False, wearing: str | None = None
    ) -> None:
        """With `snapshot` a transaction sees everything as it was when it began. `wearing` is a
        role that the owner puts on for every transaction that names none."""
        self._wearing, self._snapshot = wearing, snapshot
        self._engine: Engine = create_engine(
            url,
            isolation_level="AUTOCOMMIT",  # we say BEGIN ourselves, with the scope in one breath
            pool_size=pool_size,
            max_overflow=2,
            pool_timeout=CONNECT_SECONDS,
            connect_args=_CONNECT,
            hide_parameters=True,
        )
        event.listen(self._engine, "do_connect", _connect)

    @contextmanager
    def begin(self, scope: Scope | None = None) -> Iterator[Tx]:
        """Commit at the end, roll back on any error; raises `Unlogged` for rows without a leaf."""
        scope = scope or Scope()
        try:
            with self._entered(scope) as connection:  # leaving it rolls back what is not committed
                tx = Tx(connection, scope)
                yield tx
                tx.send()
                if tx.stored:
                    raise Unlogged(f"no leaf of the log names {tx.stored[0].place}")
                connection.commit()
        except (OperationalError, PoolExhausted) as exc:
            raise Unavailable("the database does not answer") from exc
        except DBAPIError as exc:
            if exc.connection_invalidated:
                raise Unavailable("the database connection was lost") from exc
            if _cannot_write(exc):
                raise Unavailable("the database cannot write") from exc
            if _state(exc) == _NO_TABLE:
                raise NotUpgraded(_UPGRADE) from exc
            raise

    def _entered(self, scope: Scope) -> Connection:
        """A connection in a transaction of this scope; a new one in place of one that was lost
        since it was used last."""
        for again in (True, False):
            with ExitStack() as held:
                connection = held.enter_context(self._engine.connect())
                try:
                    connection.exec_driver_sql(_entering(scope, self._snapshot, self._wearing))
                except DBAPIError as exc:
                    if _state(exc) == _NO_ROLE:
                        raise NotUpgraded(_UPGRADE) from exc
                    if not (exc.connection_invalidated and again):
                        raise
                else:
                    held.pop_all()
                    return connection
        raise Unavailable("the database connection was lost")

    def close(self) -> None:
        self._engine.dispose()


def _cannot_write(error: DBAPIError) -> bool:
    """Whether the server itself may not write, which is no fault of what it was asked."""
    said = error.orig.diag if isinstance(error.orig, psycopg.Error) else None
    if said is None or said.sqlstate != _FORBIDDEN:
        return said is not None and said.sqlstate == _READ_ONLY
    return said.source_file in _OF_FILES


def _state(error: DBAPIError) -> str | None:
    return error.orig.sqlstate if isinstance(error.orig, psycopg.Error) else None


def _connect(
    dialect: object, record: object, args: tuple[Any, ...], given: dict[str, Any]
) -> _Impatient:
    connection = _Impatient.connect(*args, **given)
    refuse_unfinished(connection)
    return connection


def _entering(scope: Scope, snapshot: bool, wearing: str | None) -> str:
    """What begins a transaction, in one journey: its settings are gone when it ends."""
    if scope.role not in {None, "staff", "buyer", "monitor", "registrar", "translator"}:
        raise ValueError(f"no such console role: {scope.role}")
    role = wearing if scope.role is None else f"workervoice_{scope.role}"
    ids = {
        "programme": scope.programme,
        "officer": scope.officer,
        "organisation": scope.organisation,
    }
    settings = ", ".join(
        f"set_config('workervoice.{name}', '{_id(value)}', true)" for name, value in ids.items()
    )
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ" if snapshot else "BEGIN"
    worn = f'SET LOCAL ROLE "{role}"; ' if role else ""
    return f"{begin}; {worn}SELECT {settings}"


def _id(value: UUID | None) -> str:
    """An id as SQL may quote it: nothing but a UUID gets there."""
    return "" if value is None else str(UUID(int=value.int))


def _answered(
    connection: Connection, sql: str, values: tuple[object, ...]
) -> list[tuple[Any, ...]]:
    """The rows that this returns: past SQLAlchemy, and with its errors."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise Unavailable("the database connection was lost")
    try:
        with psycopg.RawCursor(driver) as cursor:
            return cursor.execute(sql, values).fetchall()
    except psycopg.Error as exc:
        lost = driver.closed or driver.broken
        if lost:
            connection.invalidate(exc)
        raise DBAPIError.instance(
            sql, None, exc, psycopg.Error, hide_parameters=True, connection_invalidated=lost
        ) from exc


def streamed(tx: Tx, query: Select[Any]) -> Iterator[Row[Any]]:
    """The rows of a query that may have very many, a chunk at a time."""
    options = {"stream_results": True, "yield_per": STREAM_ROWS}
    yield from tx.connection.execute(query, execution_options=options)


def database_time(tx: Tx) -> datetime:
    """What time it is by the server's clock: the one that all processes of a hotline share."""
    ((now,),) = tx.ask("SELECT clock_timestamp()")
    known: datetime = now
    return known.astimezone(UTC)


def insert_new(tx: Tx, statement: Insert) -> bool:
    """Insert unless the same key is there already; True if the row is new."""
    keep = {"preserve_rowcount": True}  # otherwise kept for updates and deletes only
    done = tx.connection.execute(statement.on_conflict_do_nothing(), execution_options=keep)
    return done.rowcount == 1
