"""Sessions in the store: who came in and when, and their keys in a box that the cookie opens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select

from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.people import COLUMNS, Officer, officer_from


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as it is stored: see `crypto.sessions`."""

    id: bytes = field(repr=False)
    stage: str
    box: bytes = field(repr=False)
    proof: bytes = field(repr=False)
    started_at: datetime
    challenge: bytes | None = field(default=None, repr=False)


def add_session(tx: Tx, officer: Officer, row: SessionRow) -> None:
    tx.connection.execute(
        t.session.insert().values(
            programme_id=officer.programme_id,
            officer_id=officer.id,
            seen_at=row.started_at,
            **{name: getattr(row, name) for name in SessionRow.__slots__},
        )
    )


def find_session(
    tx: Tx, session_id: bytes, *, started_after: datetime, seen_after: datetime
) -> tuple[Officer, SessionRow]:
    """Whose live session this is; `NotFound` if ended, idle or unknown."""
    columns = [t.session.c[name].label(f"session_{name}") for name in SessionRow.__slots__]
    query = select(*COLUMNS, *columns).join(t.session, t.session.c.officer_id == t.officer.c.id)
    row = tx.connection.execute(
        query.where(
            t.session.c.id == session_id,
            t.session.c.started_at > started_after,
            t.session.c.seen_at > seen_after,
        )
    ).one_or_none()
    officer = officer_from(row)
    return officer, SessionRow(*(getattr(row, column.name) for column in columns))


def set_proof(tx: Tx, session_id: bytes, proof: bytes) -> None:
    """Keep that whoever holds this session has just proved who they are."""
    tx.connection.execute(
        t.session.update().where(t.session.c.id == session_id).values(proof=proof)
    )


def set_challenge(tx: Tx, session_id: bytes, challenge: bytes) -> None:
    """What a passkey is asked to sign next, in place of what it was asked before."""
    tx.connection.execute(
        t.session.update().where(t.session.c.id == session_id).values(challenge=challenge)
    )


def take_challenge(tx: Tx, session_id: bytes) -> bytes | None:
    """What was asked, this once."""
    c = t.session.c
    asked = tx.connection.execute(
        select(c.challenge).where(c.id == session_id).with_for_update()
    ).scalar_one_or_none()
    tx.connection.execute(t.session.update().where(c.id == session_id).values(challenge=None))
    return None if asked is None else bytes(asked)


def touch_session(tx: Tx, session_id: bytes, now: datetime) -> None:
    tx.connection.execute(
        t.session.update().where(t.session.c.id == session_id).values(seen_at=now)
    )


def drop_sessions(tx: Tx, *, started_before: datetime) -> None:
    """Rows of sessions that ended by themselves."""
    tx.connection.execute(t.session.delete().where(t.session.c.started_at < started_before))


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """When a session began and was seen last."""

    id: bytes = field(repr=False)
    started_at: datetime
    seen_at: datetime


def sessions_of(tx: Tx, officer: Officer, *, started_after: datetime) -> list[SessionTimes]:
    """The sessions of one person, the newest first."""
    c = t.session.c
    query = (
        select(c.id, c.started_at, c.seen_at)
        .where(*_own_sessions(officer), c.started_at > started_after)
        .order_by(c.started_at.desc())
    )
    return [SessionTimes(*row) for row in tx.connection.execute(query)]


def end_session_of(tx: Tx, officer: Officer, session_id: bytes) -> bool:
    """False if this person has no such session."""
    mine = t.session.delete().where(*_own_sessions(officer), t.session.c.id == session_id)
    return tx.connection.execute(mine).rowcount == 1


def end_sessions(tx: Tx, officer: Officer, *, but: bytes = b"") -> None:
    """All of a person's sessions, but one."""
    others = t.session.delete().where(*_own_sessions(officer), t.session.c.id != but)
    tx.connection.execute(others)


def _own_sessions(officer: Officer) -> tuple[ColumnElement[bool], ...]:
    c = t.session.c
    return c.programme_id == officer.programme_id, c.officer_id == officer.id


def end_session(tx: Tx, session_id: bytes) -> None:
    tx.connection.execute(t.session.delete().where(t.session.c.id == session_id))
