"""What many tests begin with: a report, a case, a released issue, a plan carried out."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest

from tests.house import House
from workervoice.disclosure.packet import ETI_CLAUSES, Packet
from workervoice.errors import GuardFailed
from workervoice.hotline import buying, disclosing, releasing
from workervoice.hotline.evidence import Evidence
from workervoice.hotline.evidence import add as add_file
from workervoice.hotline.issuepage import staff_plan
from workervoice.hotline.overview import queue
from workervoice.hotline.planning import Promise
from workervoice.wash.outcome import Kind, Washed

WORKER = "+15550100777"
REPORT = "Boss took our passports and not give back. Agent said hotel job, now sewing. RIVER"


def a_packet(description: str = "Identity documents of workers are kept by management.") -> Packet:
    return Packet(
        site="Riverside Garments",
        country="BD",
        indicators=("retention_of_identity_documents",),
        likelihood="strong",
        eti_clause=ETI_CLAUSES[0],
        period="2026-11",
        description=description,
        first_steps="Ask for the document policy of all sites in one round; do not name this one.",
        earliest_contact="2026-12",
    )


def a_case(house: House, consent: str = "1", *, number: str = WORKER, report: str = REPORT) -> UUID:
    """A report with site and consent, as three texts give it."""
    known = {line.id for line in queue(house.console, house.actor("asha"))}
    house.say(number, report)
    house.say(number, "1")
    house.say(number, "they cut pay if we ask")
    house.say(number, consent)
    (made,) = {line.id for line in queue(house.console, house.actor("asha"))} - known
    return made


def an_approved_issue(house: House, case_id: UUID, packet: Packet | None = None) -> UUID:
    """Drafted and approved by the handler asha; nobody released it yet."""
    asha = house.actor("asha")
    issue_id = disclosing.draft(house.console, asha, case_id, packet or a_packet())
    disclosing.approve(house.console, asha, issue_id)
    return issue_id


def a_released_issue(house: House, case_id: UUID, packet: Packet | None = None) -> UUID:
    """Asha drafts and approves, Sam releases, the buyers are notified."""
    issue_id = an_approved_issue(house, case_id, packet)
    releasing.release(house.console, house.actor("sam"), issue_id)
    house.deliver()
    return issue_id


def a_confirmed_delete(house: House, number: str = WORKER) -> None:
    """DELETE, and the digit that it asks for."""
    asked = house.say(number, "DELETE")[-1]
    house.say(number, re.findall(r"send (\d)", asked)[0])


def an_erased_case(house: House, case_id: UUID, number: str = WORKER) -> None:
    """The worker deletes, nobody says otherwise for 72 hours, and a handler erases."""
    a_confirmed_delete(house, number)
    house.wait(hours=73)
    house.desk.move(house.actor("asha"), case_id, "erase", "the worker asked; nothing forbids it")


def an_agreed_action(house: House, description: str = "Return all documents") -> tuple[UUID, UUID]:
    """Nora of one buyer promises, Paul of another agrees; returns her disclosure and the action."""
    nora, paul = house.actor("nora"), house.actor("paul")
    mine = buying.disclosure_lines(house.console, nora)[0].id
    theirs = buying.disclosure_lines(house.console, paul)[0].id
    for actor, disclosure, move in (
        (nora, mine, "open"),
        (nora, mine, "acknowledge"),
        (paul, theirs, "open"),
        (paul, theirs, "acknowledge"),
    ):
        buying.move(house.console, actor, disclosure, move, "")
    with buying.open_disclosure(house.console, nora, mine) as opened:
        action_id = opened.plan.propose(Promise(description, "policy", "audit", date(2026, 12, 31)))
    with buying.open_disclosure(house.console, paul, theirs) as opened:
        opened.plan.move(action_id, "agree", "")
    return mine, action_id


def a_verified_plan(
    house: House,
    issue_id: UUID,
    *,
    description: str = "Return all documents",
    evidence: str = "signed hand-over lists",
) -> UUID:
    """Nora promises and does, Paul of another buyer agrees, Ben of the hotline verifies."""
    nora, ben = house.actor("nora"), house.actor("ben")
    mine, action_id = an_agreed_action(house, description)
    shown = Washed(Kind.JPEG, "image/jpeg", f"a photo of {evidence}".encode(), width=1, height=1)
    with buying.open_disclosure(house.console, nora, mine) as opened:
        opened.plan.move(action_id, "start", "")
        add_file(opened.plan, action_id, Evidence(f"photo of {evidence}", shown))
        opened.plan.move(action_id, "submit_evidence", evidence)
    with pytest.raises(GuardFailed), buying.open_disclosure(house.console, nora, mine) as opened:
        opened.plan.move(action_id, "verify", "I saw it")
    with disclosing.open_issue(house.console, ben, issue_id) as issue:
        plan = staff_plan(issue)
        plan.move(action_id, "verify", "workers say that they have them")
        plan.move(action_id, "close", "done for all")
    return action_id
