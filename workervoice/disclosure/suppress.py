"""Small cells: what of a count may be shown. Pure.

A count under `SMALLEST` is not told, zero included: nobody learns whether there was anything at
all. Nothing is told from which it could be taken away: no sums over cells, and how many cases there
were only as a multiple of `SMALLEST`, rounded down.
"""

from __future__ import annotations

from typing import Final

SMALLEST: Final = 11  # CTDC's k for published data on victims of trafficking


def cell(count: int) -> int | None:
    """The count, or None if it is small."""
    return count if count >= SMALLEST else None


def at_least(count: int) -> int:
    """The count rounded down, so that no small cell can be worked out from it."""
    return count // SMALLEST * SMALLEST


def has_changed_enough(told: int, count: int) -> bool:
    """Whether at least `SMALLEST` cases lie between what was told rounded down and the count now:
    two publications tell of no single case by their difference."""
    return count >= told + 2 * SMALLEST - 1 or count <= told - SMALLEST
