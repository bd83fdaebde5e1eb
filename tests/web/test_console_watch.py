"""Opening far more cases than usual is seen by the supervisors and the monitor, and in the log."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.house import House
from tests.web.console_browser import Browser, app_of
from tests.web.console_scenes import a_case
from workervoice.hotline.watch import FLOOR, WEEK_HOURS, Watch, limit
from workervoice.store.engine import Scope
from workervoice.web.console.gate import Console


@pytest.mark.parametrize(
    ("others", "own", "most"),
    [
        ([], [], FLOOR),
        ([1, 2, 3], [2], FLOOR),
        ([10, 12, 40], [], 36),
        ([1], [9, 9, 9], 27),
        ([10, 10, 10], [500], 1500),
    ],
)
def test_what_is_usual(others: list[int], own: list[int], most: int) -> None:
    assert limit(others, own) == most


def test_the_same_case_again_and_another_hour_do_not_count(house: House) -> None:
    watch, actor, case = Watch(), house.actor("asha"), uuid4()

    assert not any(watch.opened(house.console, actor, case) for _ in range(30))
    for _ in range(2 * FLOOR):
        assert not watch.opened(house.console, house.actor("asha"), uuid4())
        house.wait(hours=2)


def test_one_alarm_an_hour_and_a_week_later_none(house: House) -> None:
    actor, sam = house.actor("asha"), house.actor("sam")

    raised = [Watch().opened(house.console, actor, uuid4()) for _ in range(FLOOR + 10)]

    assert (raised.index(True), raised.count(True)) == (FLOOR, 1)
    (alarm,) = Watch().alarms(house.console, sam)
    assert (alarm.name, alarm.officer_id) == ("Asha, handler", actor.id)
    assert len(house.leaves("many_cases_opened")) == 1
    house.wait(hours=WEEK_HOURS + 1)
    assert Watch().alarms(house.console, sam) == []
    house.wait(days=2)
    Watch().opened(house.console, house.actor("asha"), uuid4())
    with house.owner.begin(Scope(house.programme)) as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM watched").scalar() == 1


def test_a_row_tells_nobody_without_the_service_key_who_opened_what(house: House) -> None:
    actor, case = house.actor("asha"), uuid4()

    Watch().opened(house.console, actor, case)

    with house.owner.begin(Scope(house.programme)) as tx:
        (row,) = tx.connection.exec_driver_sql("SELECT * FROM watched").mappings()
    shown = b"".join(
        bytes(v) if isinstance(v, memoryview | bytes) else str(v).encode() for v in row.values()
    )
    assert not any(each in shown for each in (b"Asha", str(actor.id).encode(), case.bytes))


def test_supervisor_and_monitor_see_it_and_handlers_do_not(house: House) -> None:
    app = app_of(house)
    console: Console = app.state.console
    app.state.console = replace(console, watch=Watch(floor=1))
    cases = [a_case(house, f"+1555010044{n}") for n in range(2)]
    asha = Browser.of(house, "asha", app)
    for case in cases:
        asha.open(f"/cases/{case}")

    successor = app_of(house)
    pages = {login: Browser.of(house, login, successor).page for login in ("sam", "mina", "ben")}

    told = {login: "unusually many cases" in page for login, page in pages.items()}
    assert told == {"sam": True, "mina": True, "ben": False}
    assert ("Asha" in pages["sam"], "Asha" in pages["mina"]) == (True, False)
    assert len(house.leaves("many_cases_opened")) == 1
