"""Notes of the hotline's people on an issue that no longer has a case: sealed to their team.

Before that they note in the case's thread, which goes when the case is erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from workervoice.crypto.seal import ctx, digest
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.rows import Row


@dataclass(frozen=True, slots=True)
class IssueNote:
    """One note; `epoch` is that of the team's key."""

    id: UUID
    issue_id: UUID
    team_id: UUID
    epoch: int
    ordinal: int
    words: bytes
    signer_id: UUID
    signature: bytes

    def logged(self) -> Row:
        """What the log knows of it: its place beside the issue, and the sealed words."""
        return Row.of("issue_note", self.issue_id, self.ordinal, self.words)


def issue_note_place(programme: UUID, row: IssueNote) -> bytes:
    """What a note's signature covers: its place beside the issue and its sealed words."""
    place = (programme, row.issue_id, row.id, row.team_id, row.epoch, row.ordinal)
    return ctx("sign-issue-note", *place, digest(row.words))


def add_issue_note(tx: Tx, row: IssueNote) -> None:
    columns = {name: getattr(row, name) for name in IssueNote.__slots__}
    tx.connection.execute(t.issue_note.insert().values(programme_id=tx.programme, **columns))
    tx.stored.append(row.logged())


def issue_notes(tx: Tx, issue_id: UUID) -> list[IssueNote]:
    """An issue's notes in order."""
    c = t.issue_note.c
    query = (
        select(*(c[name] for name in IssueNote.__slots__))
        .where(c.programme_id == tx.programme, c.issue_id == issue_id)
        .order_by(c.ordinal)
    )
    return [IssueNote(**row) for row in tx.connection.execute(query).mappings()]


def next_issue_note(tx: Tx, issue_id: UUID) -> int:
    """The next place; hold the issue's row before you ask."""
    c = t.issue_note.c
    query = select(func.coalesce(func.max(c.ordinal), 0)).where(
        c.programme_id == tx.programme, c.issue_id == issue_id
    )
    return int(tx.connection.execute(query).scalar_one()) + 1
