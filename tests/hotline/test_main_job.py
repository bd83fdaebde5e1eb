"""The main job from the first text to the confirmed remedy, below the web pages."""

from __future__ import annotations

from datetime import timedelta

from tests.house import House
from workervoice.disclosure.packet import ETI_CLAUSES, Packet
from workervoice.hotline import buying, disclosing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.issuepage import issue_page, staff_plan
from workervoice.hotline.overview import monitor_lines, queue
from workervoice.hotline.planning import Promise

WORKER = "+15550100777"


def test_a_worker_writes_and_a_handler_reads_and_answers(house: House) -> None:
    first = house.say(WORKER, "Boss took our passports and not give back. Cannot leave RIVER")
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
    assert "help" not in notice
    assert reply == ["We can help. Are you safe tonight?"]
