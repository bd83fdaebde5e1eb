"""Cases: state in clear, facts under the service key, words sealed to the case's own key.

Every version of the facts is signed by whoever wrote it, and so is every message; the canonical
bytes that are signed are made here, so that writers and readers cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from workervoice.crypto.seal import ctx, digest
from workervoice.errors import NotFound
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.rows import Row as Logged
from workervoice.store.states import save_row
from workervoice.store.writing import inserted


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as stored: `queue` and `facts` are sealed under the service key."""

    id: UUID
    conversation_id: UUID
    team_id: UUID
    epoch: int
    state: str
    version: int
    queue: bytes
    facts: bytes
    signer_id: UUID
    signature: bytes
    next_look_at: datetime

    def logged(self) -> Logged:
        """What the log knows of it: the state goes with every version of the facts."""
        return Logged.of("facts", self.id, self.version, self.state, self.queue, self.facts)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One sealed message of a case. `direction` is "in", "out" or "note"; `size` a bucket."""

    id: UUID
    case_id: UUID
    epoch: int
    ordinal: int
    direction: str
    size: int
    words: bytes
    signer_id: UUID
    signature: bytes

    def logged(self) -> Logged:
        """What the log knows of it: its place in the thread, and the sealed words."""
        return Logged.of("message", self.case_id, self.ordinal, self.words)


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """One judgement over facts. `judge` is "machine" or "person"; the reason is in the words."""

    id: UUID
    case_id: UUID
    epoch: int
    version: int
    judge: str
    words: bytes
    signer_id: UUID
    signature: bytes

    def logged(self) -> Logged:
        """What the log knows of it."""
        return Logged.of("assessment", self.case_id, self.version, self.words)


_COLUMNS = ", ".join(CaseRow.__slots__)
_ONE = f"SELECT {_COLUMNS} FROM cases WHERE programme_id = $1 AND id = $2"  # noqa: S608
_HELD = f"{_ONE} FOR UPDATE"
_LAST_NUMBERS = (
    "SELECT"
    " (SELECT coalesce(max(ordinal), 0) FROM message WHERE programme_id = $1 AND case_id = $2),"
    " (SELECT coalesce(max(version), 0) FROM assessment WHERE programme_id = $1 AND case_id = $2)"
)


def facts_place(programme: UUID, row: CaseRow) -> bytes:
    """What a facts version's signature covers: also the epoch of the keys that words are sealed to,
    so that nobody puts an older one back for readers who have left."""
    place = (programme, row.id, row.epoch, row.version)
    return ctx("sign-facts", *place, digest(row.queue), digest(row.facts))


def message_place(programme: UUID, row: MessageRow) -> bytes:
    """What a message's signature covers: its place in the case and its sealed words."""
    place = (programme, row.case_id, row.epoch, row.id, row.ordinal)
    return ctx("sign-message", *place, row.direction, digest(row.words))


def assessment_place(programme: UUID, row: AssessmentRow) -> bytes:
    """What an assessment's signature covers."""
    place = (programme, row.case_id, row.epoch, row.id, row.version)
    return ctx("sign-assessment", *place, row.judge, digest(row.words))


def add_case(tx: Tx, row: CaseRow) -> None:
    columns = {name: getattr(row, name) for name in CaseRow.__slots__}
    tx.write(inserted(t.cases, {"programme_id": tx.programme, **columns}))
    tx.stored.append(row.logged())


def case_by_id(tx: Tx, case_id: UUID, *, lock: bool = False) -> CaseRow:
    """`NotFound` for a foreign or unknown id."""
    found = tx.ask(_HELD if lock else _ONE, tx.programme, case_id)
    if not found:
        raise NotFound("no such case")
    return CaseRow(*found[0])


def cases_of_conversation(tx: Tx, conversation_id: UUID, *, lock: bool = True) -> list[CaseRow]:
    """Every case that a conversation ever had; the courier may not lock them, and locks the
    conversation instead."""
    c = t.cases.c
    query = select(t.cases).where(
        c.programme_id == tx.programme, c.conversation_id == conversation_id
    )
    return [_case(row) for row in tx.connection.execute(query.with_for_update() if lock else query)]


