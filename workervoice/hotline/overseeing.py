"""Overseeing: complaints about the hotline itself as a monitor sees them, so that none is buried.

That there is one, since when, and whether it moves; never its words, nor whom it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workervoice.errors import NotFound
from workervoice.hotline.complaints import supervisors_now
from workervoice.hotline.lateness import KnownClocks
from workervoice.hotline.listing import Listing, SetAside
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, vouched
from workervoice.hotline.references import reference
from workervoice.message import Role
from workervoice.store.cases import case_glimpses
from workervoice.store.vault import QueueRecord

_OVER = frozenset({"closed", "out_of_scope", "erased"})


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    """One complaint about the hotline or one of its people; times to the hour."""

    reference: str
    received: datetime
    stage: str
    opened: bool  # a supervisor has opened it
    answered: datetime | None
    waiting: bool
    restricted: bool  # False: its whole team may read it
    late: bool


@dataclass(frozen=True, slots=True)
class Overseen:
    """The complaints, oldest first, and how many supervisors could read a new one now."""

    lines: Listing[ComplaintLine]
    supervisors: int


def complaints_overseen(
    process: Process, actor: Actor, clocks: KnownClocks | None = None
) -> Overseen:
    """For a monitor. Raises `NotFound` for anybody else."""
    if actor.role is not Role.MONITOR:
        raise NotFound("no such page")
    now, aside, lines = process.clock(), SetAside(), []
    with process.database.begin(actor.scope()) as tx:
        directory = vouched(tx, process, actor, now)
        late = (clocks or KnownClocks()).late(tx, process.vault, now, aside)
        for row_id, state, version, blob in case_glimpses(tx):
            with aside.if_broken("case", row_id):
                record = process.vault.open_queue(tx.programme, row_id, version, blob)
                if record.complaint:
                    name = reference(process.vault, actor, row_id)
                    lines.append(_line(name, state, record, late=str(row_id) in late))
        supervisors = supervisors_now(tx, process.vault, directory)
    return Overseen(Listing(sorted(lines, key=_age), aside.rows), supervisors)


def _age(line: ComplaintLine) -> tuple[datetime, str]:
    return line.received, line.reference


def _line(name: str, state: str, record: QueueRecord, *, late: bool) -> ComplaintLine:
    open_ = state not in _OVER
    return ComplaintLine(
        reference=name,
        received=record.opened_at,
        stage=state,
        opened=record.seen,
        answered=record.answered_at,
        waiting=record.waits and open_,
        restricted=record.restricted,
        late=late and open_,
    )
