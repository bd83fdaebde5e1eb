"""DELETE: a confirmation by a random digit, 72 hours, and any other text to cancel.

Between DELETE and its digit nothing goes out but the confirmation. The same digit sent twice (a
phone does that) changes nothing; another text cancels and is itself taken as a report.
"""

from __future__ import annotations

from dataclasses import replace

from workervoice.workflow.commands import Command, digit
from workervoice.workflow.progress import Progress, came_back, left
from workervoice.workflow.questions import at_rest, heeded
from workervoice.workflow.turn import Effect, Heard, Say, Turn


def ask(progress: Progress, heard: Heard) -> Turn:
    """Ask for the digit, and say what has already left. A stranger has nothing to delete."""
    if not heard.known:
        return Turn(progress, (Say("nothing_waits"),))
    key = "delete_confirm_left" if heard.left else "delete_confirm_nothing_left"
    return Turn(
        replace(progress, awaiting="delete", delete_digit=heard.random_digit),
        (Say(key, {"digit": str(heard.random_digit)}),),
        effects=frozenset({Effect.WITHHOLD}),
    )


def pending(progress: Progress, heard: Heard, command: Command | None) -> Turn:
    """A text while the digit is awaited: anything but the digit or DELETE again cancels."""
    if command is Command.DELETE:
        return ask(progress, heard)
    if _is_digit(progress, heard):
        started = replace(progress, awaiting=None, withdrawn_at=heard.at)
        return Turn(
            left(started, "withdraw", holds={"digit_confirmed": True}),
            (Say("delete_started"),),
            effects=frozenset({Effect.WITHDRAW}),
        )
    kept = at_rest(replace(progress, delete_digit=None))
    return _cancelled(kept, heard, command, frozenset({Effect.RESUME}))


def within(progress: Progress, heard: Heard, command: Command | None) -> Turn:
    """A text after the digit: nothing to STOP or DELETE any more, anything else cancels."""
    if command is Command.DELETE:
        return Turn(progress, (Say("delete_started"),))
    if command is Command.STOP:
        says = () if progress.stop_confirmed else (Say("stopped"),)
        return Turn(replace(progress, stop_confirmed=True), says)
    if _is_digit(progress, heard):
        return Turn(progress)
    back = replace(
        came_back(progress, "cancel_withdrawal"),
        withdrawn_at=None,
        delete_digit=None,
        stop_confirmed=False,
    )
    effects = frozenset({Effect.RESUME, Effect.CANCEL_WITHDRAWAL})
    return _cancelled(back, heard, command, effects)


def _cancelled(
    progress: Progress, heard: Heard, command: Command | None, effects: frozenset[Effect]
) -> Turn:
    """Nothing is deleted; a 2 or 3 is still "not safe" or "danger now", which is why neither is
    ever the digit that confirms."""
    turn = Turn(progress, (Say("delete_cancelled"),), report=command is None, effects=effects)
    if command is Command.HELP:
        return replace(turn, says=(*turn.says, Say("help_now")))
    meant = heeded(progress, heard)
    if meant is None:
        return turn
    return replace(meant, says=(*turn.says, *meant.says), effects=effects | meant.effects)


def _is_digit(progress: Progress, heard: Heard) -> bool:
    return progress.delete_digit is not None and digit(heard.text) == progress.delete_digit
