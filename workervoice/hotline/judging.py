"""Judging: what a person's verdict on an indicator does to a case's grade and priority.

Facts stay as they were read. An indicator that a person overruled counts for nothing until a later
text reports it again; grade and priority follow from what stands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from workervoice.hotline.records import CaseRecord
from workervoice.hotline.verdicts import Verdict
from workervoice.message import Facts, Priority
from workervoice.triage import ilo
from workervoice.triage.engine import Reading

RANKS = {p: 1 if p is Priority.P1S else i for i, p in enumerate(p for p in Priority)}


def after_text(record: CaseRecord, facts: Facts, told: Collection[str]) -> CaseRecord:
    """The record with the facts of a text: the indicators that it tells of stand again, because a
    verdict was about what had been written until then."""
    return replace(record, facts=facts, overruled=record.overruled.difference(told))


def after_grave(record: CaseRecord, said: Facts) -> CaseRecord:
    """The record once a message said this: who called a test one did so of what was known then."""
    if record.practice is None or not ilo.is_grave(said, record.rule):
        return record
    return replace(record, practice=replace(record.practice, said_by=None))


def after_reading(record: CaseRecord, reading: Reading) -> CaseRecord:
    """The record with what packs read in a report; what the dialogue understood by itself is none
    of their doing."""
    by = " ".join(reading.versions.split()[:2])  # the rule and the set, without its packs
    return replace(record, read=record.read | reading.facts.indicators, read_by=by)


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
    verdicts = {**record.verdicts, indicator: Verdict(verdict, indicator in record.read)}
    now = replace(
        record,
        overruled=overruled,
        added=added,
        verdicts=MappingProxyType(verdicts),
        judged_by=record.read_by,
    )
    was = ilo.assess(record.standing(), record.rule).priority
    judged = ilo.assess(now.standing(), now.rule)
    rose = RANKS[judged.priority] < min(RANKS[was], RANKS[record.priority])
    follows = record.priority == was or rose
    priority = judged.priority if follows else record.priority
    return replace(now, grade=judged.grade, priority=priority)


def judgement(record: CaseRecord, reading: Reading, *, raised: bool = False) -> dict[str, Any]:
    """What the machine says of a case after a text; people's verdicts stand beside it. A model's
    suggestions are told, with whether they `raised` the case's priority, and counted nowhere."""
    judged = ilo.assess(record.facts, record.rule)
    said: dict[str, Any] = {
        "grade": str(judged.grade),
        "priority": str(judged.priority),
        "indicators": sorted(record.facts.indicators),
        "items": sorted(record.facts.items),
        "rests_on": ilo.reasons(record.facts, record.rule),
        "versions": reading.versions,
    }
    if reading.opinion is not None:
        suggests = sorted(reading.opinion.suggests(record.facts))
        said["second"] = {"model": reading.opinion.model, "suggests": suggests, "raised": raised}
    return said
