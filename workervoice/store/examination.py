"""What a database says of itself: its clock, its durability, and what roles may do in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import text

from workervoice.store.engine import Tx
from workervoice.store.roles import CONSOLE_ROLES, LOGIN_ROLES

_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_MIGHTY = (
    "SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles)"
    " AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)"
)
_OWNS = (
    "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    " AND tableowner = ANY(:roles)"
)
_SET_OFF = (
    "SELECT DISTINCT r.rolname FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole,"
    " unnest(s.setconfig) AS one WHERE r.rolname = ANY(:roles) AND one = 'synchronous_commit=off'"
)
_MAY = (
    "SELECT CASE WHEN CAST(:right AS text) = 'DELETE'"
    " THEN has_table_privilege(:role, :name, :right)"
    " ELSE has_any_column_privilege(:role, :name, :right) END"
)
_WORN = "SELECT pg_has_role('workervoice_console', CAST(:role AS name), 'SET')"
# Without any of these a process cannot do its work at all.
_NEEDED = (
    *(("workervoice_gateway", each, "INSERT") for each in ("message", "outbox", "log_leaf")),
    *(("workervoice_gateway", each, "SELECT") for each in ("programme", "line", "directory")),
    *(("workervoice_courier", "outbox", each) for each in ("SELECT", "UPDATE", "DELETE")),
    *(("workervoice_courier", each, "SELECT") for each in ("programme", "directory", "contact")),
    *(("workervoice_console", "session", each) for each in ("SELECT", "INSERT", "DELETE")),
    *(("workervoice_staff", each, "SELECT") for each in ("cases", "message", "key_wrap")),
)


def server_seconds(tx: Tx) -> float:
    """The time of the database's clock, in Unix seconds."""
    now = text("SELECT extract(epoch FROM clock_timestamp())")
    return float(tx.connection.execute(now).scalar_one())


def not_durable(tx: Tx) -> Iterator[str]:
    """Settings that are off, and roles for whom one is."""
    for name in _DURABLE:
        value = tx.connection.execute(text("SELECT current_setting(:name)"), {"name": name})
        if value.scalar_one() == "off":
            yield name
    for role in _those(tx, _SET_OFF, LOGIN_ROLES):
        yield f"synchronous_commit of {role}"


def mighty(tx: Tx) -> list[str]:
    """Our login roles that may do more than log in, or that own tables: nothing holds them back."""
    return sorted({*_those(tx, _MIGHTY, LOGIN_ROLES), *_those(tx, _OWNS, LOGIN_ROLES)})


def missing_rights(tx: Tx) -> Iterator[str]:
    """Rights that a role needs and has not, each in a few words."""
    present = set(_those(tx, "SELECT rolname FROM pg_roles", ()))
    absent = [role for role in (*LOGIN_ROLES, *CONSOLE_ROLES) if role not in present]
    if absent:
        yield from (f"there is no role {role}" for role in absent)
        return
    for role, name, right in _NEEDED:
        given = {"role": role, "name": name, "right": right}
        if not tx.connection.execute(text(_MAY), given).scalar_one():
            yield f"{role} lacks {right} on {name}"
    for role in CONSOLE_ROLES:
        if not tx.connection.execute(text(_WORN), {"role": role}).scalar_one():
            yield f"workervoice_console may not become {role}"


def _those(tx: Tx, query: str, roles: Iterable[str]) -> list[str]:
    given = {"roles": list(roles)} if ":roles" in query else {}
    return list(tx.connection.execute(text(query), given).scalars())
