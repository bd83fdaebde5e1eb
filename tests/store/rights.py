"""What each database role may do with each table, and how to try it.

S(…) columns that may be read, I rows may be added, U(…) columns that may be changed, D rows may be
deleted; * is every column. A table that is not named is closed to the role. A new table or grant
makes the tests fail until it is declared here, by somebody who has thought about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from tests.house import House

# role: (login, role that the console switches to)
ROLES = {
    "gateway": ("gateway", None),
    "courier": ("courier", None),
    "console": ("console", None),
    "staff": ("console", "workervoice_staff"),
    "buyer": ("console", "workervoice_buyer"),
    "monitor": ("console", "workervoice_monitor"),
    "registrar": ("console", "workervoice_registrar"),
    "translator": ("console", "workervoice_translator"),
}

EXPECTED: dict[str, dict[str, str]] = {
    "gateway": {
        "action": "S(id issue_id programme_id state) U(state)",
        "alembic_version": "S*",
        "assessment": "S(case_id id programme_id version) I",
        "case_reader": "I",
        "cases": "S* I U(facts next_look_at queue signature signer_id state version)",
        "clock": "I",
        "contact": "S(conversation_id id index index_version programme_id version) I"
        " U(address index index_version signature signer_id version)",
        "conversation": "S* I U(record state version)",
        "counter": "S* I U(amount cost)",
        "directory": "S*",
        "disclosure": "S(id link programme_id state) U(state)",
        "handover": "S* U(envelope outcome) D",
        "issue": "S(id link programme_id state) U(state)",
        "key_pair": "S* I",
        "key_wrap": "I",
        "line": "S*",
        "line_state": "S* I U(record version)",
        "log_leaf": "I",
        "log_tag": "S* I",
        "message": "S(case_id id ordinal programme_id) I",
        "outbox": "S(attempts conversation_id dedupe_key expires_at id place programme_id run_at"
        " signature signer_id state) I U(code payload provider_ref release_id release_signature"
        " release_signer_id run_at state)",
        "practice": "S*",
        "programme": "S*",
        "return_code": "S* I D",
        "seen": "S* I D",
        "site": "S*",
        "brought": "S* U(code) D",
        "line_run": "S(heard_on id programme_id reached_on) I U(heard_on reached_on)",
        "leftover": "S(id programme_id) I",
    },
    "courier": {
        "action": "S(id programme_id state)",
        "alembic_version": "S*",
        "assessment": "S(case_id programme_id version) D",
        "cases": "S*",
        "clock": "S* I U(next_look_at record) D",
        "comparison": "S* I U(record version)",
        "contact": "S* D",
        "conversation": "S* U(record state version)",
        "counter": "S* I U(amount cost) D",
        "directory": "S*",
        "disclosure": "S(id link organisation_id programme_id state) U(state)",
        "draft": "S(case_id programme_id) D",
        "issue": "S(id link programme_id state)",
        "keyed_list": "S* I U(last lines mac position)",
        "lent": "S(case_id id programme_id returned until) D",
        "line": "S*",
        "line_state": "S* I U(record version)",
        "log_checkpoint": "S* I",
        "log_head": "S* I U(record version)",
        "log_leaf": "S* I U(position)",
        "log_tag": "S* I",
        "message": "S(case_id ordinal programme_id) D",
        "outbox": "S* U(attempts code first_digest lease_token lease_until payload provider_ref"
        " reseal_signature reseal_signer_id run_at state) D",
        "programme": "S*",
        "return_code": "S(conversation_id programme_id) D",
        "restored": "S*",
        "brought": "S(code id programme_id since) I",
        "key_pair": "S*",
        "leftover": "S* I U(attempts code lease_token lease_until payload run_at signature"
        " signer_id) D",
        "line_run": "S* I U(free_at listed_until reached_on)",
        "medium": "S(holder_id holder_kind id programme_id) I D",
        "medium_chunk": "S(medium_id ordinal programme_id) I D",
    },
    "console": {
        "alembic_version": "S*",
        "invitation": "S* U(keys)",
        "lane": "S* I U(tried_at tries) D",
        "log_leaf": "I",
        "log_tag": "S* I",
        "officer": "S* I",
        "organisation": "S*",
        "programme": "S*",
        "second_factor": "S* I U(used version) D",
        "session": "S* I U* D",
        "slot": "S* I U(tried) D",
    },
    "staff": {
        "action": "S* I U(state)",
        "action_entry": "S* I",
        "approval": "S* I",
        "assessment": "S* I D",
        "case_reader": "S*",
        "cases": "S* U(facts next_look_at queue signature signer_id state version)",
        "clock": "S* I U(next_look_at record) D",
        "comparison": "S*",
        "contact": "S(conversation_id id programme_id) D",
        "conversation": "S* U(record state version)",
        "counter": "S*",
        "directory": "S*",
        "disclosure": "S* I U(link state version)",
        "draft": "S* I D",
        "entry_draft": "S* I D",
        "fluency": "S* I U(record version)",
        "handover": "S(day id officer_id outcome programme_id) I",
        "issue": "S* I U(link packet signature signer_id state version)",
        "issue_note": "S* I",
        "key_pair": "S* I D",
        "key_wrap": "S* I D",
        "lent": "S* I D",
        "line": "S*",
        "line_state": "S* I U(record version)",
        "log_leaf": "I",
        "log_tag": "S* I",
        "message": "S* I D",
        "officer": "S*",
        "organisation": "S*",
        "outbox": "S(code conversation_id expires_at id programme_id state) I U(state) D",
        "programme": "S*",
        "restored": "S* I",
        "return_code": "S(conversation_id programme_id) D",
        "site": "S*",
        "supply_link": "S*",
        "watched": "S* I U(raised record version) D",
        "brought": "S(code programme_id since)",
        "leftover": "S(code programme_id since)",
        "line_run": "S*",
        "medium": "S* I D",
        "medium_chunk": "S* I D",
    },
    "buyer": {
        "action": "S* I U(state)",
        "action_entry": "S* I",
        "clock": "I",
        "directory": "S*",
        "disclosure": "S* U(link state version)",
        "issue": "S(epoch id programme_id state version) U(state version)",
        "key_pair": "S*",
        "key_wrap": "S*",
        "log_leaf": "I",
        "log_tag": "S* I",
        "organisation": "S*",
        "medium": "S* I",
        "medium_chunk": "S* I",
    },
    "monitor": {
        "cases": "S(id programme_id queue state version)",
        "clock": "S*",
        "comparison": "S*",
        "directory": "S*",
        "disclosure": "S(id link organisation_id programme_id state)",
        "issue": "S(id link programme_id state)",
        "line": "S*",
        "log_checkpoint": "S*",
        "log_leaf": "I",
        "log_tag": "S* I",
        "organisation": "S*",
        "practice": "S*",
        "restored": "S*",
        "watched": "S*",
    },
    "translator": {
        "directory": "S*",
        "lent": "S* U(back back_signature returned words)",
        "log_leaf": "I",
        "log_tag": "S* I",
    },
    "registrar": {
        "assessment": "S(case_id programme_id version)",
        "case_reader": "S* I D",
        "cases": "S* U(epoch facts next_look_at queue signature signer_id version)",
        "directory": "S* I",
        "practice": "S* I U(begun ended line_id mark signature signer_id until version)",
        "hanging": "S* I U(gone hung language place signature signer_id site_id version)",
        "invitation": "S* I D",
        "key_pair": "S* I",
        "key_wrap": "S* I D",
        "lent": "S(case_id id programme_id returned) D",
        "line": "S* I"
        " U(budget channel country display_name emergency_number language looked_on photo price"
        " reading_hours sender signature signer_id slug standby_for version website)",
        "log_leaf": "I",
        "log_tag": "S* I",
        "message": "S(case_id id ordinal programme_id) I",
        "officer": "S*",
        "organisation": "S* I",
        "programme": "S*",
        "session": "S(officer_id programme_id) D",
        "site": "S* I U(code country name signature signer_id version)",
        "slot": "S(officer_id programme_id) D",
        "supply_link": "S* I"
        " U(organisation_id signature signer_id since site_id source until version)",
    },
}

# What a role sees without or with a foreign programme in its scope: the door is before the house.
OPEN_DOORS: dict[str, set[str]] = {
    "gateway": {"alembic_version", "line", "programme"},
    "courier": {"alembic_version", "programme"},
    "console": {
        "alembic_version",
        "invitation",
        "lane",
        "officer",
        "organisation",
        "programme",
        "second_factor",
        "session",
        "slot",
    },
}


@contextmanager
def connected(house: House, role: str, **scope: object) -> Iterator[psycopg.Connection[Any]]:
    """As this role, each statement for itself; `scope` as the product sets it."""
    login, switched = ROLES[role]
    url = house.urls[login].replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        if switched:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(switched)))
        for name, value in scope.items():
            setting = f"workervoice.{name}"
            connection.execute("SELECT set_config(%s, %s, false)", [setting, str(value)])
        yield connection


def columns_of(house: House) -> dict[str, list[str]]:
    """Every table of the schema with its columns."""
    query = (
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
        " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2"
    )
    found: dict[str, list[str]] = {}
    with house.owner.begin() as tx:
        for table, column in tx.connection.exec_driver_sql(query):
            found.setdefault(table, []).append(column)
    return found


def tried(connection: psycopg.Connection[Any], table: str, columns: list[str]) -> str:
    """What this connection may really do with a table, as `EXPECTED` writes it."""
    name = sql.Identifier(table)
    readable, changeable = [], []
    for column in columns:
        field = sql.Identifier(column)
        if _allowed(connection, sql.SQL("SELECT {} FROM {} LIMIT 0").format(field, name)):
            readable.append(column)
        change = sql.SQL("UPDATE {} SET {} = NULL WHERE false").format(name, field)
        if _allowed(connection, change):
            changeable.append(column)
    star = _allowed(connection, sql.SQL("SELECT * FROM {} LIMIT 0").format(name))
    assert star == (readable == columns)
    found = [_listed("S", readable, columns)]
    if _allowed(connection, sql.SQL("INSERT INTO {} DEFAULT VALUES").format(name)):
        found.append("I")
    found.append(_listed("U", changeable, columns))
    if _allowed(connection, sql.SQL("DELETE FROM {} WHERE false").format(name)):
        found.append("D")
    return " ".join(each for each in found if each)


def _listed(letter: str, some: list[str], every: list[str]) -> str:
    if not some:
        return ""
    return f"{letter}*" if some == every else f"{letter}({' '.join(some)})"


def _allowed(connection: psycopg.Connection[Any], statement: sql.Composed) -> bool:
    """False if the role has no right to this; other refusals come after the question of rights."""
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege as exc:
        return "row-level security" in str(exc)
    except psycopg.errors.GeneratedAlways:  # nobody's to change
        return False
    except psycopg.errors.IntegrityError:
        return True
    return True
