"""One broken row hides no other: lists name it by its id, and show all that can be read."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, select

from tests.house import House
from tests.web.console_browser import Browser, app_of
from tests.web.console_scenes import PACKET, Scene, a_case, a_plan
from workervoice.disclosure.packet import Packet
from workervoice.hotline import disclosing
from workervoice.hotline.lateness import KnownClocks
from workervoice.hotline.overview import queue
from workervoice.hotline.references import reference
from workervoice.store.engine import Scope
from workervoice.store.servicekeys import ServiceKeys
from workervoice.store.tables import cases, clock, disclosure, issue
from workervoice.store.vault import Vault

OTHER = "+15550100433"


def overwrite(house: House, table: Table, row_id: UUID, **columns: Any) -> None:
    """As somebody who can write to the database."""
    with house.owner.begin(Scope(house.programme)) as tx:
        change = table.update().where(table.c.id == row_id)
        tx.connection.execute(change.values(**columns))


def column(house: House, table: Table, name: str) -> dict[UUID, Any]:
    with house.owner.begin(Scope(house.programme)) as tx:
        return {row.id: row[1] for row in tx.connection.execute(select(table.c.id, table.c[name]))}


def named(page: str) -> set[str]:
    """The ids that a page says it cannot read."""
    return set(re.findall(r"cannot be read; object id <code>([\w-]{36})</code>; tell", page))


def coded(page: str) -> set[str]:
    """The same on a monitor's page, which has no ids."""
    return set(re.findall(r"cannot be read; code <code>([\w-]{11})</code>; tell", page))


def code(house: House, login: str, about: UUID) -> str:
    return reference(house.console.vault, house.actor(login), about)


def corrupt(blobs: dict[UUID, bytes], broken: UUID) -> bytes:
    return blobs[broken][:-1] + bytes([blobs[broken][-1] ^ 1])


def swapped(blobs: dict[UUID, bytes], broken: UUID) -> bytes:
    return next(blob for row_id, blob in blobs.items() if row_id != broken)


def under_an_old_key(blobs: dict[UUID, bytes], broken: UUID) -> bytes:
    return b"\0" + blobs[broken][1:]


def cut_to_nothing(blobs: dict[UUID, bytes], broken: UUID) -> bytes:
    return b""


DAMAGES = [corrupt, swapped, under_an_old_key, cut_to_nothing]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_broken_queue_record_is_one_line_of_the_queue(house: House, damage: Any) -> None:
    broken, whole = a_case(house), a_case(house, OTHER)
    blob = damage(column(house, cases, "queue"), broken)
    overwrite(house, cases, broken, queue=blob)

    page = Browser.of(house, "asha").page

    assert named(page) == {str(broken)}
    assert "1 entry cannot be read" in page
    assert f'href="/cases/{whole}"' in page
    assert f'href="/cases/{broken}"' not in page


@pytest.mark.parametrize(("login", "path"), [("asha", "/cases"), ("mina", "/monitor")])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_broken_clock_hides_no_case(house: House, damage: Any, login: str, path: str) -> None:
    case_id = a_case(house)
    blobs = column(house, clock, "record")
    broken = min(blobs)
    overwrite(house, clock, broken, record=damage(blobs, broken))
    house.wait(days=400)

    page = Browser.of(house, login).open(path).text

    assert named(page) | coded(page) == {
        code(house, login, broken) if login == "mina" else str(broken)
    }
    assert code(house, login, case_id) in page
    assert '<span class="badge late">Late</span>' in page


def test_a_stage_that_no_table_has_is_shown_as_it_is(house: House) -> None:
    """The state lies in clear, so that anybody who writes to the database can change it."""
    broken, whole = a_case(house), a_case(house, OTHER)
    overwrite(house, cases, broken, state="nonsense")

    pages = {login: Browser.of(house, login).page for login in ("asha", "mina")}

    for login, page in pages.items():
        assert "nonsense" in page
        assert code(house, login, whole) in page


@dataclass(frozen=True)
class Two:
    """Two issues, of which one can no longer be read."""

    scene: Scene
    broken: UUID
    whole: UUID


@pytest.fixture
def two(house: House) -> Two:
    scene = a_plan(house)
    packet = Packet(site="Riverside Garments", country="BD", **PACKET)
    drafted = disclosing.draft(house.console, house.actor("asha"), scene.case, packet)
    overwrite(house, issue, drafted, link=b"\1" * 60)
    return Two(scene, drafted, scene.issue)


def test_a_broken_issue_is_one_line_of_the_lists_that_have_issues(house: House, two: Two) -> None:
    listed = Browser.of(house, "asha").open("/issues").text
    watched = Browser.of(house, "mina").open("/monitor").text

    assert named(listed) == {str(two.broken)}
    assert (named(watched), coded(watched)) == (set(), {code(house, "mina", two.broken)})
    assert f'href="/issues/{two.whole}"' in listed
    assert "Buyers are deciding" in watched


def test_a_broken_issue_hides_neither_its_case_nor_another_issue(house: House, two: Two) -> None:
    asha = Browser.of(house, "asha")

    case_page = asha.open(f"/cases/{two.scene.case}")
    issue_page = asha.open(f"/issues/{two.whole}")

    assert (case_page.status_code, issue_page.status_code) == (200, 200)
    assert f'href="/issues/{two.whole}"' in case_page.text


