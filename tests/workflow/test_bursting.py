"""Which hours are a burst: by their number against what is usual, side by side together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workervoice.workflow.bursting import LEAST, bursts, too_many

COUNTS = st.dictionaries(st.integers(0, 30), st.integers(0, 100))


def test_hours_side_by_side_are_one_burst() -> None:
    untouched = {10: LEAST, 11: 90, 13: LEAST, 14: LEAST - 1}

    assert bursts(untouched, {}) == [range(10, 12), range(13, 14)]


def test_a_line_that_always_has_many_has_a_burst_only_beyond_three_times_that() -> None:
    usual = dict.fromkeys(range(20), 30)

    assert bursts({21: 89}, {**usual, 21: 89}) == []
    assert bursts({21: 90}, {**usual, 21: 90}) == [range(21, 22)]


@given(COUNTS, COUNTS)
def test_every_hour_that_is_too_much_is_in_one_burst_and_no_other_hour_is(
    untouched: dict[int, int], usual: dict[int, int]
) -> None:
    inside = [hour for hours in bursts(untouched, usual) for hour in hours]

    full = [hour for hour, count in untouched.items() if count >= too_many(usual, hour)]
    assert inside == sorted(full)
