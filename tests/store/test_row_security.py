"""Row-level security: nobody sees another programme's rows, nor a buyer another buyer's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from tests.builders import a_case, a_released_issue, an_agreed_action
from tests.drills import remember
from tests.house import ROLE_PASSWORD, House
from tests.store.rights import EXPECTED, OPEN_DOORS, ROLES, columns_of, connected
from tests.web.console_scenes import lent_to_tara
from workervoice.embedded import EmbeddedServer
from workervoice.hotline import (
    disclosing,
    drafts,
    entrydrafts,
    fluency,
    handover,
    issuenotes,
    practising,
    restricting,
    staffing,
    throttle,
    watch,
)
from workervoice.hotline.casepage import case_page
from workervoice.hotline.handover import Entry
from workervoice.hotline.hanging import hung_at
from workervoice.hotline.registering import add_place
from workervoice.hotline.restoring import note_restore
from workervoice.hotline.staffing import Guest
from workervoice.hotline.throttle import Caller
from workervoice.message import Fetched, MediaHandle, Role
from workervoice.store.brought import Brought, bring
from workervoice.store.comparison import put_comparison
from workervoice.store.engine import Scope
from workervoice.store.lineruns import reserve
from workervoice.store.linestates import put as put_line_state
from workervoice.store.migrate import LOGIN_ROLES, upgrade

WHOLE_PROGRAMME = ("gateway", "courier", "staff", "monitor", "registrar")


def _written_down(house: House) -> None:
    """Half an entry by hand, and a whole one that waits."""
    sam, line_id = house.actor("sam"), house.line().id
    entrydrafts.keep_entry(house.console, sam, "hand", {"text": ("half a sentence",)})
    handover.hand_over(house.console, sam, Entry("letter", "a letter", line_id), uuid4())


def _with_a_medium(shared_house: House) -> None:
    """One that came, and what the provider still has of it."""
    picture = MediaHandle("https://api.twilio.com/media/ME1", "image/jpeg")
    shared_house.shelf.media[picture.url] = Fetched(b"a picture", "image/jpeg")
    shared_house.text("+15550100779", "they locked the gate", media=(picture,))
    shared_house.collecting.go_round()
    with shared_house.owner.begin(Scope(shared_house.programme)) as tx:
        bring(tx, Brought(uuid4(), b"sealed", shared_house.now))
        reserve(tx, shared_house.line().id, shared_house.now, timedelta(1))


@pytest.fixture(scope="module")
def lived_in(shared_house: House) -> House:
    """A house in which a case, an issue and a plan lie, so that there is something to be seen."""
    _with_a_medium(shared_house)
    first = a_case(shared_house)
    entry = case_page(shared_house.console, shared_house.actor("sam"), first).thread[0].id
    lent_to_tara(shared_house, first, entry)
    issue_id = a_released_issue(shared_house, first)
    an_agreed_action(shared_house)
    with disclosing.open_issue(shared_house.console, shared_house.actor("sam"), issue_id) as issue:
        issuenotes.add_note(issue.tx, issue.pen, issue.row, {"text": "as if its case were gone"})
        issue.pen.log(issue.tx, "issue_noted", issue_id)
    sam = shared_house.actor("sam")
    guest = Guest("dina", "Dina", Role.HANDLER, sam.officer.organisation_id)
    staffing.invite(shared_house.console, sam, guest)
    poster = ("RIVER", "at the gate", "bn", shared_house.now.date())
    add_place(shared_house.console, sam, lambda tx: hung_at(tx, *poster))
    practising.begin(shared_house.console, sam, "demo-sms", 4)
    case_id = a_case(shared_house, number="+15550100778")
    restricting.restrict(shared_house.console, sam, case_id, {sam.id}, "for one person")
    shared_house.say("+15550100778", "code")
    throttle.Throttle(shared_house.console.database).take(Caller("").at_token(b"", 0), 0)
    watch.Watch().opened(shared_house.console, sam, case_id)
    fluency.tell(shared_house.console, sam, ["en"])
    drafts.keep(shared_house.console, sam, case_id, "note", {"text": ("half a sentence",)})
    _written_down(shared_house)
    remember(shared_house, shared_house.data / "keyed.list")
    shared_house.deliver()
    with shared_house.owner.begin(Scope(shared_house.programme)) as tx:
        note_restore(tx, shared_house.courier_process, uuid4(), shared_house.now)
        put_comparison(tx, shared_house.courier_process.vault, {})
        put_line_state(tx, shared_house.courier_process.vault, shared_house.line().id, 0, {})
    return shared_house


def all_rows(house: House, query: LiteralString) -> list[Any]:
    """As the superuser, whom no policy stops: mappings by column."""
    with house.owner.begin() as tx:
        return list(tx.connection.exec_driver_sql(query).mappings())


def organisation(house: House, login: str) -> UUID:
    return house.actor(login).officer.organisation_id


def as_buyer(house: House, login: str, **scope: object) -> Any:
    """The buyers' database role, in the scope that the product gives to this officer."""
    officer = house.actor(login).officer
    told = {"officer": officer.id, "organisation": officer.organisation_id, **scope}
    return connected(house, "buyer", programme=house.programme, **told)


