"""How many automatic answers one number gets: enough for everything that a worker can set and ask
in one sitting, and an end to what a robot, or somebody who runs up the bill, can draw from us.

Whatever comes is taken. Once there are too many, automatic answers to this number pause; what a
worker has to be told all the same (`NEEDED`) still goes out, so often an hour and not more.

Counted in windows that begin with the first text after the last window was over. A window or a
pause that begins in the future was made by a clock that has been put back since: it is forgotten,
so that a wrong clock silences nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from workervoice.workflow.echoes import NO_ECHO, Echo

HOUR, DAY = 3600, 86400
SKEW = 120  # seconds that clocks of several gateways may differ
NEEDED_PER_HOUR = 12

# The emergency number, and what confirms that something was stopped, deleted or protected.
NEEDED = frozenset(
    {
        *("danger_now", "help_now", "stopped"),
        *("delete_confirm_left", "delete_confirm_nothing_left"),
        *("delete_started", "delete_cancelled"),
        *("pin_set", "duress_set", "set_done"),
    }
)


class Why(StrEnum):
    """Why an automatic answer was not given: of a number, or of a line."""

    TEXTS = "texts"  # more texts than a person writes
    HOUR = "hour"  # as many answers as one number gets in an hour
    DAY = "day"  # and in a day
    ROBOT = "robot"  # it repeats itself, or us
    FLOOD = "flood"  # too many new numbers write to the line
    BUDGET = "budget"  # the line's month is spent


@dataclass(frozen=True, slots=True)
class Limits:
    """What is too much of one number. First report 4 answers, each thing to set for safety 3, and a
    language, STATUS and the notice: 20 at once are a thorough worker, and no robot."""

    texts_per_hour: int = 40
    answers_per_hour: int = 24
    answers_per_day: int = 60


class Window(NamedTuple):
    """What was counted since a moment, in unix seconds."""

    began: int = 0
    number: int = 0

    def at(self, now: int, seconds: int) -> Window:
        """As it counts now."""
        return self if -SKEW <= now - self.began < seconds else Window(now)

    def more(self) -> Window:
        return Window(self.began, self.number + 1)


class Quiet(NamedTuple):
    """Automatic answers pause between two moments."""

    since: int = 0
    until: int = 0
    why: str = ""

    def holds(self, now: int) -> bool:
        return self.since - SKEW <= now < self.until


_NONE, NOT_QUIET = Window(), Quiet()


@dataclass(frozen=True, slots=True)
class Pace:
    """What came from one number and was answered lately."""

    texts: Window = _NONE
    hour: Window = _NONE
    day: Window = _NONE
    needed: Window = _NONE
    quiet: Quiet = NOT_QUIET
    echo: Echo = NO_ECHO

    def quiet_at(self, now: int) -> Quiet | None:
        """Since when, until when and why it is not answered; None if it is."""
        return self.quiet if self.quiet.holds(now) else None

    def to_list(self) -> list[int | str]:
        """A JSON-able record, short."""
        return [*self.texts, *self.hour, *self.day, *self.needed, *self.quiet, *self.echo]

    @classmethod
    def from_list(cls, said: Sequence[int | str]) -> Pace:
        """Read what `to_list` wrote; `ValueError` or `TypeError` for anything else."""
        *numbers, why, said_last, heard_last, times, at = said
        a, b, c, d, e, f, g, h, since, until = map(int, numbers)
        return cls(
            *(Window(a, b), Window(c, d), Window(e, f), Window(g, h)),
            quiet=Quiet(since, until, str(why)),
            echo=Echo(str(said_last), str(heard_last), int(times), int(at)),
        )


UNCOUNTED = Pace()


@dataclass(frozen=True, slots=True)
class Text:
    """One text that came: by its keyed mark, and what the dialogue would say to it."""

    at: int
    mark: str  # empty for one that is too short to be known again
    answered: bool  # the dialogue says something
    needed: bool  # and this has to be said


def paced(pace: Pace, text: Text, limits: Limits) -> tuple[Pace, bool]:
    """The pace with this text, and whether its answer goes out."""
    now = text.at
    pace = _heard(pace, text, limits)
    if not text.answered:
        return pace, True
    if pace.quiet.holds(now):
        if not text.needed:
            return pace, False
        needed = pace.needed.at(now, HOUR).more()
        return replace(pace, needed=needed), needed.number <= NEEDED_PER_HOUR
    hour, day = pace.hour.at(now, HOUR).more(), pace.day.at(now, DAY).more()
    quiet = pace.quiet
    if hour.number >= limits.answers_per_hour:
        quiet = Quiet(now, hour.began + HOUR, Why.HOUR)
    if day.number >= limits.answers_per_day:
        quiet = Quiet(now, day.began + DAY, Why.DAY)
    return replace(pace, hour=hour, day=day, quiet=quiet), True


def _heard(pace: Pace, text: Text, limits: Limits) -> Pace:
    """With the text itself counted: enough of them, or what repeats itself, begin a pause."""
    now = text.at
    texts, echo = pace.texts.at(now, HOUR).more(), pace.echo.heard_now(text.mark, now)
    quiet = pace.quiet
    since = quiet.since if quiet.holds(now) else now
    if echo.is_robot:
        quiet = Quiet(since, max(now + HOUR, quiet.until if since != now else 0), Why.ROBOT)
    elif texts.number > limits.texts_per_hour and not quiet.holds(now):
        quiet = Quiet(now, texts.began + HOUR, Why.TEXTS)
    return replace(pace, texts=texts, quiet=quiet, echo=echo)
