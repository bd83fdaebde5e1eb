"""Sensitive issues, their disclosures to buyers, and the corrective actions of their plan.

An issue's link to its case, and a disclosure's link to its issue, are sealed under the service
key; no id in clear is shared by two disclosures.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, select

from workervoice.crypto.seal import ctx, digest
from workervoice.errors import NotFound
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.rows import Row
from workervoice.store.states import change_row, move_state, write_again


@dataclass(frozen=True, slots=True)
class IssueRow:
    """A sensitive issue; `packet` is sealed to the plan key, `link` under the service key."""

    id: UUID
    team_id: UUID
    epoch: int
    state: str
    version: int
    link: bytes
    packet: bytes
    signer_id: UUID
    signature: bytes

    def logged(self) -> Row:
        """What the log knows of it."""
        return Row.of("issue", self.id, self.version, self.packet)


@dataclass(frozen=True, slots=True)
class DisclosureRow:
    """One issue sealed to one organisation; `packet` carries the plan's key for it."""

    id: UUID
    organisation_id: UUID
    epoch: int
    state: str
    version: int
    link: bytes
    packet: bytes
    signer_id: UUID
    signature: bytes

    def logged(self) -> Row:
        """What the log knows of it."""
        return Row.of("disclosure", self.id, self.version, self.packet)


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One corrective action; `words`, with who signed them, are sealed to the plan key."""

    id: UUID
    issue_id: UUID
    epoch: int
    state: str
    version: int
    words: bytes

    def logged(self) -> Row:
        """What the log knows of it."""
        return Row.of("action", self.id, self.version, self.words)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of an action's history: evidence, a verification, a dispute. Sealed likewise."""

    id: UUID
    action_id: UUID
    epoch: int
    ordinal: int
    words: bytes

    def logged(self) -> Row:
        """What the log knows of it: its place in the action's history, and the sealed words."""
        return Row.of("entry", self.action_id, self.ordinal, self.words)


def packet_place(programme: UUID, row: IssueRow) -> bytes:
    """What the drafter's signature over an issue's packet covers."""
    return ctx("sign-packet", programme, row.id, row.epoch, row.version, digest(row.packet))


def disclosure_place(programme: UUID, row: DisclosureRow) -> bytes:
    """What the releasing officer signs."""
    place = (programme, row.id, row.organisation_id, row.epoch)
    return ctx("sign-disclosure", *place, digest(row.packet))


def action_place(programme: UUID, row: ActionRow, plain: bytes) -> bytes:
    """What the author of an action signs: its place and its words, as they were before sealing.

    Author and signature lie sealed beside the words: in clear they would tell which buyer works on
    which issue.
    """
    place = (programme, row.issue_id, row.id, row.epoch, row.version)
    return ctx("sign-action", *place, digest(plain))


def entry_place(programme: UUID, row: EntryRow, plain: bytes) -> bytes:
    """What the author of an entry signs, in the same way."""
    place = (programme, row.action_id, row.id, row.epoch, row.ordinal)
    return ctx("sign-entry", *place, digest(plain))


def add_issue(tx: Tx, row: IssueRow) -> None:
    _add(tx, t.issue, row)


def add_disclosure(tx: Tx, row: DisclosureRow) -> None:
    _add(tx, t.disclosure, row)


def add_action(tx: Tx, row: ActionRow) -> None:
    _add(tx, t.action, row)


def add_entry(tx: Tx, row: EntryRow) -> None:
    _add(tx, t.action_entry, row)


def issue_by_id(tx: Tx, issue_id: UUID) -> IssueRow:
    """The issue, locked; `NotFound` for a foreign id."""
    return IssueRow(**_one(tx, t.issue, IssueRow, issue_id))


def issues(tx: Tx) -> list[IssueRow]:
    return [IssueRow(**row) for row in _all(tx, t.issue, IssueRow)]


def disclosure_by_id(tx: Tx, disclosure_id: UUID, *, lock: bool = True) -> DisclosureRow:
    """The disclosure; `NotFound` for a foreign id, which row-level security makes so.

    Whoever locks its issue too locks that one first.
    """
    return DisclosureRow(**_one(tx, t.disclosure, DisclosureRow, disclosure_id, lock=lock))


def disclosures(tx: Tx) -> list[DisclosureRow]:
    return [DisclosureRow(**row) for row in _all(tx, t.disclosure, DisclosureRow)]


def disclosures_by_link(tx: Tx) -> list[tuple[UUID, bytes]]:
    """Id and sealed link of every disclosure: whose each is, nobody who looks by it needs."""
    c = t.disclosure.c
    rows = tx.connection.execute(select(c.id, c.link).where(c.programme_id == tx.programme))
    return [(r.id, bytes(r.link)) for r in rows]


def disclosure_links(tx: Tx) -> list[tuple[UUID, UUID, str, bytes]]:
    """Id, organisation, state and sealed link of every disclosure: all that a monitor may see."""
    c = t.disclosure.c
    query = select(c.id, c.organisation_id, c.state, c.link)
    rows = tx.connection.execute(query.where(c.programme_id == tx.programme))
    return [(r.id, r.organisation_id, r.state, bytes(r.link)) for r in rows]


