"""Overview: the queue for handlers, the list of issues, and for monitors how cases move without
what they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from workervoice.errors import NotFound
from workervoice.hotline.links import open_disclosure_link, open_issue_link
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, vouched
from workervoice.message import Role
from workervoice.store import cases, remedy
from workervoice.store.clocks import all_clocks
from workervoice.store.engine import Tx
from workervoice.store.programme import organisations, sites
from workervoice.store.vault import QueueRecord, Vault

STAFF = frozenset({Role.HANDLER, Role.SUPERVISOR})
OVER = frozenset({"closed", "out_of_scope", "erased"})


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One case in the queue."""

    id: UUID
    state: str
    record: QueueRecord
    site: str
    late: bool  # a promise about this case has run out


@dataclass(frozen=True, slots=True)
class MonitorLine:
    """One case for a monitor: age and stage, and how long buyers took. No content."""

    reference: str
    stage: str
    age: timedelta
    waiting: bool
    issues: tuple[str, ...]
    buyer_hours: tuple[tuple[str, int | None], ...]  # buyer, hours to acknowledge; None: not yet
    late: bool


def queue(process: Process, actor: Actor) -> list[QueueLine]:
    """All cases of the programme for its handlers: most urgent first, then longest waiting."""
    _only(actor, STAFF)
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        vouched(tx, process, actor, now)
        late, names = _late(tx, process.vault, now), _site_names(tx)
        lines = []
        for row in cases.all_cases(tx):
            if row.state == "erased":
                continue
            record = process.vault.open_queue(tx.programme, row.id, row.version, row.queue)
            site = names.get(record.site_id, "") if record.site_id else ""
            lines.append(QueueLine(row.id, row.state, record, site, str(row.id) in late))
    return sorted(lines, key=_urgency)


def _urgency(line: QueueLine) -> tuple[bool, bool, str, datetime]:
    over = line.state in OVER
    return over, not line.record.waits, str(line.record.priority), line.record.last_in_at


def issue_lines(process: Process, actor: Actor) -> list[tuple[UUID, str, str]]:
    """Id, state and site of every issue, newest first."""
    _only(actor, STAFF)
    with process.database.begin(actor.scope()) as tx:
        vouched(tx, process, actor, process.clock())
        names = _site_names(tx)
        opened = [
            (open_issue_link(tx, process.vault, row_id, blob), row_id, state)
            for row_id, state, blob in remedy.issue_links(tx)
        ]
    opened.sort(key=lambda entry: entry[0].drafted_at, reverse=True)
    return [(row_id, state, names.get(UUID(link.site_id), "")) for link, row_id, state in opened]


def monitor_lines(process: Process, actor: Actor) -> list[MonitorLine]:
    """Every case by age, stage and buyer response time, oldest first; nothing of its content."""
    _only(actor, {Role.MONITOR})
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        vouched(tx, process, actor, now)
        late, about = _late(tx, process.vault, now), _issues_by_case(tx, process.vault)
        lines = []
        for row_id, state, version, blob in cases.case_glimpses(tx):
            record = process.vault.open_queue(tx.programme, row_id, version, blob)
            issues = about.get(str(row_id), [])
            lines.append(
                MonitorLine(
                    reference=str(row_id)[:8],
                    stage=state,
                    age=now - record.opened_at,
                    waiting=record.waits and state not in OVER,
                    issues=tuple(state for state, _ in issues),
                    buyer_hours=tuple(hours for _, told in issues for hours in told),
                    late=str(row_id) in late,
                )
            )
    return sorted(lines, key=lambda line: line.age, reverse=True)


def _issues_by_case(
    tx: Tx, vault: Vault
) -> dict[str, list[tuple[str, list[tuple[str, int | None]]]]]:
    """For each case its issues' states, and each buyer's hours until acknowledgement."""
    names = organisations(tx)
    told: dict[str, list[tuple[str, int | None]]] = {}
    for row_id, organisation_id, _, blob in remedy.disclosure_links(tx):
        link = open_disclosure_link(tx, vault, row_id, blob)
        took = None
        if link.acknowledged_at is not None:
            took = (link.acknowledged_at - link.released_at) // 3600
        told.setdefault(link.issue_id, []).append((names[organisation_id].name, took))
    found: dict[str, list[tuple[str, list[tuple[str, int | None]]]]] = {}
    for row_id, state, blob in remedy.issue_links(tx):
        case_id = open_issue_link(tx, vault, row_id, blob).case_id
        found.setdefault(case_id, []).append((state, sorted(told.get(str(row_id), []))))
    return found


def _late(tx: Tx, vault: Vault, now: datetime) -> set[str]:
    """Ids of cases and disclosures about which a promise has run out."""
    stamp = now.timestamp()
    return {record["about"] for _, record in all_clocks(tx, vault) if stamp > record["due"]}


def _site_names(tx: Tx) -> dict[UUID, str]:
    return {site.id: site.name for site in sites(tx)}


def _only(actor: Actor, roles: frozenset[Role] | set[Role]) -> None:
    if actor.role not in roles:
        raise NotFound("no such page")
