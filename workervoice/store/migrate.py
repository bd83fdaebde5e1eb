"""The schema and the roles: `workervoice db upgrade`, as the owner, one at a time.

Passwords of the three login roles are those of their URLs; on a managed server where the owner may
not create roles they must exist already, and then only their rights are set.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import SQLAlchemyError as DatabaseFault

from workervoice.errors import ServerError, Unavailable

LOGIN_ROLES = ("workervoice_gateway", "workervoice_courier", "workervoice_console")
CONSOLE_ROLES = ("workervoice_staff", "workervoice_buyer", "workervoice_monitor")
_LOCK = 0x776F726B  # "work": one upgrade at a time on one database
_MAY = "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
# Roles belong to the whole server, and an advisory lock to one database.
_LOCK_ROLES = "LOCK TABLE pg_authid IN SHARE ROW EXCLUSIVE MODE"


def upgrade(owner_url: str, passwords: Mapping[str, str]) -> str:
    """Make or renew roles, then migrate to the newest revision; returns it.

    `passwords` maps login roles to the passwords in their URLs.
    """
    engine = create_engine(owner_url, hide_parameters=True, connect_args={"connect_timeout": 5})
    try:
        with engine.begin() as connection:
            _ensure_roles(connection, passwords)
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            configuration = _configuration()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
    except OperationalError as exc:
        raise Unavailable("the database does not answer: check WORKERVOICE_DATABASE_URL") from exc
    except DatabaseFault as exc:
        raise ServerError(
            f"the upgrade was refused: {type(exc).__name__}; nothing changed"
        ) from exc
    finally:
        engine.dispose()
    return newest_revision()


def newest_revision() -> str:
    """The revision that this version of the program expects."""
    return ScriptDirectory.from_config(_configuration()).get_current_head() or ""


def current_revision(owner_url: str) -> str | None:
    """The revision that the database has; None if it was never upgraded."""
    engine = create_engine(owner_url, hide_parameters=True, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError as exc:
        raise Unavailable("the database does not answer: check WORKERVOICE_DATABASE_URL") from exc
    finally:
        engine.dispose()


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return configuration


def _ensure_roles(connection: Connection, passwords: Mapping[str, str]) -> None:
    may = connection.execute(text(_MAY)).one()
    if may.rolsuper:
        connection.execute(text(_LOCK_ROLES))
    present = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
    if may.rolsuper or may.rolcreaterole:
        _make_roles(connection, passwords, present)
        return
    missing = sorted({*LOGIN_ROLES, *CONSOLE_ROLES} - present)
    if missing:
        raise ServerError(
            f"the database's owner may not create roles: have {', '.join(missing)} made first"
        )


def _make_roles(connection: Connection, passwords: Mapping[str, str], present: set[str]) -> None:
    for role in CONSOLE_ROLES:
        if role not in present:
            connection.execute(text(f"CREATE ROLE {role} NOLOGIN"))
    for role in LOGIN_ROLES:
        verb = "ALTER" if role in present else "CREATE"
        if role in present and role not in passwords:
            continue
        options = "LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE"
        connection.execute(text(f"{verb} ROLE {role} {options}"))
        if role in passwords:
            _set_password(connection, role, passwords[role])
    for role in CONSOLE_ROLES:
        connection.execute(text(f"GRANT {role} TO workervoice_console"))


def _set_password(connection: Connection, role: str, password: str) -> None:
    statement = connection.execute(
        text("SELECT 'ALTER ROLE ' || quote_ident(:role) || ' PASSWORD ' || quote_literal(:word)"),
        {"role": role, "word": password},
    ).scalar_one()
    connection.exec_driver_sql(statement.replace("%", "%%"))
