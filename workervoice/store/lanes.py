"""Lanes of wrong tries: keyed hashes, counts and times, for all consoles and their successors.

No login and no address stands here, and nobody knows yet which programme a try is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from workervoice.store import tables as t
from workervoice.store.engine import Tx

_NO_PROGRAMME = UUID(int=0)


def hold_lanes(tx: Tx, keys: Iterable[bytes], now: int) -> Mapping[bytes, tuple[int, int]]:
    """How many tries were counted in each of these lanes, and when last (unix seconds); held until
    the end of the transaction."""
    c, wanted, at = t.lane.c, sorted(set(keys)), _moment(now)
    new = [{"programme_id": _NO_PROGRAMME, "mac": k, "tries": 0, "tried_at": at} for k in wanted]
    tx.connection.execute(insert(t.lane).values(new).on_conflict_do_nothing())
    held = select(c.mac, c.tries, c.tried_at).where(c.mac.in_(wanted)).order_by(c.mac)
    rows = tx.connection.execute(held.with_for_update())
    return {bytes(row.mac): (row.tries, int(row.tried_at.timestamp())) for row in rows}


def put_lane(tx: Tx, key: bytes, tries: int, now: int) -> None:
    """Change a lane that is held."""
    row = t.lane.update().where(t.lane.c.mac == key)
    tx.connection.execute(row.values(tries=tries, tried_at=_moment(now)))


def forget_lanes(tx: Tx, before: int, most: int) -> None:
    """Drop what was last touched earlier than that, and the longest untouched over `most`."""
    c = t.lane.c
    newest = select(c.mac).order_by(c.tried_at.desc(), c.mac).limit(most)
    old = select(c.mac).where(or_(c.tried_at < _moment(before), c.mac.not_in(newest)))
    free = old.with_for_update(skip_locked=True)  # what somebody holds is not forgotten
    tx.connection.execute(t.lane.delete().where(c.mac.in_(free)))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
