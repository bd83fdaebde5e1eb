"""The schema and the roles: `workervoice db upgrade`, as the owner, one at a time.

Passwords of the three login roles are those of their URLs; on a managed server where the owner may
not create roles they must exist already, and then only their rights are set (see `roles`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import SQLAlchemyError as DatabaseFault

from workervoice.errors import ServerError, Unavailable
from workervoice.store.roles import LOGIN_ROLES, ensure_roles

__all__ = [
    "EMBEDDED_AWAY",
    "LOGIN_ROLES",
    "current_revision",
    "known_revisions",
    "make_roles",
    "newest_revision",
    "upgrade",
]

_GIVEN = "the database does not answer: check WORKERVOICE_DATABASE_URL"
EMBEDDED_AWAY = (
    "the embedded database does not answer: end `workervoice up` and start it again, and see "
    "postgres.log in the data directory"
)
_LOCK = 0x776F726B  # "work": one upgrade at a time on one database


def make_roles(owner_url: str, passwords: Mapping[str, str]) -> None:
    """Make or renew the roles alone, for tables that come from elsewhere."""
    engine = create_engine(owner_url, hide_parameters=True, connect_args={"connect_timeout": 5})
    try:
        with engine.begin() as connection:
            ensure_roles(connection, passwords)
    except OperationalError as exc:
        raise Unavailable(_GIVEN) from exc
    except DatabaseFault as exc:
        raise ServerError(f"the roles were refused: {_reason(exc)}; nothing changed") from exc
    finally:
        engine.dispose()


def known_revisions() -> frozenset[str]:
    """Every revision that this version of the program can upgrade from."""
    scripts = ScriptDirectory.from_config(_configuration())
    return frozenset(script.revision for script in scripts.walk_revisions())


def upgrade(owner_url: str, passwords: Mapping[str, str]) -> str:
    """Make or renew roles, then migrate to the newest revision; returns it.

    `passwords` maps login roles to the passwords in their URLs.
    """
    engine = create_engine(owner_url, hide_parameters=True, connect_args={"connect_timeout": 5})
    try:
        with engine.begin() as connection:
            ensure_roles(connection, passwords)
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            configuration = _configuration()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
    except OperationalError as exc:
        raise Unavailable(_GIVEN) from exc
    except DatabaseFault as exc:
        raise ServerError(f"the upgrade was refused: {_reason(exc)}; nothing changed") from exc
    finally:
        engine.dispose()
    return newest_revision()


def newest_revision() -> str:
    """The revision that this version of the program expects."""
    return ScriptDirectory.from_config(_configuration()).get_current_head() or ""


def current_revision(owner_url: str, away: str = _GIVEN) -> str | None:
    """The revision that the database has; None if it was never upgraded. `away` is what
    is said if it does not answer."""
    engine = create_engine(owner_url, hide_parameters=True, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError as exc:
        raise Unavailable(away) from exc
    except DatabaseFault as exc:
        raise ServerError(f"the database cannot be read: {_reason(exc)}") from exc
    finally:
        engine.dispose()


def _reason(exc: DatabaseFault) -> str:
    """What the owner may not do, in the server's words: they name things, never what is in them.
    Of any other fault only its kind: its words may quote a row."""
    origin = getattr(exc, "orig", None)
    if isinstance(origin, InsufficientPrivilege) and origin.diag.message_primary:
        return f"{origin.diag.message_primary} (WORKERVOICE_DATABASE_URL must be the owner's)"
    return type(exc).__name__


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return configuration