def test_a_broken_disclosure_is_named_to_its_buyer_and_to_the_monitor(house: House) -> None:
    scene = a_plan(house)
    broken, whole = scene.disclosures["paul"], scene.disclosures["nora"]
    overwrite(house, disclosure, broken, link=b"")

    of_buyer = Browser.of(house, "paul").page
    of_other = Browser.of(house, "nora").page
    watched = Browser.of(house, "mina").page
    of_staff = Browser.of(house, "asha").open(f"/issues/{scene.issue}").text

    assert named(of_buyer) == {str(broken)}
    assert coded(watched) == {code(house, "mina", broken)}
    assert "Nothing has been disclosed to you" not in of_buyer
    assert named(of_other) == set()
    assert f'href="/disclosures/{whole}"' in of_other
    assert "Northwind Apparel" in watched
    assert "Northwind Apparel" in of_staff


def test_a_monitor_sees_what_left_the_house_and_counts_what_has_not(house: House) -> None:
    scene, fresh = a_plan(house), a_case(house, OTHER)
    packet = Packet(site="Riverside Garments", country="BD", **PACKET)
    drafted = [
        disclosing.draft(house.console, house.actor("asha"), scene.case, packet) for _ in range(3)
    ]
    for login in ("asha", "sam"):  # two people give one of them up
        disclosing.move(house.console, house.actor(login), drafted[0], "reject", "twice drafted")

    page = Browser.of(house, "mina").page

    rows = {
        row.strip()[:11]: row for row in re.findall(r'data-label="Case">(.*?)</tr>', page, re.S)
    }
    with_issue, without = rows[code(house, "mina", scene.case)], rows[code(house, "mina", fresh)]
    assert with_issue.count("<div>Buyers are deciding</div>") == 1
    assert "2 drafted, not released" in with_issue
    assert "Draft<" not in with_issue
    assert "Cancelled" not in with_issue
    assert "Buyer answered after</th>" in page
    assert re.search(r'"Buyer answered">\s*<span class="quiet">–</span>\s*</td>', without)


def test_a_case_lists_its_issues_as_they_were_drafted(house: House) -> None:
    case_id = a_case(house)
    packet = Packet(site="Riverside Garments", country="BD", **PACKET)
    made = []
    for hours in (0, 0, 0, 0, 5):
        house.wait(hours=hours)
        made.append(disclosing.draft(house.console, house.actor("asha"), case_id, packet))
    disclosing.approve(house.console, house.actor("asha"), made[1])

    page = Browser.of(house, "asha").open(f"/cases/{case_id}").text

    items = re.findall(r'<li><a href="/issues/([\w-]+)">(No\. \d)(.*?)</li>', page)
    assert [(UUID(each), number) for each, number, _ in items] == [
        (issue_id, f"No. {number}") for number, issue_id in enumerate(made, start=1)
    ]
    assert ": Approved, waits for a second person." in items[1][2]
    assert ": Draft." in items[4][2]
    assert [re.findall(r"\d\d:\d\d UTC", rest) for *_, rest in items] == [
        *[["09:00 UTC"]] * 4,
        ["14:00 UTC"],
    ]


def test_many_broken_rows_are_counted_and_not_all_listed(house: House) -> None:
    for number in range(8):
        a_case(house, f"+155501005{number:02}")
    for row_id in column(house, clock, "record"):
        overwrite(house, clock, row_id, record=b"")

    page = Browser.of(house, "asha").page

    assert "24 entries cannot be read" in page
    assert len(named(page)) == 20
    assert "And 4 more." in page
    assert page.count('href="/cases/') == 8


def test_a_broken_row_is_in_the_log_once_however_often_the_page_is_shown(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    broken = a_case(house)
    overwrite(house, cases, broken, queue=b"")
    asha = Browser.of(house, "asha")
    caplog.clear()

    for _ in range(3):
        asha.open("/cases")
    app = app_of(house)
    with caplog.at_level(logging.INFO):
        for login in ("asha", "mina"):
            Browser.of(house, login, app)

    told = [r.getMessage() for r in caplog.records if "cannot be read" in r.getMessage()]
    assert told == [f"case {broken} cannot be read (1 since the start)"]


class CountingVault(Vault):
    """The house's own vault, which remembers what kinds of records it opened."""

    def __init__(self, keys: ServiceKeys) -> None:
        super().__init__(keys)
        self.opened: Counter[str] = Counter()

    def open(self, kind: str, programme: UUID, row: UUID, version: int, blob: bytes) -> Any:
        self.opened[kind] += 1
        return super().open(kind, programme, row, version, blob)


def late(lines: Iterable[Any]) -> set[UUID]:
    return {line.id for line in lines if line.late}


def test_a_queue_that_refreshes_itself_opens_only_clocks_that_have_changed(house: House) -> None:
    first = a_case(house)
    vault = CountingVault(house.console.vault.refresh())
    process, known = replace(house.console, vault=vault), KnownClocks()

    def looked() -> tuple[set[UUID], int]:
        vault.opened.clear()
        return late(queue(process, house.actor("asha"), known)), vault.opened["clock"]

    fresh, again = looked(), looked()
    second = a_case(house, OTHER)
    added = looked()
    house.wait(days=400)
    expired = looked()

    assert fresh[1] == 3
    assert again == (set(), 0)
    assert added[1] == 3
    assert expired == ({first, second}, 0)


def test_a_clock_that_was_stopped_or_changed_is_not_remembered(house: House) -> None:
    case_id = a_case(house)
    known = KnownClocks()
    house.wait(days=400)
    before = late(queue(house.console, house.actor("asha"), known))

    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.execute(clock.delete())
    after = late(queue(house.console, house.actor("asha"), known))

    assert (before, after) == ({case_id}, set())
