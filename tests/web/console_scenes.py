"""Scenes for the console's tests: a case with consent, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from tests.house import House
from tests.wash.files import picture
from workervoice.app.washing import Washer
from workervoice.disclosure.packet import ETI_CLAUSES, Packet
from workervoice.hotline import (
    borrowing,
    buying,
    disclosing,
    entrydrafts,
    evidence,
    lending,
    releasing,
)
from workervoice.hotline.casepage import case_page
from workervoice.hotline.evidence import Evidence
from workervoice.hotline.issuepage import staff_plan
from workervoice.hotline.lending import Wish
from workervoice.hotline.overview import queue
from workervoice.hotline.planning import Promise
from workervoice.message import Fetched, MediaHandle
from workervoice.wash.outcome import Washed

WORKER = "+15550100431"
REPORT = "Boss took our passports and not give back. Cannot leave RIVER"
DESCRIPTION = "Identity papers of many workers are kept by the management."
PACKET: dict[str, Any] = {
    "indicators": ["retention_of_identity_documents"],
    "likelihood": "strong",
    "eti_clause": ETI_CLAUSES[0],
    "period": "2026-11",
    "earliest_contact": "2026-12",
    "description": DESCRIPTION,
    "first_steps": "Ask for a plan by which everybody holds their own papers.",
}
ACTION: dict[str, str] = {
    "description": "Every worker gets a locker with its only key",
    "root_cause": "Agents collect papers on arrival",
    "preventive": "Papers are shown, copied and given back at once",
    "due": "2026-12-20",
    "needs_site": "no",
}


def a_case(house: House, number: str = WORKER, text: str = REPORT) -> UUID:
    """A worker reported; nobody has answered yet."""
    known = {line.id for line in queue(house.console, house.actor("sam"))}
    house.say(number, text)
    return next(
        line.id for line in queue(house.console, house.actor("sam")) if line.id not in known
    )


def a_picture(house: House, case_id: UUID, number: str = WORKER) -> UUID:
    """The worker of this case sends one; the courier has fetched it."""
    handle = MediaHandle("https://api.twilio.com/media/ME1", "image/jpeg")
    house.shelf.media[handle.url] = Fetched(b"a picture of the gate", "image/jpeg")
    house.text(number, "this is the gate", media=(handle,))
    house.deliver()
    house.collecting.go_round()
    thread = case_page(house.console, house.actor("sam"), case_id).thread
    return next(shown.id for entry in thread for shown in entry.shown)


def agree_to_buyers(house: House, case_id: UUID, number: str = WORKER) -> None:
    """The worker answers the hotline's questions with 1: in the end, that buyers may be told."""
    for _ in range(4):
        if case_page(house.console, house.actor("sam"), case_id).record.facts.consent is not None:
            return
        house.say(number, "1")


@dataclass(frozen=True)
class Scene:
    """Ids of one story that has come to its plan, and of things that do not exist."""

    case: UUID
    message: UUID
    issue: UUID
    disclosures: dict[str, UUID]  # by the login of a buyer's officer
    action: UUID
    loan: UUID  # the case's first text, with a translator
    person: UUID  # somebody whom a registrar of the buyer and one of the hotline may see
    line: UUID
    medium: UUID
    file: UUID  # of the action; nobody's, until there is evidence

    def path(self, template: str, login: str = "nora") -> str:
        """A route's path with this scene's ids in it, and a move that its table has."""
        subject = "actions" if "/actions/" in template else template.split("/")[1]
        subject = "conversation" if "/conversation/" in template else subject
        subject = "phones" if "/phones/" in template else subject
        moves = {
            "conversation": "freeze",
            "phones": "refuse",
            "cases": "close",
            "issues": "reject",
            "disclosures": "decline",
            "actions": "agree",
        }
        return template.format(
            case_id=self.case,
            message_id=self.message,
            issue_id=self.issue,
            disclosure_id=self.disclosures[login],
            action_id=self.action,
            person_id=self.person,
            line_id=self.line,
            hour=0,
            factor_id=self.action,  # nobody's
            lent_id=self.case,  # no loan
            medium_id=self.file if "/actions/" in template else self.medium,
            loan_id=self.loan,
            form="answer",
            entry_id=self.case,  # no entry of any thread; of something written down by hand
            move=moves.get(subject, ""),
            name="console.css",
        )


