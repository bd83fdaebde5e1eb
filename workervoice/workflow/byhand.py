"""By hand: how a report came that no phone sent, and where the dialogue with its worker stands.

Whoever spoke to a person was asked by that person, so the machine asks nothing more. A number is
written to only where its worker said that it is safe: until they write themselves, no notice goes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from workervoice.workflow.conversation import TALKING
from workervoice.workflow.progress import QUESTIONS_MAX, Progress, moved

Way = Literal["call", "walk_in", "letter", "parted"]


def after_entry(progress: Progress, *, at: int, language: str | None, may_write: bool) -> Progress:
    """The dialogue after something was written down. What a worker sent from the phone itself, a
    STOP, a DELETE, the word for duress, stays as it is: who spoke is not who holds the phone."""
    progress = replace(progress, heard_at=at, language=progress.language or language)
    if progress.state not in TALKING:
        return progress
    if progress.state == "greeting":
        progress = moved(progress, "write")
    if progress.state in {"safety", "clarifying"}:
        progress = moved(progress, "finish")
    awaiting = progress.awaiting if progress.awaiting in {"delete", "confirm"} else None
    return replace(progress, awaiting=awaiting, asked=QUESTIONS_MAX, safe=may_write)
