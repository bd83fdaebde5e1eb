"""Comparing: how often people agreed with what packs read, for each language and indicator.

The courier counts facts, in memory, over the cases that people judged; what is stored has no small
cell. A verdict counts as it stood to what packs had read by then; what nobody judged is agreement
with nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from workervoice.disclosure import suppress
from workervoice.errors import CryptoError
from workervoice.hotline.casefile import read_facts
from workervoice.hotline.process import Process
from workervoice.hotline.records import CaseRecord
from workervoice.message import INDICATORS
from workervoice.store.cases import cases_after
from workervoice.store.comparison import put_comparison, stored_comparison
from workervoice.store.engine import Scope, Tx

WHAT = ("unjudged", "confirmed", "overruled", "missed")
OTHERS = ""  # languages, or versions, that have too few cases to be named
APART = 5 * suppress.SMALLEST  # judged cases from which a version is told apart
BATCH = 50
_FIRST = UUID(int=0)

Group = tuple[str, str]  # language, and rule and set of packs


@dataclass(slots=True)
class Counts:
    """What was counted so far. Never stored."""

    cases: Counter[Group] = field(default_factory=Counter)
    cells: Counter[tuple[Group, str, str]] = field(default_factory=Counter)  # group, code, what

    def add(self, record: CaseRecord) -> None:
        """Count a case, if people judged anything in it and it is no test."""
        if not record.verdicts or record.practice is not None:
            return
        group = (record.language, record.judged_by)
        self.cases[group] += 1
        for code in INDICATORS:
            if what := outcome(record, code):
                self.cells[group, code, what] += 1


def outcome(record: CaseRecord, code: str) -> str | None:
    """One of `WHAT`; None if neither packs nor people say that it is so."""
    verdict = record.verdicts.get(code)
    if verdict is None:
        return "unjudged" if code in record.read else None
    if verdict.said == "overruled":
        return "overruled" if verdict.read else None
    return "confirmed" if verdict.read else "missed"


def published(counts: Counts, on: date) -> dict[str, Any]:
    """What may be stored and shown of the counts: blocks of languages and versions, which overlap
    nowhere and are summed up nowhere."""
    blocks = []
    for (language, version), groups in sorted(_blocks(counts.cases).items()):
        cases = sum(counts.cases[group] for group in groups)
        if cases < suppress.SMALLEST:
            continue
        rows = {}
        for code in INDICATORS:
            sums = [sum(counts.cells[g, code, what] for g in groups) for what in WHAT]
            told = [suppress.cell(each) for each in sums]
            if any(each is not None for each in told):
                rows[code] = told
        versions = {each for _, each in groups}
        about = {"language": language, "version": version if len(versions) > 1 else versions.pop()}
        blocks.append({**about, "judged": suppress.at_least(cases), "rows": rows})
    total = suppress.at_least(counts.cases.total())
    return {"on": on.isoformat(), "judged": total, "blocks": blocks}


def _blocks(cases: Mapping[Group, int]) -> dict[Group, list[Group]]:
    """Which groups are told together: rare languages as one, and the rare versions of each."""
    spoken = Counter[str]()
    for (language, _), count in cases.items():
        spoken[language] += count
    found = defaultdict[Group, list[Group]](list)
    for group, count in cases.items():
        language, version = group
        named = language if spoken[language] >= suppress.SMALLEST else OTHERS
        apart = named and count >= APART
        found[named, version if apart else OTHERS].append(group)
    return dict(found)


@dataclass(slots=True)
class _Round:
    """One look a day at every case, in batches by id."""

    day: date | None = None
    after: UUID | None = None
    counts: Counts = field(default_factory=Counts)


@dataclass(slots=True)
class Comparing:
    """The courier's counting. After a restart, or beside another courier, it is done again."""

    rounds: dict[UUID, _Round] = field(default_factory=dict, repr=False)

    def go_on(self, process: Process, programme: UUID, now: datetime) -> None:
        """Count the next cases of today's round; after the last, store what may be shown."""
        begun = self.rounds.setdefault(programme, _Round())
        if begun.day != now.date():
            begun.day, begun.after, begun.counts = now.date(), _FIRST, Counts()
        if begun.after is None:
            return
        with process.database.begin(Scope(programme)) as tx:
            directory, rows = process.directory(tx, now), cases_after(tx, begun.after, BATCH)
            for row in rows:
                try:
                    begun.counts.add(read_facts(tx, process.vault, directory, row))
                except CryptoError:
                    continue  # broken rows are shown as such elsewhere
            begun.after = rows[-1].id if len(rows) == BATCH else None
            if begun.after is None:
                _publish(tx, process, begun.counts, now.date())
                begun.counts = Counts()


def _publish(tx: Tx, process: Process, counts: Counts, on: date) -> None:
    told = stored_comparison(tx, process.vault)
    before = told["judged"] if told else 0
    total = counts.cases.total()
    first = not told and total >= suppress.SMALLEST
    if first or (told and suppress.has_changed_enough(before, total)):
        put_comparison(tx, process.vault, published(counts, on))
