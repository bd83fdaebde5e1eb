"""Disclosing: a sensitive issue is drafted from a case, checked, approved, and followed to its end.

The packet is a new text, sealed to the issue's own plan key; the case itself never leaves. Who it
goes to, and what stands before that, is in `releasing`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from workervoice.crypto import keyring
from workervoice.crypto.keyring import Holder
from workervoice.crypto.seal import verify
from workervoice.crypto.suite import KemKey
from workervoice.disclosure.packet import Packet
from workervoice.disclosure.reidentify import Finding, findings
from workervoice.errors import GuardFailed, IllegalMove, NotFound, NotTrusted
from workervoice.hotline import issuenotes, newest, reading
from workervoice.hotline.casefile import vouched_public
from workervoice.hotline.ending import ENDS, end_with_issue
from workervoice.hotline.links import IssueLink, open_issue_link, seal_issue_link
from workervoice.hotline.noting import refusals_noted
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.planning import plan_is_over
from workervoice.hotline.planrows import PlanRows
from workervoice.hotline.process import Pen, Process
from workervoice.hotline.proposals import proposers
from workervoice.hotline.reading import Actor, Opened
from workervoice.message import Role
from workervoice.store import keys, remedy
from workervoice.store.approvals import Approval, add_approval, approval_place, approvals_of
from workervoice.store.engine import Tx
from workervoice.store.remedy import IssueRow
from workervoice.store.rows import Place
from workervoice.store.tables import issue as issue_table
from workervoice.workflow import issue as issue_machine
from workervoice.workflow.consent import Override, may_tell_buyers

OVERRULED = "It names an indicator that was overruled in the case: take it out."


def proposal_key(issue_id: UUID, move: str) -> str:
    """How a proposed move of one issue is named in its case's thread."""
    return f"issue {issue_id} {move}"


@dataclass
class OpenIssue:
    """A sensitive issue in an officer's hands, beside the case it is about.

    `case` is None once the worker had it erased: what had left before lives on, and is treated as
    one of danger, because nobody can tell any more that it is not.
    """

    tx: Tx
    pen: Pen
    actor: Actor
    case: OpenCase | None
    row: IssueRow
    link: IssueLink
    packet: Packet
    holder: Holder
    key: KemKey = field(repr=False)

    def living_case(self) -> OpenCase:
        """The case, for what needs one. Raises `IllegalMove` if it was erased."""
        if self.case is None:
            raise IllegalMove(f"the case of issue {self.row.id} was erased")
        return self.case

    def problems(self) -> list[str]:
        """What is missing or wrong in the packet, in words; empty if nothing."""
        overruled = self.case.record.overruled if self.case else frozenset()
        said = self.packet.problems(self.pen.now.date())
        return [*said, OVERRULED] if overruled.intersection(self.packet.indicators) else said

    def findings(self) -> list[Finding]:
        """What in the packet could point at a person."""
        thread = self.case.thread if self.case else []
        spoken = [str(e.words["text"]) for e in thread if e.direction == "in" and e.words]
        return findings(self.packet.free_text(), spoken)

    def is_zero_tolerance(self) -> bool:
        return self.case is None or self.case.is_zero_tolerance()

    @cached_property
    def notes(self) -> Sequence[Opened]:
        """Where moves of this issue are proposed and reasoned, oldest first."""
        if self.case is not None:
            return self.case.thread
        return issuenotes.read_notes(self.tx, self.pen, self.actor, self.row.id)

    def note(self, words: Mapping[str, Any]) -> None:
        """Leave a note there."""
        if self.case is not None:
            self.case.note("note", words)
        else:
            issuenotes.add_note(self.tx, self.pen, self.row, words)

    def proposers(self, move: str) -> set[UUID]:
        """Who proposed this move of this issue, and nothing has become of it yet."""
        return proposers(self.notes, proposal_key(self.row.id, move))

    def approvers(self) -> set[UUID]:
        """Who approved this very packet, by signatures that lead to the root."""
        version, packet = self.row.version, self.row.packet
        found = set()
        for approval in approvals_of(self.tx, self.row.id, version):
            place = approval_place(self.tx.programme, self.row.id, version, packet)
            try:
                signer = self.pen.directory.trusted(approval.officer_id, "officer", "registrar")
                verify(signer.sign_public, place, approval.signature)
            except NotTrusted:
                continue
            found.add(approval.officer_id)
        return found

    def holds(self, move: str, override: Override | None = None) -> dict[str, bool]:
        """The guards of the issue table for this move as they stand now."""
        case, behind = self.case, self.approvers() if move == "release" else self.proposers(move)
        consent = case.record.facts.consent if case else None
        return {
            "packet_clean": not self.problems() and not self.findings(),
            "two_people": bool(behind - {self.actor.id}),
            "consent_or_override": may_tell_buyers(consent, override),
            "may_leave": case is not None and case.may_leave(),
            "not_zero_tolerance": not self.is_zero_tolerance(),
            "actions_closed": plan_is_over(self.tx, self.row.id),
        }

    def advance(self, move: str, *, reason: str = "", override: Override | None = None) -> None:
        """Take one move of the issue table and store the new state."""
        was, role = self.row.state, self.actor.role
        holds = self.holds(move, override)
        dest = issue_machine.MACHINE.advance(was, move, role=role, holds=holds, reason=reason)
        remedy.save(self.tx, issue_table, self.row.id, source=was, dest=dest, also={})
        self.row = replace(self.row, state=dest)
        self.pen.log(self.tx, f"issue_{move}", self.row.id, dest)


