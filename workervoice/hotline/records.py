"""What is sealed under the service key: a conversation's record, a case's facts.

These are the typed shapes of two JSON documents; they hold states and answers, never words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from workervoice.errors import NotTrusted
from workervoice.hotline.practised import Practised
from workervoice.hotline.verdicts import Verdict, letters, verdicts
from workervoice.message import INDICATORS, Answer, Facts, Grade, Priority
from workervoice.store.vault import QueueRecord
from workervoice.triage import facts as triage_facts
from workervoice.triage import ilo
from workervoice.workflow.dialogue import Progress
from workervoice.workflow.pace import UNCOUNTED, Pace

NOBODY = UUID(int=0)  # the contact of a conversation whose addresses were destroyed
SENT_MARK = 8  # hexadecimal digits of an outbox id
SENT_KEPT = 20  # texts


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """Where a dialogue stands, what it points to, and which addresses it belongs to.

    `known_by` are the beginnings of their keyed hashes: the contacts' rows alone could be turned
    by anybody who writes to the database, to speak for a worker or to call for held answers.
    """

    progress: Progress
    line_id: UUID
    contact_id: UUID
    case_id: UUID | None = None
    complaint_id: UUID | None = None  # the newest case about the hotline itself, beside the other
    known_by: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()  # beginnings of the ids of texts that went out lately
    shared: bool = False  # its phone has another conversation beside it
    asks: UUID | None = None  # the conversation of a phone that sent this one's code
    phones: tuple[UUID, ...] = ()  # conversations of further phones, which a person let in here
    leads_to: UUID | None = None  # where this phone's texts go since it was let in there
    pace: Pace = UNCOUNTED

    def was_sent(self, outbox_id: UUID) -> bool:
        """True for a text that went out before, whatever its row says now."""
        return outbox_id.hex[:SENT_MARK] in self.sent

    def having_sent(self, outbox_id: UUID) -> ConversationRecord:
        return replace(self, sent=(*self.sent, outbox_id.hex[:SENT_MARK])[-SENT_KEPT:])

    def not_having_sent(self, outbox_id: UUID) -> ConversationRecord:
        """The provider took it and says now that it did not go out."""
        return replace(self, sent=tuple(m for m in self.sent if m != outbox_id.hex[:SENT_MARK]))

    def met_by(
        self, contact_id: UUID, indexes: Iterable[Mapping[int, bytes]]
    ) -> ConversationRecord:
        """Written to from these addresses, each with its index under every live pepper; one of them
        it knew. It will know the others by their newest. Raises `NotTrusted`."""
        each = [[mark(index) for _, index in sorted(by.items())] for by in indexes]
        if {known for marks in each for known in marks}.isdisjoint(self.known_by):
            raise NotTrusted(f"contact {contact_id}")
        new = {marks[-1] for marks in each if set(marks).isdisjoint(self.known_by)}
        return replace(self, contact_id=contact_id, known_by=(*self.known_by, *sorted(new)))

    def known_anew(self, contact_id: UUID, indexes: Mapping[int, bytes]) -> ConversationRecord:
        """It knows an address by its newest index from now on, and by no other. Raises
        `NotTrusted` if it knew it by none."""
        *old, new = (mark(index) for _, index in sorted(indexes.items()))
        if {*old, new}.isdisjoint(self.known_by):
            raise NotTrusted(f"contact {contact_id}")
        others = [known for known in self.known_by if known not in {*old, new}]
        return replace(self, known_by=(*others, new))

    def to_json(self) -> dict[str, Any]:
        ids = {"complaint": self.complaint_id, "asks": self.asks, "leads_to": self.leads_to}
        now_and_then: dict[str, Any] = {name: each.hex for name, each in ids.items() if each}
        if self.pace != UNCOUNTED:
            now_and_then["pace"] = self.pace.to_list()
        if self.shared:
            now_and_then["shared"] = True
        if self.phones:
            now_and_then["phones"] = [each.hex for each in self.phones]
        return {
            "progress": self.progress.to_dict(),
            "line": str(self.line_id),
            "contact": str(self.contact_id),
            "case": None if self.case_id is None else str(self.case_id),
            "known_by": list(self.known_by),
            "sent": list(self.sent),
            **now_and_then,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> ConversationRecord:
        return cls(
            progress=Progress.from_dict(record["progress"]),
            line_id=UUID(record["line"]),
            contact_id=UUID(record["contact"]),
            case_id=UUID(record["case"]) if record["case"] else None,
            complaint_id=UUID(record["complaint"]) if "complaint" in record else None,
            known_by=tuple(record["known_by"]),
            sent=tuple(record["sent"]),
            shared="shared" in record,
            asks=UUID(record["asks"]) if "asks" in record else None,
            phones=tuple(map(UUID, record.get("phones", ()))),
            leads_to=UUID(record["leads_to"]) if "leads_to" in record else None,
            pace=Pace.from_list(record["pace"]) if "pace" in record else UNCOUNTED,
        )


def mark(index: bytes) -> str:
    """Enough of an address's keyed hash to know it again; short, for the record has one size."""
    return index[:6].hex()


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case's facts and dates. `came_from` is the state before a withdrawal; `overruled` and
    `added` are the indicators that people judged otherwise than the machine read them, as they
    count now. `read` and `verdicts` stay as they were said, whatever is written later."""

    facts: Facts
    grade: Grade
    priority: Priority
    language: str
    opened_at: datetime
    last_in_at: datetime
    rule: str = ilo.DEFAULT  # by which it is judged; a later text brings that of its day
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    came_from: str | None = None
    disclosed: bool = False  # something about it has left, for a buyer or an authority
    overruled: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    check_in_at: datetime | None = None  # the last day on which we agreed to ask the worker again
    legal_hold: bool = False  # a supervisor forbade to erase it; why stands in the thread
    readers: frozenset[UUID] = frozenset()  # of a restricted case; empty: its whole team
    complaint: bool = False  # about the hotline or one of its people
    seen_at: datetime | None = None  # when a supervisor first opened a complaint
    read: frozenset[str] = frozenset()  # indicators that packs read in the worker's texts
    read_by: str = ""  # the rule and the set of packs that read the newest text
    verdicts: Mapping[str, Verdict] = field(default_factory=lambda: MappingProxyType({}))
    practice: Practised | None = None  # it is a test, and no worker's report
    judged_by: str = ""  # what `read_by` was when a person gave the last verdict

    def is_for(self, officer_id: UUID) -> bool:
        """False if a supervisor named who may read the case, and not this officer."""
        return not self.readers or officer_id in self.readers

    def standing(self) -> Facts:
        """The facts as people left them: these give the grade, and these may go to buyers."""
        return triage_facts.standing(self.facts, overruled=self.overruled, added=self.added)

    def may_be_real(self) -> bool:
        """A test that may be a worker's report, until a person says which it is."""
        if self.practice is None or self.practice.said_by is not None:
            return False
        grave = self.priority in ilo.HIGHEST or ilo.is_grave(self.facts, self.rule)
        return self.practice.known or grave

    def to_json(self) -> dict[str, Any]:
        about_us = {"complaint": {"seen": _seconds(self.seen_at)}} if self.complaint else {}
        return {
            "facts": facts_to_json(self.facts),
            "overruled": sorted(self.overruled),
            "added": sorted(self.added),
            "check_in": _seconds(self.check_in_at),
            "legal_hold": self.legal_hold,
            "readers": sorted(str(each) for each in self.readers),
            "read": "".join("+" if code in self.read else "-" for code in INDICATORS),
            "read_by": self.read_by,
            "verdicts": letters(self.verdicts),
            "judged_by": self.judged_by,
            "grade": str(self.grade),
            "priority": str(self.priority),
            "rule": self.rule,
            "language": self.language,
            "opened": _seconds(self.opened_at),
            "last_in": _seconds(self.last_in_at),
            "answered": _seconds(self.answered_at),
            "closed": _seconds(self.closed_at),
            "came_from": self.came_from,
            "disclosed": self.disclosed,
            **about_us,
            **({"practice": self.practice.to_json()} if self.practice else {}),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> CaseRecord:
        opened, last_in = _moment(record["opened"]), _moment(record["last_in"])
        if opened is None or last_in is None:
            raise ValueError("a case record without dates")
        return cls(
            facts=facts_from_json(record["facts"]),
            grade=Grade(record["grade"]),
            priority=Priority(record["priority"]),
            language=record["language"],
            opened_at=opened,
            last_in_at=last_in,
            rule=record["rule"],
            answered_at=_moment(record["answered"]),
            closed_at=_moment(record["closed"]),
            came_from=record["came_from"],
            disclosed=record["disclosed"],
            overruled=frozenset(record["overruled"]),
            added=frozenset(record["added"]),
            check_in_at=_moment(record["check_in"]),
            legal_hold=record["legal_hold"],
            readers=frozenset(map(UUID, record["readers"])),
            complaint="complaint" in record,
            seen_at=_moment(record["complaint"]["seen"]) if "complaint" in record else None,
            read=frozenset(
                c for c, said in zip(INDICATORS, record["read"], strict=True) if said == "+"
            ),
            read_by=record["read_by"],
            verdicts=verdicts(record["verdicts"]),
            judged_by=record["judged_by"],
            practice=Practised.from_json(record["practice"]) if "practice" in record else None,
        )

    def queue(self) -> QueueRecord:
        """The part that the queue sorts by."""
        return QueueRecord(
            grade=self.grade,
            priority=self.priority,
            indicators=self.standing().indicators,
            opened_at=self.opened_at,
            last_in_at=self.last_in_at,
            answered_at=self.answered_at,
            site_id=self.facts.site_id,
            language=self.language,
            child=self.facts.child,
            imminent_danger=self.facts.imminent_danger,
            waits=self.waits_for_us(),
            restricted=bool(self.readers),
            complaint=self.complaint,
            seen=self.seen_at is not None,
            practice=self.practice is not None,
            may_be_real=self.may_be_real(),
        )

    def waits_for_us(self) -> bool:
        """True while the worker's last text has no answer from a person."""
        return self.answered_at is None or self.answered_at < self.last_in_at


def facts_to_json(facts: Facts) -> dict[str, Any]:
    return {
        "items": {item: str(answer) for item, answer in sorted(facts.items.items())},
        "indicators": sorted(facts.indicators),
        "child": facts.child,
        "danger": facts.imminent_danger,
        "site": None if facts.site_id is None else str(facts.site_id),
        "consent": facts.consent,
        "safe": facts.safe_to_talk,
    }


def facts_from_json(record: Mapping[str, Any]) -> Facts:
    return Facts(
        items={item: Answer(answer) for item, answer in record["items"].items()},
        indicators=frozenset(record["indicators"]),
        child=record["child"],
        imminent_danger=record["danger"],
        site_id=UUID(record["site"]) if record["site"] else None,
        consent=record["consent"],
        safe_to_talk=record["safe"],
    )


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
