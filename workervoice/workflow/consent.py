"""Consent: who may be told, as one digit; what widens it; and the recorded override.

Silence is no. An answer to the menu is the first answer; a later yes to someone new widens it, and
a widening needs its own confirmation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args
from uuid import UUID

from workervoice.message import Consent, Facts
from workervoice.workflow.commands import digit

ALL = int(Consent.BUYERS | Consent.FACTORY | Consent.AUTHORITIES)

Ground = Literal["imminent_danger", "under_18"]


@dataclass(frozen=True, slots=True)
class Override:
    """A named supervisor's decision to tell buyers or authorities without consent, and why.
    Always recorded."""

    by: UUID
    reason: str = field(repr=False)
    ground: Ground

    def stands(self) -> bool:
        """Only with a reason in words and on one of the two grounds."""
        return bool(self.reason.strip()) and self.ground in get_args(Ground)


def grounds(facts: Facts) -> tuple[Ground, ...]:
    """The grounds for an override that the report itself gives."""
    given: tuple[tuple[Ground, bool], ...] = (
        ("imminent_danger", facts.imminent_danger),
        ("under_18", facts.child),
    )
    return tuple(ground for ground, reported in given if reported)


def parse(text: str) -> int | None:
    """The sum that a one-digit answer stands for (0 nobody … 7 all), or None if it is not one."""
    answer = digit(text)
    return answer if answer is not None and answer <= ALL else None


def may_tell(audience: Consent, consent: int | None, override: Override | None = None) -> bool:
    """True with the worker's yes for this audience, or with an override that stands."""
    agreed = consent is not None and bool(consent & audience)
    return agreed or (override is not None and override.stands())


def may_tell_buyers(consent: int | None, override: Override | None = None) -> bool:
    """The same for the buyers of the site."""
    return may_tell(Consent.BUYERS, consent, override)


def widens(old: int | None, new: int) -> bool:
    """True if `new` tells someone whom an earlier answer did not; the first answer never widens."""
    return old is not None and bool(new & ~old)