def readable(role: str) -> list[str]:
    return [table for table, rights in EXPECTED[role].items() if rights.startswith("S")]


def counts(connection: psycopg.Connection[Any], tables: list[str]) -> dict[str, int]:
    found = {}
    for table in tables:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        row = connection.execute(query).fetchone()
        assert row is not None
        found[table] = row[0]
    return found


@pytest.mark.parametrize("role", WHOLE_PROGRAMME)
def test_a_role_sees_its_own_programme(lived_in: House, role: str) -> None:
    with connected(lived_in, role, programme=lived_in.programme) as connection:
        seen = counts(connection, readable(role))

    own = {"draft", "entry_draft", "handover"} if role == "staff" else set()  # their writer's
    nobodys = {"session", *own}
    assert {table for table, number in seen.items() if number == 0} <= nobodys


@pytest.mark.parametrize(
    "scope",
    [{}, {"programme": ""}, {"programme": uuid4()}],
    ids=["no scope", "an empty one", "a foreign one"],
)
@pytest.mark.parametrize("role", ROLES)
def test_without_its_programme_a_role_sees_nothing_behind_the_door(
    lived_in: House, role: str, scope: dict[str, object]
) -> None:
    with connected(lived_in, role, **scope) as connection:
        seen = counts(connection, readable(role))

    assert {table for table, number in seen.items() if number} == OPEN_DOORS.get(role, set())


@pytest.mark.parametrize("role", ROLES)
def test_row_security_cannot_be_switched_off_by_a_role(lived_in: House, role: str) -> None:
    table = sql.Identifier(readable(role)[-1])

    with connected(lived_in, role, programme=uuid4()) as connection:
        connection.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL("SELECT count(*) FROM {}").format(table))


@pytest.mark.parametrize("role", [role for role in ROLES if role != "console"])
def test_a_role_cannot_change_or_delete_rows_of_a_foreign_programme(
    lived_in: House, role: str
) -> None:
    changed = {}
    with connected(lived_in, role, programme=uuid4()) as connection:
        for table, rights in EXPECTED[role].items():
            name = sql.Identifier(table)
            if "U(" in rights:
                column = sql.Identifier(rights.partition("U(")[2].partition(")")[0].split()[0])
                change = sql.SQL("UPDATE {} SET {} = NULL").format(name, column)
                changed[table] = connection.execute(change).rowcount
            if rights.endswith("D"):
                change = sql.SQL("DELETE FROM {}").format(name)
                changed[f"{table}, deleted"] = connection.execute(change).rowcount

    assert set(changed.values()) <= {0}


@pytest.mark.parametrize("role", [role for role in ROLES if role != "console"])
def test_a_role_cannot_add_rows_to_a_foreign_programme(lived_in: House, role: str) -> None:
    columns = columns_of(lived_in)
    addable = [table for table, rights in EXPECTED[role].items() if " I" in f" {rights}"]
    refused = []

    with connected(lived_in, role, programme=lived_in.programme) as connection:
        for table in addable:
            (row, *_) = all_rows(lived_in, f"SELECT * FROM {table}")  # noqa: S608
            values = {**row, "programme_id": uuid4()}
            add = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, columns[table])),
                sql.SQL(", ").join(sql.Placeholder(name) for name in columns[table]),
            )
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                connection.execute(add, values)
            refused.append(table)

    assert refused == addable


