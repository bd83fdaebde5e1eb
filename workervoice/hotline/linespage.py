"""The lines as supervisors and handlers see them: how much comes and goes out, what it costs, and
whether strangers are answered; and a supervisor's word that answers go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from workervoice.errors import Declined, Forbidden, NotFound
from workervoice.hotline.metering import sent_in_month, sent_today, state_of, tariff_of
from workervoice.hotline.pacing import NEW_HOUR, TEXTS_HOUR
from workervoice.hotline.process import Pen, Process
from workervoice.hotline.reading import Actor, pen_of
from workervoice.hotline.registry import lines
from workervoice.message import Role
from workervoice.store import counting, linestates
from workervoice.store.counting import What
from workervoice.store.elsewhere import Elsewhere, elsewhere
from workervoice.store.engine import Tx
from workervoice.store.lineruns import Tried, tried
from workervoice.store.programme import Line
from workervoice.workflow.looks import Looks, is_rehearsed
from workervoice.workflow.meter import Tariff
from workervoice.workflow.pace import HOUR, Quiet

REASON_MAX = 200  # characters


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line, in numbers. Hours and days are those of UTC."""

    id: UUID
    slug: str
    channel: str
    this_hour: int  # texts that came
    today: int
    new_today: int  # numbers that never wrote before
    answers_today: int  # texts that went out
    segments: int  # this month
    spent: str  # this month; empty without a price
    budget: str
    share: int  # hundredths of the budget
    quiet: Quiet | None
    tried: Tried  # on which days a real message went either way
    went_on: tuple[str, str, int]  # who let answers go on, why, and until when; or nobody
    country: str
    language: str
    tariff: Tariff | None
    looks: Looks
    seen_lately: bool  # somebody looked at it on a phone
    standby: str = ""  # the slug of the line that stands in for this one
    rehearsed: bool = False  # a real message went both ways there, not too long ago
    standby_for: str = ""


def line_rows(process: Process, actor: Actor) -> list[LineRow]:
    """Every line that a registrar vouched for."""
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        pen = pen_of(tx, process, actor, now)
        known, tries = lines(tx, process.vault, pen.directory), tried(tx)
        rows = [_row(tx, pen, line, now) for line in known]
    told = [replace(row, tried=tries.get(row.id, Tried())) for row in rows]
    standing_by = {row.standby_for: row for row in told if row.standby_for}
    return [_with_standby(row, standing_by.get(row.slug), now) for row in told]


def _with_standby(row: LineRow, standby: LineRow | None, now: datetime) -> LineRow:
    if standby is None:
        return row
    there = standby.tried
    rehearsed = is_rehearsed(there.heard_on, there.reached_on, now.date())
    return replace(row, standby=standby.slug, rehearsed=rehearsed)


def left_at_providers(process: Process, actor: Actor) -> Elsewhere:
    """What providers still have of the programme's messages."""
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        pen_of(tx, process, actor, now)
        return elsewhere(tx, now)


def let_answers_go_on(process: Process, actor: Actor, line_id: UUID, reason: str) -> None:
    """Answer strangers again, although there is a flood (for an hour) or the month is spent (until
    it ends). Raises `Forbidden` for anybody but a supervisor, `Declined` if nothing pauses."""
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden("a supervisor decides this")
    if not reason.strip():
        raise Declined("say why, in a few words")
    if len(reason) > REASON_MAX:
        raise Declined(f"a reason has at most {REASON_MAX} characters")
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        pen, at = pen_of(tx, process, actor, now), int(now.timestamp())
        if line_id not in {line.id for line in lines(tx, process.vault, pen.directory)}:
            raise NotFound("no such line")
        version, state = state_of(tx, process.vault, line_id, lock=True)
        if state.quiet(at) is None:
            raise Declined("strangers are answered on this line already: look again")
        after = state.let_go_on(at, actor.officer.name, reason.strip())
        linestates.put(tx, process.vault, line_id, version, after.to_dict())
        pen.log(tx, "line_resumed", line_id)


def _row(tx: Tx, pen: Pen, line: Line, now: datetime) -> LineRow:
    at, cost = int(now.timestamp()), tariff_of(line)
    today = range(at // HOUR - now.hour, at // HOUR + 1)
    groups = (
        [What(TEXTS_HOUR, line.id, at // HOUR)],
        [What(TEXTS_HOUR, line.id, hour) for hour in today],
        [What(NEW_HOUR, line.id, hour) for hour in today],
        [sent_today(line, now)],
        list(sent_in_month(line, now)),
    )
    hour, day, new, sent, month = counting.sums(tx, pen.vault, groups)
    state = state_of(tx, pen.vault, line.id)[1]
    on = (state.go_on_by, state.reason, state.go_on_until) if state.goes_on(at) else ("", "", 0)
    return LineRow(
        *(line.id, line.slug, line.channel, hour.amount, day.amount, new.amount, sent.amount),
        segments=month.amount,
        spent=cost.money(month.cost) if cost else "",
        budget=f"{line.budget} {cost.currency}" if cost and line.budget else "",
        share=cost.share(month.cost) if cost else 0,
        quiet=state.quiet(at),
        tried=Tried(),
        country=line.country,
        language=line.language,
        tariff=cost,
        looks=line.looks,
        seen_lately=line.looks.seen_lately(now.date()),
        standby_for=line.standby_for,
        went_on=on,
    )


def quiet_lines(process: Process, actor: Actor) -> Iterator[tuple[str, Quiet]]:
    """For the queue: the lines on which strangers are not answered now, by their slug."""
    now = process.clock()
    with process.database.begin(actor.scope()) as tx:
        pen = pen_of(tx, process, actor, now)
        for line in lines(tx, process.vault, pen.directory):
            quiet = state_of(tx, process.vault, line.id)[1].quiet(int(now.timestamp()))
            if quiet is not None:
                yield line.slug, quiet
