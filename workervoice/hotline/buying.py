"""Buying: what an officer of a buyer sees and does. Its own disclosures, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from workervoice.crypto import keyring
from workervoice.crypto.keyring import Holder
from workervoice.disclosure.packet import Packet
from workervoice.errors import NotFound
from workervoice.hotline import newest, reading
from workervoice.hotline.links import DisclosureLink, open_disclosure_link, seal_disclosure_link
from workervoice.hotline.listing import Listing, SetAside
from workervoice.hotline.noting import refusals_noted
from workervoice.hotline.planning import PLANNING, ActionView, OpenPlan
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.message import Role
from workervoice.store import remedy
from workervoice.store.engine import Tx
from workervoice.store.remedy import DisclosureRow
from workervoice.store.tables import disclosure as disclosure_table
from workervoice.store.tables import issue as issue_table
from workervoice.workflow import disclosed
from workervoice.workflow import issue as issue_machine
from workervoice.workflow.machine import Move

READABLE = frozenset({"opened", "acknowledged", "done", "declined"})
_WITH_BUYERS = PLANNING | {"released"}  # states of an issue in which a buyer can still act


@dataclass(frozen=True, slots=True)
class DisclosureLine:
    """One line of a buyer's list: nothing of the matter before it is opened."""

    id: UUID
    state: str
    released_at: datetime


@dataclass(frozen=True, slots=True)
class DisclosurePage:
    """An opened disclosure with its plan. Without `packet`, it was not opened yet or is revoked."""

    id: UUID
    state: str
    issue_state: str
    planning: bool  # actions may be proposed and moved now
    released_at: datetime
    acknowledged_at: datetime | None
    packet: Packet | None
    actions: tuple[ActionView, ...]
    moves: tuple[Move, ...]


@dataclass
class OpenDisclosure:
    """A disclosure in a buyer's hands for one transaction, behind its issue's lock."""

    row: DisclosureRow
    link: DisclosureLink
    packet: Packet
    plan: OpenPlan
    issue_state: str

    @property
    def readable(self) -> bool:
        """Whether its buyer opened it, which is a recorded move."""
        was_opened = self.link.opened_at is not None
        return self.row.state in READABLE or (self.row.state == "lapsed" and was_opened)

    def holds(self) -> dict[str, bool]:
        """The guards of the disclosure table as they stand now."""
        return {
            "was_opened": self.link.opened_at is not None,
            "actions_closed": self.plan.all_over(),
            "issue_open": self.issue_state in _WITH_BUYERS,
        }

    def advance(self, process: Process, move: str, reason: str = "") -> None:
        """Take one move of the disclosure table, and note when."""
        tx, now, holds = self.plan.tx, int(self.plan.pen.now.timestamp()), self.holds()
        was, role = self.row.state, self.plan.actor.role
        dest = disclosed.MACHINE.advance(was, move, role=role, holds=holds, reason=reason)
        if move == "open" and self.link.opened_at is None:
            self.link = replace(self.link, opened_at=now)
        if move == "acknowledge" and self.link.acknowledged_at is None:
            self.link = replace(self.link, acknowledged_at=now)
        also = {"link": seal_disclosure_link(tx, process.vault, self.row.id, self.link)}
        remedy.save(tx, disclosure_table, self.row.id, source=was, dest=dest, also=also)
        self.row = replace(self.row, state=dest)
        self.plan.pen.log(tx, f"disclosure_{move}", self.row.id, dest)


def disclosure_lines(process: Process, actor: Actor) -> Listing[DisclosureLine]:
    """The disclosures of the actor's organisation, newest first."""
    _buyers_only(actor)
    aside, lines = SetAside(), []
    with process.database.begin(actor.scope()) as tx:
        reading.vouched(tx, process, actor, process.clock())
        for row in remedy.disclosures(tx):
            with aside.if_broken("disclosure", row.id):
                link = open_disclosure_link(tx, process.vault, row.id, row.link)
                lines.append(DisclosureLine(row.id, row.state, _moment(link.released_at)))
    return Listing(sorted(lines, key=lambda line: line.released_at, reverse=True), aside.rows)


