"""Days and months in a plan and a packet: neither in the past nor further than two years ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.builders import a_case, a_packet, a_released_issue
from tests.house import House
from tests.looking import asked
from workervoice.errors import GuardFailed
from workervoice.hotline import buying, disclosing, releasing
from workervoice.hotline.issuepage import issue_page
from workervoice.hotline.planning import Promise

TODAY = date(2026, 11, 22)  # START's day


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


@pytest.mark.parametrize("due", [date(2026, 11, 21), date(2028, 11, 23), date(9999, 12, 31)])
def test_a_due_date_out_of_bounds_is_refused_in_one_sentence_and_nothing_changes(
    house: House, due: date
) -> None:
    a_released_issue(house, a_case(house))
    nora = house.actor("nora")
    (line,) = buying.disclosure_lines(house.console, nora)
    for move in ("open", "acknowledge"):
        buying.move(house.console, nora, line.id, move, "")

    with (
        pytest.raises(GuardFailed, match="from today to two years from now"),
        buying.open_disclosure(house.console, nora, line.id) as opened,
    ):
        opened.plan.propose(Promise("Return all documents", "", "", due))

    assert asked(house, "SELECT FROM action") == []
    assert house.leaves("action_proposed") == []


@pytest.mark.parametrize("due", [TODAY, date(2027, 5, 31), date(2028, 11, 22)])
def test_a_due_date_within_bounds_is_taken(due: date) -> None:
    Promise("Return all documents", "", "", due).check(TODAY)


@pytest.mark.parametrize("month", ["2026-10", "2025-12", "2028-12", "2062-01", "soon", ""])
def test_an_earliest_contact_out_of_bounds_stands_in_the_way_of_an_approval(
    house: House, month: str
) -> None:
    asha, packet = house.actor("asha"), replace(a_packet(), earliest_contact=month)
    issue_id = disclosing.draft(house.console, asha, a_case(house), packet)

    with pytest.raises(GuardFailed):
        disclosing.approve(house.console, asha, issue_id)

    page = issue_page(house.console, asha, issue_id)
    assert page.state == "draft"
    assert len(page.problems) == 1
    assert "from this month to two years from now" in page.problems[0]


@pytest.mark.parametrize("month", ["2026-11", "2027-06", "2028-11"])
def test_an_earliest_contact_within_bounds_is_no_problem(month: str) -> None:
    assert replace(a_packet(), earliest_contact=month).problems(TODAY) == []


def test_a_packet_whose_earliest_contact_has_passed_since_it_was_approved_is_not_released(
    house: House,
) -> None:
    """Otherwise a call to the site could follow the release by a day."""
    asha, case_id = house.actor("asha"), a_case(house)
    issue_id = disclosing.draft(house.console, asha, case_id, a_packet())
    disclosing.approve(house.console, asha, issue_id)
    house.wait(days=45)

    with pytest.raises(GuardFailed):
        releasing.release(house.console, house.actor("sam"), issue_id)

    assert issue_page(house.console, asha, issue_id).state == "approved"
    assert buying.disclosure_lines(house.console, house.actor("nora")) == []
