"""A case as its handlers see it: the thread with evidence marked in the worker's own words, the
facts, and machine and people's judgements side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from workervoice.hotline.complaints import note_first_look
from workervoice.hotline.guarding import Guarded, guarded
from workervoice.hotline.lending import Lent, loans, take_in
from workervoice.hotline.links import open_issue_link
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.records import CaseRecord
from workervoice.hotline.registry import buyers_shown, sites
from workervoice.hotline.resembling import resembling
from workervoice.hotline.sameworker import Phones, phones
from workervoice.hotline.sidebyside import Judged, Second, judged, seconds
from workervoice.hotline.spoken import Read
from workervoice.hotline.thread import Said, reads_of, thread_of, worded
from workervoice.hotline.translating import translated
from workervoice.store import people, remedy
from workervoice.store.programme import Organisation, Site
from workervoice.store.readers import readers_since
from workervoice.workflow.machine import Move
from workervoice.workflow.pace import Quiet


@dataclass(frozen=True, slots=True)
class IssueOfCase:
    """A sensitive issue that was drafted from the case; `number` counts them as they were."""

    id: UUID
    number: int
    state: str
    drafted_at: datetime


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as its handlers see it."""

    id: UUID
    state: str
    record: CaseRecord
    site: Site | None
    sites: tuple[Site, ...]
    perhaps: tuple[Site, ...]  # while none is named: those that the words resemble
    thread: tuple[Said, ...]  # each translation behind its original
    translated: frozenset[UUID]  # entries that a person has translated
    rendered: frozenset[UUID]  # these, and entries that a machine has
    judged: tuple[Judged, ...]
    seconds: tuple[Second, ...]  # what a model on this machine suggested, newest first
    priorities: tuple[tuple[str, str, str, str], ...]  # was, now, reason, who
    issues: tuple[IssueOfCase, ...]  # in the order of their drafting
    buyers: tuple[Organisation, ...]
    moves: tuple[Move, ...]
    proposals: frozenset[str]  # moves that a colleague proposed
    conversation: str
    guarded: Guarded
    phones: Phones
    quiet: Quiet | None  # automatic answers to this number pause
    writes_in: tuple[str, str]  # the worker's language, or that of the line
    emergency: str  # the number that the hotline's own answers name on this line
    held: bool  # under legal hold
    may_override: tuple[str, ...]  # grounds on which this officer could refer without consent
    named: tuple[str, ...]  # who alone may read a restricted case
    restricted_since: date | None
    lent: tuple[Lent, ...]  # what translators from outside have now

    @property
    def consents(self) -> tuple[tuple[datetime, int], ...]:
        """What the worker answered and when, oldest first."""
        said = ((each.at, each.consent) for each in self.thread)
        return tuple((at, consent) for at, consent in said if at and consent is not None)

    def reads(self) -> Iterator[Read]:
        """All that packs read in the conversation."""
        return reads_of(self.thread)


def case_page(process: Process, actor: Actor, case_id: UUID) -> CasePage:
    """A case, opened with the reader's key. Reading is an event of the log, once an hour."""
    with open_case(process, actor, case_id) as case:
        tx, directory, site_id = case.tx, case.pen.directory, case.record.facts.site_id
        if not note_first_look(case):
            case.pen.log_reading(tx, "case_read", case_id)
        take_in(case)
        known, names = sites(tx, case.pen.vault, directory), people.names(tx, case.pen.vault)
        buyers = buyers_shown(tx, case.pen, site_id, case.pen.now.date()) if site_id else ()
        line, language = case.line_and_language()
        thread = thread_of(case, names)
        return CasePage(
            id=case_id,
            state=case.row.state,
            record=case.record,
            site=next((site for site in known if site.id == site_id), None),
            sites=tuple(known),
            perhaps=resembling(worded(thread), known) if site_id is None else (),
            thread=thread,
            translated=translated(case.thread),
            rendered=translated(case.thread, by_people=False),
            judged=judged(case.record, case.assessments, reads_of(thread), names),
            seconds=tuple(seconds(case.assessments)),
            priorities=_priorities(case, names),
            issues=_issues(case),
            buyers=tuple(buyers),
            moves=case.moves(),
            proposals=_proposals(case),
            conversation=case.talk.state,
            guarded=guarded(case),
            phones=phones(case),
            quiet=case.conversation.pace.quiet_at(int(case.pen.now.timestamp())),
            writes_in=(language, line.language),
            emergency=line.emergency_number,
            held=case.under_hold,
            may_override=case.may_override(),
            named=tuple(sorted(names.get(each, "?") for each in case.record.readers)),
            restricted_since=readers_since(tx, case_id)[1],
            lent=loans(case),
        )


def _issues(case: OpenCase) -> tuple[IssueOfCase, ...]:
    """Moments are whole seconds: of those that share one, the thread knows the order."""
    entries = [entry.words for entry in case.thread if entry.words]
    told = [w["issue"] for w in entries if (w.get("kind"), w.get("move")) == ("issue", "draft")]
    turn = {issue_id: place for place, issue_id in enumerate(told)}
    states, drafted = dict(case.issues), []
    for row_id, _, blob in remedy.issue_links(case.tx):
        if row_id in states:
            at = open_issue_link(case.tx, case.pen.vault, row_id, blob).drafted_at
            drafted.append((at, turn.get(str(row_id), len(turn)), row_id))
    return tuple(
        IssueOfCase(row_id, number, states[row_id], datetime.fromtimestamp(at, tz=UTC))
        for number, (at, _, row_id) in enumerate(sorted(drafted), start=1)
    )


def _proposals(case: OpenCase) -> frozenset[str]:
    """Moves that somebody proposed since the last one that was made."""
    found: set[str] = set()
    for entry in case.thread:
        words = entry.words
        if words is None or words.get("kind") == "move":
            found.clear()
        elif words.get("kind") == "proposal":
            found.add(str(words["move"]))
    return frozenset(found)


def _priorities(case: OpenCase, names: Mapping[UUID, str]) -> tuple[tuple[str, str, str, str], ...]:
    return tuple(
        (
            str(entry.words["was"]),
            str(entry.words["priority"]),
            str(entry.words["reason"]),
            names.get(entry.signer_id, "?"),
        )
        for entry in case.assessments
        if entry.direction == "person" and entry.words and "was" in entry.words
    )
