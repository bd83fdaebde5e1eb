"""A turn whose answer is not given: what the text meant still counts, and what was not asked is not
waited for.

So nobody answers a question that never reached them, and the next text is answered with what is due
then: whoever was never answered gets the first answer.
"""

from __future__ import annotations

from dataclasses import replace

from workervoice.workflow.conversation import TALKING
from workervoice.workflow.progress import Progress
from workervoice.workflow.turn import Effect, Turn

_GREETING = "greeting"


def unsaid(before: Progress, turn: Turn, why: str) -> Turn:
    """The turn without its answer. A DELETE whose digit is not told becomes a text that a person
    reads: it holds nothing back."""
    after = turn.progress
    told = replace(
        after,
        asked=before.asked,
        question=before.question,
        asked_at=before.asked_at,
        first_said_on=before.first_said_on,
        thanked_on=before.thanked_on,
        offered=before.offered,
        notice_last=before.notice_last,
        awaiting=None if _asks(before, after) else after.awaiting,
        delete_digit=None if after.awaiting == "delete" else after.delete_digit,
        setting=None,
    )
    if before.state == _GREETING and after.state in TALKING:
        told = replace(told, state=_GREETING, awaiting=None)
    if after.awaiting != "delete":
        return replace(turn, progress=told, says=(), quiet=why)
    left = (turn.effects - {Effect.WITHHOLD}) | {Effect.ASK_HUMAN}
    return replace(turn, progress=told, says=(), report=True, effects=left, quiet=why)


def _asks(before: Progress, after: Progress) -> bool:
    """Whether something new was to be asked."""
    asked = (before.question, before.asked_at) != (after.question, after.asked_at)
    return asked or after.awaiting == "delete"
