"""What becomes of sensitive issues when the case that they are about is erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.builders import (
    a_case,
    a_confirmed_delete,
    a_packet,
    a_released_issue,
    an_agreed_action,
    an_erased_case,
)
from tests.house import House
from tests.looking import asked
from workervoice.errors import Forbidden, GuardFailed, NotFound
from workervoice.hotline import buying, disclosing, releasing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.issuepage import issue_page, staff_plan
from workervoice.hotline.links import open_issue_link
from workervoice.hotline.overview import issue_lines, monitor_lines, queue
from workervoice.hotline.planning import Promise
from workervoice.store.clocks import clocks_about
from workervoice.store.engine import Scope


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def the_issue(house: House, issue_id: UUID) -> Any:
    (row,) = asked(house, "SELECT * FROM issue WHERE id = :id", id=issue_id)
    return row


def link_of(house: House, issue_id: UUID) -> Any:
    """What an issue still says it is about, opened with the service key."""
    with house.owner.begin(Scope(house.programme)) as tx:
        blob = bytes(the_issue(house, issue_id).link)
        return open_issue_link(tx, house.console.vault, issue_id, blob)


def clocks_on(house: House, *things: UUID) -> int:
    with house.owner.begin(Scope(house.programme)) as tx:
        return len(clocks_about(tx, house.console.vault, things))


def plan_keys(house: House) -> int:
    kinds = "WHERE holder_kind = 'plan'"
    return sum(
        len(asked(house, f"SELECT FROM {table} {kinds}")) for table in ("key_pair", "key_wrap")
    )


def a_draft(house: House, case_id: UUID) -> UUID:
    return disclosing.draft(house.console, house.actor("asha"), case_id, a_packet())


def an_approved_issue(house: House, case_id: UUID) -> UUID:
    issue_id = a_draft(house, case_id)
    disclosing.approve(house.console, house.actor("asha"), issue_id)
    return issue_id


def a_rejected_issue(house: House, case_id: UUID) -> UUID:
    issue_id = a_draft(house, case_id)
    disclosing.move(house.console, house.actor("asha"), issue_id, "reject", "too thin")
    return issue_id


@pytest.mark.parametrize("make", [a_draft, an_approved_issue, a_rejected_issue])
def test_what_has_not_left_is_cancelled_and_its_words_and_keys_are_gone(
    house: House, make: Callable[[House, UUID], UUID]
) -> None:
    case_id = a_case(house)
    issue_id = make(house, case_id)
    before = the_issue(house, issue_id), plan_keys(house)

    an_erased_case(house, case_id)

    row, link = the_issue(house, issue_id), link_of(house, issue_id)
    assert before[0].packet
    assert before[1] == 2
    assert (row.state, row.packet, row.signature, plan_keys(house)) == ("cancelled", b"", b"", 0)
    assert link.is_blank
    assert str(case_id) not in str(link)
    assert issue_lines(house.console, house.actor("asha")) == []
    for login in ("asha", "sam"):
        with pytest.raises(NotFound):
            issue_page(house.console, house.actor(login), issue_id)
        with pytest.raises((Forbidden, NotFound)):
            case_page(house.console, house.actor(login), case_id)


def test_a_case_that_may_not_be_erased_keeps_its_draft(house: House) -> None:
    case_id = a_case(house)
    issue_id = a_draft(house, case_id)
    house.desk.hold(house.actor("sam"), case_id, held=True, reason="a court asked for it")
    a_confirmed_delete(house)
    house.wait(hours=73)

    with pytest.raises(GuardFailed):
        house.desk.move(house.actor("asha"), case_id, "erase", "the worker asked")

    assert issue_page(house.console, house.actor("asha"), issue_id).state == "draft"
    assert plan_keys(house) == 2


def test_an_issue_at_buyers_no_longer_says_which_case_it_came_from(house: House) -> None:
    case_id = a_case(house)
    issue_id = a_released_issue(house, case_id)
    before = link_of(house, issue_id)

    an_erased_case(house, case_id)

    assert before.case_id == str(case_id)
    assert link_of(house, issue_id).is_alone
    assert str(case_id) not in str(link_of(house, issue_id))
    (line,) = monitor_lines(house.console, house.actor("mina"))
    assert (line.stage, line.issues, line.buyer_hours) == ("erased", (), ())
    assert queue(house.console, house.actor("asha")) == []


def test_after_the_erasing_buyers_act_and_a_supervisor_verifies_and_resolves(house: House) -> None:
    case_id = a_case(house)
    issue_id = a_released_issue(house, case_id)
    an_erased_case(house, case_id)

    mine, action_id = an_agreed_action(house)
    with buying.open_disclosure(house.console, house.actor("nora"), mine) as opened:
        opened.plan.move(action_id, "start", "")
        opened.plan.move(action_id, "submit_evidence", "signed lists")
    with disclosing.open_issue(house.console, house.actor("sam"), issue_id) as issue:
        staff_plan(issue).move(action_id, "verify", "workers say that they have them")
        staff_plan(issue).move(action_id, "close", "done for all")
    done = disclosing.move(house.console, house.actor("sam"), issue_id, "resolve", "all returned")

    page = issue_page(house.console, house.actor("sam"), issue_id)
    assert (done, page.state, page.case_id) == ("resolved", "resolved", None)
    assert page.packet == a_packet()
    assert [note.reason for note in page.notes] == ["all returned"]
    assert {state for _, state in page.buyers} == {"done"}
    assert asked(house, "SELECT id FROM clock") == []
    assert [line.id for line in issue_lines(house.console, house.actor("asha"))] == [issue_id]


@pytest.mark.parametrize(("move", "end"), [("recall", "cancelled"), ("give_up", "unresolved")])
def test_without_its_case_an_issue_is_recalled_or_given_up_by_two_people(
    house: House, move: str, end: str
) -> None:
    issue_id = a_released_issue(house, case_id := a_case(house))
    an_erased_case(house, case_id)
    an_agreed_action(house)

    first = [
        disclosing.move(house.console, house.actor("sam"), issue_id, move, "nobody acts")
        for _ in range(2)
    ]
    waits = issue_page(house.console, house.actor("maria"), issue_id)
    second = disclosing.move(house.console, house.actor("maria"), issue_id, move, "I agree")

    page = issue_page(house.console, house.actor("sam"), issue_id)
    assert first == ["proposed", "proposed"]
    assert waits.proposals == {move}
    assert (second, page.state) == (end, end)
    assert [(note.reason, note.proposed) for note in page.notes] == [
        ("nobody acts", True),
        ("I agree", False),
    ]
    assert asked(house, "SELECT id FROM clock") == []


def test_nothing_leaves_again_for_a_case_that_was_erased(house: House) -> None:
    issue_id = a_released_issue(house, case_id := a_case(house))
    an_erased_case(house, case_id)
    for login in ("sam", "maria"):
        disclosing.move(house.console, house.actor(login), issue_id, "give_up", "nobody acts")

    with pytest.raises(GuardFailed):
        disclosing.move(house.console, house.actor("sam"), issue_id, "take_up_again", "once more")

    moves = issue_page(house.console, house.actor("sam"), issue_id).moves
    assert moves == ()


def test_a_proposal_in_anothers_name_is_no_second_person(house: House) -> None:
    issue_id = a_released_issue(house, case_id := a_case(house))
    an_erased_case(house, case_id)
    disclosing.move(house.console, house.actor("sam"), issue_id, "recall", "wrong site")

    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.exec_driver_sql(
            "UPDATE issue_note SET signer_id = %(other)s", {"other": house.actor("ben").id}
        )
    done = disclosing.move(house.console, house.actor("maria"), issue_id, "recall", "I agree")

    first, second = issue_page(house.console, house.actor("sam"), issue_id).notes
    assert done == "proposed"
    assert (first.reason, first.at) == ("", None)
    assert second.reason == "I agree"


def test_all_clocks_of_the_case_end_at_once_and_those_of_its_buyers_go_on(house: House) -> None:
    case_id = a_case(house)
    a_released_issue(house, case_id)
    ids = [row.id for row in asked(house, "SELECT id FROM disclosure")]
    before = clocks_on(house, case_id)
    an_erased_case(house, case_id)

    after = clocks_on(house, case_id), clocks_on(house, *ids)
    house.wait(hours=1)
    house.deliver()

    assert before > 0
    assert after == (0, 2)
    assert not any(line.late for line in monitor_lines(house.console, house.actor("mina")))


def test_an_older_case_that_was_reopened_goes_with_everything_else(house: House) -> None:
    older, sam = a_case(house), house.actor("sam")
    house.desk.move(sam, older, "take_up", "")
    house.desk.move(sam, older, "close_unconfirmed", "the worker went home")
    house.wait(days=100)
    newer = a_case(house)
    house.desk.move(sam, older, "reopen", "a second look")

    an_erased_case(house, newer)

    states = {row.state for row in asked(house, "SELECT state FROM cases")}
    assert states == {"erased"}
    assert asked(house, "SELECT FROM message") == []
    assert clocks_on(house, older, newer) == 0


def test_the_keys_of_an_issue_at_buyers_cannot_be_deleted_by_the_pages(house: House) -> None:
    a_released_issue(house, a_case(house))
    before = plan_keys(house)

    with house.console.database.begin(house.actor("sam").scope()) as tx:
        for table in ("key_pair", "key_wrap"):
            tx.connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608

    kinds = {row.holder_kind for row in asked(house, "SELECT holder_kind FROM key_pair")}
    assert (before, plan_keys(house)) == (2, 2)
    assert kinds == {"plan", "team", "organisation"}


def test_what_left_stays_open_to_its_buyers_as_it_was(house: House) -> None:
    a_released_issue(house, case_id := a_case(house))
    an_erased_case(house, case_id)
    nora = house.actor("nora")
    (line,) = buying.disclosure_lines(house.console, nora)

    for move in ("open", "acknowledge"):
        buying.move(house.console, nora, line.id, move, "")
    with buying.open_disclosure(house.console, nora, line.id) as opened:
        opened.plan.propose(Promise("Return all documents", "", "", date(2026, 12, 31)))

    page = buying.page(house.console, nora, line.id)
    assert page.packet == a_packet()
    assert [view.state for view in page.actions] == ["proposed"]


def test_releasing_before_and_erasing_after_leave_a_draft_beside_it_no_trace(house: House) -> None:
    """Two issues of one case: one has left, one has not."""
    case_id = a_case(house)
    left = a_released_issue(house, case_id)
    stayed = an_approved_issue(house, case_id)

    an_erased_case(house, case_id)

    with pytest.raises(NotFound):
        releasing.release(house.console, house.actor("sam"), stayed)
    assert [line.id for line in issue_lines(house.console, house.actor("sam"))] == [left]
    assert plan_keys(house) == 2
