"""A sensitive issue as the hotline's people see it: the packet, what stands in the way of its
release, who was told, and the plan that it led to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from workervoice.disclosure.packet import Packet
from workervoice.disclosure.reidentify import Finding
from workervoice.hotline import reading
from workervoice.hotline.disclosing import OpenIssue, open_issue, proposal_key
from workervoice.hotline.links import open_disclosure_link
from workervoice.hotline.opening import ends_proposals
from workervoice.hotline.planning import PLANNING, ActionView, OpenPlan
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.message import Role
from workervoice.store import people, remedy
from workervoice.store.engine import Tx
from workervoice.store.programme import buyers_of, organisations
from workervoice.store.vault import Vault
from workervoice.workflow import issue as issue_machine
from workervoice.workflow.machine import Move


@dataclass(frozen=True, slots=True)
class IssuePage:
    """A sensitive issue as the hotline's people see it."""

    id: UUID
    case_id: UUID
    state: str
    version: int
    packet: Packet
    problems: tuple[str, ...]
    findings: tuple[Finding, ...]
    approvers: tuple[str, ...]
    approved_by_me: bool
    consent: int | None
    may_override: tuple[str, ...]  # grounds on which this officer could override
    buyers: tuple[tuple[str, str], ...]  # name, state of the disclosure ("" before release)
    actions: tuple[ActionView, ...]
    moves: tuple[Move, ...]
    proposals: frozenset[str]  # moves that somebody proposed
    names: Mapping[UUID, str]


def issue_page(process: Process, actor: Actor, issue_id: UUID) -> IssuePage:
    """An issue with what stands in the way of its release, and the plan it led to."""
    with open_issue(process, actor, issue_id) as issue:
        tx, facts = issue.tx, issue.case.record.facts
        issue.pen.log(tx, "issue_read", issue_id)
        names = {officer.id: officer.name for officer in people.officers(tx).values()}
        approvers = issue.approvers()
        grounds = {"imminent_danger": facts.imminent_danger, "under_18": facts.child}
        overrides = tuple(ground for ground, holds in grounds.items() if holds)
        plan = staff_plan(issue)
        moves = _issue_moves(issue, actor, plan)
        return IssuePage(
            id=issue_id,
            case_id=issue.case.row.id,
            state=issue.row.state,
            version=issue.row.version,
            packet=issue.packet,
            problems=tuple(issue.packet.problems()),
            findings=tuple(issue.findings()),
            approvers=tuple(names.get(each, "?") for each in approvers),
            approved_by_me=actor.id in approvers,
            consent=facts.consent,
            may_override=overrides if actor.role is Role.SUPERVISOR else (),
            buyers=_told(tx, process.vault, issue),
            actions=tuple(plan.actions()),
            moves=moves,
            proposals=frozenset(m.name for m in moves if _proposed(issue, m.name)),
            names=names,
        )


def _proposed(issue: OpenIssue, move: str) -> bool:
    """True if somebody proposed this move and nothing has become of it yet."""
    key = proposal_key(issue.row.id, move)
    for entry in reversed(issue.case.thread):
        words = entry.words or {}
        if ends_proposals(words, key):
            return False
        if words.get("kind") == "proposal" and words.get("move") == key:
            return True
    return False


def staff_plan(issue: OpenIssue) -> OpenPlan:
    """The plan of an issue in the hands of the hotline's people."""
    case, row = issue.case, issue.row
    holder, key = reading.plan_key(case.tx, case.actor, case.pen.directory, row.id, row.epoch)
    zero_tolerance = not case.holds("")["not_zero_tolerance"]
    return OpenPlan(
        case.tx,
        case.pen,
        case.actor,
        holder,
        key,
        changeable=row.state in PLANNING,
        zero_tolerance=zero_tolerance,
    )


def _told(tx: Tx, vault: Vault, issue: OpenIssue) -> tuple[tuple[str, str], ...]:
    names, told = organisations(tx), []
    for row_id, organisation_id, state, blob in remedy.disclosure_links(tx):
        if open_disclosure_link(tx, vault, row_id, blob).issue_id == str(issue.row.id):
            told.append((names[organisation_id].name, state))
    if told:
        return tuple(sorted(told))
    on = issue.pen.now.date()
    return tuple((buyer.name, "") for buyer in buyers_of(tx, UUID(issue.link.site_id), on))


def _issue_moves(issue: OpenIssue, actor: Actor, plan: OpenPlan) -> tuple[Move, ...]:
    zero = not issue.case.holds("")["not_zero_tolerance"]
    holds = {"actions_closed": plan.all_over(), "not_zero_tolerance": not zero, "two_people": zero}
    moves = {
        m.name: m
        for m in issue_machine.MACHINE.rows_from(issue.row.state, actor.role)
        if m.name not in {"approve", "release"} and all(holds.get(g, False) for g in m.guards)
    }
    return tuple(moves.values())
