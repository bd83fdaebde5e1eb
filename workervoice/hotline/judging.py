"""Judging: what a person's verdict on an indicator does to a case's grade and priority.

Facts stay as they were read. An indicator that a person overruled counts for nothing until a later
text reports it again; grade and priority follow from what stands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from workervoice.hotline.records import CaseRecord
from workervoice.message import Facts, Priority
from workervoice.triage import ilo

RANKS = {p: 1 if p is Priority.P1S else i for i, p in enumerate(p for p in Priority)}


def after_text(record: CaseRecord, facts: Facts, told: Collection[str]) -> CaseRecord:
    """The record with the facts of a text: the indicators that it tells of stand again, because a
    verdict was about what had been written until then."""
    return replace(record, facts=facts, overruled=record.overruled.difference(told))


def after_verdict(record: CaseRecord, indicator: str, verdict: str) -> CaseRecord:
    """The record after a person confirmed, overruled or added an indicator.

    The grade is the rule's over what stands now. The priority follows it, unless a person has set
    another one: that one only rises.
    """
    said = frozenset({indicator})
    overruled, added = record.overruled - said, record.added
    if verdict == "overruled":
        overruled, added = overruled | said, added - said
    elif verdict == "added":
        added = added | said
    now = replace(record, overruled=overruled, added=added)
    was, judged = ilo.assess(record.standing()).priority, ilo.assess(now.standing())
    rose = RANKS[judged.priority] < min(RANKS[was], RANKS[record.priority])
    follows = record.priority == was or rose
    priority = judged.priority if follows else record.priority
    return replace(now, grade=judged.grade, priority=priority)
