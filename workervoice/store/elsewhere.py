"""What is elsewhere, as numbers out of the clear columns: left at providers, not taken yet by the
gateway, and lists that nobody could read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from workervoice.store.engine import Tx
from workervoice.store.leftovers import Left, left
from workervoice.store.tables import brought, line_run

STALE = timedelta(days=2)  # our own texts stay there for a day, until the last word on them
LATE = timedelta(hours=2)  # for what was brought and is not taken; rows know whole hours


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Of one programme. `by_code`: messages left at providers, by why the last try failed ("" while
    nothing did); `oldest`: the hour in which the oldest was taken; `refused`: brought to the
    gateway, and not taken as things are; `unlisted`: lines whose provider's list was read once, and
    not for long."""

    count: int
    oldest: datetime | None
    by_code: Mapping[str, int]
    waiting_late: int
    refused: int
    unlisted: int

    def stale(self, now: datetime) -> bool:
        return self.oldest is not None and now - self.oldest > STALE


def elsewhere(tx: Tx, now: datetime) -> Elsewhere:
    """For the owner, the courier and staff."""
    b, r = brought.c, line_run.c
    late = b.code.is_(None) & (b.since < now - LATE)
    waiting, refused = tx.connection.execute(
        select(func.count().filter(late), func.count().filter(b.code.is_not(None))).where(
            b.programme_id == tx.programme
        )
    ).one()
    unlisted = tx.connection.execute(
        select(func.count()).where(r.programme_id == tx.programme, r.listed_until < now - LATE)
    ).scalar_one()
    there: Left = left(tx)
    codes = (there.count, there.oldest, there.by_code)
    return Elsewhere(*codes, int(waiting), int(refused), int(unlisted))


def together(found: Iterable[Elsewhere]) -> Elsewhere:
    """Of several programmes."""
    every = list(found)
    codes: dict[str, int] = {}
    for each in every:
        for code, count in each.by_code.items():
            codes[code] = codes.get(code, 0) + count
    return Elsewhere(
        sum(each.count for each in every),
        min((each.oldest for each in every if each.oldest), default=None),
        codes,
        sum(each.waiting_late for each in every),
        sum(each.refused for each in every),
        sum(each.unlisted for each in every),
    )
