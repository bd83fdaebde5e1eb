"""Small cells: what of a count is told."""

from __future__ import annotations

import pytest

from workervoice.disclosure.suppress import SMALLEST, at_least, cell, has_changed_enough


@pytest.mark.parametrize(
    ("count", "told"), [(0, None), (1, None), (10, None), (11, 11), (300, 300)]
)
def test_a_small_count_is_not_told_and_zero_is_one(count: int, told: int | None) -> None:
    assert cell(count) == told


@pytest.mark.parametrize("count", range(60))
def test_two_publications_lie_at_least_a_smallest_cell_apart(count: int) -> None:
    told = at_least(count)

    later = [each for each in range(120) if has_changed_enough(told, each)]

    assert min(abs(each - count) for each in later) >= SMALLEST