def issue_links(tx: Tx) -> list[tuple[UUID, str, bytes]]:
    """Id, state and sealed link of every issue."""
    c = t.issue.c
    rows = tx.connection.execute(
        select(c.id, c.state, c.link).where(c.programme_id == tx.programme)
    )
    return [(r.id, r.state, bytes(r.link)) for r in rows]


def shuffle_disclosures(tx: Tx) -> None:
    """Write every disclosure anew, in no order, so that rows that lie together or were written
    together say nothing of those that belong together. One that somebody works on stays."""
    c = t.disclosure.c
    free = select(c.id).where(c.programme_id == tx.programme).with_for_update(skip_locked=True)
    found = list(tx.connection.execute(free).scalars())
    write_again(tx, t.disclosure, sorted(found, key=lambda _: secrets.token_bytes(8)))


def issue_state(tx: Tx, issue_id: UUID) -> str:
    """An issue's state, locked: all that a buyer's role may select of it."""
    return _state(tx, t.issue, issue_id)


def disclosure_state(tx: Tx, disclosure_id: UUID) -> str:
    """A disclosure's state, locked; whoever locks its issue too locks that one first."""
    return _state(tx, t.disclosure, disclosure_id)


def action_states(tx: Tx, issue_id: UUID) -> list[tuple[UUID, str]]:
    """Id and state of every action of an issue, locked; its issue is locked before."""
    c = t.action.c
    query = select(c.id, c.state).where(c.programme_id == tx.programme, c.issue_id == issue_id)
    rows = tx.connection.execute(query.order_by(c.id).with_for_update())
    return [(row.id, str(row.state)) for row in rows]


def action_state(tx: Tx, action_id: str) -> str:
    """An action's state, or "" if there is no such action (any more)."""
    c = t.action.c
    try:
        query = select(c.state).where(c.programme_id == tx.programme, c.id == UUID(action_id))
    except ValueError:
        return ""
    return str(tx.connection.execute(query).scalar_one_or_none() or "")


def action_by_id(tx: Tx, action_id: UUID) -> ActionRow:
    """The action, locked."""
    return ActionRow(**_one(tx, t.action, ActionRow, action_id))


def actions_of(tx: Tx, issue_id: UUID) -> list[ActionRow]:
    query = select(*(t.action.c[name] for name in ActionRow.__slots__)).where(
        t.action.c.programme_id == tx.programme, t.action.c.issue_id == issue_id
    )
    return [ActionRow(**row) for row in tx.connection.execute(query).mappings()]


def entries_of(tx: Tx, action_id: UUID) -> list[EntryRow]:
    """An action's history in order."""
    c = t.action_entry.c
    query = (
        select(*(c[name] for name in EntryRow.__slots__))
        .where(c.programme_id == tx.programme, c.action_id == action_id)
        .order_by(c.ordinal)
    )
    return [EntryRow(**row) for row in tx.connection.execute(query).mappings()]


def next_entry(tx: Tx, action_id: UUID) -> int:
    c = t.action_entry.c
    query = select(func.coalesce(func.max(c.ordinal), 0)).where(
        c.programme_id == tx.programme, c.action_id == action_id
    )
    return int(tx.connection.execute(query).scalar_one()) + 1


def save(
    tx: Tx, table: Table, row_id: UUID, *, source: str, dest: str, also: Mapping[str, Any]
) -> None:
    """Store new columns of an issue, disclosure or action, moving its state if that changed.

    A new packet comes with its version; one that is destroyed does not.
    """
    if "version" in also:
        tx.stored.append(Row.of(table.name, row_id, also["version"], also["packet"]))
    if source != dest:
        move_state(tx, table, row_id, source=source, dest=dest, also=also)
        return
    change_row(tx, table, row_id, also)


def _add(tx: Tx, table: Table, row: Any) -> None:
    columns = {name: getattr(row, name) for name in type(row).__slots__}
    tx.connection.execute(table.insert().values(programme_id=tx.programme, **columns))
    tx.stored.append(row.logged())


def _state(tx: Tx, table: Table, row_id: UUID) -> str:
    query = select(table.c.state).where(table.c.programme_id == tx.programme, table.c.id == row_id)
    state = tx.connection.execute(query.with_for_update()).scalar_one_or_none()
    if state is None:
        raise NotFound(f"no such {table.name}")
    return str(state)


def _one(tx: Tx, table: Table, shape: Any, row_id: UUID, *, lock: bool = True) -> dict[str, Any]:
    query = select(*(table.c[name] for name in shape.__slots__)).where(
        table.c.programme_id == tx.programme, table.c.id == row_id
    )
    row = tx.connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"no such {table.name}")
    return dict(row)


def _all(tx: Tx, table: Table, shape: Any) -> list[dict[str, Any]]:
    query = select(*(table.c[name] for name in shape.__slots__))
    rows = tx.connection.execute(query.where(table.c.programme_id == tx.programme))
    return [dict(row) for row in rows.mappings()]
