"""The database roles of our processes and pages, made or renewed as the database's owner.

The owner need not be a superuser: since PostgreSQL 16 whoever may create roles administers those
that it made, and no others. One that may not create roles finds them made, and only checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text

from workervoice.errors import ServerError

LOGIN_ROLES = ("workervoice_gateway", "workervoice_courier", "workervoice_console")
CONSOLE_ROLES = (
    *("workervoice_staff", "workervoice_buyer", "workervoice_monitor"),
    *("workervoice_registrar", "workervoice_translator"),
)

_OWNER = "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
# Roles belong to the whole server, and an advisory lock to one database.
_LOCK_ROLES = "LOCK TABLE pg_authid IN SHARE ROW EXCLUSIVE MODE"
_PRESENT = "SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles)"
_PLAIN = "LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
_NOT_PLAIN = (
    "SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles) AND (NOT rolcanlogin"
    " OR rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)"
)
_MINE = (
    "SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles)"
    " AND pg_has_role(current_user, oid, 'USAGE WITH ADMIN OPTION')"
)
_WORN = (  # to be put on for one transaction, and not there without that
    "SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles)"
    " AND pg_has_role('workervoice_console', oid, 'SET')"
    " AND NOT pg_has_role('workervoice_console', oid, 'USAGE')"
)
_WEAR = "TO workervoice_console WITH INHERIT FALSE, SET TRUE"


def ensure_roles(connection: Connection, passwords: Mapping[str, str]) -> None:
    """Make what is missing, set the login roles' passwords, and let the console wear its roles.

    Raises `ServerError` that names the right which the owner lacks.
    """
    owner = connection.execute(text(_OWNER)).one()
    if owner.rolsuper:
        connection.execute(text(_LOCK_ROLES))
    roles = (*LOGIN_ROLES, *CONSOLE_ROLES)
    present = set(_those(connection, _PRESENT, roles))
    missing = [role for role in roles if role not in present]
    may_make = owner.rolsuper or owner.rolcreaterole
    if missing and not may_make:
        raise ServerError(
            f"the database's owner {owner.rolname} may not create roles: give it CREATEROLE, or "
            f"have {', '.join(missing)} made first"
        )
    for role in missing:
        login = "LOGIN NOINHERIT" if role in LOGIN_ROLES else "NOLOGIN"
        connection.execute(text(f"CREATE ROLE {role} {login}"))
    _refuse_mighty(connection, mend=owner.rolsuper)
    if may_make:
        _set_passwords(connection, owner.rolname, passwords)
    _let_console_wear(connection, owner.rolname, may_make=may_make)


def _set_passwords(connection: Connection, owner: str, passwords: Mapping[str, str]) -> None:
    known = [role for role in LOGIN_ROLES if role in passwords]
    _need_admin(connection, owner, known)
    for role in known:
        statement = connection.execute(
            text(
                "SELECT 'ALTER ROLE ' || quote_ident(:role) || ' PASSWORD ' || quote_literal(:word)"
            ),
            {"role": role, "word": passwords[role]},
        ).scalar_one()
        connection.exec_driver_sql(statement.replace("%", "%%"))


def _refuse_mighty(connection: Connection, *, mend: bool) -> None:
    """A role that may do more than log in would undo what row-level security keeps apart."""
    for role in _those(connection, _NOT_PLAIN, LOGIN_ROLES):
        if not mend:
            raise ServerError(
                f"the role {role} must be a login and nothing more: have a superuser run "
                f"ALTER ROLE {role} {_PLAIN}"
            )
        connection.execute(text(f"ALTER ROLE {role} {_PLAIN}"))


def _let_console_wear(connection: Connection, owner: str, *, may_make: bool) -> None:
    worn = set(_those(connection, _WORN, CONSOLE_ROLES))
    bare = [role for role in CONSOLE_ROLES if role not in worn]
    if bare and not may_make:
        raise ServerError(
            f"workervoice_console cannot become {', '.join(bare)} for a transaction only: have "
            f"somebody who administers these roles run GRANT {', '.join(bare)} {_WEAR}"
        )
    _need_admin(connection, owner, bare)
    for role in bare:
        connection.execute(text(f"GRANT {role} {_WEAR}"))


def _need_admin(connection: Connection, owner: str, roles: Iterable[str]) -> None:
    mine = set(_those(connection, _MINE, roles))
    for role in roles:
        if role not in mine:
            raise ServerError(
                f"the role {role} was made by somebody else than {owner}, which may not change it: "
                f"have its maker run GRANT {role} TO {owner} WITH ADMIN OPTION"
            )


def _those(connection: Connection, query: str, roles: Iterable[str]) -> list[str]:
    return list(connection.execute(text(query), {"roles": list(roles)}).scalars())
