"""The main job from the first text to the confirmed remedy, below the web pages."""

from __future__ import annotations

import pytest

from tests.builders import REPORT, WORKER, a_case, a_packet, a_released_issue, a_verified_plan
from tests.house import House
from workervoice.disclosure.packet import Packet
from workervoice.errors import GuardFailed, IllegalMove, NotFound
from workervoice.hotline import buying, disclosing, releasing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.issuepage import issue_page
from workervoice.hotline.overview import monitor_lines, queue


def test_a_worker_writes_and_a_handler_reads_and_answers(house: House) -> None:
    first = house.say(WORKER, REPORT)
    house.say(WORKER, "1")
    line = queue(house.console, house.actor("asha"))[0]
    page = case_page(house.console, house.actor("asha"), line.id)
    house.desk.answer(house.actor("asha"), line.id, "We can help. Are you safe tonight?")
    house.deliver()
    notice = house.phones.texts(WORKER)[-1]
    reply = house.say(WORKER, "1")

    assert "999" in first[0]
    assert "retention_of_identity_documents" in page.record.facts.indicators
    assert page.site is not None
    assert page.site.code == "RIVER"
    assert page.thread[0].replies == ("first_answer", "hours 8:00 20:00")
    assert any(item for said in page.thread for _, item, _ in said.passages)
    assert "help" not in notice
    assert reply == ["We can help. Are you safe tonight?"]


def test_the_whole_way_from_report_to_confirmed_remedy(house: House) -> None:
    case_id = a_case(house)
    issue_id = a_released_issue(house, case_id)
    a_verified_plan(house, issue_id)
    disclosing.move(house.console, house.actor("ben"), issue_id, "resolve", "all returned")
    house.desk.move(house.actor("asha"), case_id, "report_remedy", "documents returned to all")
    house.deliver()
    asked = house.say(WORKER, "1")
    thanked = house.say(WORKER, "4")
    page = case_page(house.console, house.actor("asha"), case_id)
    house.desk.move(house.actor("asha"), case_id, "close", "worker confirmed")

    assert "4" in asked[0]
    assert thanked
    assert page.state == "confirmed"
    assert case_page(house.console, house.actor("asha"), case_id).state == "closed"
    line = monitor_lines(house.console, house.actor("mina"))[0]
    assert line.stage == "closed"
    assert dict(line.buyer_hours) == {"Northwind Apparel": 0, "Southgate Retail": 0}


def test_without_consent_nothing_is_released_and_a_supervisor_may_not_override(
    house: House,
) -> None:
    case_id = a_case(house, consent="0")
    issue_id = disclosing.draft(house.console, house.actor("asha"), case_id, a_packet())
    disclosing.approve(house.console, house.actor("asha"), issue_id)

    with pytest.raises(GuardFailed):
        releasing.release(house.console, house.actor("sam"), issue_id)

    assert issue_page(house.console, house.actor("sam"), issue_id).state == "approved"
    assert buying.disclosure_lines(house.console, house.actor("nora")) == []


def test_one_person_alone_cannot_release(house: House) -> None:
    case_id = a_case(house)
    issue_id = disclosing.draft(house.console, house.actor("sam"), case_id, a_packet())
    disclosing.approve(house.console, house.actor("sam"), issue_id)

    with pytest.raises(GuardFailed):
        releasing.release(house.console, house.actor("sam"), issue_id)


def test_a_packet_that_quotes_the_worker_cannot_be_approved(house: House) -> None:
    case_id = a_case(house)
    quoting = Packet.from_json(
        {**a_packet().to_json(), "description": "Boss took our passports and not give back."}
    )
    issue_id = disclosing.draft(house.console, house.actor("asha"), case_id, quoting)

    with pytest.raises(GuardFailed):
        disclosing.approve(house.console, house.actor("asha"), issue_id)

    assert issue_page(house.console, house.actor("asha"), issue_id).findings


def test_a_disputed_remedy_takes_the_case_back(house: House) -> None:
    case_id = a_case(house)
    house.desk.answer(house.actor("asha"), case_id, "We look into it.")
    house.desk.move(house.actor("asha"), case_id, "report_remedy", "documents returned")
    house.deliver()
    house.say(WORKER, "1")
    house.say(WORKER, "5")

    assert case_page(house.console, house.actor("asha"), case_id).state == "in_progress"


def test_a_buyer_finds_no_foreign_disclosure_and_no_case(house: House) -> None:
    case_id = a_case(house)
    a_released_issue(house, case_id)
    theirs = buying.disclosure_lines(house.console, house.actor("paul"))[0].id

    with pytest.raises(NotFound):
        buying.page(house.console, house.actor("nora"), theirs)
    with pytest.raises(NotFound):
        case_page(house.console, house.actor("nora"), case_id)


def test_a_move_that_the_table_does_not_have_changes_nothing(house: House) -> None:
    case_id = a_case(house)

    with pytest.raises(IllegalMove):
        house.desk.move(house.actor("asha"), case_id, "close", "because")

    assert case_page(house.console, house.actor("asha"), case_id).state == "awaiting_review"
