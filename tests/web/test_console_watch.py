"""Opening far more cases than usual is seen by the supervisors and the monitor, and in the log."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.house import House
from tests.web.console_browser import Browser, app_of
from tests.web.console_scenes import a_case
from workervoice.hotline.watch import FLOOR, WEEK_HOURS, Watch, limit
from workervoice.web.console.gate import Console

NOW = 1_790_000_000


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

    assert not any(watch.opened(actor, case, NOW) for _ in range(100))
    assert not any(watch.opened(actor, uuid4(), NOW + 7200 * n) for n in range(80))


def test_one_alarm_an_hour_and_a_week_later_none(house: House) -> None:
    watch, actor = Watch(), house.actor("asha")

    raised = [watch.opened(actor, uuid4(), NOW) for _ in range(60)]

    assert (raised.index(True), raised.count(True)) == (FLOOR, 1)
    assert len(watch.alarms(house.programme, NOW)) == 1
    assert watch.alarms(uuid4(), NOW) == []
    assert watch.alarms(house.programme, NOW + (WEEK_HOURS + 1) * 3600) == []


def test_supervisor_and_monitor_see_it_and_handlers_do_not(house: House) -> None:
    app = app_of(house)
    console: Console = app.state.console
    app.state.console = replace(console, watch=Watch(floor=1))
    cases = [a_case(house, f"+1555010044{n}") for n in range(2)]
    asha = Browser.of(house, "asha", app)
    for case in cases:
        asha.open(f"/cases/{case}")

    pages = {login: Browser.of(house, login, app).page for login in ("sam", "mina", "ben")}

    told = {login: "unusually many cases" in page for login, page in pages.items()}
    assert told == {"sam": True, "mina": True, "ben": False}
    assert ("Asha" in pages["sam"], "Asha" in pages["mina"]) == (True, False)
    assert len(house.leaves("many_cases_opened")) == 1
