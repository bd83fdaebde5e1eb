"""Erasing, as the worker asked: 72 hours after the confirmed DELETE, by a person who says why.

Words, judgements, keys, addresses, clocks and what was owed are destroyed in one transaction, and
with them whatever was drafted for buyers and has not left. What has left cannot be taken back: it
lives on as a disclosure of its own, and no longer says which case it came from. Copies of the
database live until they are destroyed; what a restore brings back of them is erased again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from workervoice.hotline import newest
from workervoice.hotline.casefile import read_facts, write_facts
from workervoice.hotline.clockwork import end_clocks
from workervoice.hotline.keeping import forget_worker
from workervoice.hotline.links import (
    BLANK,
    ERASED,
    issues_of_case,
    open_issue_link,
    seal_issue_link,
)
from workervoice.hotline.opening import OpenCase
from workervoice.hotline.process import Pen
from workervoice.hotline.records import CaseRecord
from workervoice.message import Facts, Grade, Priority, Role
from workervoice.store import cases, remedy
from workervoice.store.cases import CaseRow
from workervoice.store.engine import Tx
from workervoice.store.erasure import destroy_plan, erase_words
from workervoice.store.readers import restricted_of
from workervoice.store.remedy import IssueRow
from workervoice.store.tables import issue as issue_table
from workervoice.workflow import case as case_machine
from workervoice.workflow import issue as issue_machine
from workervoice.workflow.retention import OVER


class Doomed(Protocol):
    """A case that is to be erased: nobody has to have opened it."""

    tx: Tx
    pen: Pen
    row: CaseRow
    record: CaseRecord
    state: str

    @property
    def issues(self) -> list[tuple[UUID, str]]: ...


@dataclass
class _CameBack:
    """A case that a restore brought back, by what our processes know of it."""

    tx: Tx
    pen: Pen
    row: CaseRow
    record: CaseRecord
    state: str

    @property
    def issues(self) -> list[tuple[UUID, str]]:
        return issues_of_case(self.tx, self.pen.vault, self.row.id)


def erase(file: OpenCase) -> None:
    """Blank the case and its conversation, destroy the rest, and log that it was done.

    "All that you wrote" is more than this case: after a DELETE the older ones of the same
    conversation go with it. One that was kept long enough goes alone.
    """
    by_age = file.row.state in OVER
    older = [] if by_age else file.siblings
    for case in older:
        case.state = _gone(case)
    for case in (file, *older):
        _erase_case(case, file.actor.role)
    end_clocks(file.tx, file.pen, [case.row.id for case in (file, *older)])
    # a case that this officer may not know of needs the worker; whoever erases that one forgets
    apart = restricted_of(file.tx, file.talk.id)
    if not (by_age and file.siblings) and not apart:
        phones = file.conversation.phones  # whose own conversation may have a case like that, too
        but = [each for each in phones if restricted_of(file.tx, each)]
        forget_worker(file.tx, file.pen, file.talk, but)


def erase_again(tx: Tx, pen: Pen, case_id: UUID) -> bool:
    """Erase a case that a person had erased and a restore brought back; False if it is erased."""
    row = cases.case_by_id(tx, case_id, lock=True)
    if row.state == "erased":
        return False
    record = read_facts(tx, pen.vault, pen.directory, row)
    newest.check(tx, pen.vault, [row.logged()])
    holds = {"erased_before": True}
    state = case_machine.MACHINE.advance(row.state, "erase", role=Role.SYSTEM, holds=holds)
    _erase_case(_CameBack(tx, pen, row, record, state), Role.SYSTEM)
    end_clocks(tx, pen, [case_id])
    return True


def _gone(case: OpenCase) -> str:
    """The way of an older case through its table. One that is over has no other ground to be kept
    once the worker asked for everything; one that was reopened is withdrawn by the same DELETE.
    That none is under hold was a guard of the case that is erased."""
    state, asked = case.row.state, {"digit_confirmed": True, "waited_72_hours": True}
    if state not in {"closed", "out_of_scope", "withdrawn"}:
        state = case_machine.MACHINE.advance(state, "withdraw", role=Role.WORKER, holds=asked)
    holds = {**asked, "retention_over": True, "no_legal_hold": not case.under_hold}
    role = case.actor.role
    return case_machine.MACHINE.advance(state, "erase", role=role, holds=holds, reason="DELETE")


def _erase_case(case: Doomed, role: Role) -> None:
    """Its issues go first: they are found by a link to it."""
    for issue_id, _ in case.issues:
        row = remedy.issue_by_id(case.tx, issue_id)
        link = open_issue_link(case.tx, case.pen.vault, issue_id, row.link)
        if link.released_at is None:
            _drop_issue(case, row, role)
        else:
            alone = replace(link, case_id=ERASED)
            also = {"link": seal_issue_link(case.tx, case.pen.vault, issue_id, alone)}
            remedy.save(case.tx, issue_table, issue_id, source=row.state, dest=row.state, also=also)
            case.pen.log(case.tx, "issue_unlinked", issue_id)
    record = _blank(full_hour(case.record.opened_at), full_hour(case.pen.now))
    was = case.record
    record = replace(record, complaint=was.complaint, seen_at=was.seen_at, practice=was.practice)
    case.row = write_facts(case.tx, case.pen, case.row, record, case.state)
    erase_words(case.tx, case.row.id)
    case.pen.log(case.tx, "case_erase", case.row.id, case.state)


def _drop_issue(case: Doomed, row: IssueRow, role: Role) -> None:
    """Cancel what never left, unless it was rejected before, and destroy its words and keys."""
    dest = row.state
    if dest != "cancelled":
        dest = issue_machine.MACHINE.advance(dest, "drop", role=role, holds={"case_erased": True})
    link = seal_issue_link(case.tx, case.pen.vault, row.id, BLANK)
    also = {"link": link, "packet": b"", "signature": b""}
    remedy.save(case.tx, issue_table, row.id, source=row.state, dest=dest, also=also)
    destroy_plan(case.tx, row.id)
    case.pen.log(case.tx, "issue_drop", row.id, dest)


def full_hour(moment: datetime) -> datetime:
    """What a tombstone says of a moment."""
    return moment.replace(minute=0, second=0, microsecond=0)


def _blank(opened_at: datetime, now: datetime) -> CaseRecord:
    return CaseRecord(
        facts=Facts(),
        grade=Grade.FL_NONE,
        priority=Priority.P4,
        language="und",
        opened_at=opened_at,
        last_in_at=opened_at,
        answered_at=now,
        closed_at=now,
    )
