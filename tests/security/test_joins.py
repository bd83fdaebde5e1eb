"""What a dump's clear columns join: not an issue with its case, nor disclosures with each other.

Rows are joined by every id that both hold in clear, directly or over other rows. Ids that stand for
people, groups and the programme join everything with everything, so they count as no join.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from tests.builders import a_case, a_released_issue, an_agreed_action
from tests.house import House
from tests.security.thief import Thief
from workervoice.hotline import disclosing
from workervoice.hotline.links import open_disclosure_link
from workervoice.store import remedy
from workervoice.store.engine import Scope

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_DUMPED = re.compile(r"INSERT INTO public.disclosure VALUES \('[^']+', '([^']+)'")

Place = tuple[str, object]  # table, id of a row
SENT = ("+15550100861", "+15550100862")
BY_CHANCE = 4  # bytes: two of 14 rows may well begin with the same byte, after a version


@pytest.fixture(scope="module")
def two_issues(shared_house: House, thief: Thief) -> list[Any]:
    """Two cases, an issue of each at the same two buyers, an action in the plan of the second."""
    for number in SENT:
        shared_house.wait(hours=1)
        a_released_issue(shared_house, a_case(shared_house, number=number))
    an_agreed_action(shared_house)
    assert len(thief.rows_of("disclosure")) == 4
    return thief.rows_of("issue")


def ids_in(value: object) -> Iterator[UUID]:
    """Every id that can be read in a cell."""
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, bytes | str):
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        yield from map(UUID, _ID.findall(text))


def everywhere(thief: Thief) -> set[UUID]:
    """Ids of people, groups, processes, lines and the programme."""
    return {
        thief.programme,
        *(
            row.id
            for table in ("directory", "organisation", "line")
            for row in thief.rows_of(table)
        ),
    }


def reached(thief: Thief, start: UUID) -> tuple[set[Place], set[UUID]]:
    """The rows that hang together with this id over all tables, and the ids of people there."""
    hubs = everywhere(thief)
    rows: dict[UUID, set[tuple[Place, frozenset[UUID]]]] = defaultdict(set)
    for table in set(thief.tables()) - {"alembic_version"}:
        for number, row in enumerate(thief.rows_of(table)):
            every = frozenset(each for value in row for each in ids_in(value))
            name: Place = (table, getattr(row, "id", number))
            for each in every - hubs:
                rows[each].add((name, every))
    found: set[Place] = set()
    people: set[UUID] = set()
    seen, open_ids = {start}, [start]
    while open_ids:
        for name, every in rows[open_ids.pop()]:
            found.add(name)
            people |= every & hubs
            open_ids += every - hubs - seen
            seen |= every - hubs
    return found, people


def tables_of(places: set[Place]) -> set[str]:
    return {table for table, _ in places}


def test_a_case_hangs_together_with_its_messages_so_the_search_joins_what_can_be(
    two_issues: list[Any], thief: Thief
) -> None:
    (first, _), (second, _) = (reached(thief, row.id) for row in thief.rows_of("cases"))

    assert tables_of(first) >= {"cases", "message", "conversation", "contact", "outbox", "key_pair"}
    assert first.isdisjoint(second)


def test_no_column_joins_an_issue_with_its_case_or_its_disclosures(
    two_issues: list[Any], thief: Thief
) -> None:
    for issue in two_issues:
        hanging = tables_of(reached(thief, issue.id)[0])

        assert "issue" in hanging
        assert hanging <= {"issue", "approval", "key_pair", "key_wrap", "action", "action_entry"}


def test_no_column_joins_two_disclosures_of_one_issue(two_issues: list[Any], thief: Thief) -> None:
    for disclosure in thief.rows_of("disclosure"):
        hanging, _ = reached(thief, disclosure.id)

        assert hanging == {("disclosure", disclosure.id)}


def test_no_two_sealed_cells_are_equal(two_issues: list[Any], thief: Thief) -> None:
    """Equal plaintexts, such as one packet for two buyers, do not make equal bytes."""
    sealed = ("packet", "link", "words", "payload", "record", "facts", "queue", "wrap", "box")
    seen: dict[bytes, str] = {}
    for name, value in thief.cells():
        if isinstance(value, bytes) and value and name.partition(".")[2] in sealed:
            assert value not in seen
            seen[value] = name

    assert len(seen) > 50


def test_a_plan_does_not_tell_which_organisations_work_on_it(
    two_issues: list[Any], thief: Thief
) -> None:
    officers = {row.id: row.role for row in thief.rows_of("officer")}
    for issue in two_issues:
        _, people = reached(thief, issue.id)

        assert {officers[each] for each in people & officers.keys()} <= {"handler", "supervisor"}
        assert people.isdisjoint(
            row.id for row in thief.rows_of("organisation") if row.kind == "buyer"
        )


def groups(thief: Thief, house: House) -> list[set[UUID]]:
    """Which disclosures belong together. The service key tells, which no thief has."""
    with house.owner.begin(Scope(thief.programme)) as tx:
        found: dict[str, set[UUID]] = defaultdict(set)
        for row_id, blob in remedy.disclosures_by_link(tx):
            link = open_disclosure_link(tx, house.console.vault, row_id, blob)
            found[link.issue_id].add(row_id)
    return list(found.values())


@pytest.fixture
def seven_issues(house: House, thief_of_own: Thief) -> list[set[UUID]]:
    """Each at the same two buyers, one after the other."""
    for number in range(7):
        house.wait(hours=1)
        a_released_issue(house, a_case(house, number=f"+1555011090{number}"))
    return groups(thief_of_own, house)


def test_the_order_of_rows_in_a_dump_does_not_tell_which_disclosures_were_made_together(
    seven_issues: list[set[UUID]], thief_of_own: Thief
) -> None:
    """By chance all seven pairs are neighbours once in 135135 runs; written in order they were."""
    lying = [row.id for row in thief_of_own.rows("SELECT id FROM disclosure ORDER BY ctid")]
    dumped = [UUID(m) for m in _DUMPED.findall(thief_of_own.dump().decode())]
    assert dumped == lying
    assert len(lying) == 14

    pairs = [set(lying[at : at + 2]) for at in range(0, len(lying), 2)]

    assert [pair for pair in pairs if pair not in seven_issues]


def test_no_transaction_tells_which_disclosures_were_made_together(
    seven_issues: list[set[UUID]], thief_of_own: Thief
) -> None:
    """Not in a dump but in the files: the number of the transaction that wrote a row."""
    written = thief_of_own.rows(
        "SELECT xmin::text AS by, array_agg(id) AS ids FROM disclosure GROUP BY xmin::text"
    )

    assert [len(row.ids) for row in written] == [14]


def test_no_value_but_state_is_shared_by_the_disclosures_of_one_issue_alone(
    seven_issues: list[set[UUID]], thief_of_own: Thief
) -> None:
    """Every column, its size and every beginning of it sort them otherwise than by issue."""
    rows = {row.id: row._asdict() for row in thief_of_own.rows_of("disclosure")}
    marks: dict[tuple[str, object], set[UUID]] = defaultdict(set)
    for row_id, columns in rows.items():
        for name, value in columns.items():
            if isinstance(value, bytes):
                marks[f"size of {name}", len(value)].add(row_id)
                for length in (1, 2, 4, 8, 12, 16, 32):
                    marks[f"beginning of {name}", value[:length]].add(row_id)
                    marks[f"end of {name}", value[-length:]].add(row_id)
            else:
                marks[name, value].add(row_id)

    assert {name for (name, _), ids in marks.items() if ids in seven_issues} <= {
        "beginning of link",
        "end of link",
        "beginning of packet",
        "end of packet",
        "beginning of signature",
        "end of signature",
    }
    for (name, value), ids in marks.items():
        if ids in seven_issues:
            assert isinstance(value, bytes)
            assert len(value) < BY_CHANCE, name


def test_leaves_tags_clocks_keys_and_wraps_name_no_disclosure(
    seven_issues: list[set[UUID]], thief_of_own: Thief
) -> None:
    """Nothing outside its own row holds a disclosure's id, in any form, or sorts them by issue."""
    for each in set().union(*seven_issues):
        forms = (each.bytes, str(each).encode(), each.hex.encode())
        for name, value in thief_of_own.cells():
            content = value if isinstance(value, bytes) else str(value).encode()
            if name != "disclosure.id":
                assert not [form for form in forms if form in content], name
    looked = thief_of_own.rows("SELECT next_look_at, count(*) AS n FROM clock GROUP BY 1")
    assert len(looked) == 1


def test_a_recall_tells_by_the_state_which_disclosures_belonged_together(
    seven_issues: list[set[UUID]], house: House, thief_of_own: Thief
) -> None:
    """The honest half: states are in clear, and a state that few share is a name."""
    (issue_id, *_) = [row.id for row in thief_of_own.rows_of("issue")]
    for login in ("sam", "maria"):
        disclosing.move(house.console, house.actor(login), issue_id, "recall", "sent too early")

    revoked = {row.id for row in thief_of_own.rows_of("disclosure") if row.state == "revoked"}

    assert revoked in seven_issues
