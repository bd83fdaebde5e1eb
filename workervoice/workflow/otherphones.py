"""NEW, a conversation of its own on the same phone, and CODE, going on from another phone.

Neither decides anything by itself: a new conversation opens nothing of the old one, and a code that
comes from another phone lets a person ask there before that phone is let in.
"""

from __future__ import annotations

from dataclasses import replace

from workervoice.workflow import questions, safety
from workervoice.workflow.commands import Command
from workervoice.workflow.progress import Progress
from workervoice.workflow.returncodes import spaced
from workervoice.workflow.turn import Effect, Heard, Say, Turn

CODES_MAX = 5  # codes a day from one phone that are looked up; at more, a person looks


def ask_new(progress: Progress, heard: Heard) -> Turn:
    """NEW needs no PIN: whoever shares a phone does not know the other one's."""
    if not heard.room:
        full = questions.thank(progress, heard)
        return replace(full, effects=full.effects | {Effect.ASK_HUMAN})
    return safety.asking(progress, heard, "new", Say("new_ask"))


def answer(progress: Progress, heard: Heard) -> Turn | None:
    """The PIN of the new conversation; None for anything else. What tells of something is a
    report, and no PIN. The PIN of this one is as little to be had as another's, and opens nothing
    just then."""
    if progress.setting != "new" or not safety.in_time(progress, heard):
        return None
    progress = replace(progress, setting=None)
    if heard.opened and not heard.text:
        return safety.anothers(progress, heard, "new")
    if heard.secret is None:
        return None
    if heard.anothers:
        return safety.anothers(progress, heard, "new")
    return Turn(progress, (Say("new_ready"),), effects=frozenset({Effect.BEGIN}), secret=True)


def give_code(progress: Progress, heard: Heard) -> Turn:
    """A code to go on with from another phone; with a PIN, only for whoever knows it."""
    if not heard.known:
        return questions.thank(progress, heard)
    if safety.locked(progress, heard):
        return safety.need_pin(progress, heard, str(Command.CODE))
    said = Say("code_given", {"code": spaced(heard.code)})
    return Turn(progress, (said,), effects=frozenset({Effect.GIVE_CODE}))


def taking_code(turn: Turn, heard: Heard) -> Turn:
    """A text that carries a code, of whatever worth: the same is said to every one. Its words are
    heard as without it; more codes a day than a person mistypes are for a person to look at."""
    if not heard.code_came:
        return turn
    progress = turn.progress
    codes = progress.codes + 1 if progress.codes_on == heard.today else 1
    counted = replace(progress, codes=codes, codes_on=heard.today)
    if codes > CODES_MAX:
        effects = turn.effects | {Effect.ASK_HUMAN}
        return replace(turn, progress=counted, report=True, effects=effects)
    effects, spoken = turn.effects | {Effect.TAKE_CODE}, turn.progress.state != "frozen"
    if heard.text.strip():
        says = (Say("code_taken"), *turn.says) if spoken else turn.says
        return replace(turn, progress=counted, says=says, effects=effects)
    says = (Say("code_taken"),) if spoken else turn.says
    return replace(turn, progress=counted, says=says, effects=effects, report=False)