def draft(
    process: Process, actor: Actor, case_id: UUID, packet: Packet, once: UUID | None = None
) -> UUID:
    """Draft a sensitive issue about a case that has been taken up; returns its id.

    `once` is the id it gets, so that a form that is sent twice drafts one.
    """
    with open_case(process, actor, case_id) as case:
        if once in {issue_id for issue_id, _ in case.issues}:
            return once
        case.only_open()
        if case.record.facts.site_id is None:
            raise GuardFailed("name the site first: it decides which buyers are told")
        case.take_up()
        issue_id = once or uuid4()
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
        keys.add_wrap(case.tx, holder, team.id, wrap, reader_epoch=team.epoch)
        case.pen.log(case.tx, "issue_drafted", issue_id)
        case.note("note", {"kind": "issue", "issue": str(issue_id), "move": "draft"})
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
    return replace(row, signature=signature)


@contextmanager
def open_issue(process: Process, actor: Actor, issue_id: UUID) -> Iterator[OpenIssue]:
    """Open an issue, with its case as long as there is one, for a member of the case's team;
    `NotFound` for anybody else."""
    if actor.role not in {Role.HANDLER, Role.SUPERVISOR}:
        raise NotFound("no such issue")
    scope = actor.scope()
    noted = refusals_noted(process, scope, actor.id, issue_id)
    with noted as asked, process.database.begin(scope) as tx:
        pen = reading.pen_of(tx, process, actor, process.clock())
        row = remedy.issue_by_id(tx, issue_id)
        asked.exists = True
        link = open_issue_link(tx, process.vault, issue_id, row.link)
        if link.is_alone:
            yield _opened(tx, pen, actor, issue_id, None)
            return
    with open_case(process, actor, UUID(link.case_id)) as case:
        yield _opened(case.tx, case.pen, actor, issue_id, case)


def _opened(tx: Tx, pen: Pen, actor: Actor, issue_id: UUID, case: OpenCase | None) -> OpenIssue:
    row = remedy.issue_by_id(tx, issue_id)
    link = open_issue_link(tx, pen.vault, issue_id, row.link)
    if link.is_blank:
        raise NotFound("no such issue")
    newest.check(tx, pen.vault, [row.logged()], [Place("pair", (row.id,), row.epoch)])
    holder, key = reading.plan_key(tx, actor, pen.directory, issue_id, row.epoch)
    packet = Packet.from_json(reading.open_packet(tx, pen.directory, holder, key, row))
    return OpenIssue(tx, pen, actor, case, row, link, packet, holder, key)


def redraft(process: Process, actor: Actor, issue_id: UUID, packet: Packet) -> None:
    """Store a new version of a draft; approvals of earlier versions no longer count."""
    with open_issue(process, actor, issue_id) as issue:
        case = issue.living_case()
        case.only_open()
        if issue.row.state != "draft":
            raise GuardFailed("only a draft can be changed: send it back first")
        holder = Holder("plan", issue_id, issue.row.epoch)
        public = vouched_public(issue.tx, issue.pen.directory, holder)
        row = _packed(case, holder, public, packet, version=issue.row.version + 1)
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
        row = issue.row
        issue.note({"kind": "approval", "issue": str(issue_id), "version": row.version})
        issue.advance("approve")
        place = approval_place(issue.tx.programme, issue_id, row.version, row.packet)
        approval = Approval(issue_id, actor.id, row.version, actor.signer.sign(place))
        add_approval(issue.tx, approval)
        issue.pen.log(issue.tx, "approval_signed", issue_id)


def move(process: Process, actor: Actor, issue_id: UUID, name: str, reason: str) -> str:
    """Any other move of the issue table; "proposed" if a second person has to agree to it."""
    if name in {"approve", "release"}:
        raise GuardFailed("use the buttons for approval and release")
    with open_issue(process, actor, issue_id) as issue:
        try:
            issue.advance(name, reason=reason)
        except GuardFailed:
            only_alone = issue_machine.MACHINE.rows_from(issue.row.state, actor.role)
            second = any("two_people" in m.guards and m.name == name for m in only_alone)
            proposed_by = issue.proposers(name)
            if not second or proposed_by - {actor.id}:
                raise
            if actor.id in proposed_by:  # a button pressed twice
                return "proposed"
            key = proposal_key(issue_id, name)
            issue.note({"kind": "proposal", "move": key, "text": reason})
            issue.pen.log(issue.tx, "issue_proposed", issue_id, name)
            return "proposed"
        issue.note({"kind": "issue", "issue": str(issue_id), "move": name, "text": reason})
        issue.pen.log(issue.tx, "issue_noted", issue_id, name)
        if name in ENDS:
            plan = PlanRows(issue.tx, issue.pen, actor, issue.holder, issue.key)
            end_with_issue(plan, name, reason)
        return issue.row.state