def stale_cases(tx: Tx, team_id: UUID, epoch: int, after: UUID, limit: int) -> list[UUID]:
    """Cases that still take words for an older epoch of the team's keys, in order of their ids."""
    c, w = t.cases.c, t.key_wrap.c
    of_this_epoch = (
        (w.programme_id == c.programme_id)
        & (w.holder_kind == "case")
        & (w.holder_id == c.id)
        & (w.epoch == c.epoch)
    )
    query = select(c.id).join(t.key_wrap, of_this_epoch)
    query = query.where(
        c.programme_id == tx.programme,
        c.state != "erased",
        c.id > after,
        w.reader_id == team_id,
        w.reader_epoch < epoch,
    )
    return list(tx.connection.execute(query.order_by(c.id).limit(limit)).scalars())


def cases_after(tx: Tx, after: UUID, limit: int) -> list[CaseRow]:
    """The next cases that were not erased, in order of their ids."""
    c = t.cases.c
    query = select(t.cases).where(c.programme_id == tx.programme, c.state != "erased", c.id > after)
    return [_case(row) for row in tx.connection.execute(query.order_by(c.id).limit(limit))]


def conversations_of(tx: Tx, case_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Whose cases these are."""
    c = t.cases.c
    query = select(c.id, c.conversation_id).where(c.programme_id == tx.programme)
    rows = tx.connection.execute(query.where(c.id.in_(case_ids)))
    return {row.id: row.conversation_id for row in rows}


def case_glimpses(tx: Tx) -> list[tuple[UUID, str, int, bytes]]:
    """Id, state, version and sealed queue record of every case: all that a monitor may select."""
    c = t.cases.c
    query = select(c.id, c.state, c.version, c.queue).where(c.programme_id == tx.programme)
    return [(r.id, r.state, r.version, bytes(r.queue)) for r in tx.connection.execute(query)]


def save_case(tx: Tx, was: CaseRow, *, dest: str, also: Mapping[str, Any]) -> None:
    """Store the next version of a case's facts, and its state if that changed.

    `also` holds version, queue, facts, signer_id, signature and next_look_at.
    Raises `IllegalMove`, with nothing changed, if somebody else stored a version meanwhile.
    """
    tx.stored.append(replace(was, state=dest, **also).logged())
    now = {**also, "state": dest}
    save_row(tx, t.cases, was.id, was=(was.state, was.version), now=now)


def last_numbers(tx: Tx, case_id: UUID) -> dict[str, int]:
    """The last place in a case's thread ("message") and the number of its newest judgement
    ("assessment"); hold the case or conversation row before you ask."""
    ((message, assessment),) = tx.ask(_LAST_NUMBERS, tx.programme, case_id)
    return {"message": message, "assessment": assessment}


def add_message(tx: Tx, row: MessageRow, logged: Logged | None = None) -> None:
    """`logged` is what the log is told, if not that the row is new."""
    columns = {name: getattr(row, name) for name in MessageRow.__slots__}
    tx.write(inserted(t.message, {"programme_id": tx.programme, **columns}))
    tx.stored.append(logged or row.logged())


def destroy_message(tx: Tx, case_id: UUID, message_id: UUID) -> int:
    """Destroy one entry of a thread; returns its place in it. `NotFound` for a foreign id."""
    c = t.message.c
    gone = t.message.delete().where(
        c.programme_id == tx.programme, c.case_id == case_id, c.id == message_id
    )
    ordinal = tx.connection.execute(gone.returning(c.ordinal)).scalar_one_or_none()
    if ordinal is None:
        raise NotFound("no such message")
    return int(ordinal)


def messages_of(tx: Tx, case_id: UUID) -> list[MessageRow]:
    """The thread in order."""
    query = (
        select(*(t.message.c[name] for name in MessageRow.__slots__))
        .where(t.message.c.programme_id == tx.programme, t.message.c.case_id == case_id)
        .order_by(t.message.c.ordinal)
    )
    return [MessageRow(**row) for row in tx.connection.execute(query).mappings()]


def add_assessment(tx: Tx, row: AssessmentRow) -> None:
    columns = {name: getattr(row, name) for name in AssessmentRow.__slots__}
    tx.write(inserted(t.assessment, {"programme_id": tx.programme, **columns}))
    tx.stored.append(row.logged())


def assessments_of(tx: Tx, case_id: UUID) -> list[AssessmentRow]:
    """Every judgement, oldest first; none is ever overwritten."""
    query = (
        select(*(t.assessment.c[name] for name in AssessmentRow.__slots__))
        .where(t.assessment.c.programme_id == tx.programme, t.assessment.c.case_id == case_id)
        .order_by(t.assessment.c.version)
    )
    return [AssessmentRow(**row) for row in tx.connection.execute(query).mappings()]


def _case(row: Row[Any]) -> CaseRow:
    return CaseRow(**{name: getattr(row, name) for name in CaseRow.__slots__})
