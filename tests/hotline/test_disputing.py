"""A worker's "it is not fixed": what counted as done is taken back, with the message itself."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from tests.builders import (
    WORKER,
    a_case,
    a_packet,
    a_released_issue,
    a_verified_plan,
    an_agreed_action,
)
from tests.house import House
from tests.looking import asked
from workervoice.hotline import buying, disclosing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.issuepage import issue_page, staff_plan
from workervoice.hotline.overview import monitor_lines


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def asked_whether_it_is_fixed(house: House, case_id: UUID) -> None:
    """The remedy is reported, and the worker has read the question."""
    house.desk.move(house.actor("asha"), case_id, "report_remedy", "documents returned")
    house.deliver()
    house.say(WORKER, "1")


def a_resolved_issue(house: House) -> tuple[UUID, UUID, UUID]:
    """Case, issue and action; two buyers took it up, and all is closed."""
    case_id = a_case(house)
    issue_id = a_released_issue(house, case_id)
    action_id = a_verified_plan(house, issue_id)
    disclosing.move(house.console, house.actor("ben"), issue_id, "resolve", "all returned")
    return case_id, issue_id, action_id


def states(house: House, table: str) -> list[str]:
    query = f"SELECT state FROM {table} ORDER BY state"  # noqa: S608
    return [row.state for row in asked(house, query)]


def test_a_dispute_takes_issue_actions_and_disclosures_back(house: House) -> None:
    case_id, issue_id, _ = a_resolved_issue(house)
    asked_whether_it_is_fixed(house, case_id)
    before = [states(house, table) for table in ("issue", "action", "disclosure")]

    house.say(WORKER, "5")

    after = [states(house, table) for table in ("issue", "action", "disclosure")]
    assert before == [["resolved"], ["closed"], ["done", "done"]]
    assert after == [["acting"], ["disputed"], ["acknowledged", "acknowledged"]]
    assert case_page(house.console, house.actor("asha"), case_id).state == "in_progress"
    assert issue_page(house.console, house.actor("ben"), issue_id).state == "acting"
    for event in ("issue_dispute", "action_dispute", "disclosure_dispute"):
        assert {leaf["actor"] for leaf in house.leaves(event)} == {str(house.gateway.id)}


def test_a_disputed_action_has_a_clock_again_that_hears_who_did_not_act(house: House) -> None:
    case_id, _, _ = a_resolved_issue(house)
    asked_whether_it_is_fixed(house, case_id)
    house.wait(hours=2)
    house.deliver()
    before = len(house.leaves("clock_ran_out"))

    house.say(WORKER, "5")
    for _ in range(2):
        house.wait(days=60)
        house.deliver()

    late = [leaf["detail"] for leaf in house.leaves("clock_ran_out")][before:]
    assert "rung 0: buyer" in late


def test_buyers_act_again_and_the_issue_comes_to_its_end_once_more(house: House) -> None:
    case_id, issue_id, action_id = a_resolved_issue(house)
    asked_whether_it_is_fixed(house, case_id)
    house.say(WORKER, "5")
    nora, ben = house.actor("nora"), house.actor("ben")
    (line,) = buying.disclosure_lines(house.console, nora)

    with buying.open_disclosure(house.console, nora, line.id) as opened:
        opened.plan.move(action_id, "start", "")
        opened.plan.move(action_id, "submit_evidence", "new lists")
    with disclosing.open_issue(house.console, ben, issue_id) as issue:
        staff_plan(issue).move(action_id, "verify", "asked three workers")
        staff_plan(issue).move(action_id, "close", "now done")
    done = disclosing.move(house.console, ben, issue_id, "resolve", "all returned")

    assert done == "resolved"
    assert states(house, "disclosure") == ["done", "done"]


def test_a_dispute_that_is_settled_leads_to_the_end_too(house: House) -> None:
    case_id, issue_id, action_id = a_resolved_issue(house)
    asked_whether_it_is_fixed(house, case_id)
    house.say(WORKER, "5")
    ben = house.actor("ben")

    with disclosing.open_issue(house.console, ben, issue_id) as issue:
        staff_plan(issue).move(action_id, "settle", "another matter: these papers are back")
    with disclosing.open_issue(house.console, ben, issue_id) as issue:
        staff_plan(issue).move(action_id, "close", "stands")

    assert disclosing.move(house.console, ben, issue_id, "resolve", "stands") == "resolved"


def test_what_was_never_done_is_not_disputed(house: House) -> None:
    case_id = a_case(house)
    a_released_issue(house, case_id)
    an_agreed_action(house)
    asked_whether_it_is_fixed(house, case_id)

    house.say(WORKER, "5")

    assert states(house, "issue") == ["acting"]
    assert states(house, "action") == ["agreed"]
    assert house.leaves("issue_dispute") == []


@pytest.mark.parametrize(
    ("move", "end", "left"), [("give_up", "unresolved", 2), ("recall", "cancelled", 2)]
)
def test_an_issue_that_was_given_up_or_recalled_stays_so(
    house: House, move: str, end: str, left: int
) -> None:
    case_id = a_case(house)
    issue_id = a_released_issue(house, case_id)
    a_verified_plan(house, issue_id)
    for login in ("sam", "maria"):
        disclosing.move(house.console, house.actor(login), issue_id, move, "nobody acts")
    before = states(house, "disclosure")
    asked_whether_it_is_fixed(house, case_id)

    house.say(WORKER, "5")

    assert states(house, "issue") == [end]
    assert states(house, "action") == ["closed"]
    assert (states(house, "disclosure"), len(before)) == (before, left)


def test_only_the_issues_of_this_case_are_disputed(house: House) -> None:
    other = a_case(house, number="+15550100778")
    disclosing.draft(house.console, house.actor("asha"), other, a_packet())
    case_id, issue_id, _ = a_resolved_issue(house)
    asked_whether_it_is_fixed(house, case_id)

    house.say(WORKER, "5")

    assert states(house, "issue") == ["acting", "draft"]
    assert [leaf["object"] for leaf in house.leaves("issue_dispute")] == [str(issue_id)]


def test_the_dispute_and_its_text_are_stored_together_or_not_at_all(house: House) -> None:
    case_id, _, _ = a_resolved_issue(house)
    asked_whether_it_is_fixed(house, case_id)
    before = len(asked(house, "SELECT FROM message"))

    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("REVOKE UPDATE (state) ON action FROM workervoice_gateway")
    with pytest.raises(DBAPIError):
        house.text(WORKER, "5")
    stored = len(asked(house, "SELECT FROM message")), states(house, "issue")
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("GRANT UPDATE (state) ON action TO workervoice_gateway")
    house.text(WORKER, "5")

    assert stored == (before, ["resolved"])
    assert states(house, "issue") == ["acting"]


def test_a_link_that_does_not_open_loses_no_message(house: House) -> None:
    case_id, _, _ = a_resolved_issue(house)
    asked_whether_it_is_fixed(house, case_id)
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE disclosure SET link = ''")
        tx.connection.exec_driver_sql("UPDATE issue SET link = ''")

    house.say(WORKER, "5")

    assert case_page(house.console, house.actor("asha"), case_id).state == "in_progress"


def test_a_monitor_sees_that_the_issue_is_open_again(house: House) -> None:
    case_id, _, _ = a_resolved_issue(house)
    asked_whether_it_is_fixed(house, case_id)

    house.say(WORKER, "5")

    (line,) = monitor_lines(house.console, house.actor("mina"))
    assert (line.stage, line.issues) == ("in_progress", ("acting",))
