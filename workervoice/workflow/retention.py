"""Retention: how long each part of a report is kept, and what is kept too long now. Pure.

    contact   how the worker can be reached: the shortest time that keeps our promises to them
    words     texts, notes, judgements: what people are recognised by
    record    facts and dates without words; a person erases it, no clock does
    log       what was done when, by ids: how the rest is accounted for

Each part has its own clock, and all of them stand still while the case is open, or while any case
of the same worker is under legal hold. Reasons and sources: docs/retention.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from workervoice.errors import SettingsError
from workervoice.workflow.case import REOPEN_DAYS

OVER = frozenset({"closed", "out_of_scope"})
PRACTICE_DAYS = 30  # after a practice, all of its tests that are over
DAYS_MAX = 36525  # a hundred years
_GIVEN = re.compile(r"([a-z_]+)=([0-9]{1,5})")


class Part(StrEnum):
    """What is kept for a time of its own."""

    CONTACT = "contact"
    WORDS = "words"
    RECORD = "record"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Policy:
    """A programme's times in days, after closing; `check_in` after the last agreed check-in and
    after the worker's last text, `log` after the event."""

    contact: int = REOPEN_DAYS
    check_in: int = 14
    words: int = 90
    record: int = 1096
    log: int = 2557

    def __str__(self) -> str:
        return " ".join(f"{name}={days}" for name, days in asdict(self).items())

    @classmethod
    def parse(cls, text: str) -> Policy:
        """Read `str(policy)`; what is not named has its default.

        Raises `SettingsError` for anything else, and for times that break a promise.
        """
        given: dict[str, int] = {}
        for word in text.split():
            found = _GIVEN.fullmatch(word)
            if not found or found[1] not in cls.__slots__ or found[1] in given:
                raise SettingsError(f"retention: write it like {cls()}")
            given[found[1]] = int(found[2])
        policy = cls(**given)
        if problem := policy._problem():
            raise SettingsError(f"retention: {problem}")
        return policy

    def _problem(self) -> str:
        if self.contact < REOPEN_DAYS:
            return f"contact has to be {REOPEN_DAYS} or more: so long a worker may reopen a case"
        if self.record < max(self.contact, self.words):
            return "record may not be shorter than contact and words, which belong to it"
        if self.log < self.record:
            return "log may not be shorter than record: it accounts for what was done with it"
        if min(self.check_in, self.words) < 1 or self.log > DAYS_MAX:
            return f"each time has 1 to {DAYS_MAX} days"
        return ""


@dataclass(frozen=True, slots=True)
class Kept:
    """One case as retention sees it. `check_in_at` is the last day on which the hotline agreed
    with the worker to ask again, `heard_at` the worker's last text, whatever it was about. A test
    is kept for its practice alone."""

    state: str
    closed_at: datetime | None
    check_in_at: datetime | None = None
    held: bool = False
    heard_at: datetime | None = None
    practised_until: datetime | None = None  # of a test: when its practice was to end

    @property
    def over(self) -> bool:
        return self.state in OVER and self.closed_at is not None


@dataclass(frozen=True, slots=True)
class Due:
    """What was kept long enough, of one conversation: its contacts, and parts of these cases."""

    contact: bool = False
    words: frozenset[UUID] = frozenset()
    record: frozenset[UUID] = frozenset()

    def __bool__(self) -> bool:
        return self.contact or bool(self.words | self.record)


def ends(policy: Policy, part: Part, case: Kept) -> datetime | None:
    """When this part of a case will have been kept long enough, taken alone; None while no clock
    runs. The log's clock runs for each entry: see `log_ends`."""
    if case.closed_at is None or not case.over or case.held or part is Part.LOG:
        return None
    if case.practised_until is not None:
        return case.practised_until + timedelta(days=PRACTICE_DAYS)
    if part is Part.RECORD:
        return case.closed_at + timedelta(days=policy.record)
    days = policy.words if part is Part.WORDS else policy.contact
    agreed = case.check_in_at if part is Part.CONTACT else None
    lately = [at for at in (agreed, case.heard_at) if at is not None]
    after = [at + timedelta(days=policy.check_in) for at in lately]
    return max([case.closed_at + timedelta(days=days), *after])


def log_ends(policy: Policy, happened: datetime) -> datetime:
    """Until when an entry of the log is kept, whatever became of what it is about."""
    return happened + timedelta(days=policy.log)


def due(policy: Policy, conversation: Mapping[UUID, Kept], now: datetime) -> Due:
    """What was kept long enough, of all cases that one conversation ever had.

    A hold on one case keeps the others, too: one worker wrote them all. The contact serves every
    case of the conversation, so it goes with the last of them.
    """
    cases = {name: case for name, case in conversation.items() if case.state != "erased"}
    if any(case.held for case in cases.values()):
        return Due()
    return Due(
        contact=bool(conversation) and _all_ended(policy, cases.values(), now),
        words=_ended(policy, Part.WORDS, cases, now),
        record=_ended(policy, Part.RECORD, cases, now),
    )


def _all_ended(policy: Policy, cases: Iterable[Kept], now: datetime) -> bool:
    moments = [ends(policy, Part.CONTACT, case) for case in cases]
    return all(moment is not None and moment <= now for moment in moments)


def _ended(
    policy: Policy, part: Part, cases: Mapping[UUID, Kept], now: datetime
) -> frozenset[UUID]:
    moments = {name: ends(policy, part, case) for name, case in cases.items()}
    return frozenset(name for name, moment in moments.items() if moment and moment <= now)
