"""When automatic answers of a whole line pause: in a flood of new numbers, and once its month is
spent. Whoever was answered before is answered on, and so is whoever writes of danger or a child.

A flood is over a quarter of an hour after it was last seen. A pause that begins in the future was
made by a clock that has been put back since, and holds nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workervoice.workflow.pace import NOT_QUIET, SKEW, Quiet, Why

AFTER_SECONDS = 900  # a flood goes on so long after it was last seen
RENEW_SECONDS = 300  # the row is not written again before
GO_ON_SECONDS = 3600  # after a person said that answers go on, nothing stops them so long
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Flood:
    """How many new numbers may write to one line: far above what a poster brings in a day."""

    per_minute: int = 60
    per_hour: int = 600


@dataclass(frozen=True, slots=True)
class Strangers:
    """How many new numbers wrote, in this clock minute and hour and in those before."""

    minute: int = 0
    last_minute: int = 0
    hour: int = 0
    last_hour: int = 0

    def too_many(self, flood: Flood, now: int) -> bool:
        """By the last sixty seconds or minutes: of the one before, as much as lies in them."""
        minute = self.minute + self.last_minute * (_MINUTE - now % _MINUTE) / _MINUTE
        hour = self.hour + self.last_hour * (_HOUR - now % _HOUR) / _HOUR
        return minute >= flood.per_minute or hour >= flood.per_hour


@dataclass(frozen=True, slots=True)
class LineState:
    """What holds for a line's automatic answers to strangers; sealed, one for each line.

    `spent_until` is the end of a month whose budget is spent; `go_on_until` and the rest, that a
    person let the answers go on, who, and why. `alarmed` is the month and the highest share of its
    budget of which somebody was told.
    """

    flood: Quiet = NOT_QUIET
    spent: Quiet = NOT_QUIET
    go_on_until: int = 0
    go_on_since: int = 0
    go_on_by: str = ""
    reason: str = ""
    alarmed: tuple[str, int] = ("", 0)

    def quiet(self, now: int) -> Quiet | None:
        """Why and since when strangers are not answered; None if they are."""
        if self.goes_on(now):
            return None
        return next((each for each in (self.flood, self.spent) if each.holds(now)), None)

    def goes_on(self, now: int) -> bool:
        return self.go_on_since - SKEW <= now < self.go_on_until

    def seen(self, strangers: Strangers, flood: Flood, now: int) -> LineState:
        """After a stranger wrote; itself if nothing has to be stored."""
        if self.goes_on(now) or not strangers.too_many(flood, now):
            return self
        if not self.flood.holds(now):
            return replace(self, flood=Quiet(now, now + AFTER_SECONDS, Why.FLOOD))
        if now + AFTER_SECONDS - self.flood.until < RENEW_SECONDS:
            return self
        return replace(self, flood=self.flood._replace(until=now + AFTER_SECONDS))

    def let_go_on(self, now: int, by: str, reason: str) -> LineState:
        """A person lets the answers go on: in a flood for an hour, beyond the budget for the rest
        of the month, which is not stopped twice."""
        return replace(
            self,
            flood=NOT_QUIET,
            spent=NOT_QUIET,
            go_on_since=now,
            go_on_until=now + GO_ON_SECONDS,
            go_on_by=by,
            reason=reason,
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "flood": list(self.flood),
            "spent": list(self.spent),
            "go_on": [self.go_on_since, self.go_on_until, self.go_on_by, self.reason],
            "alarmed": list(self.alarmed),
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> LineState:
        since, until, by, reason = said["go_on"]
        month, share = said["alarmed"]
        return cls(
            flood=Quiet(*said["flood"]),
            spent=Quiet(*said["spent"]),
            go_on_since=since,
            go_on_until=until,
            go_on_by=by,
            reason=reason,
            alarmed=(month, share),
        )
