"""The spend meter: segments and money of each line and day, alarms, and what a spent budget stops.

Counted once for each text: when a provider took it and the courier notes that for the worker.
Beyond the budget strangers get no automatic answer until the month ends; everything else goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from workervoice.hotline.process import Process
from workervoice.hotline.registry import lines
from workervoice.journal import Journal
from workervoice.store import counting, linestates
from workervoice.store.counting import Counted, What
from workervoice.store.engine import Scope, Tx
from workervoice.store.log import Event, record_event
from workervoice.store.programme import Line
from workervoice.store.vault import Vault
from workervoice.workflow.meter import (
    Tariff,
    alarm,
    days_of_month,
    end_of_month,
    month_of,
    parts,
    tariff,
)
from workervoice.workflow.pace import NOT_QUIET, Quiet, Why
from workervoice.workflow.quieting import LineState

SENT_DAY, SEGMENTS_DAY = "sent_day", "segments_day"
BY_HOUR = ("new_minute", "new_hour", "texts_hour")
LOOK_SECONDS = 60
HOURS_KEPT, DAYS_KEPT = timedelta(days=2), timedelta(days=62)
_JOURNAL = Journal(__name__)


def tariff_of(line: Line) -> Tariff | None:
    """What a line costs; a registrar has signed it, and it was looked at before."""
    return tariff(line.price, line.budget)


def count_sent(tx: Tx, vault: Vault, line: Line, text: str, day: date) -> None:
    """One text more that a provider took."""
    cost, many = tariff_of(line), parts(text, line.channel)
    counting.add(tx, vault, _sent(line, day), day)
    paid = cost.cost(many) if cost else 0
    counting.add(tx, vault, _segments(line, day, cost), day, amount=many, cost=paid)


def spent_in_month(tx: Tx, vault: Vault, line: Line, now: datetime) -> Counted:
    """Segments and money of a line since the month began, in the currency that it has now."""
    return counting.sums(tx, vault, [sent_in_month(line, now)])[0]


def sent_in_month(line: Line, now: datetime) -> list[What]:
    """Where its segments of this month are counted."""
    return [_segments(line, day, tariff_of(line)) for day in days_of_month(now)]


def sent_today(line: Line, now: datetime) -> What:
    """Where its texts of today are counted."""
    return _sent(line, now.date())


def state_of(tx: Tx, vault: Vault, line_id: UUID, *, lock: bool = False) -> tuple[int, LineState]:
    """What holds for a line, and the version of its row."""
    version, said = linestates.stored(tx, vault, line_id, lock=lock)
    return version, LineState() if said is None else LineState.from_dict(said)


def _sent(line: Line, day: date) -> What:
    return What(SENT_DAY, line.id, day.isoformat(), stripes=1)


def _segments(line: Line, day: date, cost: Tariff | None) -> What:
    currency = cost.currency if cost else ""
    return What(SEGMENTS_DAY, line.id, f"{day.isoformat()} {currency}", stripes=1)


@dataclass(frozen=True, slots=True)
class LineNow:
    """A line as whoever watches may know it: hundredths of its budget, and why strangers wait."""

    share: int
    quiet: str


@dataclass(slots=True)
class Metering:
    """The courier's look at all lines, once a minute."""

    looked: dict[UUID, datetime] = field(default_factory=dict, repr=False)
    lines: dict[UUID, LineNow] = field(default_factory=dict, repr=False)

    def go_on(self, process: Process, programme: UUID, now: datetime) -> None:
        """Look, if it is time; alarms are told once a month each."""
        last = self.looked.get(programme)
        if last is not None and abs((now - last).total_seconds()) < LOOK_SECONDS:
            return
        with process.database.begin(Scope(programme)) as tx:
            known = lines(tx, process.vault, process.directory(tx, now))
            if last is None or last.date() != now.date():
                counting.forget(tx, BY_HOUR, (now - HOURS_KEPT).date())
                counting.forget(tx, (SENT_DAY, SEGMENTS_DAY), (now - DAYS_KEPT).date())
            self.lines |= dict(_looked_at(tx, process, known, now))
        self.looked[programme] = now


def _looked_at(
    tx: Tx, process: Process, known: list[Line], now: datetime
) -> Iterator[tuple[UUID, LineNow]]:
    at = int(now.timestamp())
    for line in known:
        cost = tariff_of(line)
        share = cost.share(spent_in_month(tx, process.vault, line, now).cost) if cost else 0
        quiet = _told(tx, process, line, share, now).quiet(at)
        yield line.id, LineNow(share, quiet.why if quiet else "")


def _told(tx: Tx, process: Process, line: Line, share: int, now: datetime) -> LineState:
    """What holds for the line now, stored if it has changed; whoever comes second waits and finds
    that it was told."""
    was = state_of(tx, process.vault, line.id)[1]
    if _after(was, share, now) == was:
        return was
    version, state = state_of(tx, process.vault, line.id, lock=True)
    after = _after(state, share, now)
    if after == state or not linestates.put(tx, process.vault, line.id, version, after.to_dict()):
        return state
    if after.alarmed[1] > (state.alarmed[1] if state.alarmed[0] == after.alarmed[0] else 0):
        event = Event("budget_alarm", process.id, line.id, str(after.alarmed[1]))
        record_event(tx, process.vault, event, now)
        _JOURNAL.note("budget_alarm", id=line.id, count=after.alarmed[1])
    return after


def _after(state: LineState, share: int, now: datetime) -> LineState:
    """With this share of the budget spent. A budget that was raised since lets answers go on."""
    month, at = month_of(now), int(now.timestamp())
    told = state.alarmed[1] if state.alarmed[0] == month else 0
    due = alarm(share, told)
    if due is not None:
        state = replace(state, alarmed=(month, due))
        if due >= 100:
            until = int(end_of_month(now).timestamp())
            state = replace(state, spent=Quiet(at, until, Why.BUDGET))
    elif state.spent.holds(at) and share < 100:
        state = replace(state, spent=NOT_QUIET, alarmed=(month, alarm(share, 0) or 0))
    return state
