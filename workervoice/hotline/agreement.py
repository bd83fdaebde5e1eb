"""Agreement: what was published of machine and people, as supervisors and monitors see it.

Where a count is small it is told as a range, and so is a share of it: all that can be said without
the count.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from workervoice.disclosure.suppress import SMALLEST
from workervoice.errors import NotFound
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor, vouched
from workervoice.message import INDICATORS, Role
from workervoice.store.comparison import stored_comparison

MAY_LOOK: Final = frozenset({Role.SUPERVISOR, Role.MONITOR})
COLUMNS: Final = (
    *("language", "version", "judged_cases_at_least", "indicator"),
    *("reported_least", "reported_most", "unjudged", "confirmed", "overruled", "missed"),
    *("precision_least", "precision_most", "recall_least", "recall_most"),
)


@dataclass(frozen=True, slots=True)
class Range:
    """A number as far as it is told."""

    least: int
    most: int

    @classmethod
    def of(cls, told: int | None) -> Range:
        return cls(0, SMALLEST - 1) if told is None else cls(told, told)

    def __str__(self) -> str:
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator: how many of the judged cases, None where they are few."""

    indicator: str
    unjudged: int | None  # packs read it, and nobody judged it
    confirmed: int | None
    overruled: int | None
    missed: int | None  # people found it, and packs had not read it

    def reported(self) -> Range:
        """How often packs read it, in cases that people judged."""
        each = [Range.of(told) for told in (self.unjudged, self.confirmed, self.overruled)]
        return Range(sum(one.least for one in each), sum(one.most for one in each))

    def precision(self) -> Range | None:
        """Per cent that people confirmed, of what packs read and people judged."""
        return _share(self.confirmed, self.overruled)

    def recall(self) -> Range | None:
        """Per cent that packs had read, of what people found."""
        return _share(self.confirmed, self.missed)


@dataclass(frozen=True, slots=True)
class Block:
    """One language, "" for all rare ones together, read by one rule and set of packs, "" for
    several together. `judged` is rounded down."""

    language: str
    version: str
    judged: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was published on a day."""

    on: date
    blocks: tuple[Block, ...]


def table(told: Agreement | None) -> str:
    """As CSV. An empty field is a count under `SMALLEST`, or a share of nothing."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    for block in told.blocks if told else ():
        about = (block.language or "other", block.version or "several", block.judged)
        for row in block.rows:
            said = row.reported()
            counts = (row.unjudged, row.confirmed, row.overruled, row.missed)
            shares = (*_ends(row.precision()), *_ends(row.recall()))
            writer.writerow((*about, row.indicator, said.least, said.most, *counts, *shares))
    return sheet.getvalue()


def agreement(process: Process, actor: Actor) -> Agreement | None:
    """What was published last; None if nothing was yet."""
    if actor.role not in MAY_LOOK:
        raise NotFound("no such page")
    with process.database.begin(actor.scope()) as tx:
        vouched(tx, process, actor, process.clock())
        told = stored_comparison(tx, process.vault)
    return None if told is None else _opened(told)


def _opened(told: Mapping[str, Any]) -> Agreement:
    blocks = (
        Block(each["language"], each["version"], each["judged"], tuple(_rows(each["rows"])))
        for each in sorted(
            told["blocks"], key=lambda block: (not block["language"], block["language"])
        )
    )
    return Agreement(date.fromisoformat(told["on"]), tuple(blocks))


def _rows(rows: Mapping[str, list[int | None]]) -> Iterator[Row]:
    yield from (Row(code, *rows[code]) for code in INDICATORS if code in rows)


def _share(hit: int | None, other: int | None) -> Range | None:
    if not hit and not other:
        return None
    if hit is not None and other is not None:
        exact = round(100 * hit / (hit + other))
        return Range(exact, exact)
    part, rest = Range.of(hit), Range.of(other)
    lowest, highest = part.least / (part.least + rest.most), part.most / (part.most + rest.least)
    return Range(int(100 * lowest), -int(-100 * highest // 1))


def _ends(share: Range | None) -> tuple[int | None, int | None]:
    return (None, None) if share is None else (share.least, share.most)
