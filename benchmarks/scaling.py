"""Sums for many workers, out of what one message costs: `python -m benchmarks.scaling [--write]`.

`MEASURED` is what was measured, `ASSUMED` what we suppose of workers; all else follows by the
functions. `--write` renews the tables in docs/scaling.md.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import ceil
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scaling.md"
BEGIN, END = "<!-- sums:begin -->\n", "<!-- sums:end -->\n"
YEAR_SECONDS = 365 * 24 * 3600
KIB_A_GIB = 1024 * 1024
USE = 0.5  # of what a part can do, and not more, is meant to be needed at the peak


@dataclass(frozen=True)
class Measured:
    """What one of each costs, on one core of the machine that it was measured on."""

    report_kib: float  # of the database, indexes and log included, for a first report
    message_kib: float  # the same for each further message of the worker
    gateway_ms: float  # processor time a message
    database_ms: float  # processor time a message
    send_ms: float  # from one text that goes out to the next, one courier


@dataclass(frozen=True)
class Assumed:
    """What we suppose; each line can be wrong by a lot, so change it and print again."""

    workers: int = 10_000_000
    countries: int = 40
    largest_share: float = 0.2  # of all workers, in the largest country
    writing_share: float = 0.02  # of all workers, who write in a year
    messages_a_case: int = 8  # of the worker, the first report included
    texts_a_case: int = 10  # of ours: questions, notices, answers
    peak_factor: float = 20.0  # the busiest hour of the year against the mean
    disaster_share: float = 0.01  # of a country's workers who write a first report in one hour
    texts_at_once: int = (
        3  # within its first hour a report brings so many messages, and texts of ours
    )
    hours_a_case: float = 2.0  # of a person's work, from reading to closing
    hours_a_person: float = 1_500.0  # at work in a year
    number_a_second: float = 1.0  # texts that one sender number may send


MEASURED = Measured(
    report_kib=29.0, message_kib=13.0, gateway_ms=5.5, database_ms=1.5, send_ms=160.0
)
ASSUMED = Assumed()


@dataclass(frozen=True)
class Sums:
    """What follows for a year, for all countries or one."""

    cases: float
    messages: float
    mean_a_second: float
    peak_a_second: float  # messages that come in
    peak_sent_a_second: float  # texts that go out
    gib: float  # of new database, if nothing were destroyed
    people: float


def sums(cost: Measured, supposed: Assumed, share: float = 1.0) -> Sums:
    """For this share of all workers."""
    cases = supposed.workers * supposed.writing_share * share
    messages = cases * supposed.messages_a_case
    mean = messages / YEAR_SECONDS
    sent = cases * supposed.texts_a_case / YEAR_SECONDS
    a_case = cost.report_kib + (supposed.messages_a_case - 1) * cost.message_kib
    return Sums(
        cases=cases,
        messages=messages,
        mean_a_second=mean,
        peak_a_second=mean * supposed.peak_factor,
        peak_sent_a_second=sent * supposed.peak_factor,
        gib=cases * a_case / KIB_A_GIB,
        people=cases * supposed.hours_a_case / supposed.hours_a_person,
    )


@dataclass(frozen=True)
class Part:
    """Something that can be too little."""

    name: str
    can: float  # a second, one of it
    peak: float  # a second, asked of it in the largest country's busiest hour
    disaster: float  # the same in its disaster's hour

    @property
    def needed(self) -> int:
        """How many of it, so that at most `USE` of each is needed in the busiest hour."""
        return max(1, ceil(self.peak / (self.can * USE)))

    @property
    def behind_hours(self) -> float:
        """How long what came in the disaster's hour takes to get through `needed` of them."""
        return max(1.0, self.disaster / (self.can * self.needed))


def parts(cost: Measured, supposed: Assumed) -> list[Part]:
    """One country's, the largest, by how near the busiest hour comes to what one can do."""
    usual = sums(cost, supposed, supposed.largest_share)
    reports = supposed.workers * supposed.largest_share * supposed.disaster_share / 3600
    answers = 3  # texts of ours in a first report's first minutes
    comes, goes = (
        reports * answers,
        reports * answers,
    )  # a report, two answers; two questions, thanks
    found = [
        Part("sender number", supposed.number_a_second, usual.peak_sent_a_second, goes),
        Part("courier", 1000 / cost.send_ms, usual.peak_sent_a_second, goes),
        Part("gateway (a core)", 1000 / cost.gateway_ms, usual.peak_a_second, comes),
        Part("database (a core)", 1000 / cost.database_ms, usual.peak_a_second, comes),
    ]
    return sorted(found, key=lambda part: part.peak / part.can, reverse=True)


def tables(cost: Measured = MEASURED, supposed: Assumed = ASSUMED) -> str:
    """The tables of the page, as Markdown."""
    everywhere = sums(cost, supposed)
    largest = sums(cost, supposed, supposed.largest_share)
    mean = sums(cost, supposed, 1 / supposed.countries)
    rows = [
        ("cases a year", "workers × writing share", "cases", ",.0f"),
        ("messages a year", "cases × messages a case", "messages", ",.0f"),
        ("messages a second, mean", "messages / seconds of a year", "mean_a_second", ".4f"),
        ("messages a second, busiest hour", "mean × peak factor", "peak_a_second", ".2f"),
        (
            "texts a second, busiest hour",
            "cases × texts a case / seconds of a year × peak factor",
            "peak_sent_a_second",
            ".2f",
        ),
        (
            "database, GiB a year",
            "cases × (first report + (messages a case − 1) × further message)",
            "gib",
            ",.1f",
        ),
        ("people at work", "cases × hours a case / hours a person", "people", ",.0f"),
    ]
    lines = [
        "| for a year | formula | all countries | the largest | a mean one |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, formula, field, shown in rows:
        values = (format(getattr(each, field), shown) for each in (everywhere, largest, mean))
        lines.append(f"| {name} | {formula} | {' | '.join(values)} |")
    lines += [
        "",
        "| part, largest country | one can do, a second | busiest hour asks | that is | needed | "
        "after a disaster's hour, through in |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for part in parts(cost, supposed):
        share = f"{part.peak / part.can:.2%}"
        lines.append(
            f"| {part.name} | {part.can:,.1f} | {part.peak:.2f} | {share} | {part.needed} | "
            f"{part.behind_hours:,.1f} h |"
        )
    return "\n".join(lines) + "\n"


def renewed(page: str) -> str:
    """The page with the tables of now."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}{tables()}{END}{rest.partition(END)[2]}"


def main() -> None:
    if "--write" in sys.argv[1:]:
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(tables())


if __name__ == "__main__":
    main()