@contextmanager
def open_disclosure(
    process: Process, actor: Actor, disclosure_id: UUID
) -> Iterator[OpenDisclosure]:
    """Open a disclosure with the organisation's key; `NotFound` for any that is not its own."""
    _buyers_only(actor)
    scope = actor.scope()
    noted = refusals_noted(process, scope, actor.id, disclosure_id)
    with noted as asked, process.database.begin(scope) as tx:
        pen = reading.pen_of(tx, process, actor, process.clock())
        seen = _readable(tx, disclosure_id, lock=False)
        asked.exists = True
        newest.check(tx, process.vault, [seen.logged()])
        words = _words(tx, actor, pen.directory, seen)
        issue_id, epoch = UUID(words["plan"]["issue"]), int(words["plan"]["epoch"])
        tx.see_plan(issue_id)
        issue_state = remedy.issue_state(tx, issue_id)  # locked first, by everybody
        row = _readable(tx, disclosure_id, lock=True)
        kek = bytes.fromhex(words["plan"]["kek"])
        holder, key = reading.plan_key_by_kek(tx, issue_id, epoch, kek)
        changeable = row.state == "acknowledged" and issue_state in PLANNING
        plan = OpenPlan(tx, pen, actor, holder, key, changeable=changeable)
        link = open_disclosure_link(tx, process.vault, row.id, row.link)
        yield OpenDisclosure(row, link, Packet.from_json(words["packet"]), plan, issue_state)


def _readable(tx: Tx, disclosure_id: UUID, *, lock: bool) -> DisclosureRow:
    row = remedy.disclosure_by_id(tx, disclosure_id, lock=lock)
    if row.state in {"sealed", "revoked"}:
        raise NotFound("no such disclosure")
    return row


def _words(tx: Tx, actor: Actor, directory: Any, row: DisclosureRow) -> dict[str, Any]:
    place = remedy.disclosure_place(tx.programme, row)
    directory.check_signature(row.signer_id, place, row.signature, *reading.OFFICERS)
    holder = Holder("organisation", row.organisation_id, row.epoch)
    key = reading.group_key(tx, actor, directory, holder)
    plain = keyring.open_words(
        key, row.packet, holder=holder, message_id=row.id, direction="disclosure"
    )
    return dict(json.loads(plain))


def page(process: Process, actor: Actor, disclosure_id: UUID) -> DisclosurePage:
    """A disclosure for reading; its packet only once it was opened, which is a recorded move."""
    with open_disclosure(process, actor, disclosure_id) as disclosure:
        row, link, plan = disclosure.row, disclosure.link, disclosure.plan
        readable = disclosure.readable
        acknowledged = link.acknowledged_at
        if readable:
            plan.pen.log_reading(plan.tx, "disclosure_read", row.id)
        return DisclosurePage(
            id=row.id,
            state=row.state,
            issue_state=disclosure.issue_state,
            planning=plan.changeable,
            released_at=_moment(link.released_at),
            acknowledged_at=None if acknowledged is None else _moment(acknowledged),
            packet=disclosure.packet if readable else None,
            actions=tuple(plan.actions()) if readable else (),
            moves=_moves(disclosure),
        )


def _moves(disclosure: OpenDisclosure) -> tuple[Move, ...]:
    holds = disclosure.holds()
    possible = disclosed.MACHINE.moves_from(disclosure.row.state, Role.BUYER)
    return tuple(m for m in possible if all(holds.get(g, False) for g in m.guards))


def move(process: Process, actor: Actor, disclosure_id: UUID, name: str, reason: str) -> str:
    """Open, acknowledge, decline, reconsider or finish; the first acknowledgement takes the issue
    up."""
    with open_disclosure(process, actor, disclosure_id) as disclosure:
        disclosure.advance(process, name, reason)
        if name == "acknowledge":
            _take_up(disclosure)
        return disclosure.row.state


def _take_up(disclosure: OpenDisclosure) -> None:
    plan = disclosure.plan
    was = remedy.issue_state(plan.tx, plan.holder.id)
    if was != "released":
        return
    holds = {"acknowledged": True}
    dest = issue_machine.MACHINE.advance(was, "take_up", role=Role.BUYER, holds=holds)
    remedy.save(plan.tx, issue_table, plan.holder.id, source=was, dest=dest, also={})
    plan.pen.log(plan.tx, "issue_take_up", plan.holder.id, dest)


def _buyers_only(actor: Actor) -> None:
    if actor.role is not Role.BUYER:
        raise NotFound("no such disclosure")


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
