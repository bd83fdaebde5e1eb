"""Overseeing: complaints about the hotline itself as a monitor sees them, so that none is buried;
and practices, so that none runs unseen.

Of a complaint that there is one, since when, and whether it moves; never its words, nor whom it is
about. Of a practice where and when it ran, who signed it, and how many tests there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from workervoice.errors import NotFound
from workervoice.hotline.complaints import supervisors_now
from workervoice.hotline.lateness import KnownClocks
from workervoice.hotline.listing import Listing, SetAside
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, vouched
from workervoice.hotline.references import reference
from workervoice.hotline.registry import lines, practices
from workervoice.message import Role
from workervoice.store.cases import case_glimpses
from workervoice.store.engine import Tx
from workervoice.store.programme import Practice
from workervoice.store.vault import QueueRecord, Vault

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


@dataclass(frozen=True, slots=True)
class PracticeLine:
    """One practice: on which line, from when until when, and which registrar signed it."""

    line: str
    begun: datetime
    until: datetime  # or when it was ended
    runs: bool
    registrar: UUID
    tests: int  # that came in its hours, on whichever line


@dataclass(frozen=True, slots=True)
class PracticesOverseen:
    """The practices that a registrar signed, newest first; all tests, and how many of them may be
    real and wait until a person says which they are."""

    lines: tuple[PracticeLine, ...]
    tests: int
    unsure: int


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


def practices_overseen(process: Process, actor: Actor) -> PracticesOverseen:
    """For a monitor. Raises `NotFound` for anybody else."""
    if actor.role is not Role.MONITOR:
        raise NotFound("no such page")
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        directory = vouched(tx, process, actor, now)
        slugs = {line.id: line.slug for line in lines(tx, process.vault, directory)}
        tests = _tests(tx, process.vault)
        came = [record.opened_at for _, record in tests]
        rows = [
            _practice(row, slugs.get(row.line_id, "?"), came, now)
            for row in practices(tx, process.vault, directory)
        ]
    unsure = sum(record.may_be_real and state not in _OVER for state, record in tests)
    newest = sorted(rows, key=lambda row: (row.begun, row.line), reverse=True)
    return PracticesOverseen(tuple(newest), len(tests), unsure)


def _tests(tx: Tx, vault: Vault) -> list[tuple[str, QueueRecord]]:
    """Every test with its state; what does not open is told of in the list of cases."""
    aside, found = SetAside(), []
    for row_id, state, version, blob in case_glimpses(tx):
        with aside.if_broken("case", row_id):
            record = vault.open_queue(tx.programme, row_id, version, blob)
            if record.practice:
                found.append((state, record))
    return found


def _practice(row: Practice, slug: str, came: list[datetime], now: datetime) -> PracticeLine:
    """Cases are known by the full hour in which they were opened."""
    begun, until = row.begun, row.ended or row.until
    first = begun.replace(minute=0, second=0, microsecond=0)
    tests = sum(first <= at < until for at in came)
    return PracticeLine(slug, begun, until, row.runs_at(now), row.signer_id, tests)
