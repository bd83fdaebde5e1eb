"""Where a text goes in the delivery table after a sending or instead of one, and when it is tried
again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from workervoice.hotline.dispatch import Verdict
from workervoice.message import Rejected, Role
from workervoice.workflow import delivery

BACKOFF_SECONDS = (5, 15, 60, 300, 900)  # after each refusal that may pass; then every 15 minutes

ASIDE: Mapping[Verdict, tuple[str, ...]] = {
    Verdict.SILENCED: ("put_back", "withhold"),
    Verdict.TOO_LATE: ("put_back", "expire"),
    Verdict.WAITS: ("hold_again",),
    Verdict.BROKEN: ("fail",),
    Verdict.UNOPENED: ("put_back",),
}
SHUT = (Verdict.BROKEN, Verdict.UNOPENED)


def refused(source: str, outcome: Rejected) -> tuple[str, ...]:
    dest = "fail" if outcome.permanent else "put_back"
    return ("find_unsent",) if source == "unknown" else (dest,)


def walk(state: str, moves: tuple[str, ...]) -> str:
    """Through the delivery table, move by move."""
    holds = {"surely_not_sent": True, "validity_over": True}
    for move in moves:
        state = delivery.MACHINE.advance(state, move, role=Role.SYSTEM, holds=holds)
    return state


def backoff(attempts: int) -> timedelta:
    return timedelta(seconds=BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1])
