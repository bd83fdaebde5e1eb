"""The dialogue with one worker, as one pure function: how far we are, what was heard, what to say.

Which of two meanings a lone 1 has: the menu that was asked last wins; where "You have a reply" was
said after it, the reply wins. What is said depends on where the dialogue stands and on nothing that
was reported, with one exception: question 2, from a fixed list, once the worker said it is safe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from workervoice.message import Answer, Facts
from workervoice.workflow import otherphones, questions, safety, withdrawal
from workervoice.workflow.commands import Command, digit, yes_or_no
from workervoice.workflow.commands import command as command_in
from workervoice.workflow.progress import Held, Progress, came_back, left, may_notify
from workervoice.workflow.turn import POSSIBLE_DISTRESS, Effect, Heard, Say, Turn

__all__ = ["Effect", "Heard", "Held", "Progress", "Say", "Turn", "converse"]


FIXED = "fixed"  # what a PIN was asked for: to say that it is


def converse(progress: Progress, heard: Heard) -> Turn:
    """The turn that follows this text. Same progress and same text: same turn."""
    command = None if heard.media_only else command_in(heard.text)
    progress = replace(progress, unanswered=0, language=heard.language or progress.language)
    if heard.forced:
        return safety.forced(progress, heard)
    if heard.code_came and not heard.text.strip():
        return otherphones.taking_code(Turn(progress), heard)
    away = _AWAY.get(progress.state, _present)
    turn = _mention_held(otherphones.taking_code(away(progress, heard, command), heard))
    return _possibly_distress(turn) if command is Command.HELP else turn


def _possibly_distress(turn: Turn) -> Turn:
    """HELP is distress until shown otherwise, in every state; what is said to it stays the same."""
    items = {**turn.answers.items, POSSIBLE_DISTRESS: Answer.REPORTED}
    answers = replace(turn.answers, items=items)
    effects = turn.effects | {Effect.ASK_HUMAN}
    return replace(turn, answers=answers, effects=effects, report=True)


def _present(progress: Progress, heard: Heard, command: Command | None) -> Turn:
    """The worker is in the dialogue: not paused, frozen, lost or withdrawn."""
    if progress.awaiting == "delete" and command is not Command.STOP:
        return withdrawal.pending(progress, heard, command)
    set_now = _set(progress, heard) if command is None else None
    if set_now is not None:
        return set_now
    progress = replace(progress, setting=None)
    if command is None:
        return _answer(progress, heard)
    if progress.state == "greeting" and command in _REPORTS:
        return questions.first(progress, heard)  # the first answer is the same for everyone
    return _BY_COMMAND[command](progress, heard)


def _set(progress: Progress, heard: Heard) -> Turn | None:
    """A PIN, or the answer to what was asked about safety; None if the text is neither."""
    begun = otherphones.answer(progress, heard)
    if begun is None and heard.opened and not heard.text:
        return _opened(progress, heard)
    return begun or safety.answer(progress, heard)


def _opened(progress: Progress, heard: Heard) -> Turn:
    """The PIN alone: what it was asked for, else what waits."""
    if safety.is_out_of_tries(progress, heard):
        return Turn(progress, (Say("pin_later"),))
    wanted, progress = progress.wanted, replace(progress, setting=None, wanted=None, tries=0)
    if wanted == Command.SAFETY:
        return safety.asked_for(progress, heard, Command.SAFETY)
    if wanted == Command.CODE:
        return otherphones.give_code(progress, heard)
    if wanted == FIXED and progress.awaiting == "confirm":
        return _fixed(questions.at_rest(progress))
    return _release(progress, heard) if progress.held else Turn(progress, (Say("nothing_waits"),))


def _answer(progress: Progress, heard: Heard) -> Turn:
    """Words, a digit or a medium, read by what was asked last."""
    if progress.state == "greeting":
        return questions.first(progress, heard)
    if answered := safety.tried(progress, heard) or questions.spoken(progress, heard):
        return answered
    if heard.media_only:
        return questions.thank(progress, heard, "unread_kind")
    number = digit(heard.text)
    open_to_release = progress.notice_last or progress.awaiting in {None, "missing"}
    if number == 1 and progress.held and open_to_release:
        if safety.locked(progress, heard):
            return safety.need_pin_to_read(progress, heard)
        return _release(progress, heard)
    return _BY_AWAITING.get(progress.awaiting or "", questions.menu)(progress, heard)


def _release(progress: Progress, heard: Heard) -> Turn:
    """Let go what waits, oldest first, up to a question that has to be answered alone."""
    kinds = [held.kind for held in progress.held]
    count = kinds.index("confirm") + 1 if "confirm" in kinds else len(kinds)
    asks = kinds[count - 1] == "confirm"
    still_asked = progress.awaiting == "confirm" and not asks
    was_unsafe = progress.safe is False
    return Turn(
        replace(
            progress,
            held=progress.held[count:],
            awaiting="confirm" if asks else progress.awaiting,
            notice_last=False,
            released_at=heard.at,
            safe=True if was_unsafe else progress.safe,
        ),
        (Say("confirm_question"),) if still_asked else (),
        answers=Facts(safe_to_talk=True) if was_unsafe else Facts(),
        release=tuple(held.outbox_id for held in progress.held[:count]),
    )


def _confirmed(progress: Progress, heard: Heard) -> Turn:
    """Is it fixed? 4 or yes, 5 or no; a 3 is danger; anything else leaves the question standing.

    Not 1 and 2: a 1 that was sent twice to read the question would answer it unread.
    """
    number = digit(heard.text)
    if number == 3:
        return replace(questions.in_danger(progress, heard), report=True)
    if number in {1, 2}:
        return Turn(progress, (Say("confirm_question"),))
    fixed = {4: True, 5: False}.get(number or 0, yes_or_no(heard.text))
    if fixed is None:
        return questions.thank(progress, heard)
    done = questions.at_rest(progress)
    if fixed and safety.locked(progress, heard):  # the phone may be in other hands
        return safety.need_pin(progress, heard, FIXED)
    if fixed:
        return _fixed(done)
    effects = frozenset({Effect.DISPUTED, Effect.ASK_HUMAN})
    return Turn(done, (Say("dispute_thanks"),), effects=effects)


def _fixed(progress: Progress) -> Turn:
    return Turn(progress, (Say("confirm_thanks"),), effects=frozenset({Effect.CONFIRMED}))


def _stop(progress: Progress, _heard: Heard) -> Turn:
    """Pause at once; say so once. A DELETE that waits for its digit is dropped."""
    awaiting = None if progress.awaiting == "delete" else progress.awaiting
    paused = replace(left(progress, "stop"), awaiting=awaiting, delete_digit=None)
    return _confirm_stop(paused)


def _confirm_stop(progress: Progress) -> Turn:
    says = () if progress.stop_confirmed else (Say("stopped"),)
    return Turn(replace(progress, stop_confirmed=True), says, effects=frozenset({Effect.PAUSE}))


def _start(progress: Progress, _heard: Heard) -> Turn:
    return Turn(progress, (Say("started"),))


def _help(progress: Progress, _heard: Heard) -> Turn:
    """The emergency number; see `_possibly_distress`."""
    return Turn(progress, (Say("help_now"),))


def _safety(progress: Progress, heard: Heard) -> Turn:
    return safety.asked_for(progress, heard, Command.SAFETY)


def _language(progress: Progress, heard: Heard) -> Turn:
    """Every language that we speak, each with its number."""
    return questions.offer(progress, heard)


def _notice(progress: Progress, _heard: Heard) -> Turn:
    return Turn(progress, (Say("notice_short"),))


def _status(progress: Progress, heard: Heard) -> Turn:
    """Says only whether a reply waits, and to a stranger the same bytes as when none does."""
    if not heard.known or not progress.held:
        return Turn(progress, (Say("nothing_waits"),))
    if progress.awaiting == "consent":  # the next 1 asks for the reply, the one after for nothing
        progress = questions.at_rest(progress)
    return Turn(replace(progress, notice_last=True), (Say("reply_waits"),))


def _paused(progress: Progress, heard: Heard, command: Command | None) -> Turn:
    """STOP again is silence; any other text resumes, after a neutral prompt, and is heard."""
    if command is Command.STOP:
        return _confirm_stop(progress)
    back = replace(came_back(progress, "start"), stop_confirmed=False)
    if command is Command.START:
        return Turn(back, (Say("started"),), effects=frozenset({Effect.RESUME}))
    turn = _present(back, heard, command)
    spoken = tuple(say for say in turn.says if say.key != "thanks")
    prompt = () if command is Command.DELETE else (Say("resumed_prompt"),)
    return replace(turn, says=(*prompt, *spoken), effects=turn.effects | {Effect.RESUME})


def _found(progress: Progress, heard: Heard, command: Command | None) -> Turn:
    """Contact was lost, and the worker writes: as if it had never been lost."""
    return _present(came_back(progress, "write_again"), heard, command)


def _frozen(progress: Progress, heard: Heard, command: Command | None) -> Turn:
    """Duress: harmless answers only, nothing moves, nothing held goes out; a handler knows, and
    knows of a 3 for danger too."""
    watched = frozenset({Effect.ASK_HUMAN})
    if command is None or command is Command.HELP:
        danger = Facts(imminent_danger=digit(heard.text) == 3)
        return replace(questions.thank(progress, heard), effects=watched, answers=danger)
    return Turn(progress, (Say("nothing_waits"),), effects=watched)


def _mention_held(turn: Turn) -> Turn:
    """Someone who is back and has an unread reply is told that it waits, if nothing is asked."""
    progress = turn.progress
    urgent = any(say.key in {"danger_now", "help_now"} for say in turn.says)
    pending = progress.awaiting is not None or progress.notice_last or urgent
    if pending or not progress.held or not may_notify(progress):
        return turn
    says = (*turn.says, Say("reply_waits"))
    return replace(turn, progress=replace(progress, notice_last=True), says=says)


_AWAY: Mapping[str, Callable[[Progress, Heard, Command | None], Turn]] = MappingProxyType(
    {
        "paused": _paused,
        "lost_contact": _found,
        "frozen": _frozen,
        "withdrawn": withdrawal.within,
    }
)

_BY_COMMAND: Mapping[Command, Callable[[Progress, Heard], Turn]] = MappingProxyType(
    {
        Command.STOP: _stop,
        Command.START: _start,
        Command.HELP: _help,
        Command.DELETE: withdrawal.ask,
        Command.STATUS: _status,
        Command.SAFETY: _safety,
        Command.LANGUAGE: _language,
        Command.NOTICE: _notice,
        Command.CODE: otherphones.give_code,
        Command.NEW: otherphones.ask_new,
    }
)

# what a stranger may begin with as with any words
_REPORTS = frozenset({Command.HELP, Command.START, Command.CODE, Command.NEW})

_BY_AWAITING: Mapping[str, Callable[[Progress, Heard], Turn]] = MappingProxyType(
    {
        "missing": questions.told_missing,
        "consent": questions.consented,
        "confirm": _confirmed,
    }
)
