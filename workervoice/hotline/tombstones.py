"""Tombstones: what is left of an erased case, for those of its team who still have its id.

An id, the state, the hours of opening and erasing. No row leads from it to a worker: the addresses
are destroyed, and the conversation that it names is blank.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from workervoice.errors import NotFound
from workervoice.hotline.casefile import read_facts
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, vouched
from workervoice.message import Role
from workervoice.store import cases, keys
from workervoice.store.readers import readers_since


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An erased case: full hours only."""

    id: UUID
    opened: datetime
    erased: datetime


def tombstone(process: Process, actor: Actor, case_id: UUID) -> Tombstone:
    """The tombstone of a case of this officer's team, or, if it was restricted, of those who were
    named. `NotFound` for everybody and all else."""
    if actor.role not in {Role.HANDLER, Role.SUPERVISOR}:
        raise NotFound("no such case")
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        directory = vouched(tx, process, actor, now)
        row = cases.case_by_id(tx, case_id)
        teams = {team.id for team in keys.memberships(tx, actor.id, "team")}
        named, _ = readers_since(tx, case_id)
        if row.state != "erased" or row.team_id not in teams or (named and actor.id not in named):
            raise NotFound("no such case")
        record = read_facts(tx, process.vault, directory, row)
        return Tombstone(row.id, record.opened_at, record.closed_at or record.opened_at)
