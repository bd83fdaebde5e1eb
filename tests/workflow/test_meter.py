"""Money: whole millionths, no rounding, and alarms once each."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from workervoice.workflow.meter import (
    ALARMS,
    alarm,
    days_of_month,
    end_of_month,
    month_of,
    parts,
    tariff,
)


@given(st.decimals("0.000001", 999, places=6), st.lists(st.integers(1, 400), max_size=60))
def test_a_sum_of_texts_costs_what_all_segments_cost_to_the_last_digit(
    price: Decimal, texts: list[int]
) -> None:
    cost = tariff(f"{price:f} EUR", "")
    assert cost is not None

    spent = sum(cost.cost(each) for each in texts)

    assert Decimal(spent) / 1_000_000 == price * sum(texts)


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    cost = tariff("0.1 EUR", "0.30")
    assert cost is not None
    assert cost.money(cost.cost(1) + cost.cost(2)) == "0.30 EUR"
    assert cost.share(cost.cost(3)) == 100
    assert cost.share(cost.cost(3) - 1) == 99


def test_a_line_without_a_price_costs_nothing_and_without_a_budget_has_no_share() -> None:
    assert tariff("", "") is None
    cost = tariff("0.05 USD", "")
    assert cost is not None
    assert cost.share(10**12) == 0


def test_each_alarm_is_due_once_and_a_jump_tells_the_highest() -> None:
    told = 0
    due: list[int] = []
    for share in range(131):
        if (step := alarm(share, told)) is not None:
            told, due = step, [*due, step]

    assert tuple(due) == ALARMS
    assert alarm(130, 0) == 100
    assert alarm(79, 50) is None


def test_an_sms_is_paid_by_segment_and_a_whatsapp_text_as_one() -> None:
    assert parts("a" * 161, "sms") == 2
    assert parts("a" * 161, "whatsapp") == 1


def test_a_month_is_that_of_utc() -> None:
    last = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)

    assert month_of(last) == "2026-12"
    assert len(days_of_month(last)) == 31
    assert end_of_month(last) == datetime(2027, 1, 1, tzinfo=UTC)
