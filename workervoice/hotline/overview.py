"""Overview: the queue for handlers, the list of issues, and for monitors how cases move without
what they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from workervoice.crypto.directory import Directory
from workervoice.errors import NotFound
from workervoice.hotline.casefile import facts_now
from workervoice.hotline.lateness import KnownClocks
from workervoice.hotline.links import open_disclosure_link, open_issue_link
from workervoice.hotline.listing import Listing, SetAside
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, vouched
from workervoice.hotline.references import reference
from workervoice.hotline.registry import organisations, sites
from workervoice.message import Role
from workervoice.store import cases, remedy
from workervoice.store.engine import Tx
from workervoice.store.vault import QueueRecord, Vault

STAFF = frozenset({Role.HANDLER, Role.SUPERVISOR})
OVER = frozenset({"closed", "out_of_scope", "erased"})
IN_THE_HOUSE = frozenset({"draft", "approved"})


Urgency = tuple[bool, bool, bool, str, datetime]  # sorts the most urgent first


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One case in the queue."""

    id: UUID
    state: str
    record: QueueRecord
    site: str
    late: bool  # a promise about this case has run out

    @property
    def is_test(self) -> bool:
        """Nobody waits for it: a practice's, and nothing in it says that it may be real."""
        return self.record.practice and not self.record.may_be_real


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One sensitive issue in the list."""

    id: UUID
    state: str
    site: str
    drafted_at: datetime


@dataclass(frozen=True, slots=True)
class MonitorLine:
    """One case for a monitor: age and stage, and how long buyers took. No content."""

    reference: str
    stage: str
    age: timedelta
    waiting: bool
    issues: tuple[str, ...]  # stages of those that went to buyers
    drafted: int  # that many more are worked on and have not left the house
    buyer_hours: tuple[tuple[str, int | None], ...]  # buyer, hours to acknowledge; None: not yet
    late: bool


def queue(process: Process, actor: Actor, clocks: KnownClocks | None = None) -> Listing[QueueLine]:
    """All cases of the programme for its handlers: most urgent first, then longest waiting."""
    _only(actor, STAFF)
    now, aside = process.clock(), SetAside()
    with process.database.begin(actor.scope()) as tx:
        directory = vouched(tx, process, actor, now)
        late = (clocks or KnownClocks()).late(tx, process.vault, now, aside)
        names, lines = _site_names(tx, process.vault, directory), []
        for row_id, state, record in _seen_by(tx, process.vault, actor, directory, aside):
            if state != "erased":
                site = names.get(record.site_id, "") if record.site_id else ""
                line = QueueLine(row_id, state, record, site, str(row_id) in late)
                lines.append(replace(line, late=line.late and not line.is_test))
    return Listing(sorted(lines, key=urgency), aside.rows)


def _seen_by(
    tx: Tx, vault: Vault, actor: Actor, directory: Directory, aside: SetAside
) -> Iterator[tuple[UUID, str, QueueRecord]]:
    """The cases that this officer may know of. Row-level security has left out the restricted ones,
    by rows that name their readers; the signed facts are asked as well."""
    for row_id, state, version, blob in cases.case_glimpses(tx):
        with aside.if_broken("case", row_id):
            record = vault.open_queue(tx.programme, row_id, version, blob)
            if record.restricted and not facts_now(tx, vault, directory, row_id).is_for(actor.id):
                continue
            yield row_id, state, record


def urgency(line: QueueLine) -> Urgency:
    """Tests come below all that is open; one that may be real stands where it would if it were."""
    return (
        line.state in OVER,
        line.is_test,
        not line.record.waits,
        str(line.record.priority),
        line.record.last_in_at,
    )


def issue_lines(process: Process, actor: Actor) -> Listing[IssueLine]:
    """Every sensitive issue, newest first."""
    _only(actor, STAFF)
    aside, lines = SetAside(), []
    with process.database.begin(actor.scope()) as tx:
        directory = vouched(tx, process, actor, process.clock())
        names = _site_names(tx, process.vault, directory)
        cases_seen = _seen_by(tx, process.vault, actor, directory, aside)
        seen = {str(row_id) for row_id, _, _ in cases_seen}
        for row_id, state, blob in remedy.issue_links(tx):
            with aside.if_broken("sensitive issue", row_id):
                link = open_issue_link(tx, process.vault, row_id, blob)
                if link.is_blank:  # it never left, and went with its case
                    continue
                if not link.is_alone and link.case_id not in seen:  # of a restricted case
                    continue
                drafted = datetime.fromtimestamp(link.drafted_at, tz=UTC)
                site = names.get(UUID(link.site_id), "")
                lines.append(IssueLine(row_id, state, site, drafted))
    return Listing(sorted(lines, key=lambda line: line.drafted_at, reverse=True), aside.rows)


def monitor_lines(
    process: Process, actor: Actor, clocks: KnownClocks | None = None
) -> Listing[MonitorLine]:
    """Every case by age, stage and buyer response time, oldest first; nothing of its content.
    Complaints about the hotline itself have a list of their own (`overseeing`); tests have none."""
    _only(actor, {Role.MONITOR})
    now, aside = process.clock(), SetAside()
    with process.database.begin(actor.scope()) as tx:
        directory = vouched(tx, process, actor, now)
        late = (clocks or KnownClocks()).late(tx, process.vault, now, aside)
        about, lines = _issues_by_case(tx, process.vault, directory, aside), []
        for row_id, state, version, blob in cases.case_glimpses(tx):
            with aside.if_broken("case", row_id):
                record = process.vault.open_queue(tx.programme, row_id, version, blob)
                if record.complaint or record.practice:
                    continue
                issues = about.get(str(row_id), [])
                left = [each for each in issues if each.left]
                lines.append(
                    MonitorLine(
                        reference=reference(process.vault, actor, row_id),
                        stage=state,
                        age=now - record.opened_at,
                        waiting=record.waits and state not in OVER,
                        issues=tuple(each.state for each in left),
                        drafted=sum(each.state in IN_THE_HOUSE for each in issues),
                        buyer_hours=tuple(hours for each in left for hours in each.told),
                        late=str(row_id) in late,
                    )
                )
    return Listing(sorted(lines, key=lambda line: line.age, reverse=True), aside.rows)


_Told = list[tuple[str, int | None]]  # buyer, hours to acknowledge


@dataclass(frozen=True, slots=True)
class _Watched:
    """One issue as far as a monitor may know it."""

    state: str
    left: bool  # it went to buyers
    told: _Told


def _issues_by_case(
    tx: Tx, vault: Vault, directory: Directory, aside: SetAside
) -> dict[str, list[_Watched]]:
    """For each case its issues, and each buyer's hours until acknowledgement."""
    names = organisations(tx, vault, directory)
    told: dict[str, _Told] = {}
    for row_id, organisation_id, _, blob in remedy.disclosure_links(tx):
        with aside.if_broken("disclosure", row_id):
            link = open_disclosure_link(tx, vault, row_id, blob)
            took = None
            if link.acknowledged_at is not None:
                took = (link.acknowledged_at - link.released_at) // 3600
            told.setdefault(link.issue_id, []).append((names[organisation_id].name, took))
    found: dict[str, list[_Watched]] = {}
    for row_id, state, blob in remedy.issue_links(tx):
        with aside.if_broken("sensitive issue", row_id):
            about = open_issue_link(tx, vault, row_id, blob)
            of_buyers = sorted(told.get(str(row_id), []), key=lambda each: each[0])
            watched = _Watched(state, about.released_at is not None, of_buyers)
            found.setdefault(about.case_id, []).append(watched)
    return found


def _site_names(tx: Tx, vault: Vault, directory: Directory) -> dict[UUID, str]:
    return {site.id: site.name for site in sites(tx, vault, directory)}


def _only(actor: Actor, roles: frozenset[Role] | set[Role]) -> None:
    if actor.role not in roles:
        raise NotFound("no such page")
