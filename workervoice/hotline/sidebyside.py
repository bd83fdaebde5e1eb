"""Machine and people side by side: for each indicator what packs read and by which rules, and what
people said of it; and what a model on this machine suggested, which counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from workervoice.hotline.reading import Opened
from workervoice.hotline.records import CaseRecord
from workervoice.hotline.spoken import Read
from workervoice.message import INDICATORS
from workervoice.triage.ilo import ITEMS

READ, ANSWERED, NOT_READ = "read", "answered", "not_read"


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said of an indicator."""

    verdict: str
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """One indicator. `machine` is "read" in the worker's words, "answered" to a question of the
    hotline, or "not_read"; `again` is whether a text told of it after it was overruled."""

    indicator: str
    machine: str
    reads: tuple[Read, ...]  # each rule once; none if the words were destroyed
    by_people: tuple[Said, ...]
    counts: bool  # for grade and priority, as it stands now
    again: bool


@dataclass(frozen=True, slots=True)
class Second:
    """What a model suggested after a text, beyond what packs had read; maybe nothing."""

    model: str
    suggests: tuple[str, ...]
    raised: bool  # the case went one step higher in the queue
    at: datetime


def judged(
    record: CaseRecord,
    assessments: Sequence[Opened],
    reads: Iterable[Read],
    names: Mapping[UUID, str],
) -> tuple[Judged, ...]:
    """Every indicator that the machine or a person spoke of."""
    people_said: dict[str, list[Said]] = {}
    for entry in assessments:
        if entry.direction == "person" and entry.words and "indicator" in entry.words:
            words, who = entry.words, names.get(entry.signer_id, "?")
            at = datetime.fromtimestamp(words["at"], tz=UTC)
            said = Said(str(words["verdict"]), str(words["reason"]), who, at)
            people_said.setdefault(str(words["indicator"]), []).append(said)
    told, by_rule = record.facts.indicators | record.read, _by_indicator(reads)
    return tuple(
        _judged(record, code, by_rule.get(code, ()), tuple(people_said.get(code, ())))
        for code in INDICATORS
        if code in told or code in people_said
    )


def seconds(assessments: Iterable[Opened]) -> list[Second]:
    """What a model suggested, newest first, and the same only once: when it raised the case, else
    the last time. If it never suggested anything, that it was asked."""
    said = [
        _second(entry.words)
        for entry in assessments
        if entry.direction == "machine" and entry.words and "second" in entry.words
    ]
    ordered = sorted(said, key=lambda one: one.raised)  # keeps their order otherwise
    each = {(one.model, one.suggests): one for one in ordered if one.suggests}
    return sorted(each.values(), key=lambda one: one.at, reverse=True) or said[-1:]


def _second(words: Mapping[str, Any]) -> Second:
    told, at = words["second"], datetime.fromtimestamp(words["at"], tz=UTC)
    return Second(str(told["model"]), tuple(map(str, told["suggests"])), bool(told["raised"]), at)


def _judged(
    record: CaseRecord, code: str, reads: tuple[Read, ...], said: tuple[Said, ...]
) -> Judged:
    told = ANSWERED if code in record.facts.indicators else NOT_READ
    counts = code in record.standing().indicators
    overruled = bool(said) and said[-1].verdict == "overruled"
    machine = READ if code in record.read else told
    return Judged(code, machine, reads, said, counts, overruled and counts)


def _by_indicator(reads: Iterable[Read]) -> dict[str, tuple[Read, ...]]:
    found: dict[str, dict[str, Read]] = {}
    for read in reads:
        item = ITEMS.get(read.item)
        if item is not None and item.indicator is not None and not read.denied:
            found.setdefault(item.indicator, {}).setdefault(read.rule, read)
    return {indicator: tuple(by_rule.values()) for indicator, by_rule in found.items()}