def lent_to_tara(
    house: House,
    case_id: UUID,
    message_id: UUID,
    *,
    hours: int = 24,
    left_out: frozenset[int] = frozenset(),
    by: str = "asha",
) -> UUID:
    """One text, lent by a handler; the loan's id."""
    tara = house.actor("tara")
    known = {each.id for each in borrowing.borrowed(house.console, tara)}
    wish = Wish(message_id, tara.id, hours, "nobody here reads it", left_out, untied=True)
    lending.lend(house.console, house.actor(by), case_id, wish)
    (loan_id,) = {each.id for each in borrowing.borrowed(house.console, tara)} - known
    return loan_id


def a_plan(house: House) -> Scene:
    """A released issue; one buyer acknowledged and proposed an action, the other did nothing."""
    case_id = a_case(house)
    medium = a_picture(house, case_id)
    agree_to_buyers(house, case_id)
    packet = Packet(site="Riverside Garments", country="BD", **PACKET)
    issue_id = disclosing.draft(house.console, house.actor("asha"), case_id, packet)
    disclosing.approve(house.console, house.actor("asha"), issue_id)
    releasing.release(house.console, house.actor("sam"), issue_id)
    house.deliver()
    disclosures = {
        login: buying.disclosure_lines(house.console, house.actor(login))[0].id
        for login in ("nora", "paul")
    }
    nora = house.actor("nora")
    for move in ("open", "acknowledge"):
        buying.move(house.console, nora, disclosures["nora"], move, "")
    with buying.open_disclosure(house.console, nora, disclosures["nora"]) as disclosure:
        action_id = disclosure.plan.propose(Promise("Papers", "", "", date(2026, 12, 20)))
    message_id = case_page(house.console, house.actor("sam"), case_id).thread[0].id
    person = house.actor("otto").id
    for login in ("ben", "maria"):
        said = {"text": ("what a worker said",)}
        entrydrafts.keep_entry(house.console, house.actor(login), "hand", said, sent=case_id)
    line_id = house.line().id
    loan_id = lent_to_tara(house, case_id, message_id)
    ids = (case_id, message_id, issue_id, disclosures, action_id, loan_id, person, line_id)
    return Scene(*ids, medium, uuid4())


def a_washed_picture() -> Washed:
    """One with things planted in it, after they were taken out."""
    washed = Washer(patience=60).wash(picture("JPEG"), "image/jpeg")
    assert isinstance(washed, Washed)
    return washed


def begun(house: House, scene: Scene) -> None:
    """The hotline agrees to the action of this scene, and its buyer starts it."""
    with disclosing.open_issue(house.console, house.actor("asha"), scene.issue) as issue:
        staff_plan(issue).move(scene.action, "agree", "")
    nora = house.actor("nora")
    with buying.open_disclosure(house.console, nora, scene.disclosures["nora"]) as disclosure:
        disclosure.plan.move(scene.action, "start", "")


def with_evidence(house: House, scene: Scene) -> Scene:
    """The same, with a picture of what was done."""
    begun(house, scene)
    nora, file = house.actor("nora"), uuid4()
    with buying.open_disclosure(house.console, nora, scene.disclosures["nora"]) as disclosure:
        brought = Evidence("lockers with keys", a_washed_picture())
        evidence.add(disclosure.plan, scene.action, brought, file)
    return replace(scene, file=file)


def nothing() -> Scene:
    """Ids of nothing at all."""
    one, two, three, *others = (uuid4() for _ in range(9))
    buyers = {"nora": uuid4(), "paul": uuid4()}
    return Scene(one, two, three, buyers, *others)
