"""Every role tries everything with every table, and may do what is declared and no more."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.house import House
from tests.store.rights import EXPECTED, ROLES, columns_of, connected, tried

NOBODY_MAY = ("TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_with_each_table_what_is_declared(shared_house: House, role: str) -> None:
    columns = columns_of(shared_house)

    with connected(shared_house, role, programme=shared_house.programme) as connection:
        found = {table: tried(connection, table, names) for table, names in columns.items()}

    assert {table: rights for table, rights in found.items() if rights} == EXPECTED[role]


def test_every_declared_table_is_there(shared_house: House) -> None:
    declared = {table for tables in EXPECTED.values() for table in tables}

    assert columns_of(shared_house).keys() == declared


@pytest.mark.parametrize(
    ("role", "column"),
    [
        ("gateway", "message.words"),
        ("gateway", "assessment.words"),
        ("gateway", "contact.address"),
        ("gateway", "outbox.payload"),
        ("gateway", "outbox.provider_ref"),
        ("courier", "message.words"),
        ("courier", "issue.packet"),
        ("courier", "disclosure.packet"),
        ("console", "cases.queue"),
        ("staff", "contact.index"),
        ("staff", "contact.address"),
        ("staff", "outbox.payload"),
        ("staff", "slot.wrapped_umk"),
        ("buyer", "contact.index"),
        ("buyer", "contact.address"),
        ("buyer", "outbox.payload"),
        ("buyer", "message.words"),
        ("buyer", "cases.state"),
        ("buyer", "issue.link"),
        ("buyer", "issue.packet"),
        ("monitor", "contact.index"),
        ("monitor", "contact.address"),
        ("monitor", "outbox.payload"),
        ("monitor", "cases.facts"),
        ("monitor", "message.words"),
        ("monitor", "assessment.words"),
        ("monitor", "issue.packet"),
        ("monitor", "disclosure.packet"),
        ("monitor", "action.words"),
        ("monitor", "action_entry.words"),
        ("monitor", "log_leaf.body"),
    ],
)
def test_what_matters_most_is_out_of_reach(shared_house: House, role: str, column: str) -> None:
    table, _, name = column.partition(".")
    query = sql.SQL("SELECT {} FROM {}").format(sql.Identifier(name), sql.Identifier(table))

    with (
        connected(shared_house, role, programme=shared_house.programme) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(query)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE message DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE message NO FORCE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON message USING (true)",
        "DROP POLICY same_programme ON message",
        "ALTER ROLE workervoice_gateway SUPERUSER",
        "CREATE ROLE mine",
        "SET SESSION AUTHORIZATION workervoice_owner",
        "SET ROLE workervoice_owner",
        "SET ROLE pg_read_all_data",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT * FROM pg_authid",
        "COPY programme TO PROGRAM 'cat'",
        "COPY programme TO '/tmp/programme'",
        "SELECT lo_import('/etc/hostname')",
        "CREATE EXTENSION plpython3u",
        "SET log_statement = 'all'",
        "ALTER SYSTEM SET log_statement = 'all'",
    ],
)
def test_no_role_can_lift_its_limits(shared_house: House, role: str, statement: str) -> None:
    with (
        connected(shared_house, role, programme=shared_house.programme) as connection,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("login", ["gateway", "courier", "console"])
def test_a_process_can_switch_to_its_own_roles_only(shared_house: House, login: str) -> None:
    switchable = set()
    with connected(shared_house, login) as connection:
        for role in ROLES:
            name = sql.Identifier(f"workervoice_{role}")
            try:
                connection.execute(sql.SQL("SET ROLE {}").format(name))
            except psycopg.errors.InsufficientPrivilege:
                continue
            connection.execute("RESET ROLE")
            switchable.add(role)

    people = {"staff", "buyer", "monitor", "registrar", "translator"}
    pages = people if login == "console" else set()
    assert switchable == {login} | pages


def test_no_role_of_ours_is_more_than_ordinary(shared_house: House) -> None:
    query = (
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'workervoice!_%' ESCAPE '!'"
        " AND rolname <> 'workervoice_owner' AND (rolsuper OR rolbypassrls OR rolcreaterole"
        " OR rolcreatedb OR rolreplication)"
    )
    with shared_house.owner.begin() as tx:
        special = tx.connection.exec_driver_sql(query.replace("%", "%%")).all()
        loose = tx.connection.exec_driver_sql(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        ).all()

    assert special == []
    assert loose == []


@pytest.mark.parametrize("right", NOBODY_MAY)
def test_nobody_holds_a_right_that_the_product_does_not_use(
    shared_house: House, right: str
) -> None:
    query = (
        "SELECT r.rolname, c.relname FROM pg_roles r, pg_class c"
        " WHERE r.rolname IN ('workervoice_gateway', 'workervoice_courier', 'workervoice_console',"
        " 'workervoice_staff', 'workervoice_buyer', 'workervoice_monitor')"
        " AND c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
        " AND has_table_privilege(r.rolname, c.oid, %(right)s)"
    )

    with shared_house.owner.begin() as tx:
        assert tx.connection.exec_driver_sql(query, {"right": right}).all() == []
