"""Counts: of texts and new numbers by minute and hour, of segments and money by day, and nothing of
what they were. Which line and time a row is for is a keyed hash: in clear is what kind it is, the
day, and the number.

A count that many transactions raise at once is spread over several rows (`stripe`), of which each
raises one, with all else that it writes and at its end: nobody waits long for anybody.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from workervoice.crypto.seal import ctx
from workervoice.store import tables as t
from workervoice.store.engine import Tx
from workervoice.store.vault import Vault
from workervoice.store.writing import Write

STRIPES = 8
_ADD = (
    "INSERT INTO counter (programme_id, mac, kind, day, amount, cost)"
    " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (programme_id, mac) DO UPDATE"
    " SET amount = counter.amount + excluded.amount, cost = counter.cost + excluded.cost"
    " RETURNING 1"
)
_SUM = (
    "SELECT g.place, coalesce(sum(c.amount), 0)::bigint, coalesce(sum(c.cost), 0)::bigint"
    " FROM unnest($2::bytea[], $3::integer[]) AS g (mac, place)"
    " LEFT JOIN counter AS c ON c.programme_id = $1 AND c.mac = g.mac"
    " GROUP BY g.place ORDER BY g.place"
)


@dataclass(frozen=True, slots=True)
class What:
    """What is counted: a kind, and a minute, hour or day of one line (or a name of a day)."""

    kind: str
    line_id: UUID
    place: int | str
    stripes: int = STRIPES


@dataclass(frozen=True, slots=True)
class Counted:
    """How many, and what they cost, in millionths."""

    amount: int = 0
    cost: int = 0


def add(tx: Tx, vault: Vault, what: What, day: date, amount: int = 1, cost: int = 0) -> None:
    """Count it, with what else is written."""
    mac = _mac(tx, vault, what, secrets.randbelow(what.stripes))
    values = (tx.programme, mac, what.kind, day, amount, cost)
    tx.write(Write(t.counter.name, _ADD, values))


def sums(tx: Tx, vault: Vault, groups: Sequence[Iterable[What]]) -> list[Counted]:
    """What was counted of each group, in one question."""
    macs, places = [], []
    for place, group in enumerate(groups):
        for what in group:
            for stripe in range(what.stripes):
                macs.append(_mac(tx, vault, what, stripe))
                places.append(place)
    found = {place: Counted(*row) for place, *row in tx.ask(_SUM, tx.programme, macs, places)}
    return [found.get(place, Counted()) for place in range(len(groups))]


def forget(tx: Tx, kinds: Iterable[str], before: date) -> None:
    """Drop what was counted before that day."""
    c = t.counter.c
    old = t.counter.delete().where(c.programme_id == tx.programme, c.day < before)
    tx.connection.execute(old.where(c.kind.in_(list(kinds))))


def _mac(tx: Tx, vault: Vault, what: What, stripe: int) -> bytes:
    return vault.mac(ctx("counted", tx.programme, what.line_id, what.kind, what.place, stripe))
