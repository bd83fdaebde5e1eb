"""Which hours of a line are a burst: far more untouched cases than are usual, one beside the other.

By when they came and by nothing that they say: words are for whoever opens a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from statistics import median

LEAST = 20  # untouched cases in an hour; fewer stand in the list one by one
TIMES = 3  # so often the usual


def too_many(usual: Mapping[int, int], hour: int) -> int:
    """From how many untouched cases on an hour is a burst, by the cases of all other hours."""
    others = [count for each, count in usual.items() if each != hour]
    return max(LEAST, ceil(TIMES * median(others))) if others else LEAST


def bursts(untouched: Mapping[int, int], usual: Mapping[int, int]) -> list[range]:
    """The hours that are one, those side by side together, the oldest first."""
    full = sorted(hour for hour, count in untouched.items() if count >= too_many(usual, hour))
    found: list[range] = []
    for hour in full:
        if found and found[-1].stop == hour:
            found[-1] = range(found[-1].start, hour + 1)
        else:
            found.append(range(hour, hour + 1))
    return found
