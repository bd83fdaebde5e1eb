"""Disclosing: a sensitive issue is drafted from a case, checked, approved, and followed to its end.

The packet is a new text, sealed to the issue's own plan key; the case itself never leaves. Who it
goes to, and what stands before that, is in `releasing`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from workervoice.crypto import keyring
from workervoice.crypto.keyring import Holder
from workervoice.crypto.seal import verify
from workervoice.disclosure.packet import Packet
from workervoice.disclosure.reidentify import Finding, findings
from workervoice.errors import GuardFailed, NotFound, NotTrusted
from workervoice.hotline import reading
from workervoice.hotline.casefile import vouched_public
from workervoice.hotline.links import (
    IssueLink,
    open_disclosure_link,
    open_issue_link,
    seal_issue_link,
)
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.planning import plan_is_over
from workervoice.hotline.process import Pen, Process
from workervoice.hotline.reading import Actor
from workervoice.message import Role
from workervoice.store import keys, remedy
from workervoice.store.engine import Tx
from workervoice.store.remedy import Approval, IssueRow
from workervoice.store.tables import disclosure as disclosure_table
from workervoice.store.tables import issue as issue_table
from workervoice.workflow import disclosed
from workervoice.workflow import issue as issue_machine
from workervoice.workflow.consent import Override, may_tell_buyers


def proposal_key(issue_id: UUID, move: str) -> str:
    """How a proposed move of one issue is named in its case's thread."""
    return f"issue {issue_id} {move}"


@dataclass
class OpenIssue:
    """A sensitive issue in an officer's hands, beside the case it is about."""

    case: OpenCase
    row: IssueRow
    link: IssueLink
    packet: Packet

    @property
    def tx(self) -> Tx:
        return self.case.tx

    @property
    def pen(self) -> Pen:
        return self.case.pen

    def findings(self) -> list[Finding]:
        """What in the packet could point at a person."""
        spoken = [str(e.words["text"]) for e in self.case.thread if e.direction == "in" and e.words]
        return findings(self.packet.free_text(), spoken)

    def approvers(self) -> set[UUID]:
        """Who approved this very packet, by signatures that lead to the root."""
        version, packet = self.row.version, self.row.packet
        found = set()
        for approval in remedy.approvals_of(self.tx, self.row.id, version):
            place = remedy.approval_place(self.tx.programme, self.row.id, version, packet)
            try:
                signer = self.pen.directory.trusted(approval.officer_id, "officer", "registrar")
                verify(signer.sign_public, place, approval.signature)
            except NotTrusted:
                continue
            found.add(approval.officer_id)
        return found

    def advance(self, move: str, *, reason: str = "", override: Override | None = None) -> None:
        """Take one move of the issue table and store the new state."""
        actor, record = self.case.actor, self.case.record
        others = self.approvers() - {actor.id}
        proposed = self.case.proposed_by_other(proposal_key(self.row.id, move))
        holds = {
            "packet_clean": not self.packet.problems() and not self.findings(),
            "two_people": bool(others) if move == "release" else proposed,
            "consent_or_override": may_tell_buyers(record.facts.consent, override),
            "not_zero_tolerance": self.case.holds("")["not_zero_tolerance"],
            "actions_closed": plan_is_over(self.tx, self.row.id),
        }
        was = self.row.state
        dest = issue_machine.MACHINE.advance(was, move, role=actor.role, holds=holds, reason=reason)
        remedy.save(self.tx, issue_table, self.row.id, source=was, dest=dest, also={})
        self.row = replace(self.row, state=dest)
        self.pen.log(self.tx, f"issue_{move}", self.row.id, dest)


def draft(process: Process, actor: Actor, case_id: UUID, packet: Packet) -> UUID:
    """Draft a sensitive issue about a case that has been taken up; returns its id."""
    with open_case(process, actor, case_id) as case:
        case.only_open()
        if case.record.facts.site_id is None:
            raise GuardFailed("name the site first: it decides which buyers are told")
        case.take_up()
        issue_id = uuid4()
        holder = Holder("plan", issue_id, 1)
        pair, kek = keyring.new_pair(holder)
        team = case.pen.directory.trusted(case.row.team_id, "team")
        wrap = keyring.wrap(kek, holder=holder, reader_id=team.id, reader_public=team.kem_public)
        statement = keyring.statement(holder, pair.public)
        shared = keys.SharedPair(pair, actor.id, actor.signer.sign(statement))
        link = IssueLink(
            case_id=str(case_id),
            site_id=str(case.record.facts.site_id),
            drafted_by=str(actor.id),
            drafted_at=int(case.pen.now.timestamp()),
        )
        row = _packed(case, holder, pair.public, packet, version=1)
        row = replace(row, link=seal_issue_link(case.tx, process.vault, issue_id, link))
        remedy.add_issue(case.tx, row)
        keys.add_key_pair(case.tx, holder, shared)
        keys.add_wrap(case.tx, holder, team.id, wrap)
        case.pen.log(case.tx, "issue_drafted", issue_id)
        case.note("note", {"kind": "issue", "issue": str(issue_id), "text": "drafted"})
        case.save("case_noted")
        return issue_id


