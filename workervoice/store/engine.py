"""The database behind one URL, and one transaction in one programme's scope.

A transaction carries its scope as local settings, which the row-level security policies read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from workervoice.errors import Unavailable

CONNECT_SECONDS = 2
STATEMENT_MS = 8000  # Twilio gives up after 15 s; a webhook must fail clearly before that


@dataclass(frozen=True, slots=True)
class Scope:
    """What a transaction may see. `role` is one of the console's roles, or None for the own."""

    programme: UUID | None = None
    role: str | None = None
    officer: UUID | None = None
    organisation: UUID | None = None


@dataclass(frozen=True, slots=True)
class Tx:
    """An open transaction: SQL goes through `connection`, and every row carries `programme`."""

    connection: Connection
    scope: Scope

    @property
    def programme(self) -> UUID:
        if self.scope.programme is None:
            raise Unavailable("this transaction has no programme")
        return self.scope.programme

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that may fail alone: what it wrote is undone, and the rest still stands."""
        with self.connection.begin_nested():
            yield

    def see_plan(self, issue_id: UUID) -> None:
        """Let a buyer's transaction see the plan that one of its own disclosures opened."""
        self.connection.execute(
            text("SELECT set_config('workervoice.plan', :plan, true)"), {"plan": str(issue_id)}
        )


class Database:
    """One role's connections. Every failure to reach the server is `Unavailable`."""

    def __init__(self, url: str, *, pool_size: int = 4) -> None:
        self._engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=2,
            pool_timeout=CONNECT_SECONDS,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": f"-c statement_timeout={STATEMENT_MS} -c lock_timeout={STATEMENT_MS}",
            },
            hide_parameters=True,
        )

    @contextmanager
    def begin(self, scope: Scope | None = None) -> Iterator[Tx]:
        """Commit at the end, roll back on any error."""
        scope = scope or Scope()
        try:
            with self._engine.begin() as connection:
                _enter(connection, scope)
                yield Tx(connection, scope)
        except (OperationalError, PoolExhausted) as exc:
            raise Unavailable("the database does not answer") from exc
        except DBAPIError as exc:
            if exc.connection_invalidated:
                raise Unavailable("the database connection was lost") from exc
            raise

    def close(self) -> None:
        self._engine.dispose()


def _enter(connection: Connection, scope: Scope) -> None:
    if scope.role is not None:
        if scope.role not in {"staff", "buyer", "monitor"}:
            raise ValueError(f"no such console role: {scope.role}")
        connection.execute(text(f"SET LOCAL ROLE workervoice_{scope.role}"))
    values = {
        "programme": scope.programme,
        "officer": scope.officer,
        "organisation": scope.organisation,
    }
    connection.execute(
        text(
            "SELECT set_config('workervoice.programme', :programme, true),"
            " set_config('workervoice.officer', :officer, true),"
            " set_config('workervoice.organisation', :organisation, true)"
        ),
        {name: "" if value is None else str(value) for name, value in values.items()},
    )


def insert_new(tx: Tx, statement: Insert) -> bool:
    """Insert unless the same key is there already; True if the row is new."""
    keep = {"preserve_rowcount": True}  # otherwise kept for updates and deletes only
    done = tx.connection.execute(statement.on_conflict_do_nothing(), execution_options=keep)
    return done.rowcount == 1
