"""Many new cases at once are one row of the queue, and what is urgent is seen all the same."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.house import House
from tests.web.console_browser import Browser
from workervoice.hotline.bursts import Burst, Grouped, burst_at, grouped
from workervoice.hotline.overview import queue
from workervoice.workflow.bursting import LEAST

OLD, DANGER, CHILD = "+15550100461", "+15550100462", "+15550100463"


def a_burst(house: House, count: int = LEAST, start: int = 0) -> None:
    for number in range(start, start + count):
        house.text(f"+1555016{number:04}", "the food in the canteen is bad")


def now(house: House) -> Grouped:
    asha = house.actor("asha")
    return grouped(house.console, asha, queue(house.console, asha))


def ids(found: Grouped) -> set[UUID]:
    return {row.id for row in found.rows if not isinstance(row, Burst)}


@pytest.fixture
def burst(house: House) -> House:
    """One old case, and hours later a burst with danger and a child in it."""
    house.text(OLD, "they took our passports")
    house.wait(hours=5)
    a_burst(house)
    house.text(DANGER, "they are beating us now, help")
    house.text(CHILD, "my sister is 12 years old and works here")
    return house


def test_a_burst_is_one_row_with_the_urgency_of_its_worst_case_and_danger_on_top(
    burst: House,
) -> None:
    found = now(burst)

    (one,) = found.bursts
    assert len(one.cases) == LEAST + 2
    assert one.cases[0].record.imminent_danger
    assert one.cases[1].record.child
    assert one.top.record.priority == min(str(each.record.priority) for each in one.cases)
    assert (one.danger, one.children) == (1, 1)


def test_what_is_urgent_in_a_burst_stands_in_the_list_by_itself_as_well(burst: House) -> None:
    found = now(burst)

    urgent = {each.id for each in found.bursts[0].cases[:2]}
    assert urgent <= ids(found)
    assert len(ids(found)) == 3  # danger, the child, and the old case
    assert len(found.rows) == 4


def test_the_queue_counts_every_case_and_its_row_leads_to_all_of_them(burst: House) -> None:
    asha = Browser.of(burst, "asha")
    listed = asha.open("/cases").text
    one = now(burst).bursts[0]

    page = asha.open(f"/bursts/{one.line_id}/{one.hours.start}").text

    assert f"{LEAST + 3} cases wait" in listed
    assert f"Burst of {LEAST + 2} cases" in listed
    assert "Danger reported in 1" in listed
    assert "Under 18 in 1" in listed
    assert all(f"/cases/{each.id}" in page for each in one.cases)


def test_a_case_that_somebody_took_up_is_no_part_of_a_burst_any_more(house: House) -> None:
    a_burst(house, LEAST + 1)
    sam, (one,) = house.actor("sam"), now(house).bursts

    house.desk.move(sam, one.cases[0].id, "take_up", "")

    (left,) = now(house).bursts
    assert len(left.cases) == LEAST
    house.desk.move(sam, left.cases[0].id, "take_up", "")
    assert now(house).bursts == ()
    assert len(now(house).rows) == LEAST + 1


def test_fewer_than_a_burst_stand_one_by_one_and_lines_are_not_mixed(house: House) -> None:
    a_burst(house, LEAST - 1)
    house.text("+15550170001", "the food is bad", line="demo-whatsapp")

    found = now(house)

    assert found.bursts == ()
    assert len(found.rows) == LEAST


def test_a_late_case_leaves_its_burst_for_the_list_too(house: House) -> None:
    a_burst(house)
    house.wait(days=30)
    house.deliver()

    found = now(house)
    late = {each.id for burst in found.bursts for each in burst.cases if each.late}

    assert late
    assert late <= ids(found)


def test_where_no_burst_is_any_more_the_page_says_so(house: House) -> None:
    asha = house.actor("asha")

    assert burst_at(house.console, asha, queue(house.console, asha), house.line().id, 5) is None
    assert "No burst" in Browser.of(house, "asha").open(f"/bursts/{house.line().id}/5").text


def test_a_complaint_about_us_is_in_no_burst(house: House) -> None:
    a_burst(house, LEAST - 1)
    house.text(DANGER, "your officer told my boss my name")

    sam = house.actor("sam")
    assert grouped(house.console, sam, queue(house.console, sam)).bursts == ()