def _packed(
    case: OpenCase, holder: Holder, public: bytes, packet: Packet, *, version: int
) -> IssueRow:
    """The row of a packet's version, sealed to the plan and signed; its link is set beside."""
    words = json.dumps(packet.to_json()).encode()
    sealed = keyring.seal_words(
        public, words, holder=holder, message_id=holder.id, direction="packet", version=version
    )
    row = IssueRow(
        id=holder.id,
        team_id=case.row.team_id,
        epoch=holder.epoch,
        state="draft",
        version=version,
        link=b"",
        packet=sealed,
        signer_id=case.actor.id,
        signature=b"",
    )
    signature = case.actor.signer.sign(remedy.packet_place(case.tx.programme, row))
    case.pen.stored("packet", row.id, version, sealed)
    return replace(row, signature=signature)


@contextmanager
def open_issue(process: Process, actor: Actor, issue_id: UUID) -> Iterator[OpenIssue]:
    """Open an issue and its case for a member of the case's team; `NotFound` for anybody else."""
    if actor.role not in {Role.HANDLER, Role.SUPERVISOR}:
        raise NotFound("no such issue")
    with process.database.begin(actor.scope()) as tx:
        row = remedy.issue_by_id(tx, issue_id)
        link = open_issue_link(tx, process.vault, issue_id, row.link)
    with open_case(process, actor, UUID(link.case_id)) as case:
        row = remedy.issue_by_id(case.tx, issue_id)
        link = open_issue_link(case.tx, process.vault, issue_id, row.link)
        directory = case.pen.directory
        holder, key = reading.plan_key(case.tx, actor, directory, issue_id, row.epoch)
        packet = Packet.from_json(reading.open_packet(case.tx, directory, holder, key, row))
        yield OpenIssue(case, row, link, packet)


def redraft(process: Process, actor: Actor, issue_id: UUID, packet: Packet) -> None:
    """Store a new version of a draft; approvals of earlier versions no longer count."""
    with open_issue(process, actor, issue_id) as issue:
        issue.case.only_open()
        if issue.row.state != "draft":
            raise GuardFailed("only a draft can be changed: send it back first")
        holder = Holder("plan", issue_id, issue.row.epoch)
        public = vouched_public(issue.tx, issue.pen.directory, holder)
        row = _packed(issue.case, holder, public, packet, version=issue.row.version + 1)
        also = {
            "version": row.version,
            "packet": row.packet,
            "signer_id": row.signer_id,
            "signature": row.signature,
        }
        remedy.save(issue.tx, issue_table, issue_id, source="draft", dest="draft", also=also)
        issue.pen.log(issue.tx, "issue_redrafted", issue_id)


def approve(process: Process, actor: Actor, issue_id: UUID) -> None:
    """The first of two people says yes to this very packet."""
    with open_issue(process, actor, issue_id) as issue:
        issue.case.only_open()
        row = issue.row
        issue.advance("approve")
        place = remedy.approval_place(issue.tx.programme, issue_id, row.version, row.packet)
        approval = Approval(issue_id, actor.id, row.version, actor.signer.sign(place))
        remedy.add_approval(issue.tx, approval)


def move(process: Process, actor: Actor, issue_id: UUID, name: str, reason: str) -> str:
    """Any other move of the issue table; "proposed" if a second person has to agree to it."""
    if name in {"approve", "release"}:
        raise GuardFailed("use the buttons for approval and release")
    with open_issue(process, actor, issue_id) as issue:
        try:
            issue.advance(name, reason=reason)
        except GuardFailed:
            key = proposal_key(issue_id, name)
            only_alone = issue_machine.MACHINE.rows_from(issue.row.state, actor.role)
            second = any("two_people" in m.guards and m.name == name for m in only_alone)
            if not second or issue.case.proposed_by_other(key):
                raise
            issue.case.note("note", {"kind": "proposal", "move": key, "text": reason})
            issue.pen.log(issue.tx, "issue_proposed", issue_id, name)
            return "proposed"
        words = {"kind": "issue", "issue": str(issue_id), "text": f"{name}: {reason}"}
        issue.case.note("note", words)
        issue.pen.log(issue.tx, "issue_noted", issue_id, name)
        if name == "resolve":
            _move_disclosures(issue, "finish", Role.SYSTEM, reason)
        if name == "recall":
            _move_disclosures(issue, "revoke", Role.SUPERVISOR, reason)
        return issue.row.state


def _move_disclosures(issue: OpenIssue, name: str, role: Role, reason: str) -> None:
    """Resolved: done for every buyer that took it up. Recalled: closed to all of them."""
    holds = {"actions_closed": True}
    for row_id, _, state, blob in remedy.disclosure_links(issue.tx):
        link = open_disclosure_link(issue.tx, issue.pen.vault, row_id, blob)
        possible = {move.name for move in disclosed.MACHINE.rows_from(state, role)}
        if link.issue_id != str(issue.row.id) or name not in possible:
            continue
        dest = disclosed.MACHINE.advance(state, name, role=role, holds=holds, reason=reason)
        remedy.save(issue.tx, disclosure_table, row_id, source=state, dest=dest, also={})
        issue.pen.log(issue.tx, f"disclosure_{name}", row_id, dest)
