"""Invitations: who may make an account, by a token of which only the hash is stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from workervoice.crypto.seal import ctx
from workervoice.errors import NotFound
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.people import Officer


@dataclass(frozen=True, slots=True)
class Invitation:
    """An account that may be made until `expires_at`, or that waits with its public `keys` for a
    registrar to confirm it. `id` will be the officer's."""

    programme_id: UUID
    id: UUID
    organisation_id: UUID
    login: str
    name: str
    role: str
    token_hash: bytes = field(repr=False)
    expires_at: datetime
    signer_id: UUID
    signature: bytes = field(repr=False)
    keys: bytes | None = field(default=None, repr=False)

    def statement(self) -> bytes:
        """What the registrar signs: all but the keys, which the invited person brings."""
        said = (self.login, self.name, self.role, self.token_hash)
        until = int(self.expires_at.timestamp())
        place = (self.programme_id, self.id, self.organisation_id)
        return ctx("sign-invitation", *place, *said, until)


_COLUMNS = [t.invitation.c[name] for name in Invitation.__slots__]


def add_invitation(tx: Tx, invitation: Invitation) -> None:
    columns = {name: getattr(invitation, name) for name in Invitation.__slots__}
    tx.connection.execute(t.invitation.insert().values(**columns))


def invitation_by_token(tx: Tx, token_hash: bytes, *, lock: bool = False) -> Invitation:
    """`NotFound` for an unknown one."""
    return _one(tx, t.invitation.c.token_hash == token_hash, lock=lock)


def invitation_of(tx: Tx, login: str) -> Invitation:
    """`NotFound` without one."""
    return _one(tx, t.invitation.c.login == login)


def invitations(tx: Tx) -> list[Invitation]:
    query = select(*_COLUMNS).where(t.invitation.c.programme_id == tx.programme)
    rows = tx.connection.execute(query.order_by(t.invitation.c.login)).mappings()
    return [Invitation(**row) for row in rows]


def claim(tx: Tx, invitation: Invitation, keys: bytes) -> None:
    """Note the public keys of whoever took the invitation up."""
    c = t.invitation.c
    tx.connection.execute(
        t.invitation.update()
        .where(c.programme_id == invitation.programme_id, c.id == invitation.id)
        .values(keys=keys)
    )


def drop_invitation(tx: Tx, invitation_id: UUID) -> None:
    c = t.invitation.c
    tx.connection.execute(
        t.invitation.delete().where(c.programme_id == tx.programme, c.id == invitation_id)
    )


def login_elsewhere(tx: Tx, login: str, visible: Collection[UUID]) -> bool:
    """Whether somebody whom a registrar does not see has this login, or is invited by it; asked
    before anybody's rights narrow the view. Logins are nobody's twice."""
    ids = {
        row_id
        for table in (t.officer, t.invitation)
        for row_id in tx.connection.execute(
            select(table.c.id).where(table.c.login == login)
        ).scalars()
    }
    return bool(ids - set(visible))


def waits(tx: Tx, officer: Officer) -> bool:
    """Whether this person made their account and nobody has confirmed it yet."""
    c = t.invitation.c
    mine = (c.programme_id == officer.programme_id, c.id == officer.id, c["keys"].is_not(None))
    return tx.connection.execute(select(c.id).where(*mine)).one_or_none() is not None


def _one(tx: Tx, which: ColumnElement[bool], *, lock: bool = False) -> Invitation:
    query = select(*_COLUMNS).where(which)
    query = query.with_for_update() if lock else query
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("no such invitation")
    return Invitation(**row)
