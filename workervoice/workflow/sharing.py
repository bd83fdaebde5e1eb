"""Several conversations on one phone: which of them a text is meant for, and what all of them hear.

One phone may be several workers'. After NEW there is a second conversation with a PIN of its own. A
text that begins with the PIN of one goes there, any other to the one that was used last; but one
that has a PIN counts as used for an hour only where another has none, whose worker has no way to
call it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from workervoice.workflow.commands import Command, command, digit
from workervoice.workflow.conversation import TALKING
from workervoice.workflow.progress import Progress, came_back, left
from workervoice.workflow.safety import SETTING_SECONDS
from workervoice.workflow.secretwords import candidate, secrets_in

PLACES = 4  # conversations that one phone may have
USED_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation of a phone, and what its secrets are known by."""

    progress: Progress
    mark: Callable[[str], str] = field(repr=False)


def meant(text: str, talks: Sequence[Talk], at: int) -> int:
    """Which of a phone's conversations a text goes to, at this moment in unix seconds. `talks`
    begins with the oldest."""
    if len(talks) == 1:
        return 0
    now = _current(talks, at)
    said = [secrets_in(text, talk.progress, talk.mark) for talk in talks]
    forced = [number for number, each in enumerate(said) if each.forced]
    if forced:
        return _used_last(talks, forced)
    if candidate(text) is not None and _asks_for_a_secret(talks[now].progress, at):
        return now  # chosen there, even if it should be another one's: nothing of that is opened
    called = [number for number, each in enumerate(said) if each.opened]
    if called:
        return _used_last(talks, called)
    waiting = [number for number, talk in enumerate(talks) if talk.progress.held]
    if waiting and now not in waiting and _asks_for_a_reply(text, talks[now].progress):
        return _used_last(talks, waiting)
    return now


def is_anothers(secret: str | None, talks: Sequence[Talk], own: int) -> bool:
    """True for a PIN or a word by which another conversation of this phone is called."""
    if secret is None:
        return False
    others = (talk for number, talk in enumerate(talks) if number != own)
    return any(talk.mark(secret) in {talk.progress.pin, talk.progress.duress} for talk in others)


def hushed(progress: Progress) -> Progress | None:
    """After STOP in another conversation of the phone: nothing may reach that phone. None if
    nothing goes there as it is."""
    if progress.state not in TALKING:
        return None
    awaiting = None if progress.awaiting == "delete" else progress.awaiting
    stopped = replace(left(progress, "stop"), awaiting=awaiting, delete_digit=None)
    return replace(stopped, stop_confirmed=True)


def heard_again(progress: Progress) -> Progress | None:
    """After START in another conversation of the phone. None if this one was not stopped."""
    if progress.state != "paused":
        return None
    return replace(came_back(progress, "start"), stop_confirmed=False)


def mistried(progress: Progress, today: str) -> Progress | None:
    """After a wrong PIN in another conversation of the phone, which may have been meant for this
    one. None if this one has no PIN."""
    if progress.pin is None:
        return None
    tries = progress.tries + 1 if progress.tried_on == today else 1
    return replace(progress, tries=tries, tried_on=today)


def _asks_for_a_secret(progress: Progress, at: int) -> bool:
    in_time = at - (progress.setting_at or 0) <= SETTING_SECONDS
    return progress.setting in {"new", "pin", "duress"} and in_time


def _current(talks: Sequence[Talk], at: int) -> int:
    last = _used_last(talks, range(len(talks)))
    unprotected = [number for number, talk in enumerate(talks) if talk.progress.pin is None]
    idle = at - (talks[last].progress.heard_at or 0) > USED_SECONDS
    return _used_last(talks, unprotected) if idle and unprotected else last


def _used_last(talks: Sequence[Talk], among: Sequence[int]) -> int:
    """The newest of those that were used in the same second."""
    return max(among, key=lambda number: (talks[number].progress.heard_at or 0, number))


def _asks_for_a_reply(text: str, progress: Progress) -> bool:
    """A lone 1 that answers no question, or STATUS."""
    if command(text) is Command.STATUS:
        return True
    return digit(text) == 1 and progress.awaiting in {None, "missing"} and progress.setting is None
