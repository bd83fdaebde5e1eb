"""The sums for many workers: arithmetic that a person can repeat, and the page that shows it."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.scaling import (
    ASSUMED,
    BEGIN,
    MEASURED,
    PAGE,
    YEAR_SECONDS,
    Measured,
    parts,
    renewed,
    sums,
)

ROUND = Measured(report_kib=1024, message_kib=1024, gateway_ms=10, database_ms=1, send_ms=100)
SMALL = replace(
    ASSUMED,
    workers=1000,
    largest_share=0.5,
    writing_share=0.5,
    messages_a_case=4,
    texts_a_case=8,
    peak_factor=10,
    hours_a_case=3,
    hours_a_person=1500,
)


def test_the_sums_are_those_of_a_person_with_a_pencil() -> None:
    told = sums(ROUND, SMALL)

    assert (told.cases, told.messages, told.people) == (500, 2000, 1)
    assert told.gib == 500 * 4 / 1024
    assert told.peak_a_second == 2000 * 10 / YEAR_SECONDS
    assert told.peak_sent_a_second == 2 * told.peak_a_second


def test_a_country_has_its_share_of_everything() -> None:
    whole, half = sums(ROUND, SMALL), sums(ROUND, SMALL, 0.5)

    assert (half.cases, half.gib) == (whole.cases / 2, whole.gib / 2)


def test_the_part_that_has_least_to_spare_comes_first_and_gets_more_of_its_kind() -> None:
    busy = replace(SMALL, workers=100_000_000)
    slow = replace(ROUND, send_ms=5000)

    usual, worse = parts(ROUND, busy), parts(slow, busy)

    assert usual[0].name == "sender number"
    assert worse[0].name == "courier"
    assert worse[0].needed * worse[0].can * 0.5 >= worse[0].peak
    assert (worse[0].needed - 1) * worse[0].can * 0.5 < worse[0].peak


def test_the_page_shows_the_sums_of_now() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page.count(BEGIN) == 1
    assert page == renewed(page), "write it anew: python -m benchmarks.scaling --write"


def test_the_page_names_the_inputs_that_are_used() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("| measured")[2].partition("\n\n")[0]
    shown = [row.split("|")[2].split()[0].strip("(:") for row in table.splitlines()[2:]]

    assert [float(value) for value in shown] == [
        MEASURED.report_kib,
        MEASURED.message_kib,
        MEASURED.gateway_ms,
        MEASURED.database_ms,
        MEASURED.send_ms,
    ]
