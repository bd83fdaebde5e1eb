"""A sensitive issue as the hotline's people see it: the packet, what stands in the way of its
release, who was told, and the plan that it led to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from uuid import UUID

from workervoice.crypto.seal import verify
from workervoice.disclosure.packet import Packet
from workervoice.disclosure.reidentify import Finding
from workervoice.errors import NotTrusted
from workervoice.hotline.disclosing import OpenIssue, open_issue
from workervoice.hotline.links import disclosures_of_issue
from workervoice.hotline.planning import PLANNING, ActionView, OpenPlan
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, Opened
from workervoice.hotline.registry import buyers_shown, organisations
from workervoice.store import people, remedy
from workervoice.store.engine import Tx
from workervoice.store.vault import Vault
from workervoice.workflow import issue as issue_machine
from workervoice.workflow.machine import Move

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class IssueNote:
    """What somebody proposed or did with an issue that has no case any more, and why."""

    by: str
    at: datetime | None
    move: str
    proposed: bool
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Release:
    """Who let it go and when. By an override, with its ground and reason, as long as the case
    stands that they are about."""

    by: str
    at: datetime
    ground: str = ""
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class IssuePage:
    """A sensitive issue as the hotline's people see it. Without `case_id`, its case was erased,
    and what was noted since stands in `notes`."""

    id: UUID
    case_id: UUID | None
    state: str
    version: int
    packet: Packet
    problems: tuple[str, ...]
    findings: tuple[Finding, ...]
    approvers: tuple[tuple[str, datetime | None], ...]  # of this version; when, if it is known
    approved_by_me: bool
    may_leave: bool  # the case is open, and its worker has not asked to delete it
    consent: int | None
    may_override: tuple[str, ...]  # grounds on which this officer could override
    buyers: tuple[tuple[str, str], ...]  # name, state of the disclosure ("" before release)
    actions: tuple[ActionView, ...]
    moves: tuple[Move, ...]
    proposals: frozenset[str]  # moves that somebody proposed
    names: Mapping[UUID, str]
    release: Release | None = None
    notes: tuple[IssueNote, ...] = ()


def issue_page(process: Process, actor: Actor, issue_id: UUID) -> IssuePage:
    """An issue with what stands in the way of its release, and the plan it led to."""
    with open_issue(process, actor, issue_id) as issue:
        tx, case = issue.tx, issue.case
        issue.pen.log_reading(tx, "issue_read", issue_id)
        names = people.names(tx, issue.pen.vault)
        approvers = issue.approvers()
        moves = _issue_moves(issue, actor)
        return IssuePage(
            id=issue_id,
            case_id=case.row.id if case else None,
            state=issue.row.state,
            version=issue.row.version,
            packet=issue.packet,
            problems=tuple(issue.problems()),
            findings=tuple(issue.findings()),
            approvers=_approved(issue, approvers, names),
            approved_by_me=actor.id in approvers,
            may_leave=case is not None and case.may_leave(),
            consent=case.record.facts.consent if case else None,
            may_override=case.may_override() if case else (),
            buyers=_told(tx, process.vault, issue),
            actions=tuple(staff_plan(issue).actions()),
            moves=moves,
            proposals=frozenset(m.name for m in moves if issue.proposers(m.name)),
            names=names,
            release=_release(issue, names),
            notes=() if case else tuple(_note(entry, names) for entry in issue.notes),
        )


def _approved(
    issue: OpenIssue, approvers: Collection[UUID], names: Mapping[UUID, str]
) -> tuple[tuple[str, datetime | None], ...]:
    """Whose signatures stand under this version; the case's thread remembers when they came."""
    sought = {"kind": "approval", "issue": str(issue.row.id), "version": issue.row.version}
    moments = {
        entry.signer_id: datetime.fromtimestamp(entry.words["at"], tz=UTC)
        for entry in issue.notes
        if entry.words and sought.items() <= entry.words.items()
    }
    found = [(names.get(each, "?"), moments.get(each)) for each in approvers]
    return tuple(sorted(found, key=itemgetter(0)))


def _release(issue: OpenIssue, names: Mapping[UUID, str]) -> Release | None:
    """From the thread, whose entries are signed; without a case, from what buyers were sent."""
    sought = {"kind": "issue", "issue": str(issue.row.id), "move": "release"}
    for entry in issue.notes:
        if entry.words and sought.items() <= entry.words.items():
            by, override = names.get(entry.signer_id, "?"), entry.words.get("override", {})
            at = datetime.fromtimestamp(entry.words["at"], tz=UTC)
            return Release(by, at, override.get("ground", ""), override.get("reason", ""))
    if issue.link.released_at is None:
        return None
    at = datetime.fromtimestamp(issue.link.released_at, tz=UTC)
    return Release(names.get(_sender(issue), "?"), at)


def _sender(issue: OpenIssue) -> UUID:
    """Who signed what went to buyers."""
    tx, directory = issue.tx, issue.pen.directory
    for row_id, _, _ in disclosures_of_issue(tx, issue.pen.vault, issue.row.id):
        row = remedy.disclosure_by_id(tx, row_id, lock=False)
        try:
            signer = directory.trusted(row.signer_id, "officer", "registrar")
            verify(signer.sign_public, remedy.disclosure_place(tx.programme, row), row.signature)
        except NotTrusted:
            continue
        return row.signer_id
    return NOBODY


def _note(entry: Opened, names: Mapping[UUID, str]) -> IssueNote:
    words, by = entry.words, names.get(entry.signer_id, "?")
    if words is None:
        return IssueNote(by, None, "", proposed=False, reason="")
    at, move = datetime.fromtimestamp(words["at"], tz=UTC), str(words.get("move", ""))
    proposed = words.get("kind") == "proposal"
    return IssueNote(by, at, move.rpartition(" ")[2], proposed, str(words.get("text", "")))


def staff_plan(issue: OpenIssue) -> OpenPlan:
    """The plan of an issue in the hands of the hotline's people."""
    return OpenPlan(
        issue.tx,
        issue.pen,
        issue.actor,
        issue.holder,
        issue.key,
        changeable=issue.row.state in PLANNING,
        zero_tolerance=issue.is_zero_tolerance(),
        held=issue.case is not None and issue.case.under_hold,
    )


def _told(tx: Tx, vault: Vault, issue: OpenIssue) -> tuple[tuple[str, str], ...]:
    names = organisations(tx, vault, issue.pen.directory)
    disclosures = disclosures_of_issue(tx, vault, issue.row.id)
    told = [(names[organisation_id].name, state) for _, organisation_id, state in disclosures]
    if told:
        return tuple(sorted(told))
    site_id, on = UUID(issue.link.site_id), issue.pen.now.date()
    return tuple((buyer.name, "") for buyer in buyers_shown(tx, issue.pen, site_id, on))


def _issue_moves(issue: OpenIssue, actor: Actor) -> tuple[Move, ...]:
    """What may be done now, or be proposed where two people have to agree."""
    holds = {**issue.holds(""), "two_people": issue.is_zero_tolerance()}
    moves = {
        m.name: m
        for m in issue_machine.MACHINE.rows_from(issue.row.state, actor.role)
        if m.name not in {"approve", "release"} and all(holds.get(g, False) for g in m.guards)
    }
    return tuple(moves.values())
