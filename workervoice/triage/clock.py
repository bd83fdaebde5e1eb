"""Clock arithmetic: "6am to 10pm", "from 5 in the morning until midnight" become hours of work.

Knows a pack's words for morning, evening and "until", and nothing else. What can be read two ways
is not read at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from workervoice.triage.automaton import Ends
from workervoice.triage.view import View

_CLOCK = re.compile(r"(\d{1,2})[.:](\d{2})")
_HOURS = frozenset(map(float, range(1, 25)))
_MOST_BETWEEN = 3  # words between a time and "until"


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a view has words of each kind, and the names of hours ("midnight": 24)."""

    am: Ends
    pm: Ends
    to: Ends
    points: dict[int, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class _Time:
    start: int
    end: int
    hour: float
    half: str  # "am", "pm", "exact" (13:00), "point" (midnight) or "" when not said


def shifts(view: View, clock: Clock) -> list[tuple[int, int, float]]:
    """(start, end, hours) of every span of clock times in a view."""
    times = _times(view, clock)
    found = []
    taken = 0  # "7am-3pm to 3pm-11pm" are two shifts, not three
    for first, second in pairwise(times):
        if first.start < taken:
            continue
        near = first.end <= second.start <= first.end + _MOST_BETWEEN + 3
        if near and _joined(first, second, clock):
            hours = _hours(first, second)
            if hours is not None:
                found.append((first.start, second.end, hours))
                taken = second.end
    return found


def _joined(first: _Time, second: _Time, clock: Clock) -> bool:
    starts = range(first.end, min(first.end + _MOST_BETWEEN + 1, second.start))
    return any(second.start - end <= 2 for i in starts for end in clock.to.get(i, ()))


def _times(view: View, clock: Clock) -> list[_Time]:
    found: list[_Time] = []
    index = 0
    while index < len(view.words):
        time = _time_at(view, clock, index)
        if time:
            found.append(time)
        index = time.end if time else index + 1
    return found


def _time_at(view: View, clock: Clock, index: int) -> _Time | None:
    if index in clock.points:
        return _Time(index, *clock.points[index], half="point")
    for half, ends in (("am", clock.am), ("pm", clock.pm)):
        for end in ends.get(index, ()):  # the half of the day may stand first
            first = _hour(view, end) if end < len(view.words) else None
            if first is not None:
                return _Time(index, end + 1, first, half)
    hour = _hour(view, index)
    if hour is None:
        return None
    for half, ends in (("am", clock.am), ("pm", clock.pm)):
        if after := ends.get(index + 1):
            return _Time(index, max(after), hour, half)
    exact = hour > 12 or view.words[index].startswith("0")
    return _Time(index, index + 1, hour, "exact" if exact else "")


def _hour(view: View, index: int) -> float | None:
    """The hour told by one word: 6, six, 6:30 or 6.30."""
    told = _CLOCK.fullmatch(view.words[index])
    if told and int(told[1]) <= 24 and int(told[2]) < 60:
        return int(told[1]) + int(told[2]) / 60
    value = view.values[index]
    return value if value in _HOURS else None


def _hours(first: _Time, second: _Time) -> float | None:
    """Hours between two times, or None when it is not clear which half of the day is meant."""
    start: float = _on_24(first)
    end: float = _on_24(second)
    if not first.half:
        if second.half in ("pm", "point") and first.hour < second.hour:
            return None  # "6 to 10 pm" may be an evening
        start = first.hour if second.half != "am" else first.hour + 12
    if not second.half:
        if first.half in ("am", "") and second.hour > first.hour:
            return None if first.half else second.hour - first.hour
        end = second.hour + (12 if first.half in ("am", "") else 0)
    return (end - start) % 24 or 24.0


def _on_24(time: _Time) -> float:
    if time.half == "am":
        return time.hour % 12
    if time.half == "pm":
        return time.hour % 12 + 12
    return time.hour
