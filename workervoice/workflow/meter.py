"""What a line's texts cost: a price for each segment, a month's budget, and when somebody is told.

Money is `Decimal`, and counted in whole millionths of its currency, so that no sum is ever rounded.
Months and days are those of UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from workervoice.workflow.segments import segments

ALARMS = (50, 80, 100)  # hundredths of the budget
_MILLION = 1_000_000
_PRICE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) ([A-Z]{3})")
_BUDGET = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Tariff:
    """What one segment of a line costs, and what its month may."""

    price: Decimal
    currency: str
    budget: Decimal | None = None

    def cost(self, count: int) -> int:
        """Of so many segments, in millionths."""
        return int(self.price * _MILLION) * count

    def share(self, spent: int) -> int:
        """How many whole hundredths of the budget are spent; 0 without one."""
        if self.budget is None:
            return 0
        return spent * 100 // int(self.budget * _MILLION)

    def money(self, millionths: int) -> str:
        """As people read it: to the cent, half a cent being none."""
        return f"{Decimal(millionths) / _MILLION:.2f} {self.currency}"


def tariff(price: str, budget: str) -> Tariff | None:
    """What a line says of money; None if nothing. Raises `ValueError` in one sentence."""
    if not price and not budget:
        return None
    found = _PRICE.fullmatch(price)
    if found is None or not Decimal(found[1]):
        raise ValueError(f"{price or 'nothing'} is no price: write one of a segment, as 0.0475 EUR")
    if budget and (not _BUDGET.fullmatch(budget) or not Decimal(budget)):
        raise ValueError(f"{budget} is no budget: write what a month may cost, as 200 or 49.50")
    return Tariff(Decimal(found[1]), found[2], Decimal(budget) if budget else None)


def parts(text: str, channel: str) -> int:
    """What is paid for: segments of an SMS; elsewhere a text is one, however long."""
    return segments(text) if channel == "sms" else 1


def alarm(share: int, told: int) -> int | None:
    """The alarm that is due, if one of a higher step was not told yet."""
    due = max((each for each in ALARMS if share >= each), default=0)
    return due if due > told else None


def month_of(now: datetime) -> str:
    """As "2026-11"."""
    return now.astimezone(UTC).strftime("%Y-%m")


def days_of_month(now: datetime) -> list[date]:
    """The days of this month until today."""
    today = now.astimezone(UTC).date()
    return [today.replace(day=day) for day in range(1, today.day + 1)]


def end_of_month(now: datetime) -> datetime:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    year, month = (first.year + 1, 1) if first.month == 12 else (first.year, first.month + 1)
    return first.replace(year=year, month=month)