def test_a_buyer_sees_its_own_disclosures_and_keys_and_no_others(lived_in: House) -> None:
    own = organisation(lived_in, "nora")
    with as_buyer(lived_in, "nora") as connection:
        disclosures = connection.execute("SELECT organisation_id FROM disclosure").fetchall()
        pairs = connection.execute("SELECT holder_kind, holder_id FROM key_pair").fetchall()
        wraps = connection.execute("SELECT holder_kind, reader_id FROM key_wrap").fetchall()
        names = connection.execute("SELECT kind FROM organisation ORDER BY 1").fetchall()

    assert disclosures == [(own,)]
    assert pairs == [("organisation", own)]
    assert wraps == [("organisation", lived_in.actor("nora").id)]
    assert names == [("buyer",), ("operator",)]
    assert len(all_rows(lived_in, "SELECT FROM disclosure")) == 2


def test_a_buyer_sees_no_plan_before_a_disclosure_has_opened_it(lived_in: House) -> None:
    (issue,) = all_rows(lived_in, "SELECT id FROM issue")
    tables = ["issue", "action", "action_entry"]

    with as_buyer(lived_in, "nora") as connection:
        before = counts(connection, tables)
    with as_buyer(lived_in, "nora", plan=uuid4()) as connection:
        foreign = counts(connection, tables)
    with as_buyer(lived_in, "nora", plan=issue["id"]) as connection:
        opened = counts(connection, tables)

    assert set(before.values()) == set(foreign.values()) == {0}
    assert opened == {"issue": 1, "action": 1, "action_entry": 1}


def test_a_buyer_cannot_touch_what_is_not_its_own(lived_in: House) -> None:
    theirs = organisation(lived_in, "paul")
    (action, *_) = all_rows(lived_in, "SELECT * FROM action")
    with as_buyer(lived_in, "nora") as connection:
        by_name = connection.execute(
            "UPDATE disclosure SET state = 'declined' WHERE organisation_id = %s", [theirs]
        ).rowcount
        plan = connection.execute("UPDATE action SET state = 'closed'").rowcount
        issue = connection.execute("UPDATE issue SET state = 'resolved'").rowcount
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(
                "INSERT INTO action (programme_id, id, issue_id, epoch, state, version, words)"
                " VALUES (%s, %s, %s, 1, 'proposed', 1, '')",
                [lived_in.programme, uuid4(), action["issue_id"]],
            )

    assert (by_name, plan, issue) == (0, 0, 0)


def test_every_table_has_a_policy_and_row_security_that_binds_its_owner(lived_in: House) -> None:
    loose = all_rows(
        lived_in,
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity"
        " AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))",
    )

    assert [row["relname"] for row in loose] == ["alembic_version"]


def test_an_owner_who_is_no_superuser_migrates_and_is_bound_too(server: EmbeddedServer) -> None:
    database, owner = f"managed_{uuid4().hex}", f"owner_{uuid4().hex}"
    url = server.owner_url("postgres").replace("+psycopg", "")
    upgrade_all = dict.fromkeys(LOGIN_ROLES, ROLE_PASSWORD)
    server.ensure_database(database)
    upgrade(server.owner_url("postgres"), upgrade_all)
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute(f"CREATE ROLE {owner} LOGIN PASSWORD '{ROLE_PASSWORD}'".encode())
        superuser.execute(f"ALTER DATABASE {database} OWNER TO {owner}".encode())

    managed = server.url(owner, ROLE_PASSWORD, database)
    upgrade(managed, {})
    programme = str(uuid4())
    add = (
        "INSERT INTO site VALUES (%s, gen_random_uuid(), 'RIVER', 'Riverside', 'BD', 1,"
        " gen_random_uuid(), '')"
    )
    count = "SELECT count(*) FROM site"
    scope = "SELECT set_config('workervoice.programme', %s, false)"
    with psycopg.connect(managed.replace("+psycopg", ""), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(add, [programme])
        connection.execute(scope, [programme])
        connection.execute(add, [programme])
        own = connection.execute(count).fetchone()
        connection.execute(scope, [""])
        without = connection.execute(count).fetchone()

    assert own == (1,)
    assert without == (0,)
