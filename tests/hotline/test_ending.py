"""The end of an issue: what it leaves to its buyers, and what nobody waits for any more."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from tests.builders import a_case, a_packet, a_released_issue, a_verified_plan, an_agreed_action
from tests.house import House
from tests.looking import asked
from workervoice.errors import GuardFailed, NotFound
from workervoice.hotline import buying, disclosing
from workervoice.hotline.issuepage import issue_page, staff_plan
from workervoice.hotline.planning import Promise

REASON = "Northwind says that its contract is too small"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def mine(house: House, login: str = "nora") -> UUID:
    return buying.disclosure_lines(house.console, house.actor(login))[0].id


def page_of(house: House, login: str = "nora") -> buying.DisclosurePage:
    return buying.page(house.console, house.actor(login), mine(house, login))


def end(house: House, issue_id: UUID, move: str = "give_up") -> str:
    """A supervisor ends it, and where two have to agree another one does the same."""
    done = disclosing.move(house.console, house.actor("sam"), issue_id, move, REASON)
    if done != "proposed":
        return done
    return disclosing.move(house.console, house.actor("maria"), issue_id, move, "I agree")


def an_issue_under_way(house: House) -> UUID:
    """Both buyers took it up; one action is agreed, one proposed, one submitted."""
    issue_id = a_released_issue(house, a_case(house))
    nora, paul = house.actor("nora"), house.actor("paul")
    an_agreed_action(house)
    with buying.open_disclosure(house.console, nora, mine(house)) as opened:
        opened.plan.propose(Promise("A second one", "", "", date(2026, 12, 31)))
        third = opened.plan.propose(Promise("A third one", "", "", date(2026, 12, 31)))
    with buying.open_disclosure(house.console, paul, mine(house, "paul")) as opened:
        opened.plan.move(third, "agree", "")
    with buying.open_disclosure(house.console, nora, mine(house)) as opened:
        opened.plan.move(third, "start", "")
        opened.plan.move(third, "submit_evidence", "photographs")
    return issue_id


def action_states(house: House) -> list[str]:
    return sorted(row.state for row in asked(house, "SELECT state FROM action"))


def test_given_up_nothing_is_open_to_decline_take_up_or_promise(house: House) -> None:
    issue_id = an_issue_under_way(house)
    before = {move.name for move in page_of(house).moves}

    assert end(house, issue_id) == "unresolved"

    page, nora = page_of(house), house.actor("nora")
    assert "decline" in before
    assert (page.state, page.issue_state, page.moves) == ("acknowledged", "unresolved", ())
    assert page.packet == a_packet()
    with pytest.raises(GuardFailed):
        buying.move(house.console, nora, page.id, "decline", "too late anyway")
    with (
        pytest.raises(GuardFailed),
        buying.open_disclosure(house.console, nora, page.id) as opened,
    ):
        opened.plan.propose(Promise("One more", "", "", date(2026, 12, 31)))


@pytest.mark.parametrize("move", ["give_up", "recall"])
def test_what_is_not_done_ends_with_its_issue_and_says_so_without_our_reason(
    house: House, move: str
) -> None:
    issue_id = an_issue_under_way(house)
    before = action_states(house)

    end(house, issue_id, move)

    page = issue_page(house.console, house.actor("sam"), issue_id)
    histories = [view.entries[-1].words for view in page.actions]
    assert before == ["agreed", "evidence_submitted", "proposed"]
    assert action_states(house) == ["rejected"] * 3
    assert all(words and words["move"] == "drop" for words in histories)
    assert REASON not in str(histories)
    assert [view.moves for view in page.actions] == [()] * 3


def test_what_was_verified_and_closed_stays_so(house: House) -> None:
    issue_id = a_released_issue(house, a_case(house))
    a_verified_plan(house, issue_id)

    end(house, issue_id)

    assert action_states(house) == ["closed"]


@pytest.mark.parametrize("move", ["give_up", "recall"])
def test_nobody_is_late_for_an_issue_that_is_over(house: House, move: str) -> None:
    issue_id = a_released_issue(house, a_case(house))
    an_agreed_action(house)
    end(house, issue_id, move)

    for _ in range(4):
        house.wait(days=30)
        house.deliver()

    who = {leaf["detail"] for leaf in house.leaves("clock_ran_out")}
    assert not any("buyer" in each for each in who)


def test_a_buyer_that_never_opened_it_is_not_late_for_a_resolved_issue(house: House) -> None:
    issue_id = a_released_issue(house, a_case(house))
    nora, ben = house.actor("nora"), house.actor("ben")
    for move in ("open", "acknowledge"):
        buying.move(house.console, nora, mine(house), move, "")
    with buying.open_disclosure(house.console, nora, mine(house)) as opened:
        action_id = opened.plan.propose(Promise("Return them", "", "", date(2026, 12, 31)))
    with disclosing.open_issue(house.console, ben, issue_id) as issue:
        staff_plan(issue).move(action_id, "agree", "")
    with buying.open_disclosure(house.console, nora, mine(house)) as opened:
        opened.plan.move(action_id, "start", "")
        opened.plan.move(action_id, "submit_evidence", "lists")
    with disclosing.open_issue(house.console, ben, issue_id) as issue:
        staff_plan(issue).move(action_id, "verify", "asked")
        staff_plan(issue).move(action_id, "close", "done")
    disclosing.move(house.console, ben, issue_id, "resolve", "all returned")

    house.wait(hours=80)
    house.deliver()

    states = {row.state for row in asked(house, "SELECT state FROM disclosure")}
    assert states == {"done", "notified"}
    assert not any("buyer" in leaf["detail"] for leaf in house.leaves("clock_ran_out"))


def test_a_recalled_issue_is_closed_to_buyers(house: House) -> None:
    issue_id = an_issue_under_way(house)
    disclosure_id = mine(house)

    end(house, issue_id, "recall")

    with pytest.raises(NotFound):
        buying.page(house.console, house.actor("nora"), disclosure_id)


def test_taken_up_again_buyers_may_promise_anew(house: House) -> None:
    issue_id = an_issue_under_way(house)
    end(house, issue_id)

    done = disclosing.move(
        house.console, house.actor("asha"), issue_id, "take_up_again", "a new contract"
    )
    with buying.open_disclosure(house.console, house.actor("nora"), mine(house)) as opened:
        opened.plan.propose(Promise("Start over", "", "", date(2026, 12, 31)))

    assert done == "deciding"
    assert action_states(house) == ["proposed", *["rejected"] * 3]


def test_an_issue_of_a_case_that_is_over_is_not_taken_up_again(house: House) -> None:
    issue_id, sam = an_issue_under_way(house), house.actor("sam")
    end(house, issue_id)
    case_id = issue_page(house.console, sam, issue_id).case_id
    assert case_id is not None
    house.desk.move(sam, case_id, "take_back", "buyers did not help")
    house.desk.move(sam, case_id, "close_unconfirmed", "the worker went home")

    with pytest.raises(GuardFailed):
        disclosing.move(house.console, sam, issue_id, "take_up_again", "once more")

    assert issue_page(house.console, sam, issue_id).state == "unresolved"
